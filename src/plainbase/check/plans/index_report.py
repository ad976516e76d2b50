"""The report on indexes: those that no query uses, foreign keys without one, and what comments promise of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from plainbase.check.catalog import Catalog, Reference
from plainbase.check.plans.indexes import Index, Indexes
from plainbase.check.plans.review import Planned
from plainbase.migrations import Migration

_SERVES = re.compile(r"Serves (.*?)(?:[.:;](?:\s|$)|$)", re.DOTALL)
_NAME = re.compile(r"(?<![\w.])([A-Za-z_]\w*)(?:\.([A-Za-z_]\w*))?(?![\w.]*\w)")
_CREATES = re.compile(
    r"\s*CREATE (?:UNIQUE )?INDEX (?:CONCURRENTLY )?(?:IF NOT EXISTS )?\"?(?P<name>\w+)", re.IGNORECASE
)
_TABLE = re.compile(
    r"\s*CREATE (?:\w+ )*(?:TABLE|MATERIALIZED VIEW) (?:IF NOT EXISTS )?\"?(?P<table>\w+)", re.IGNORECASE
)
_KEY = re.compile(r"\s*CONSTRAINT \"?(?P<name>\w+)\"? (?:PRIMARY KEY|UNIQUE) \((?P<columns>[^)]*)\)", re.IGNORECASE)
_PRESENT = re.compile(
    r"(?:.*\bWHERE\s+)?\(*\"?\w+\"? IS NOT NULL\)*(?: AND \(*\"?\w+\"? IS NOT NULL\)*)*;?",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Report:
    """What was found on one engine, a line each.

    Of the indexes that no plan uses, the `unused` ones serve nothing; others hold a rule (`unique`), serve a foreign
    key (`for_keys`), as when a row is deleted that others refer to, or serve, as their comment says, what is no query
    (`said`), as a trigger: no plan shows these. `keys` are foreign keys without an index, `promises` comments that say
    `Serves …` of an index that no plan of that query uses.
    """

    unused: tuple[str, ...]
    unique: tuple[str, ...]
    for_keys: tuple[str, ...]
    said: tuple[str, ...]
    keys: tuple[str, ...]
    promises: tuple[str, ...]

    @property
    def findings(self) -> tuple[str, ...]:
        """What is to be mended."""
        return (*self.unused, *self.keys, *self.promises)


@dataclass(frozen=True, slots=True)
class _Comment:
    """What stands above an index, or a key, in a migration."""

    where: str
    text: str
    index: str
    table: str = ""
    columns: tuple[str, ...] = ()


def report(
    catalog: Catalog,
    indexes: Indexes,
    planned: Sequence[Planned],
    migrations: Iterable[Migration],
    queries: Collection[str],
    *,
    own: Collection[str] = (),
) -> Report:
    """Report on one engine's indexes, those of the tables `own` to plainbase left out.

    `planned` are all texts of all queries on it; `queries` the names of all, those of the other engine among them.
    """
    comments = [each for migration in migrations for each in _comments(migration)]
    known = {comment.index: comment for comment in comments}
    used = frozenset[str]().union(*(each.uses for each in planned))
    groups: dict[str, list[str]] = {"unused": [], "unique": [], "for_keys": [], "said": []}
    for index in indexes.by_name.values():
        if index.name in used or index.table in own:
            continue
        served = any(serves(index, key) for key in catalog.tables[index.table].references)
        comment = known.get(index.name)
        said = comment is not None and _says_what_else(comment.text, queries)
        group = "unique" if index.unique else "for_keys" if served else "said" if said else "unused"
        place = f"{comment.where}: " if comment else ""
        groups[group].append(f"{place}no query uses {index.name} of {index.table}")
    return Report(
        tuple(groups["unused"]),
        tuple(groups["unique"]),
        tuple(groups["for_keys"]),
        tuple(groups["said"]),
        tuple(_without_index(catalog, indexes, own)),
        tuple(_broken(comments, planned, indexes, queries)),
    )


def serves(index: Index, key: Reference) -> bool:
    """Whether an index of their table finds the rows that refer to a row; it may leave out those with a null."""
    leading = index.columns[: len(key.columns)]
    return (
        index.ordered
        and set(leading) == set(key.columns)
        and (not index.predicate or _PRESENT.fullmatch(index.predicate) is not None)
    )


def said(migrations: Iterable[Migration], queries: Collection[str]) -> frozenset[str]:
    """The indexes that serve, as their comment says, what is neither a query nor a foreign key."""
    comments = [each for migration in migrations for each in _comments(migration)]
    return frozenset(each.index for each in comments if _says_what_else(each.text, queries))


def _says_what_else(comment: str, queries: Collection[str]) -> bool:
    """Whether a comment says that an index serves what is neither a query nor a foreign key."""
    return "Serves " in comment and "foreign key" not in comment and not promised(comment, queries)


def _without_index(catalog: Catalog, indexes: Indexes, own: Collection[str]) -> Iterator[str]:
    for table in catalog.tables.values():
        for key in table.references if table.name not in own else ():
            if not any(serves(index, key) for index in indexes.of(table.name)):
                yield f"{table.name} ({', '.join(key.columns)}): no index serves the foreign key"


def _broken(
    comments: Iterable[_Comment], planned: Iterable[Planned], indexes: Indexes, queries: Collection[str]
) -> Iterator[str]:
    uses: dict[str, set[str]] = {}
    upserts: set[str] = set()
    for each in planned:
        uses.setdefault(each.query.name, set()).update(each.uses)
        if "conflict" in each.statement.words:  # it finds the row that is there by a unique index, which SQLite hides
            upserts.add(each.query.name)
    for comment in comments:
        index = comment.index
        if index not in indexes.by_name:
            of_table = indexes.of(comment.table)
            index = next((each.name for each in of_table if each.unique and each.columns == comment.columns), "")
        for name in promised(comment.text, queries):
            if name not in queries:
                yield f"{comment.where}: {comment.index} serves {name}, it says; there is no such query"
            elif index and name in uses and index not in uses[name]:
                if name in upserts and indexes.by_name[index].unique:
                    continue
                yield f"{comment.where}: {comment.index} serves {name}, it says; no plan of it uses the index"


def promised(comment: str, queries: Collection[str]) -> list[str]:
    """The queries that a comment says an index serves: `Serves a.list and latest, and the foreign key.`

    A word alone is a query of the file named before it, where that has one of the name.
    """
    found: list[str] = []
    for sentence in _SERVES.findall(comment):
        file = ""
        for first, second in _NAME.findall(sentence):
            if second:
                file = first
                found.append(f"{first}.{second}")
            elif file and f"{file}.{first}" in queries:
                found.append(f"{file}.{first}")
    return list(dict.fromkeys(found))


def _comments(migration: Migration) -> Iterator[_Comment]:
    above: list[str] = []
    table = ""
    for number, line in enumerate(migration.up.text.split("\n"), 1):
        if line.lstrip().startswith("--"):
            above.append(line.lstrip().removeprefix("--").strip())
            continue
        where, text = f"{migration.up.where}:{number}", " ".join(above)
        if match := _TABLE.match(line):
            table = match["table"]
        elif match := _CREATES.match(line):
            yield _Comment(where, text, match["name"])
        elif match := _KEY.match(line):
            columns = tuple(name.strip().strip('"') for name in match["columns"].split(","))
            yield _Comment(where, text, match["name"], table, columns)
        above = []
