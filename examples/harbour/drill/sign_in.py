"""Journey "sign-in": a member comes back with another browser and signs in with a new code."""

import stage
from browser import browser
from member import enter_code, sign_up
from selenium.webdriver.common.by import By


def main() -> None:
    with browser() as first:
        _, number = sign_up(first)
    with browser() as second:
        second.get(f"{stage.URL}/signin")
        second.find_element(By.NAME, "phone").send_keys(number)
        second.find_element(By.CSS_SELECTOR, "main form button").click()
        enter_code(second, number, after=1)
    print("a member signed in again with a second code")


if __name__ == "__main__":
    main()
