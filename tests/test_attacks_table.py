"""The README's table of attacks: each names what refuses it, and a test that there is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
SECTION = re.compile(r"^### Attacks tried\n(.*?)(?=^#{1,3} |\Z)", re.MULTILINE | re.DOTALL)
TEST = re.compile(r"`tests/(test_\w+\.py)::(test_\w+)`")


def rows() -> list[list[str]]:
    """The cells of each line of the table."""
    section = SECTION.search((ROOT / "README.md").read_text("utf-8"))
    assert section, "README.md has no section `### Attacks tried`"
    lines = [line for line in section[1].splitlines() if line.startswith("|")]
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if not re.match(r"\|[-| ]+\|$", line)
    ]


def defined_in(file: str) -> set[str]:
    """The names of a file's tests."""
    path = ROOT / "tests" / file
    tree = ast.parse(path.read_text("utf-8")) if path.is_file() else ast.Module([], [])
    return {each.name for each in tree.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_line_has_a_test_that_there_is() -> None:
    head, *lines = rows()
    assert head == ["attack", "what refuses it", "test"]
    assert len(lines) > 40
    for line in lines:
        assert len(line) == 3, line
        attack, refuses, named = line
        assert attack, line
        assert refuses, line
        found = TEST.findall(named)
        assert found, f"{attack}: no test is named"
        for file, name in found:
            assert name in defined_in(file), f"{attack}: there is no tests/{file}::{name}"


def test_every_attack_that_is_tested_stands_in_the_table() -> None:
    named = {(file, name) for line in rows() for file, name in TEST.findall(line[-1])}
    for path in sorted(ROOT.glob("tests/test_attacks_*.py")):
        if path.name != Path(__file__).name:
            missing = {name for name in defined_in(path.name) if name.startswith("test_")} - {
                name for file, name in named if file == path.name
            }
            assert not missing, f"{path.name}: {sorted(missing)} stand in no line of the README's table"
