"""`python -m plainbase` is the command `plainbase`."""

from plainbase.cli import main

main()
