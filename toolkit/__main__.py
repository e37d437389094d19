"""`python -m toolkit` is `offramp`. Interrupts are caught before anything else is imported."""

import _signal  # type: ignore[import-not-found,unused-ignore]  # `signal` without enum and all that enum imports
import io
import os
import sys


def main() -> None:
    """Run the command line. Ctrl-C and SIGTERM, whenever they come, end in one line on stderr and exit code 130."""
    _end_at_once()
    _open_closed_ones()
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


def _open_closed_ones() -> None:
    """What the caller closed of stdin, stdout and stderr: else the next file that is opened would be taken for it.

    Nothing is in the first, nothing can be written to the second (an error, once there is something to write), and what
    is said on the third is lost.
    """
    for number, mode in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)  # takes the lowest number that is free: this one
            os.set_inheritable(number, True)
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  # for as long as we run
    sys.stdout = sys.stdout or _unbuffered(1)  # what could not be written must not be tried again at the end
    sys.stderr = sys.stderr or _unbuffered(2)


def _unbuffered(number: int) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.FileIO(number, "w", closefd=False), encoding="utf-8", write_through=True)


if __name__ == "__main__":
    main()
