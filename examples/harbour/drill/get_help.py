"""Journey "get-help": a visitor without an account asks the support desk, and the desk has the ticket."""

import secrets
from urllib.parse import urlsplit

import stage
from browser import browser
from selenium.webdriver.common.by import By


def main() -> None:
    desk = stage.output("support.helpdesk", "url")
    subject = f"I cannot sign in {secrets.token_hex(4)}"
    with browser() as visitor:
        visitor.get(f"{stage.URL}/support")
        visitor.find_element(By.NAME, "email").send_keys(f"visitor-{secrets.token_hex(4)}@example.org")
        visitor.find_element(By.NAME, "subject").send_keys(subject)
        visitor.find_element(By.NAME, "question").send_keys("No code arrives on my phone.")
        visitor.find_element(By.CSS_SELECTOR, "main button, form button").click()
        answer = visitor.find_element(By.CSS_SELECTOR, "p[role=status]").text
    number = "".join(filter(str.isdigit, answer))
    assert number, f"no ticket number in {answer!r}"
    login = (f"{stage.output('support.helpdesk', 'email')}/token", stage.output("support.helpdesk", "token"))
    ticket = stage.ask(urlsplit(desk).hostname or "", "GET", f"/api/v2/tickets/{number}.json", login=login)["ticket"]
    assert ticket["subject"] == subject, "the desk has another ticket under this number"
    print(f"a visitor's question became ticket {number}")


if __name__ == "__main__":
    main()
