"""Journey "sign-up": a browser joins with a phone number and the code that arrives there by SMS."""

from browser import browser
from member import sign_up


def main() -> None:
    with browser() as visitor:
        sign_up(visitor)
    print("a browser signed up with the code that a carrier was given")


if __name__ == "__main__":
    main()
