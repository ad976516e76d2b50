"""The layout that a mapping file makes: checked against both databases first, then run table by table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from plainbase import values
from plainbase.check.catalog import Catalog, Column, Table
from plainbase.platform.legacy.importing import Import, Step
from plainbase.platform.legacy.layout import Expected, Recognition, compare
from plainbase.platform.legacy.mapping_file import MappedTable, MappingError, MappingFile, Rule
from plainbase.platform.legacy.mapping_values import constant, names_row, value_of
from plainbase.platform.legacy.reading import Reading, Unfit
from plainbase.platform.legacy.runs import times
from plainbase.platform.legacy.source import Source, SourceTable

ENDS = {"training_runs": "finished_at", "experiments": "finished_at", "benchmarks": "completed_at"}
"""Targets whose times must suit their status, and the column of the end."""

OWN: Mapping[str, str] = {
    **dict.fromkeys(
        ("audit_logs", "audit_head", "audit_context", "audit_conflicts", "audited_tables"),
        "the audit log vouches for what was done here, and is written by that alone",
    ),
    **dict.fromkeys(("api_keys", "sessions", "one_time_tokens", "login_attempts"), "who may come in is said here"),
    "role_permissions": "what a role may do is said here",
    "erasures": "what was erased was erased here",
    **dict.fromkeys(
        ("schema_migrations", "view_refreshes", "run_metric_summary_touched", "evaluation_documents"),
        "plainbase keeps it itself",
    ),
}
"""Tables that no mapping fills, and why."""
SECRET = ("password_hash",)
"""Columns that no mapping fills: a hash of an unknown kind would be a password that nobody chose here."""


class Mapped:
    """A layout made of a mapping file, for a target with this catalog."""

    def __init__(self, file: MappingFile, catalog: Catalog) -> None:
        self._file = file
        self._catalog = catalog

    @property
    def name(self) -> str:
        """As the file has it."""
        return self._file.name

    @property
    def title(self) -> str:
        """As the file has it."""
        return self._file.title

    def recognise(self, tables: Mapping[str, SourceTable]) -> Recognition:
        """Say how well tables fit."""
        return compare(tables, self._expected(), self._file.ignored)

    def check(self, source: Source) -> None:
        """Raise MappingError, naming file and key, where the file does not fit the target or the source."""
        problems = [f"{self._file.file}: {each}" for each in (*self._of_target(), *self._of_source(source.tables))]
        if problems:
            raise MappingError(problems)

    async def run(self, importing: Import) -> None:
        """Take it over."""
        self.check(importing.source)
        importing.ignored |= {name: why for name, why in self._file.ignored.items() if name in importing.source.tables}
        for row in self._file.rows:
            own = importing.stable_id("row", row.id)
            made = {"id": own} | {name: constant(importing, each) for name, each in row.values.items()}
            await importing.make(row.target, made, row.id)
        for table in self._file.tables:
            name = _name(table, importing.source.tables)
            if name is not None:
                await importing.take(self._step(importing, table, name))

    def _step(self, importing: Import, table: MappedTable, name: str) -> Step:
        there = importing.source.tables[name].columns
        its = [each for each in self._file.tables if name in each.sources]
        reads = Counter(column for each in its for rule in each.rules.values() for column in rule.reads)
        told = {column for each in its for column in (*each.derived, *each.left)}
        rest = tuple(column for column in there if column not in reads and column not in told)
        twice = {column for column, times_read in reads.items() if times_read > 1}
        columns = {column: target for target, rule in table.rules.items() for column in rule.reads if column in there}
        columns |= {
            column: f"{target}.{column}" for target, rule in table.rules.items() if rule.rest for column in rest
        }
        types = {column.name: column.type for column in self._catalog.tables[table.target].columns.values()}
        origin = next((each.partition(".")[0] for each in table.by if each.endswith(".imported")), None)
        if origin is not None:
            columns |= dict.fromkeys(table.key, f"{origin}.imported.key")
        end = ENDS.get(table.target)

        def convert(row: Reading) -> Mapping[str, Any]:
            made = {
                target: value_of(importing, name, row, rule, types[target], rest, twice)
                for target, rule in table.rules.items()
            }
            if origin is not None:
                key = "/".join(str(row.raw(column)) for column in table.key)
                held = {} if (value := made.get(origin)) is None else value
                made[origin] = importing.marked(held if isinstance(held, dict) else {"value": held}, name, key)
            created = made.get("created_at")
            if "created_at" in made and created is None:
                row.note("nothing said when it was made: it is as if made by the import")
                made["created_at"] = importing.began
            if "updated_at" in types and "updated_at" not in table.rules and "created_at" in made:
                made["updated_at"] = made["created_at"]
            if end is not None and "status" in made:
                began, ended = times(
                    made["status"] or "pending",
                    made.get("started_at"),
                    made.get(end),
                    made.get("created_at") or importing.began,
                    row,
                )
                made |= {"started_at": began, end: ended}
            required = self._catalog.tables[table.target].columns
            for target, value in made.items():
                if value is None and required[target].required:
                    if (empty := _empty(required[target])) is None:
                        raise Unfit(
                            f"{table.target}.{target} is required and nothing gives it a value", *_of(table, target)
                        )
                    made[target] = empty
            return made

        return Step(
            name,
            table.target,
            table.key,
            columns,
            convert,
            table.by,
            table.distinct,
            table.derived,
            table.left,
            table.known_as if self._is_referred_to(table) else None,
        )

    def _is_referred_to(self, table: MappedTable) -> bool:
        return any(rule.refers == table.known_as for each in self._file.tables for rule in each.rules.values())

    def _expected(self) -> list[Expected]:
        reads: dict[tuple[str, ...], dict[str, None]] = {}
        for table in self._file.tables:
            found = reads.setdefault(table.sources, {})
            found |= dict.fromkeys((*_reads(table), *table.derived, *table.left))
        return [Expected(names, tuple(columns)) for names, columns in reads.items()]

    def _of_target(self) -> Iterator[str]:
        for row in self._file.rows:
            yield from self._columns(row.where + ".values", row.target, ("id", *row.values))
        for table in self._file.tables:
            into = self._catalog.tables.get(table.target)
            if into is not None and (why := _refused(into)) is not None:
                yield f"{table.where}.target: {table.target} is not to be filled: {why}"
                continue
            if into is None or not into.fillable:
                yield f"{table.where}.target: plainbase has no table {table.target}"
                continue
            yield from self._columns(f"{table.where}.columns", table.target, tuple(table.rules))
            columns = self._catalog.tables[table.target].columns
            for each in table.by:
                name, _, member = each.partition(".")
                if name not in table.rules and not member:
                    yield f"{table.where}.by: {name} is not mapped, so rows cannot be told by it"
            for name, column in columns.items():
                needed = column.required and not column.has_default and not column.computed
                if needed and name not in table.rules and _empty(column) is None:
                    yield f"{table.where}.columns: {table.target}.{name} is required and not mapped"
            for name, rule in table.rules.items():
                if name in columns:
                    yield from _fits(f"{table.where}.columns.{name}", columns[name], rule)

    def _columns(self, where: str, target: str, names: tuple[str, ...]) -> Iterator[str]:
        if target not in self._catalog.tables:
            yield f"{where}: plainbase has no table {target}"
            return
        if (why := _refused(self._catalog.tables[target])) is not None:
            yield f"{where}: {target} is not to be filled: {why}"
            return
        columns = self._catalog.tables[target].columns
        for name in names:
            if name not in columns:
                yield f"{where}.{name}: {target} has no column {name}; it has {', '.join(columns)}"
            elif columns[name].generated:
                yield f"{where}.{name}: {target} computes {name} itself"
            elif self._catalog.tables[target].primary_key == (name,) and columns[name].type == "integer":
                yield f"{where}.{name}: {target} numbers its rows itself; keep the older number in its metadata"
            elif name in SECRET:
                yield f"{where}.{name}: no mapping sets {name}: its owner sets a password anew (`plainbase users`)"

    def _of_source(self, tables: Mapping[str, SourceTable]) -> Iterator[str]:
        if not any(_name(table, tables) for table in self._file.tables):
            yield f"table: none of its tables is in the source, which has {', '.join(tables) or 'none'}"
        for table in self._file.tables:
            name = _name(table, tables)
            if name is None:
                continue
            for column in dict.fromkeys((*_required(table), *table.key, *table.distinct)):
                if column not in tables[name].columns:
                    yield f"{table.where}: {name} has no column {column}; it has {', '.join(tables[name].columns)}"
            for target, rule in table.rules.items():
                if rule.columns and not any(column in tables[name].columns for column in rule.columns):
                    yield (
                        f"{table.where}.columns.{target}: {name} has no column {' or '.join(rule.columns)}; "
                        f"it has {', '.join(tables[name].columns)}"
                    )


def _refused(table: Table) -> str | None:
    """Why no mapping fills a table; None where one may."""
    return "it is computed from other tables" if table.view else OWN.get(table.name)


def _name(table: MappedTable, tables: Mapping[str, SourceTable]) -> str | None:
    return Expected(table.sources, ()).found_in(tables)


def _reads(table: MappedTable) -> dict[str, None]:
    return dict.fromkeys(column for rule in table.rules.values() for column in rule.reads)


def _required(table: MappedTable) -> list[str]:
    return [column for rule in table.rules.values() for column in (*rule.id, *rule.collect)]


def _of(table: MappedTable, target: str) -> tuple[str, ...]:
    return table.rules[target].reads if target in table.rules else ()


def _empty(column: Column) -> object:
    """What stands for NULL in a required column: an empty object; for other types nothing does."""
    return {} if column.type == "json" else None


_NATIVE = values.native()


def _fits(where: str, column: Column, rule: Rule) -> Iterator[str]:
    """Whether a rule can make a value of the column's type."""
    if rule.words is not None:
        if column.type != "text":
            yield f"{where}.words: {column.name} is {column.type}, and words make text"
        for word in dict.fromkeys(rule.words.values()):
            if column.words and word not in column.words:
                yield f"{where}.words.{word}: {column.name} knows {', '.join(column.words)}"
    if (rule.collect or rule.rest) and column.type != "json":
        yield f"{where}.collect: {column.name} is {column.type}, and collected columns are JSON"
    if rule.id and column.type != "uuid":
        yield f"{where}.id: {column.name} is {column.type}, and an id is a UUID"
    if rule.refers is not None and column.type not in ("uuid", "integer", "text"):
        yield f"{where}.refers: {column.name} is {column.type}, which refers to nothing"
    if rule.times is not None and column.type not in ("real", "integer"):
        yield f"{where}.times: {column.name} is {column.type}, no number"
    if rule.epoch is not None and column.type != "timestamp":
        yield f"{where}.epoch: {column.name} is {column.type}, no time"
    if rule.otherwise is not None and not names_row(rule.otherwise) and column.type in _NATIVE:
        try:
            converter = _NATIVE[column.type][type(rule.otherwise)]
            if converter is not None:
                converter(rule.otherwise)
        except values.Refused as error:
            yield f"{where}: {column.name} is {column.type}: {error}"
