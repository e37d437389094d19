"""The HTML report in a real browser: accessible, usable by keyboard, printable, also without a script."""

import base64
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_core_python.selenium import Axe
from msgspec.structs import replace
from selenium.common.exceptions import TimeoutException
from selenium.webdriver import Chrome, ChromeOptions, ChromeService, Keys
from selenium.webdriver.common.by import By

from toolkit.assess.diff import diff
from toolkit.assess.simulate import simulate
from toolkit.catalog.entries import Catalog
from toolkit.model import (
    Assessment,
    Audit,
    Compared,
    Comparison,
    DataLost,
    Diff,
    Journal,
    Loss,
    Plan,
    Preparation,
    Score,
    Spot,
    Step,
    Today,
    Verdict,
    Violation,
)
from toolkit.report import html
from toolkit.tabletop import script

ARGUMENTS = (
    "--headless",
    "--no-sandbox",  # tests run as root; the only page is our own
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # whatever a page asks for, nothing is answered
    "--window-size=1280,1000",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (program and driver):
        assert not os.environ.get("CI"), "chromium and chromium-driver are not installed"
        pytest.skip("chromium and chromium-driver are not installed")
    options = ChromeOptions()
    options.binary_location = program
    for argument in ARGUMENTS:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with Chrome(options=options, service=ChromeService(driver)) as chrome:
        yield chrome


@pytest.fixture
def show(browser: Chrome, tmp_path: Path) -> Callable[[str], Chrome]:
    def open_page(page: str) -> Chrome:
        file = tmp_path / "report.html"
        file.write_text(page, encoding="utf-8")
        browser.get(file.as_uri())
        return browser

    return open_page


def _shown_rows(browser: Chrome) -> list[str]:
    script = """
        return [...document.querySelectorAll("#findings tbody tr")]
            .filter((row) => row.checkVisibility()).map((row) => row.textContent)"""
    rows: list[str] = browser.execute_script(script)
    return rows


def _emulate(browser: Chrome, scheme: str) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def _every_page(audit: Audit, plan: Plan, catalog: Catalog) -> dict[str, str]:
    """One page of each kind that anybody can open; of a diff, one in which everything changed."""
    lost = (Loss("okta", 0.0), Loss("aws", 30.0), Loss("stripe", 2.0))
    gone = replace(audit, dependencies=audit.dependencies[5:], assessment=Assessment(Score(80, ())))
    return {
        "audit": html.render(audit, catalog),
        "plan": html.render_plan(plan, catalog),
        "simulate": html.render_simulation(simulate(audit, catalog, lost), audit, catalog),
        "diff, worse": html.render_diff(diff(gone, audit), catalog),
        "diff, better": html.render_diff(diff(audit, gone), catalog),
        "tabletop": html.render_tabletop(script(plan, minutes=60)),
        "gate, refused": html.render_verdict(_verdict(audit, diff(gone, audit)), audit, catalog),
        "gate, first run": html.render_verdict(replace(_verdict(audit), passed=True, first_run=True), audit, catalog),
        "drill": html.render_journal(_journal(audit)),
        "plan --today": html.render_today(_today(audit, lost), catalog),
        "plan --compare": html.render_comparison(_comparison(audit, lost), catalog),
    }


def _verdict(audit: Audit, changes: Diff | None = None) -> Verdict:
    spot = (Spot(audit.platform.name, 3),)
    debt = tuple(Violation("fail_on", one.message, one.fingerprint, where=spot) for one in audit.assessment.findings)
    return Verdict(False, debt[:2], known=("k" * 32,), debt=debt[2:], excused=debt[:1], changes=changes)


def _journal(audit: Audit) -> Journal:
    """Of a drill with a step of each outcome, the times of which overlap nowhere."""
    name, began = audit.platform.name, "2026-11-22T08:0{}:00+00:00"
    steps = (
        Step("prepare.hosts", f"Make empty hosts for {name}", "prepare", began.format(0), 30.0, "passed", name),
        Step("rebuild.site", f"Install {name * 20}", "rebuild", began.format(1), 240.0, "passed"),
        Step("journey.read", "Read", "verify", began.format(5), 0.0, "failed", f"{name}\nsecond line"),
        Step("journey.pay", "Pay", "verify", began.format(5), 0.0, "skipped", "it has no check"),
    )
    return Journal(audit.schema_version, audit.tool, audit.catalog, name, "i" * 64, steps, restored=False)


def _today(audit: Audit, lost: tuple[Loss, ...]) -> Today:
    name = audit.platform.name
    lacks = (DataLost("okta", name, "no copy"),)
    row = Preparation("copy", f"Take out `{name}`", "staff", 2.0, 24.0, 30.0, (name,), lacks, (name,))
    return Today(audit.schema_version, audit.tool, audit.catalog, name, 2, lost, (row,))


def _comparison(audit: Audit, lost: tuple[Loss, ...]) -> Comparison:
    row = Compared(lost, (), (DataLost("okta", audit.platform.name, "no copy"),), 4.0, 72.0)
    return Comparison(audit.schema_version, audit.tool, audit.catalog, audit.platform.name, 2, (row,))


KINDS = (
    "audit",
    "plan",
    "simulate",
    "diff, worse",
    "diff, better",
    "tabletop",
    "gate, refused",
    "gate, first run",
    "drill",
    "plan --today",
    "plan --compare",
)


def test_every_page_that_can_be_made_is_among_them(audit: Audit, plan: Plan, catalog: Catalog) -> None:
    assert set(_every_page(audit, plan, catalog)) == set(KINDS)
    made = {name.removeprefix("render").strip("_") for name in vars(html) if name.startswith("render")}
    shown = {"", "plan", "simulation", "diff", "tabletop", "verdict", "journal", "today", "comparison"}
    assert made == shown, "show the new one here as well"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_accessibility_violations(
    kind: str, scheme: str, show: Callable[[str], Chrome], audit: Audit, plan: Plan, catalog: Catalog
) -> None:
    chrome = show(_every_page(audit, plan, catalog)[kind])
    _emulate(chrome, scheme)
    result: dict[str, Any] = Axe().run(chrome)
    assert [(found["id"], node["html"]) for found in result["violations"] for node in found["nodes"]] == []
    assert len(result["passes"]) > 20


def test_nothing_hostile_runs_and_nothing_is_asked_of_the_network(
    show: Callable[[str], Chrome], hostile: Audit, catalog: Catalog
) -> None:
    chrome = show(html.render(hostile, catalog))
    assert chrome.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert chrome.get_log("browser") == []  # an alert, a refused script or a failed request would be here


def test_the_filter_works_by_keyboard(
    show: Callable[[str], Chrome], make_audit: Callable[..., Audit], catalog: Catalog
) -> None:
    chrome = show(html.render(make_audit(300), catalog))
    for _ in range(60):
        chrome.switch_to.active_element.send_keys(Keys.TAB)
        if chrome.switch_to.active_element.get_attribute("name") == "words":
            break
    chrome.switch_to.active_element.send_keys("service 29")
    rows = _shown_rows(chrome)
    assert len(rows) == 13  # 29, 129, 229 and 290 to 299
    assert all("29 has no replacement" in row or "Service 29" in row for row in rows)
    assert chrome.find_element(By.CSS_SELECTOR, "#filter output").text == "13 of 306 shown"
    chrome.switch_to.active_element.send_keys(Keys.CONTROL, "a")
    chrome.switch_to.active_element.send_keys(Keys.DELETE, Keys.TAB)
    chrome.switch_to.active_element.send_keys("unk")
    assert len(_shown_rows(chrome)) == 1


def test_the_first_stop_skips_to_the_content(show: Callable[[str], Chrome], audit: Audit, catalog: Catalog) -> None:
    chrome = show(html.render(audit, catalog))
    chrome.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    link = chrome.switch_to.active_element
    assert link.text == "Skip to the content"
    assert link.is_displayed()
    link.send_keys(Keys.ENTER)
    assert chrome.switch_to.active_element.get_attribute("id") == "main"


def test_dependencies_sort_by_keyboard(show: Callable[[str], Chrome], audit: Audit, catalog: Catalog) -> None:
    chrome = show(html.render(audit, catalog))
    head = chrome.find_element(By.CSS_SELECTOR, "table.sortable th")
    head.find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
    names = [cell.text for cell in chrome.find_elements(By.CSS_SELECTOR, "table.sortable:first-of-type tbody th")][:7]
    assert names == sorted(names)
    assert head.get_attribute("aria-sort") == "ascending"
    head.find_element(By.TAG_NAME, "button").send_keys(Keys.SPACE)
    assert head.get_attribute("aria-sort") == "descending"


def test_everything_is_there_without_a_script(
    browser: Chrome, show: Callable[[str], Chrome], audit: Audit, catalog: Catalog
) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        chrome = show(html.render(audit, catalog))
        assert not chrome.find_element(By.ID, "filter").is_displayed()
        assert "Twilio alone stops sign-up" in chrome.find_element(By.ID, "findings").text
        assert not chrome.find_elements(By.CSS_SELECTOR, "th button")
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("kind", KINDS)
def test_the_page_never_scrolls_sideways(
    kind: str, width: int, show: Callable[[str], Chrome], hostile: Audit, plan: Plan, catalog: Catalog
) -> None:
    chrome = show(_every_page(hostile, plan, catalog)[kind])
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        assert chrome.execute_script("return document.documentElement.scrollWidth") <= width
    finally:
        chrome.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_it_prints_with_all_findings(
    show: Callable[[str], Chrome], make_audit: Callable[..., Audit], catalog: Catalog
) -> None:
    short = _pages(show(html.render(make_audit(0), catalog)))
    long = _pages(show(html.render(make_audit(400), catalog)))
    assert short >= 2
    assert long >= short + 5  # the group of 400 is closed on the screen and open on paper


def test_each_runbook_starts_on_a_sheet_of_its_own(show: Callable[[str], Chrome], plan: Plan, catalog: Catalog) -> None:
    assert _pages(show(html.render_plan(plan, catalog))) >= 1 + len({task.capability for task in plan.tasks})


def _pages(chrome: Chrome) -> int:
    for patience in range(10, 0, -1):
        try:
            document = base64.b64decode(chrome.print_page())
            break
        except TimeoutException:  # the driver's own 10 seconds, which a busy machine needs and no option changes
            if patience == 1:
                raise
    assert document.startswith(b"%PDF-")
    return document.count(b"/Type /Page\n")
