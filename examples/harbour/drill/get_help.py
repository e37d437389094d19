"""Journey "get-help": a visitor without an account asks the support desk; staff, signed in through SSO with a second
factor, answers; the answer arrives by mail; what the visitor mails back lands in the same ticket."""

import secrets
from urllib.parse import urlsplit

import letters
import staff
import stage
from browser import browser
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.expected_conditions import text_to_be_present_in_element
from selenium.webdriver.support.wait import WebDriverWait

_PATIENCE = 120


def main() -> None:
    desk = urlsplit(stage.output("support.helpdesk", "url")).hostname or ""
    provider = staff.provider()
    mark = secrets.token_hex(4)
    visitor = f"visitor-{mark}@example.org"
    number = ask(visitor, f"I cannot sign in {mark}")
    letters.wait_for(visitor, rf"#{number}\]")
    with browser(provider, desk) as agent:
        name, password = staff.hire("agent")
        agent.get(f"https://{desk}/sso")
        staff.sign_in(agent, name, password)
        staff.enrol(agent)
        answer(agent, desk, number, f"Try once more, says {name}.")
        letters.reply(letters.wait_for(visitor, f"says {name}"), f"It works, thank you {mark}.")
        await_reply(agent, desk, number, f"thank you {mark}")
    print(f"ticket {number}: asked on the web, answered through SSO, read by mail; the mailed reply is in it")


def ask(address: str, subject: str) -> str:
    """File a question on the site; returns the ticket's number."""
    with browser() as visitor:
        visitor.get(f"{stage.URL}/support")
        visitor.find_element(By.NAME, "email").send_keys(address)
        visitor.find_element(By.NAME, "subject").send_keys(subject)
        visitor.find_element(By.NAME, "question").send_keys("No code arrives on my phone.")
        visitor.find_element(By.CSS_SELECTOR, "main form button").click()
        said = visitor.find_element(By.CSS_SELECTOR, "p[role=status]:not(#news)").text
    number = "".join(filter(str.isdigit, said))
    assert number, f"no ticket number in {said!r}"
    return number


def answer(agent: WebDriver, desk: str, number: str, words: str) -> None:
    """Write to who asked, on Request Tracker's page for that."""
    wait = WebDriverWait(agent, _PATIENCE)
    agent.find_element(By.LINK_TEXT, "Tools")  # the desk's own page: the way through the provider is at its end
    agent.get(f"https://{desk}/Ticket/Update.html?Action=Respond&id={number}")
    wait.until(lambda page: page.execute_script("return CKEDITOR.instances.UpdateContent?.status === 'ready'"))
    editor = agent.find_element(By.CSS_SELECTOR, "iframe.cke_wysiwyg_frame")
    editor.click()
    # "Type your message here" goes away when the editor has the focus, and with it what is typed too early
    empty = "return !arguments[0].contentDocument.body.matches('.placeholder')"
    wait.until(lambda page: page.execute_script(empty, editor))
    ActionChains(agent).send_keys(words).perform()
    agent.find_element(By.NAME, "SubmitTicket").click()
    wait.until(text_to_be_present_in_element((By.TAG_NAME, "body"), "Correspondence added"))


def await_reply(agent: WebDriver, desk: str, number: str, words: str) -> None:
    """Return when the ticket's history shows the words; its other page fetches them later, by script."""

    def shown(page: WebDriver) -> bool:
        page.get(f"https://{desk}/Ticket/History.html?id={number}")
        return words in page.find_element(By.TAG_NAME, "body").text

    WebDriverWait(agent, _PATIENCE).until(shown, f"the reply did not reach ticket {number}")


if __name__ == "__main__":
    main()
