"""The terminal report: one screen, nothing that acts, colour only where it may."""

import re
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from toolkit.catalog.entries import Catalog
from toolkit.model import Audit, Dark, Export, Kept, Loss, LostDependency, Plan, Simulation, Strained, Verdict, WayOut
from toolkit.report import text

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def test_one_screen_strongest_company_first(audit: Audit, catalog: Catalog) -> None:
    lines = text.render(audit, catalog).splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert lines[0] == "harbour: score 34 of 100"
    companies = [line.split("  ")[1] for line in lines[3:7]]
    assert companies == ["Amazon Web Services", "Okta", "Twilio", "Zendesk"]
    assert "  Amazon Web Services  4 of 7  sign-up, sign-in, read, post" in lines
    assert "  pay: Amazon Web Services with Stripe" in lines
    assert "Nobody found for: collab.chat (someone provides it: declare who)" in lines
    assert "Could not look at 2; what lies there is unknown, not fine" in lines
    assert any(line.startswith("Next: offramp simulate audit.json --lose aws@") for line in lines)


def test_hostile_strings_do_not_act_and_do_not_fill_the_screen(hostile: Audit, catalog: Catalog) -> None:
    shown = text.render(hostile, catalog)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\\e[31m" in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert len(shown.splitlines()) <= 45


@pytest.mark.parametrize(("columns", "widest"), [("40", 40), ("120", 120), ("7", 40)])
def test_the_width_is_the_terminals(
    columns: str, widest: int, audit: Audit, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert max(map(len, text.render(audit, catalog).splitlines())) <= widest


def test_colour_only_on_a_terminal_and_it_repeats_the_words(
    audit: Audit, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = text.render(audit, catalog)
    assert not ESCAPE.search(plain)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    coloured = text.render(audit, catalog)
    assert ESCAPE.search(coloured)
    assert [line.rstrip() for line in ESCAPE.sub("", coloured).splitlines()] == plain.splitlines()
    monkeypatch.setenv("NO_COLOR", "1")
    assert text.render(audit, catalog) == plain


def test_without_journeys_it_says_so_and_names_init(make_audit: Callable[..., Audit], catalog: Catalog) -> None:
    from msgspec.structs import replace

    audit = make_audit()
    bare = replace(
        audit,
        platform=replace(audit.platform, journeys=()),
        assessment=replace(
            audit.assessment,
            journeys=(),
            companies=tuple(replace(company, stops=()) for company in audit.assessment.companies),
        ),
    )
    shown = text.render(bare, catalog)
    assert "no journeys are declared" in " ".join(shown.split())
    assert "Amazon Web Services: 7 services" in shown
    assert "Next: offramp init /home/ada/harbour" in shown


def test_the_plan_says_what_cannot_be_done_in_time(plan: Plan, catalog: Catalog) -> None:
    shown = text.render_plan(plan, catalog)
    assert "harbour: 12.5 h with 3 people" in shown
    assert (
        "Cannot be done in time\n  by 11 h: Copy the data out while there is still access (otp.sms, platform)" in shown
    )
    assert "Nothing replaces 1: zendesk/support (support.helpdesk)" in shown


def test_the_plan_says_where_an_exit_fact_was_read_or_that_nothing_is_known(plan: Plan, catalog: Catalog) -> None:
    posts = Export("Posts", "GET /posts", source="https://harbour.example/docs")
    way = WayOut("harbour", 8, exports=(posts,), keeps=(Kept("Keys", "never shown"),))
    shown = text.render_plan(replace(plan, ways_out=(way,)), catalog)
    assert "Take along\n  harbour: Posts: GET /posts (harbour.example)\n" in shown
    assert "Stays behind\n  harbour: Keys: never shown (no source)\n" in shown


def test_a_plan_with_nothing_to_do_says_why(plan: Plan, catalog: Catalog) -> None:
    """Not "0 h" and an invitation to generate an empty project."""
    idle = replace(plan, tasks=(), replacements=(), hosts=(), unplanned=(), untouched=("fastly",))
    shown = text.render_plan(idle, catalog)
    assert "harbour: Nothing to do: nothing that was found hangs on fastly." in shown
    assert "0 h with" not in shown
    assert "offramp generate" not in shown


def test_the_verdict_in_words(verdict: Verdict, audit: Audit, catalog: Catalog) -> None:
    shown = text.render_verdict(verdict, audit, catalog)
    assert shown.startswith("REFUSED: harbour, 4 reasons\n")
    assert "min_score: the score 34 is below 50" in shown
    assert "1 known from the baseline, 1 fixed since, 1 waived" in shown
    assert text.render_verdict(Verdict(True), audit, catalog).startswith("PASSED: harbour")


def test_the_simulation_in_words(audit: Audit, catalog: Catalog) -> None:
    simulation = Simulation(
        (Loss("aws", 30.0), Loss("okta", 0.0)),
        dark=(Dark("reach-staff", "Reach the staff", 0.0, ("okta",)), Dark("read", "", 30.0, ("aws/s3",))),
        survives=("pay",),
        lost=(
            LostDependency("okta", "okta", 0.0, "runtime", hostage=(Kept("TOTP seeds", "no interface"),)),
            LostDependency(
                "aws/s3",
                "aws",
                30.0,
                "runtime",
                exportable=(Export("objects", "sync", source="https://aws.example/s3"),),
            ),
            LostDependency("aws/sqs", "aws", 30.0, "runtime", unchecked=True),
        ),
        time_to_export_hours=30.0,
        strained=(Strained("pay", "", "may stop", 30.0, ("aws/sqs",), question="Are payments queued there?"),),
        first_hour=("Sign out of nothing.",),
    )
    lines = text.render_simulation(simulation, audit, catalog).splitlines()
    assert lines == [
        "2 journeys go dark, the first at once; 1 goes on.",
        "Goes on: pay",
        "",
        "The first hour",
        "  Sign out of nothing.",
        "",
        "Okta, at once",
        "Goes dark",
        "  Reach the staff, through okta",
        "Gone for good",
        "  okta: TOTP seeds: no interface (no source)",
        "What their terms promise",
        "  Notice in their terms: not checked",
        "",
        "Amazon Web Services, after 30 h",
        "Goes dark",
        "  read, through aws/s3",
        "Does not stop, but",
        "  pay may stop: Are payments queued there? (aws/sqs)",
        "Take out before",
        "  aws/s3: objects: sync (aws.example)",
        "Exports nobody checked: aws/sqs",
        "What their terms promise",
        "  Before the contract ends: 30 days; 30 days, or at once for cause",
        "    (aws.example)",
        "  Before a suspension: 0 hours; at once (no source)",
        "",
        "",
        "Next: offramp plan audit.json --lose aws@30h,okta@0h",
    ]
