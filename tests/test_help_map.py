"""`plainbase --help` shows every command under a heading, and the shells complete them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from plainbase.cli import commands
from plainbase.cli.sections import SectionedGroup

COMMAND = Path(sys.executable).parent / "plainbase"
"""The program itself, as the shells call it."""


def shown(*words: str) -> list[str]:
    runner = CliRunner(env={"COLUMNS": "80"})
    # click leaves two of the columns of a terminal free, but under its runner.
    return runner.invoke(
        commands.plainbase, [*words, "--help"], prog_name="plainbase", terminal_width=78
    ).stdout.splitlines()


def test_every_command_stands_once_in_one_line_that_is_not_cut() -> None:
    lines = shown()
    names = [name for name, command in commands.plainbase.commands.items() if not command.hidden]
    for name in names:
        (line,) = [each for each in lines if re.match(rf"  {name} +[A-Z]", each)]
        assert line.endswith("."), line
        assert len(line) <= 80, line
    assert names == [each.split()[0] for each in lines if re.match(r"  [a-z][a-z-]* +[A-Z]", each)]
    assert max(map(len, lines)) <= 80


def test_the_headings_are_those_of_the_map_that_have_commands() -> None:
    filled = [heading for heading, each in commands.SECTIONS.items() if each]
    assert [line[:-1] for line in shown() if re.match(r"[A-Z].*:$", line)] == ["Options", *filled]


def test_a_heading_without_commands_is_not_shown() -> None:
    @click.command(short_help="Does one thing.")
    def one() -> None:
        """Nothing."""

    group = SectionedGroup(name="two", sections={"Full": (one,), "Empty": ()})
    text = CliRunner().invoke(group, ["--help"]).stdout
    assert "Full:\n  one  Does one thing.\n" in text
    assert "Empty" not in text


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_is_printed(shell: str) -> None:
    result = CliRunner().invoke(commands.plainbase, ["completion", shell])
    assert result.exit_code == 0
    assert "_PLAINBASE_COMPLETE" in result.stdout


def test_an_unknown_shell_is_refused() -> None:
    result = CliRunner().invoke(commands.plainbase, ["completion", "csh"])
    assert result.exit_code == 2
    assert "'csh' is not one of" in result.stderr


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")
@pytest.mark.parametrize(
    ("words", "expected"),
    [("plainbase mig", "migrate"), ("plainbase migrate sta", "status"), ("plainbase top --o", "--once")],
)
def test_bash_completes(tmp_path: Path, words: str, expected: str) -> None:
    script = tmp_path / "plainbase.bash"
    script.write_text(CliRunner().invoke(commands.plainbase, ["completion", "bash"]).stdout)
    asked = (
        f"source {script}; COMP_WORDS=({words}); COMP_CWORD={len(words.split()) - 1}; "
        '$(complete -p plainbase | sed "s/.*-F //; s/ .*//") plainbase; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    path = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", asked], env={**os.environ, "PATH": path}, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [expected]
