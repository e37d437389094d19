"""Journey "moderate": a moderator who has never been here enrols a second factor, signs in with it and hides a post,
which its author hears of by mail."""

import letters
import staff
import stage
from browser import TIMEOUT, browser
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import url_to_be
from selenium.webdriver.support.wait import WebDriverWait


def main() -> None:
    provider = staff.provider()
    stage.output("mail.outgoing", "host")
    name, password = staff.hire("moderator")
    with browser(provider) as first:
        first.get(f"{stage.URL}/staff/signin")
        staff.sign_in(first, name, password)
        totp = staff.enrol(first)
        WebDriverWait(first, TIMEOUT).until(url_to_be(f"{stage.URL}/staff/"))  # the provider's pages have a "main" too
        assert name in first.find_element(By.TAG_NAME, "main").text, "the moderation area does not name the moderator"
    with browser(provider) as second:
        second.get(f"{stage.URL}/staff/signin")
        staff.sign_in(second, name, password)
        staff.enter_code(second, totp)
        author = hide_and_restore(second, reason=f"drill, by {name}")
    notice = letters.wait_for(author, f"drill, by {name}")
    print(f"a moderator enrolled TOTP, signed in with it and hid a post; {author} got {str(notice['Subject'])!r}")


def hide_and_restore(moderator: WebDriver, *, reason: str) -> str:
    """Hide a post whose author can be written to, and bring it back; returns the author's address."""
    posts = moderator.find_elements(By.CSS_SELECTOR, "article.visible")
    post, author = next((post, address) for post in posts if (address := address_of_author(post)))
    text = post.find_element(By.TAG_NAME, "p").text
    post.find_element(By.NAME, "reason").send_keys(reason)
    post.find_element(By.TAG_NAME, "button").click()
    hidden = moderator.find_element(By.XPATH, f"//article[@class='hidden'][p[.={text!r}]]")
    hidden.find_element(By.TAG_NAME, "button").click()
    moderator.find_element(By.XPATH, f"//article[@class='visible'][p[.={text!r}]]")
    return author


def address_of_author(post: WebElement) -> str:
    """Where harbour.seed, which the drill fills the board with, says the author reads mail; "" for the others."""
    name = post.find_element(By.TAG_NAME, "h2").text.split()[0]
    kind, _, number = name.partition("-")
    return f"{name}@members.harbour.example" if kind == "sailor" and int(number) % 3 == 0 else ""


if __name__ == "__main__":
    main()
