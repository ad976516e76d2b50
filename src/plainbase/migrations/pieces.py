"""A step as the SQL that runs, statement by statement: `up` runs these pieces, `render` writes them down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from plainbase.dialect import Dialect
from plainbase.drivers.named import quote
from plainbase.migrations.files import File, Migration
from plainbase.migrations.plan import Step
from plainbase.migrations.statements import concurrent_index, drops_tables, rebuilt, words
from plainbase.shipped import internal_queries
from plainbase.sqlfile import lexer, script
from plainbase.sqlfile.script import Part

Value = int | str | None


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement; `name` is the query it comes from, or the file it stands in, with its `part`."""

    text: str
    name: str
    part: Part | None = None
    about: str = ""

    @property
    def where(self) -> str:
        """Its place in its file."""
        return f"{self.name}:{self.part.line}" if self.part else self.name


@dataclass(frozen=True, slots=True)
class Timeouts:
    """What a step may cost the application, in seconds.

    No statement waits longer than `lock_timeout` for a lock, and so stands no longer in front of others; a step that
    has waited is tried again, `attempts` times in all. None runs longer than `statement_timeout`.
    """

    lock_timeout: float = 2.0
    statement_timeout: float = 3600.0
    attempts: int = 10


@dataclass(frozen=True, slots=True)
class Pieces:
    """A step's pieces in their order; `body` are the file's own statements."""

    before: tuple[Piece, ...]
    begin: tuple[Piece, ...]
    body: tuple[Piece, ...]
    settle: tuple[Piece, ...]
    checks: tuple[Piece, ...] = ()
    commit: tuple[Piece, ...] = ()
    after: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What an interrupted step left behind.

    INVALID indexes, by their names in SQL; or all of its work is `done` and only not recorded.
    """

    indexes: tuple[str, ...] = ()
    done: bool = False


NOTHING_LEFT = Leftovers()
USUAL = Timeouts()


def internal(
    dialect: Dialect,
    query: str,
    values: Mapping[str, Value] | None = None,
    names: Mapping[str, str] | None = None,
    about: str = "",
    file: str = "migrations",
) -> tuple[Piece, ...]:
    """The statements of one of plainbase's own queries, with literals for its parameters; none on the other engine.

    `names` are put in as they are, for the words of the query that stand for them; `about` is the table it is about.
    """
    found = internal_queries(dialect, file)[query]
    if found.only not in (None, dialect):
        return ()
    parts = script.split(found.source, dialect)
    return tuple(Piece(_filled(part, values or {}, names or {}), query, about=about) for part in parts)


def own_tables(dialect: Dialect) -> str:
    """The statements that make the tables that plainbase itself writes."""
    return "\n".join(internal_queries(dialect, file)["create_table"].script for file in ("migrations", "views"))


def prepare(dialect: Dialect) -> tuple[Piece, ...]:
    """What makes the tables that plainbase itself writes, where there are none yet."""
    parts = script.split(own_tables(dialect), dialect)
    return (
        *internal(dialect, "begin"),
        *(Piece(part.text, "create_table") for part in parts),
        *internal(dialect, "commit"),
    )


def of_step(step: Step, timeouts: Timeouts, left: Leftovers = NOTHING_LEFT) -> Pieces:
    """The pieces of a step; its record, which tells its duration, goes between `settle` and `checks`."""
    file, dialect = step.file, step.file.dialect
    if not file.in_transaction:
        return Pieces(
            before=begun(step),
            begin=(
                *internal(dialect, "set_session_statement_timeout", _statement_timeout(timeouts)),
                *(
                    ()  # it queues in front of nobody while it waits, and may do so for long
                    if "CONCURRENTLY" in words(file.parts[0])
                    else internal(
                        dialect, "set_session_lock_timeout", {"lock_timeout": _milliseconds(timeouts.lock_timeout)}
                    )
                ),
            ),
            body=() if left.done else (*drop_indexes(dialect, left.indexes), *of_file(file)),
            settle=internal(dialect, "settle"),
        )
    drops, tables = drops_tables(file.parts), rebuilt(file.parts)
    watch = internal(dialect, "watch_references") if drops else ()
    if watch and not tables:
        watch += internal(dialect, "keep_names")
    return Pieces(
        before=watch,
        begin=(
            *internal(dialect, "begin"),
            *internal(dialect, "set_lock_timeout", {"lock_timeout": _milliseconds(timeouts.lock_timeout)}),
            *internal(dialect, "set_statement_timeout", _statement_timeout(timeouts)),
        ),
        body=(
            *(internal(dialect, "note_broken_references") if drops else ()),
            *_each(dialect, "count_rows", tables),
            *of_file(file),
        ),
        settle=internal(dialect, "settle"),
        checks=(
            *_each(dialect, "compare_rows", tables),
            *(internal(dialect, "check_references") if drops else ()),
        ),
        commit=internal(dialect, "commit"),
        after=internal(dialect, "unwatch_references") if drops else (),
    )


def of_file(file: File) -> tuple[Piece, ...]:
    """The file's own statements."""
    return tuple(Piece(part.text, file.where, part) for part in file.parts)


