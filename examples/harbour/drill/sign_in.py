"""Journey "sign-in": a member comes back with another browser and signs in with a new code, right after the cheaper
carrier has died."""

import stage
from browser import browser
from member import dead, enter_code, sign_up
from selenium.webdriver.common.by import By


def main() -> None:
    with browser() as first:
        _, number = sign_up(first)
    with browser() as second, dead("first"):
        second.get(f"{stage.URL}/signin")
        second.find_element(By.NAME, "phone").send_keys(number)
        second.find_element(By.CSS_SELECTOR, "main form button").click()
        carrier = enter_code(second, number, after=1)
    assert carrier == "second", "the dead carrier took a message"
    print("a member signed in again: the cheaper carrier died, the code came over the other one")


if __name__ == "__main__":
    main()
