"""What a vendor's side answers and remembers: recorded answers by route."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

ANSWERS = Path(__file__).parent / "answers"


class Answer(NamedTuple):
    """What is sent back. In headers, BASE stands for the server's own address."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = MappingProxyType({})


class Vendor:
    """Routes ("GET /path?query") to answers given one after the other, the last one for ever; and what was asked."""

    def __init__(self) -> None:
        self.routes: dict[str, list[Answer]] = {}
        self.asked: list[str] = []
        self.tokens: set[str] = set()
        self.url = ""

    def route(self, request: str, *answers: Answer) -> None:
        self.routes[request] = list(answers)

    def recorded(self, request: str, name: str, *, next: str = "") -> None:
        """The recorded answer `name`; `next` is the path of the Link header."""
        headers = {"Link": f'<BASE{request.partition(" ")[2]}>; rel="self"'}
        if next:
            headers["Link"] += f', <BASE{next}>; rel="next"'
        self.route(request, Answer((ANSWERS / name).read_bytes(), headers=headers))

    def answer(self, request: str) -> Answer:
        self.asked.append(request)
        answers = self.routes.get(request)
        if not answers:
            return Answer(b'{"errorCode":"E0000007"}', 404)
        return answers.pop(0) if len(answers) > 1 else answers[0]
