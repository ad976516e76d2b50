"""The lint of SQL and of Python: whatever is switched off says why."""

from __future__ import annotations

import configparser
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SQL = sorted(path for place in ("schema", "queries", "src", "scripts") for path in (ROOT / place).rglob("*.sql"))
SUPPRESSION = re.compile(r"--\s*(?P<before>.*?)(?:-- )?(?:noqa\b(?!: enable)[^a-z]*|squawk-ignore)")
WORDS = 3
"""A reason has so many words at least."""


def reasons_missing(text: str) -> list[int]:
    """The lines with a suppression and no reason: in the comment itself, or in the comment line above it."""
    lines = text.split("\n")
    missing = []
    for number, line in enumerate(lines):
        match = SUPPRESSION.search(line)
        if match is None:
            continue
        above = lines[number - 1].strip() if number else ""
        prose = above.removeprefix("--") if above.startswith("--") and not SUPPRESSION.search(above) else ""
        if max(len(match["before"].split()), len(prose.split())) < WORDS:
            missing.append(number + 1)
    return missing


@pytest.mark.parametrize("path", SQL, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_suppression_in_sql_says_why(path: Path) -> None:
    assert reasons_missing(path.read_text("utf-8")) == []


def test_a_suppression_without_a_reason_is_found() -> None:
    assert reasons_missing("-- noqa: disable=LT02\nSELECT 1") == [1]
    assert reasons_missing("SELECT 1 -- noqa: PRS") == [1]
    assert reasons_missing("-- One.\n-- squawk-ignore prefer-text-field") == [2]
    assert reasons_missing("-- The parser knows no such word. -- noqa: PRS\n-- noqa: enable=LT02") == []
    assert reasons_missing("-- The table is new and empty.\n-- squawk-ignore prefer-text-field") == []


def test_each_rule_that_is_off_says_why() -> None:
    text = (ROOT / ".sqlfluff").read_text("utf-8")
    config = configparser.ConfigParser()
    config.read_string(text)
    for section in config.sections():
        for rule in filter(None, (each.strip() for each in config[section].get("exclude_rules", "").split(","))):
            assert re.search(rf"^# {rule}: \S+( \S+){{2}}", text, re.MULTILINE), rule
    text = (ROOT / ".squawk.toml").read_text("utf-8")
    for rule in tomllib.loads(text)["excluded_rules"]:
        assert re.search(rf'"{rule}",\s+# \w+( \S+){{2}}', text), rule