def drop_indexes(dialect: Dialect, names: Iterable[str]) -> tuple[Piece, ...]:
    """The statements that drop what an interrupted build of an index left behind."""
    return tuple(piece for name in names for piece in internal(dialect, "drop_index", names={"an_index": name}))


def begun(step: Step) -> tuple[Piece, ...]:
    """The record that a step outside a transaction begins; none on SQLite, where each such statement can run again."""
    if step.resumed:
        return ()
    query = "record_started" if step.direction == "up" else "record_reverting"
    return internal(step.file.dialect, query, _of_file(step.migration))


def recorded(step: Step, state: str, duration_ms: int | None) -> tuple[Piece, ...]:
    """The record of a step: that it was applied, or none any more."""
    migration, dialect = step.migration, step.file.dialect
    if step.direction == "down":
        return internal(dialect, "forget", {"version": migration.version})
    if state == "applied" and not step.file.in_transaction and (step.resumed or begun(step)):
        index = concurrent_index(step.file.parts[0])
        finish: dict[str, Value] = {
            "version": migration.version,
            "duration_ms": duration_ms,
            "index_name": None if index is None else quoted(*filter(None, index)),
        }
        return internal(dialect, "finish", finish)
    return internal(dialect, "record", {**_of_file(migration), "state": state, "duration_ms": duration_ms})


def recorded_again(migration: Migration) -> tuple[Piece, ...]:
    """The record of a file that was changed knowingly."""
    return internal(migration.up.dialect, "record_again", _of_file(migration))


def quoted(*names: str) -> str:
    """A name in SQL, after those of what it belongs to."""
    return ".".join(map(quote, names))


def _of_file(migration: Migration) -> dict[str, Value]:
    return {
        "version": migration.version,
        "name": migration.name,
        "text_checksum": migration.up.text_checksum,
        "sql_checksum": migration.up.sql_checksum,
    }


def _each(dialect: Dialect, query: str, tables: Iterable[str]) -> Iterable[Piece]:
    for table in tables:
        yield from internal(dialect, query, {"table_name": table}, {"a_table": quoted(table)}, about=table)


def _statement_timeout(timeouts: Timeouts) -> Mapping[str, Value]:
    return {"statement_timeout": _milliseconds(timeouts.statement_timeout)}


def _milliseconds(seconds: float) -> str:
    return f"{max(1, round(seconds * 1000))}ms" if seconds else "0"


def _filled(part: Part, values: Mapping[str, Value], names: Mapping[str, str]) -> str:
    """A statement with a literal for each `:name`, and with the names meant for those that stand for them."""
    start = part.tokens[0].start
    filled, end = "", 0
    for token in part.tokens:
        if token.kind == lexer.PARAM:
            new = _literal(values[token.text[1:]])
        elif token.text in names:
            new = names[token.text]
        else:
            continue
        filled += part.text[end : token.start - start] + new
        end = token.end - start
    return filled + part.text[end:]


def _literal(value: Value) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
