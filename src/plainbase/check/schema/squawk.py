"""squawk, the linter of PostgreSQL's migrations, run on one of them."""

from __future__ import annotations

import json
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
    command = [program, "--reporter", "json", "--stdin-filepath", name]
    if Path(".squawk.toml").is_file():
        command += ["--config", ".squawk.toml"]
    if in_transaction:
        command.append("--assume-in-transaction")
    done = subprocess.run(command, input=text, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 (no shell)
    try:
        findings = json.loads(done.stdout)
    except ValueError:
        return (done.stdout + done.stderr).strip()
    lines = [
        f"{name}:{one['line'] + 1}:{one['column'] + 1}: {one['level'].lower()}: {one['rule_name']} {one['message']}"
        for one in findings
        if one["rule_name"] not in SETTLED  # not by --exclude, which would undo the exclusions of the settings
    ]
    return "\n".join(lines) or "nothing to say"
