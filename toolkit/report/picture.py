"""Who hangs on whom, as a drawing in layers: journeys → services → companies → those they run on.

In: an audit. Out: boxes and lines with their places, in pixels; the template makes SVG of them. The order within a
layer is the barycentre method's (Sugiyama, Tagawa, Toda 1981): each box goes to the mean of its neighbours, by turns.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from toolkit.catalog.entries import Catalog
from toolkit.model import Answer, Audit, Effect

LAYERS = ("Journeys", "Services", "Companies", "Which run on")
WIDTH, STEP = 196, 300  # of a box; from one layer to the next
_HEIGHT, _GAP, _TOP = 28, 8, 30
_LETTERS = 25  # of a box's text
_MOST = 40  # boxes of a layer; those that do least are left out, and counted
_TURNS = 6
_Kind = Effect | Literal["runs on"]
_WEIGHTS: Mapping[_Kind, int] = {
    "stops": 100,
    "may stop": 10,
    "later": 1,
    "degrades": 1,
    "runs on": 1,
}


class Box(NamedTuple):
    id: str  # unique in the drawing: the layer's number and the thing's id
    text: str
    whole: str  # its name, not cut
    x: int
    y: int


class Line(NamedTuple):
    begin: str  # Box.id
    end: str
    effect: _Kind
    path: str  # SVG path data


class Picture(NamedTuple):
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: int
    height: int
    left_out: int  # services that are not drawn


def draw(audit: Audit, catalog: Catalog, names: Mapping[str, str], titles: Mapping[str, str]) -> Picture:
    """The drawing of everything whose loss does something to a journey; empty where nothing does."""
    edges = _edges(audit)
    layers, left_out = _layers(edges)
    ordered = _ordered(layers, edges)
    tall = max((len(layer) for layer in ordered), default=0) * (_HEIGHT + _GAP)
    boxes = {}
    for number, layer in enumerate(ordered):
        above = _TOP + (tall - len(layer) * (_HEIGHT + _GAP)) // 2
        for place, thing in enumerate(layer):
            whole = _name(number, thing, catalog, names, titles)
            text = whole if len(whole) <= _LETTERS else whole[: _LETTERS - 1] + "…"
            x, y = number * STEP, above + place * (_HEIGHT + _GAP)
            boxes[number, thing] = Box(f"{number}:{thing}", text, whole, x, y)
    lines = [
        Line(boxes[begin].id, boxes[end].id, effect, _path(boxes[begin], boxes[end]))
        for (begin, end), effect in edges.items()
        if begin in boxes and end in boxes
    ]
    lines.sort(key=lambda line: _WEIGHTS[line.effect])  # what stops is drawn last, above the others
    wide = max((box.x for box in boxes.values()), default=0) + WIDTH
    return Picture(tuple(boxes.values()), tuple(lines), wide, _TOP + tall, left_out)


_Node = tuple[int, str]  # layer, id
_Edges = dict[tuple[_Node, _Node], _Kind]


def _edges(audit: Audit) -> _Edges:
    """Each pair once, with the strongest effect."""
    found: _Edges = {}
    for risk in audit.assessment.journeys:
        classes: tuple[tuple[Effect, Sequence[Answer]], ...] = (
            ("degrades", risk.degrades), ("later", risk.later), ("may stop", risk.may_stop), ("stops", risk.stops)
        )  # fmt: skip
        for effect, answers in classes:
            for answer in answers:
                for dependency in answer.dependencies:
                    found[(0, risk.journey), (1, dependency)] = effect
                    held = found.get(((1, dependency), (2, answer.company)), "degrades")
                    stronger = max(effect, held, key=_WEIGHTS.__getitem__)
                    found[(1, dependency), (2, answer.company)] = stronger
    drawn = {company for _, (layer, company) in found if layer == 2}
    for foundation in audit.assessment.companies:
        for company in audit.assessment.companies:
            if company.id in drawn and company.id != foundation.id and {*company.vendors} & {*foundation.foundation_of}:
                found[(2, company.id), (3, foundation.id)] = "runs on"
    return found


def _layers(edges: _Edges) -> tuple[list[list[str]], int]:
    """The things of each layer, those that do most first; and how many services were too many."""
    weight: dict[_Node, int] = {}
    for ends, effect in edges.items():
        for node in ends:
            weight[node] = weight.get(node, 0) + _WEIGHTS[effect]
    layers = []
    for number in range(len(LAYERS)):
        found = sorted((node for node in weight if node[0] == number), key=lambda node: (-weight[node], node[1]))
        layers.append([thing for _, thing in found])
    left_out = max(len(layers[1]) - _MOST, 0)
    layers = [layer[:_MOST] for layer in layers]
    while layers and not layers[-1]:
        layers.pop()
    return layers, left_out


def _ordered(layers: list[list[str]], edges: Iterable[tuple[_Node, _Node]]) -> list[list[str]]:
    """Each layer by the mean place of its neighbours, to and fro."""
    pairs = list(edges)
    neighbours: dict[_Node, list[_Node]] = {}
    for begin, end in pairs:
        neighbours.setdefault(begin, []).append(end)
        neighbours.setdefault(end, []).append(begin)
    ordered = [list(layer) for layer in layers]
    for turn in range(_TURNS):
        numbers = range(1, len(ordered)) if turn % 2 == 0 else range(len(ordered) - 2, -1, -1)
        for number in numbers:
            beside = number - 1 if turn % 2 == 0 else number + 1
            places = {(beside, thing): (at + 0.5) / len(ordered[beside]) for at, thing in enumerate(ordered[beside])}
            middle = {}
            for at, thing in enumerate(ordered[number]):
                near = [places[node] for node in neighbours.get((number, thing), ()) if node in places]
                middle[thing] = sum(near) / len(near) if near else (at + 0.5) / len(ordered[number])
            ordered[number].sort(key=lambda thing: middle[thing])
    return ordered


def _name(layer: int, thing: str, catalog: Catalog, names: Mapping[str, str], titles: Mapping[str, str]) -> str:
    if layer == 0:
        return titles.get(thing, thing)
    if layer == 1:
        entry = catalog.entry(thing)
        return entry.name if entry else thing
    return names.get(thing, thing)


def _path(begin: Box, end: Box) -> str:
    x1, y1, x2, y2 = begin.x + WIDTH, begin.y + _HEIGHT // 2, end.x, end.y + _HEIGHT // 2
    middle = (x1 + x2) // 2
    return f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"
