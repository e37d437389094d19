"""`python -m toolkit` is `offramp`."""

from toolkit.cli import main

main()
