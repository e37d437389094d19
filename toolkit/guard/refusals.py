"""A request of a browser or an application that is refused: status and a short name of what is wrong."""


class Refusal(Exception):
    """`reason` is one word for programs; `status` is HTTP's."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.reason, self.status = reason, status
