"""`python -m toolkit` is `offramp`. Interrupts are caught before anything else is imported."""

import _signal  # type: ignore[import-not-found,unused-ignore]  # `signal` without enum and all that enum imports
import os
import sys


def main() -> None:
    """Run the command line. Ctrl-C and SIGTERM, whenever they come, end in one line on stderr and exit code 130."""
    _end_at_once()
    from toolkit import interrupts

    code: object = None
    try:
        interrupts.catch()
        from toolkit import cli

        cli.main()
    except KeyboardInterrupt:  # during the imports, or while another error was being told
        interrupts.end()
    except SystemExit as err:
        code = err.code
    if interrupts.came():
        interrupts.end()
    interrupts.ignore()
    sys.exit(code)  # type: ignore[arg-type]  # what `cli.main` gave to it


def _end_at_once() -> None:
    """Until `interrupts` is there nothing is begun: end as `interrupts.end` does. What is ignored stays ignored."""

    def end(_number: int, _frame: object) -> None:
        try:
            os.write(2, b"offramp: interrupted; nothing half-written was left\n")
        finally:
            os._exit(130)

    for number in (_signal.SIGINT, _signal.SIGTERM):
        if _signal.getsignal(number) != _signal.SIG_IGN:
            _signal.signal(number, end)


if __name__ == "__main__":
    main()
