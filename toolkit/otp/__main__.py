"""`python -m toolkit.otp` is `offramp otp`, also where the rest of Offramp is not installed."""

import sys

from toolkit.errors import OfframpError
from toolkit.otp.command import otp


def main() -> None:
    """Run the command; an error becomes a message on stderr and its exit code."""
    try:
        otp()
    except OfframpError as err:
        sys.stderr.write(f"offramp: {err}\n")
        sys.exit(err.exit_code)


if __name__ == "__main__":
    main()
