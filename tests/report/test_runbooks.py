"""Runbooks: every task on paper, in order, with its commands word for word."""

import html as entities
import re

from markdown_it import MarkdownIt
from msgspec.structs import replace

from toolkit.catalog.entries import Catalog
from toolkit.model import Plan
from toolkit.report.runbooks import clock, printable, runbooks

GITHUB = MarkdownIt("commonmark").enable("table")


def test_one_file_per_capability_and_an_index(plan: Plan, catalog: Catalog) -> None:
    files = runbooks(plan, catalog)
    assert set(files) == {"index.md", "index.html", "data.relational.md", "otp.sms.md"}
    for link in re.findall(r"\]\(([^)]+)\)", files["index.md"]):
        assert link in files


def test_the_index_is_the_schedule_in_order(plan: Plan, catalog: Catalog) -> None:
    index = runbooks(plan, catalog)["index.md"]
    starts = re.findall(r"^\| (T\+[0-9:]+)", index, re.MULTILINE)
    assert len(starts) == len(plan.tasks)
    assert starts == sorted(starts)
    assert "- lost: aws, access ends T+30:00" in index
    assert index.count("**too late**") == 1
    assert "`zendesk/support` (support.helpdesk): no blueprint has this capability" in index


def test_phases_come_in_their_order_and_commands_word_for_word(plan: Plan, catalog: Catalog) -> None:
    tokens = GITHUB.parse(runbooks(plan, catalog)["data.relational.md"])
    headings = [
        tokens[n + 1].content for n, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h2"
    ]
    assert headings == ["Prepare", "Copy", "Cut over", "Retire"]
    commands = [token.content for token in tokens if token.type == "fence"]
    assert commands == [f"{command}\n" for task in plan.tasks[:4] for command in task.commands]


def test_commands_of_many_lines_stay_commands(plan: Plan, catalog: Catalog) -> None:
    command = "cat <<'END' | psql\nselect '```' as fence, '<b>' as tag;\n\\q\nEND"
    task = replace(plan.tasks[0], commands=(command,))
    files = runbooks(replace(plan, tasks=(task,)), catalog)
    (fence,) = [token for token in GITHUB.parse(files["data.relational.md"]) if token.type == "fence"]
    assert fence.content == f"{command}\n"
    (block,) = re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", files["index.html"], re.DOTALL)
    assert entities.unescape(block.replace("<br>", "\n")) == command


def test_what_can_be_taken_along_is_on_paper_with_its_source(plan: Plan, catalog: Catalog) -> None:
    files = runbooks(replace(plan, ways_out=tuple(replace(way, at_hours=30) for way in plan.ways_out)), catalog)
    book = entities.unescape(files["otp.sms.md"])
    assert "## Leaving `twilio/verify`: access ends T+30:00" in book
    assert (
        "- ☐ Message logs: `GET /Messages.json`. Limit: bodies are kept for a time (<https://twilio.example/log>)"
        in book
    )
    assert "- TOTP seeds: returned only at factor creation (no source)" in book
    assert "twilio" not in files["data.relational.md"]
    assert "<em>no source</em>" in files["index.html"]
    assert '<a href="https://twilio.example/log" rel="noreferrer">https://twilio.example/log</a>' in files["index.html"]


def test_every_task_is_on_the_printed_page(plan: Plan, catalog: Catalog) -> None:
    page = runbooks(plan, catalog)["index.html"]
    for task in plan.tasks:
        assert page.count(f'id="{task.id}"') == 1


def test_clock() -> None:
    assert [clock(hours) for hours in (0, 0.25, 7.5, 30, 720)] == [
        "T+00:00",
        "T+00:15",
        "T+07:30",
        "T+30:00",
        "T+720:00",
    ]


def test_what_nobody_can_fetch_any_more_is_no_step(plan: Plan, catalog: Catalog) -> None:
    files = runbooks(replace(plan, ways_out=tuple(replace(way, at_hours=0) for way in plan.ways_out)), catalog)
    for page in (files["otp.sms.md"], files["index.html"]):
        assert "Cannot be fetched any more:" in page
        assert "Message logs" in page
        assert "Take along" not in page
        assert "GET /Messages.json" not in page


def test_each_person_has_a_table_of_what_to_do_from_when_to_when(plan: Plan, catalog: Catalog) -> None:
    early, late = plan.tasks[0], plan.tasks[1]
    tasks = (
        replace(early, who=1, start_hours=0.0, finish_hours=0.5, owner="Ada | boss"),
        replace(late, who=2, start_hours=26.0, finish_hours=27.0),
    )
    shown = replace(plan, tasks=tasks)
    index = runbooks(shown, catalog)["index.md"]
    assert "### Person 1: Ada \\| boss" in index
    assert f"| day 1, T+00:00 | day 1, T+00:30 | {early.title} | ☐ |" in index
    assert f"| day 2, T+26:00 | day 2, T+27:00 | {late.title} | ☐ |" in index
    assert "<h3>Person 2" in printable(shown, catalog)
