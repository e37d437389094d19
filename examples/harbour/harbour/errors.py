"""What can go wrong outside Harbour, in the words that the visitor gets to see."""


class Unavailable(Exception):
    """A service that the request needs is down or not configured. Shown as 503; nothing was changed."""


class Refused(Exception):
    """The visitor's input cannot be accepted; the message says why. Shown beside the form as 400."""
