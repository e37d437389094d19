"""The drawing of who hangs on whom: everything that does something is there, and a huge platform stays drawable."""

import re

from msgspec.structs import replace

from toolkit.catalog.entries import Catalog
from toolkit.model import Answer, Audit, JourneyRisk
from toolkit.report import html, picture


def test_every_answer_is_a_line_from_its_journey_to_its_company(audit: Audit, catalog: Catalog) -> None:
    drawn = picture.draw(audit, catalog, {}, {})
    ends = {(line.begin, line.end): line.effect for line in drawn.lines}
    for risk in audit.assessment.journeys:
        for answer in risk.stops:
            for dependency in answer.dependencies:
                assert ends[f"0:{risk.journey}", f"1:{dependency}"] == "stops"
                assert ends[f"1:{dependency}", f"2:{answer.company}"] == "stops"


def test_boxes_of_a_layer_do_not_touch(audit: Audit, catalog: Catalog) -> None:
    drawn = picture.draw(audit, catalog, {}, {})
    places = [(box.x, box.y) for box in drawn.boxes]
    assert len(places) == len(set(places)) > 0
    assert all(0 <= box.x <= drawn.width - picture.WIDTH and 0 < box.y < drawn.height for box in drawn.boxes)


def test_a_thousand_services_are_cut_to_the_most_important_and_counted(audit: Audit, catalog: Catalog) -> None:
    stops = tuple(Answer("aws", (f"aws/s{number}",)) for number in range(100))
    later = tuple(Answer("aws", (f"aws/t{number}",)) for number in range(900))
    risk = JourneyRisk("read", stops=stops, later=later)
    drawn = picture.draw(replace(audit, assessment=replace(audit.assessment, journeys=(risk,))), catalog, {}, {})
    services = [box for box in drawn.boxes if box.id.startswith("1:")]
    assert drawn.left_out == 1000 - len(services) > 900
    assert all(box.id.startswith("1:aws/s") for box in services)


def test_names_of_a_hostile_platform_stay_text(audit: Audit, catalog: Catalog) -> None:
    risk = JourneyRisk("<script>", title="</svg><script>", stops=(Answer('"><script>', ("x/<script>",)),))
    page = html.render(replace(audit, assessment=replace(audit.assessment, journeys=(risk,))), catalog)
    drawing = re.search("<svg.*?</svg>", page, re.DOTALL)
    assert drawing
    assert "<script" not in drawing[0]
