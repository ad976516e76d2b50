"""A page in GitHub's Markdown: headings with their anchors, links to them, and text that stays as it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

_LINK = re.compile("\\[([^\\[\\]]*)\\]\\(\0([^\0]*)\0\\)")
_SPAN = re.compile(r"(`+)(.+?)\1(?!`)", re.DOTALL)
_SPECIAL = re.compile(r"[\\*<\[\]|]|(?<!\w)_|_(?!\w)")
_NAMES = re.compile(r"(?<!\w)[A-Za-z_]\w*(?:\.\w+)*")
_CHAIN = re.compile(r",? (?:(?:and|or) )?")
_NO_SLUG = re.compile(r"[^\w\- ]")


class Page:
    """The lines of a page; a link's target is a key, and one that no heading has leaves its text alone."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._anchors: dict[str, str] = {}
        self._slugs: Counter[str] = Counter()

    def heading(self, level: int, text: str, key: str) -> None:
        """Begin a part that links can point to."""
        self.paragraph(f"{'#' * level} {escaped(text)}")
        slug = _NO_SLUG.sub("", text.lower()).replace(" ", "-")
        number = self._slugs[slug]
        self._slugs[slug] += 1
        while number and f"{slug}-{number}" in self._slugs:
            number += 1
        anchor = f"{slug}-{number}" if number else slug
        if number:
            self._slugs[anchor] += 1
        self._anchors[key] = anchor

    def paragraph(self, *lines: str) -> None:
        """Add lines, apart from what stands before and after; none adds nothing."""
        if any(lines):
            self._lines += [*lines, ""]

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Add a table; columns that are empty in all rows are left out."""
        rows = list(rows)
        kept = [place for place in range(len(head)) if any(row[place] for row in rows)]
        lines = [_row(head, kept), "|" + "---|" * len(kept)]
        self.paragraph(*lines, *(_row(row, kept) for row in rows))

    def bullets(self, title: str, lines: Iterable[str]) -> None:
        """Add a list under a title, where there is anything to list."""
        lines = [f"- {line}" for line in lines]
        if lines:
            self.paragraph(f"**{title}**")
            self.paragraph(*lines)

    def text(self) -> str:
        """The page, its links resolved."""

        def resolve(match: re.Match[str]) -> str:
            anchor = self._anchors.get(match[2])
            return match[1] if anchor is None else f"[{match[1]}](#{anchor})"

        return _LINK.sub(resolve, "\n".join(self._lines).rstrip("\n") + "\n")


def link(text: str, key: str) -> str:
    """A link to the heading with this key."""
    return f"[{escaped(text)}](\0{key}\0)"


def code(text: str) -> str:
    """A code span, whatever backticks it holds; outside of tables."""
    marks = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    space = " " if "`" in text else ""
    return f"{marks}{space}{text}{space}{marks}"


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(lambda match: f"\\{match[0]}", text)


def prose(text: str, known: Callable[[str], str | None]) -> str:
    """A comment as text; names that `known` has a key for become links, code spans stay.

    A word that follows such a name (`sessions.list_for_user and revoke_for_user`) may be another of its file.
    """
    parts: list[str] = []
    position = 0
    for span in _SPAN.finditer(text):
        parts += [_linked(text[position : span.start()], known), span[0]]
        position = span.end()
    return "".join([*parts, _linked(text[position:], known)])


def _linked(text: str, known: Callable[[str], str | None]) -> str:
    parts: list[str] = []
    position, file = 0, ""
    for match in _NAMES.finditer(text):
        between, name = text[position : match.start()], match[0]
        if name in ("and", "or"):
            continue
        chained = file if _CHAIN.fullmatch(between) else ""
        key = known(name) or (known(f"{chained}.{name}") if chained else None)
        parts += [escaped(between), link(name, key) if key else escaped(name)]
        file = (name.rpartition(".")[0] or chained) if key else ""
        position = match.end()
    return "".join([*parts, escaped(text[position:])])


def _row(cells: Sequence[str], kept: Sequence[int]) -> str:
    return "| " + " | ".join(_cell(cells[place]) for place in kept) + " |"


def _cell(text: str) -> str:
    """In a table a pipe ends a cell wherever it stands, in a code span too."""
    return re.sub(r"(?<!\\)\|", r"\\|", text).replace("\n", " ")
