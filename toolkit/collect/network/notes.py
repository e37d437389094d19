"""What is noted while one domain is looked at. It fills up as answers come, so that a deadline cuts nothing off."""

from toolkit.collect.network.names import plain
from toolkit.collect.network.signs import Seen
from toolkit.model import Observation, ObservationName, Unread

_MOST_UNREAD = 25  # of one domain: a server that refuses one question refuses most


class Notes:
    """Names seen, observations, and what could not be read, of one root."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.ran: set[str] = set()  # sources that got an answer
        self.seen: list[Seen] = []
        self.observations: list[Observation] = []
        self.unread: list[Unread] = []

    def observe(self, source: str, name: ObservationName, where: str, value: str) -> None:
        self.observations.append(Observation(source, self.root, where, name, plain(value)))

    def miss(self, source: str, where: str, reason: str) -> None:
        """Something could not be looked at. Reasons can have a stranger's words in them."""
        if len(self.unread) < _MOST_UNREAD:
            self.unread.append(Unread(source, self.root, plain(where, 300), plain(reason, 300)))
