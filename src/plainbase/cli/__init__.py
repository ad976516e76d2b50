"""The command line: `plainbase`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command; without the extra `cli` say how to get it."""
    try:
        from plainbase.cli.commands import plainbase
    except ModuleNotFoundError as error:
        if error.name not in ("click", "rich"):
            raise
        sys.exit(f"plainbase: {error.name} is missing: pip install 'plainbase[cli]'")
    plainbase(prog_name="plainbase")
