"""A group of commands whose help lists them in sections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

Map = Mapping[str, Sequence[click.Command]]
"""The commands of a group by the heading that they stand under, both in the order they are shown in."""


class SectionedGroup(click.Group):
    """A group that shows its commands under headings; it has those of its map and no others."""

    def __init__(self, *args: Any, sections: Map, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sections = sections
        for commands in sections.values():
            for each in commands:
                self.add_command(each)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order of the map."""
        return [str(each.name) for commands in self._sections.values() for each in commands]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections, all of them with one width of the first column."""
        names = [str(each.name) for commands in self._sections.values() for each in commands]
        widest = max(map(len, names))
        for heading, commands in self._sections.items():
            if not commands:
                continue
            rows = [(str(each.name).ljust(widest), each.get_short_help_str(formatter.width)) for each in commands]
            with formatter.section(heading):
                formatter.write_dl(rows)
