"""The gate's comment on a pull request: short, each thing once, what is worse before all else."""

import pytest
from msgspec.structs import replace

from toolkit.catalog.entries import Catalog
from toolkit.model import Audit, Diff, JourneyChange, Spot, VendorChange, Verdict, Violation
from toolkit.report import github, markdown, text

URL = "https://forge.example/ada/harbour/blob/c0ffee/"
WHERE = (Spot("harbour/phone.py", 17),)
STOPS = JourneyChange(
    "sign-up", "Sign up by phone", "twilio", "Twilio", "", "stops", ("twilio/verify",), "code", "came in", WHERE
)
NEW = VendorChange("twilio/verify", "Twilio", "", "in use, runtime", True, "code", "came into the code", WHERE)
OTHER = VendorChange("sentry", "Sentry", "", "in use, optional", True, "code", "came into the code", ())


@pytest.fixture
def change(audit: Audit) -> Diff:
    return Diff("1.0", audit.tool, audit.catalog, "harbour", audit.tool, audit.catalog, 40.0, 34.0, source_url=URL)


def _lines(verdict: Verdict, audit: Audit, catalog: Catalog) -> tuple[list[str], str]:
    """What is seen at once, and what is folded."""
    shown, _, folded = markdown.render_verdict(verdict, audit, catalog).partition("<details>")
    return [line for line in shown.splitlines() if line], folded


def test_one_line_when_nothing_changed(audit: Audit, change: Diff, catalog: Catalog) -> None:
    same = replace(change, before=34.0)
    lines, folded = _lines(Verdict(True, changes=same), audit, catalog)
    assert lines[0] == "**Offramp: passed.** Nothing changed."
    assert lines[1].startswith("Made by offramp")
    assert (len(lines), folded) == (2, "")


def test_a_verdict_a_table_and_the_rest_folded(audit: Audit, change: Diff, catalog: Catalog) -> None:
    again = replace(STOPS, journey="sign-in", title="Sign in")
    worse = replace(change, worse=(STOPS, again), new=(NEW, OTHER))
    refusal = Violation("max_plan_days", "nobody went through the plan")
    lines, folded = _lines(Verdict(False, (refusal,), changes=worse, source_url=URL), audit, catalog)
    assert lines[0].startswith("**Offramp: refused.** 1 reason; score 40 → 34 (-6.0); 2 new services")
    rows = [line for line in lines if line.startswith("|")][2:]
    assert rows[0].startswith("| `max_plan_days` | nobody went through the plan |")
    assert "Sign up by phone, Sign in: Twilio alone stops it (before: nothing)" in rows[1]
    assert rows[1].endswith(f"| [`harbour/phone.py:17`]({URL}harbour/phone.py#L17) |")
    assert "sentry" in rows[2]
    assert len(rows) == 3, "a service is not told again where its journeys are"
    assert "could not be looked at" in folded


def test_a_first_run_explains_itself_and_shows_the_debt(audit: Audit, catalog: Catalog) -> None:
    debt = tuple(Violation("fail_on", f"critical: number {number}", where=WHERE) for number in range(12))
    lines, _ = _lines(Verdict(True, first_run=True, debt=debt, source_url=URL), audit, catalog)
    assert lines[0] == "**Offramp: passed.** Score 34; first run, 12 findings are debt."
    assert "--write-baseline" in lines[1]
    assert sum("`fail\\_on`" in line or "`fail_on`" in line for line in lines) == 10
    assert "- … and 2 more" in lines
    shown = " ".join(text.render_verdict(Verdict(True, first_run=True, debt=debt), audit, catalog).split())
    assert "First run: there is no baseline yet" in shown
    assert "number 0 [harbour/phone.py:17]" in shown


def test_an_annotation_lies_where_the_cause_lies(audit: Audit, catalog: Catalog) -> None:
    verdict = Verdict(False, (Violation("new_vendors", "twilio is new", where=WHERE),))
    first = github.render_verdict(verdict, audit, catalog).splitlines()[0]
    assert first == "::error title=Offramp new_vendors,file=harbour/phone.py,line=17::twilio is new"
