"""squawk, the linter of PostgreSQL's migrations, run on one of them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

MISSING = "squawk is not installed: pip install squawk-cli"

SETTLED = ("require-lock-timeout", "require-statement-timeout", "prefer-robust-stmts")
"""What holds for every migration: both timeouts are set, and one that stopped half way can be run again."""


def lint(text: str, name: str, *, in_transaction: bool) -> str:
    """What squawk says of a migration's SQL, with the settings of a `.squawk.toml` in the current folder."""
    program = shutil.which("squawk") or shutil.which("squawk", path=str(Path(sys.executable).parent))
    if program is None:
        return MISSING
    command = [program, "--reporter", "gcc", "--stdin-filepath", name]
    command += [word for rule in SETTLED for word in ("--exclude", rule)]
    if Path(".squawk.toml").is_file():
        command += ["--config", ".squawk.toml"]
    if in_transaction:
        command.append("--assume-in-transaction")
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)  # noqa: S603 (no shell)
    return (done.stdout + done.stderr).strip() or "nothing to say"
