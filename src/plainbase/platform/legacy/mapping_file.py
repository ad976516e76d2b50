"""A mapping file: TOML that says which tables and columns of an older database become which of plainbase's."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from plainbase.errors import PlainbaseError

EXAMPLES = Path(__file__).parent / "mappings"
RULE_KEYS = ("from", "value", "else", "words", "refers", "id", "of", "collect", "times", "epoch")
TABLE_KEYS = ("source", "target", "key", "by", "distinct", "as", "columns", "derived", "left")
ROW_KEYS = ("target", "id", "values")
FILE_KEYS = ("name", "title", "words", "ignore", "row", "table")


class MappingError(PlainbaseError):
    """A mapping file does not fit itself, the target or the source; `problems` lists each as `file: key: message`."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class Rule:
    """What one target column is made of.

    `columns` are source columns, of which the first that is not NULL counts; `otherwise` stands where all are. `words`
    translate, `refers` names the mapped table whose row is meant, `id` makes a key of columns (of another thing `of`),
    `collect` makes JSON of columns (`rest` of all that nothing else takes), `times` multiplies, `epoch` reads seconds
    or milliseconds since 1970.
    """

    columns: tuple[str, ...] = ()
    otherwise: object = None
    words: Mapping[str, str] | None = None
    refers: str | None = None
    id: tuple[str, ...] = ()
    of: str | None = None
    collect: tuple[str, ...] = ()
    rest: bool = False
    times: float | None = None
    epoch: str | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        """The source columns that it reads, but for those of `rest`."""
        return tuple(dict.fromkeys((*self.columns, *self.id, *self.collect)))


@dataclass(frozen=True, slots=True)
class MappedTable:
    """One `[[table]]`: `where` is its place in the file, for errors; `sources` the names that the table may have."""

    where: str
    sources: tuple[str, ...]
    target: str
    rules: Mapping[str, Rule]
    key: tuple[str, ...] = ("id",)
    by: tuple[str, ...] = ("id",)
    distinct: tuple[str, ...] = ()
    known_as: str = ""
    derived: Mapping[str, str] = field(default_factory=dict)
    left: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MappedRow:
    """One `[[row]]`: a row that others need and that no row of the source becomes."""

    where: str
    target: str
    id: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class MappingFile:
    """A file that was read."""

    file: str
    name: str
    title: str
    tables: tuple[MappedTable, ...]
    rows: tuple[MappedRow, ...]
    ignored: Mapping[str, str]


def named(text: str) -> Path:
    """The file meant: a path, or the name of one that plainbase ships (000, 002, 003)."""
    shipped = EXAMPLES / f"{text}.toml"
    return shipped if "/" not in text and not Path(text).exists() and shipped.is_file() else Path(text)


