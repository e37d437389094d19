"""The simulation as a page and as Markdown: a picture of when, everything in words, nothing that acts."""

import re

from toolkit.catalog.entries import Catalog, Scenario
from toolkit.catalog.entries import Lost as LostVendor
from toolkit.model import Audit, Dark, Loss, Simulation, Strained
from toolkit.report import html, markdown, timeline

HOSTILE = "<script>x</script>|`![a](http://b)"
SIMULATION = Simulation(
    (Loss("okta", 0.0), Loss("aws", 30.0), Loss("fastly", 2.0)),
    dark=(Dark("sign-in", HOSTILE, 0.0, ("okta",)), Dark("read", "Read", 30.0, ("aws/s3",))),
    survives=("pay",),
    strained=(Strained("post", "Post", "later", 0.0, ("okta",), "sessions end", "at the session's end", 12.0),),
    first_hour=("Sign out of nothing.",),
    scenario="weekend",
)


def test_bars_change_when_losses_come() -> None:
    drawn = timeline.draw(SIMULATION, {"read": "Read"})
    rows = {row.whole: [bar.state for bar in row.bars] for row in drawn.rows}
    assert rows == {"sign-in": ["dark"], "Read": ["works", "dark"], "post": ["works", "later"], "pay": ["works"]}
    [read] = [row for row in drawn.rows if row.whole == "Read"]
    [at_30] = [mark for mark in drawn.marks if mark.text == "30 h"]
    assert read.bars[1].x == at_30.x
    ends = {round(row.bars[-1].x + row.bars[-1].width) for row in drawn.rows}
    assert ends == {timeline.LEFT + timeline.WIDTH}


def test_both_say_everything_and_nothing_acts(audit: Audit, catalog: Catalog) -> None:
    scenario = Scenario("weekend", "All in one weekend", "2021", "vendor", (LostVendor("okta"),), lesson="Keep copies.")
    known = _with(catalog, scenario)
    page, text = html.render_simulation(SIMULATION, audit, known), markdown.render_simulation(SIMULATION, audit, known)
    for shown in (page, text):
        assert "<script" not in shown
        for said in ("All in one weekend", "Keep copies.", "Sign out of nothing.", "hangs on: ", "offramp plan"):
            assert said in shown
    assert "![a]" not in re.sub(r"\\.", "", text)
    assert page.count("<svg") == 1


def _with(catalog: Catalog, scenario: Scenario) -> Catalog:
    from msgspec.structs import replace

    return replace(catalog, scenarios={scenario.id: scenario})
