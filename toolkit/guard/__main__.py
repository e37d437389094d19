"""`python -m toolkit.guard` is `offramp guard`, also where the rest of Offramp is not installed."""

import sys

from toolkit.errors import OfframpError
from toolkit.guard.command import guard


def main() -> None:
    """Run the command; an error becomes a message on stderr and its exit code."""
    try:
        guard()
    except OfframpError as err:
        sys.stderr.write(f"offramp: {err}\n")
        sys.exit(err.exit_code)


if __name__ == "__main__":
    main()
