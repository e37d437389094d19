"""Names of files and words of a command line as texts that a document can hold.

What the system has as bytes need not be UTF-8; Python stands halves of surrogate pairs in their place, which no
encoder takes.
"""


def holdable(text: str) -> str:
    """The text; bytes that are no UTF-8 stand in it as "\\udcff", so that two names stay two."""
    return text.encode("utf-8", "backslashreplace").decode()