def load(path: Path) -> MappingFile:
    """Read a mapping file. Raises MappingError with every problem of it, and OSError."""
    try:
        raw = tomllib.loads(path.read_bytes().decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError([f"{path}: this is no TOML: {error}"]) from None
    reader = _File(path.name)
    made = reader.read(raw)
    if reader.problems:
        raise MappingError(reader.problems)
    return made


class _File:
    """Reads one file, and collects what is wrong with it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[str] = []

    def wrong(self, where: str, why: str) -> None:
        self.problems.append(f"{self.file}: {where}: {why}")

    def read(self, raw: Mapping[str, Any]) -> MappingFile:
        self.known("the file", raw, FILE_KEYS)
        words = {
            name: self.words(f"words.{name}", value) for name, value in self.mapping("words", raw.get("words")).items()
        }
        name = self.text("name", raw.get("name"))
        tables = []
        for place, each in enumerate(self.tables("table", raw.get("table")), 1):
            tables.append(self.table(f"table {place}", each, words))
        if not tables:
            self.wrong("table", "there is no [[table]]")
        rows = [self.row(f"row {place}", each) for place, each in enumerate(self.tables("row", raw.get("row")), 1)]
        ignored = {
            key: self.text(f"ignore.{key}", why) for key, why in self.mapping("ignore", raw.get("ignore")).items()
        }
        self.references(tables)
        return MappingFile(self.file, name, str(raw.get("title", name)), tuple(tables), tuple(rows), ignored)

    def table(self, where: str, raw: Mapping[str, Any], words: Mapping[str, Mapping[str, str]]) -> MappedTable:
        sources = self.names(f"{where}.source", raw.get("source"))
        where = f"{where} ({sources[0]})" if sources else where
        self.known(where, raw, TABLE_KEYS)
        columns = self.mapping(f"{where}.columns", raw.get("columns"))
        if not columns:
            self.wrong(f"{where}.columns", "no column is mapped")
        rules = {name: self.rule(f"{where}.columns.{name}", value, words) for name, value in columns.items()}
        distinct = self.names(f"{where}.distinct", raw.get("distinct", []))
        return MappedTable(
            where,
            sources,
            self.text(f"{where}.target", raw.get("target")),
            rules,
            self.names(f"{where}.key", raw.get("key", list(distinct) or ["id"])),
            self.names(f"{where}.by", raw.get("by", ["id"])),
            distinct,
            str(raw.get("as", sources[0] if sources else "")),
            {k: self.text(f"{where}.derived.{k}", v) for k, v in self.mapping(where, raw.get("derived")).items()},
            {k: self.text(f"{where}.left.{k}", v) for k, v in self.mapping(where, raw.get("left")).items()},
        )

    def rule(self, where: str, raw: object, words: Mapping[str, Mapping[str, str]]) -> Rule:
        if isinstance(raw, str):
            return Rule((raw,))
        rule = self.mapping(where, raw)
        self.known(where, rule, RULE_KEYS)
        makers = [key for key in ("from", "value", "id", "collect") if key in rule]
        if len(makers) != 1:
            self.wrong(where, "exactly one of from, value, id and collect is needed")
        translated = rule.get("words")
        if isinstance(translated, str):
            if translated not in words:
                self.wrong(f"{where}.words", f"there is no words.{translated}")
            translated = words.get(translated, {})
        elif translated is not None:
            translated = self.words(f"{where}.words", translated)
        collect = self.names(f"{where}.collect", rule.get("collect", []))
        times, epoch = rule.get("times"), rule.get("epoch")
        if times is not None and (isinstance(times, bool) or not isinstance(times, int | float)):
            self.wrong(f"{where}.times", "a number is needed")
            times = None
        if epoch not in (None, "seconds", "milliseconds"):
            self.wrong(f"{where}.epoch", "seconds or milliseconds is needed")
        refers, of = rule.get("refers"), rule.get("of")
        for key, value in (("refers", refers), ("of", of)):
            if value is not None and not isinstance(value, str):
                self.wrong(f"{where}.{key}", "a name is needed")
        return Rule(
            self.names(f"{where}.from", rule.get("from", [])),
            rule.get("value", rule.get("else")),
            translated,
            refers if isinstance(refers, str) else None,
            self.names(f"{where}.id", rule.get("id", [])),
            of if isinstance(of, str) else None,
            tuple(name for name in collect if name != "*"),
            "*" in collect,
            times,
            epoch if isinstance(epoch, str) else None,
        )

    def row(self, where: str, raw: Mapping[str, Any]) -> MappedRow:
        self.known(where, raw, ROW_KEYS)
        return MappedRow(
            where,
            self.text(f"{where}.target", raw.get("target")),
            self.text(f"{where}.id", raw.get("id")),
            self.mapping(f"{where}.values", raw.get("values")),
        )

    def references(self, tables: Sequence[MappedTable]) -> None:
        """A table is named before it is referred to."""
        before: set[str] = set()
        for table in tables:
            before.add(table.known_as)
            for name, rule in table.rules.items():
                if rule.refers is not None and rule.refers not in before:
                    everywhere = {each.known_as for each in tables}
                    why = "comes later in the file" if rule.refers in everywhere else "is no table of this file"
                    self.wrong(f"{table.where}.columns.{name}.refers", f"{rule.refers} {why}")

    def known(self, where: str, raw: Mapping[str, Any], names: Sequence[str]) -> None:
        for key in raw:
            if key not in names:
                self.wrong(where, f"{key} is unknown; known are {', '.join(names)}")

    def text(self, where: str, raw: object) -> str:
        if isinstance(raw, str) and raw:
            return raw
        self.wrong(where, "a text is needed")
        return ""

    def names(self, where: str, raw: object) -> tuple[str, ...]:
        if isinstance(raw, str):
            return (raw,)
        if isinstance(raw, list) and all(isinstance(each, str) for each in raw):
            return tuple(raw)
        self.wrong(where, "a name or a list of names is needed")
        return ()

    def mapping(self, where: str, raw: object) -> Mapping[str, Any]:
        if raw is None:
            return {}
        if isinstance(raw, dict):
            return raw
        self.wrong(where, f"a table is needed, not {'a time' if isinstance(raw, datetime) else type(raw).__name__}")
        return {}

    def tables(self, where: str, raw: object) -> list[Mapping[str, Any]]:
        if raw is None:
            return []
        if isinstance(raw, list) and all(isinstance(each, dict) for each in raw):
            return raw
        self.wrong(where, f"write it as [[{where}]]")
        return []

    def words(self, where: str, raw: object) -> Mapping[str, str]:
        """Source word -> plainbase's, from plainbase's -> source words."""
        found: dict[str, str] = {}
        for meant, given in self.mapping(where, raw).items():
            for word in self.names(f"{where}.{meant}", given):
                if found.setdefault(word.lower(), meant) != meant:
                    self.wrong(f"{where}.{meant}", f"the word {word} is there twice")
        return found
