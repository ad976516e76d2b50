"""The whole page: how to read it, the migrations with the tables that each made, and the queries by file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from plainbase.check.docs.facts import OWN, Facts
from plainbase.check.docs.page import Page, code, link, prose
from plainbase.check.docs.queries import Queries, relative
from plainbase.check.docs.tables import Tables
from plainbase.check.queries.description import Description
from plainbase.check.schema import erd
from plainbase.dialect import Dialect
from plainbase.sqlfile import Query

_OF_TABLES = (
    "The sentences are the comments of the migrations. A column is `NOT NULL` where the cell under **Null** is empty; "
    "`now()` under **Default** is the time of the write, in whichever words the engine says it.",
    "**Grows** marks a table that gets rows as it is used. No query reads all of one without saying why.",
)
_OF_QUERIES = (
    "The type of a parameter or a result ends with `?` where it may be null; `[uuid]` is a list. An optional "
    "parameter that is not passed takes its lines out of the SQL.",
    "**Reads** says how each table is found when it has many rows: `table by index` looks something up, `table in the "
    "order of index` walks the index until there are enough, and `all of table` is every row. **Scan** says why a "
    "query may read all of a table that grows.",
)


def write(
    sides: Sequence[Facts],
    schema: Sequence[Path],
    queries: Mapping[str, Sequence[Query]],
    described: Mapping[str, Description],
    callers: Mapping[str, Sequence[str]] | None,
    folders: Sequence[Path],
    place: Path,
) -> str:
    """Write the page."""
    domains = _domains(sides)
    every = [name for names in domains.values() for name in names]

    def known(name: str) -> str | None:
        """The names that become links in comments: a table's only where it cannot be a word of a sentence."""
        return name if name in queries or ("_" in name and name in every) else None

    page = Page()
    page.heading(1, "The schema" if not queries else "The schema and its queries", "")
    _head(page, sides, queries)
    tables = Tables(sides, _by_table(queries, every), known)
    _contents(page, sides, domains, queries)
    for label, names in domains.items():
        _domain(page, sides, schema, label, names, place, tables)
    if queries:
        page.heading(2, "Queries", "queries of all files")
        about = Queries(sides, queries, described, callers, folders, place, known, every)
        for file, names in _files(queries).items():
            page.heading(3, f"{file} queries", f"file {file}")
            for name in names:
                about.write(page, name)
    return page.text()


def _domains(sides: Sequence[Facts]) -> dict[str, list[str]]:
    """The tables and views by the migration that made them, those that none made at the end."""
    labels = dict.fromkeys(each.label for side in sides for each in side.migrations)
    found: dict[str, list[str]] = {label: [] for label in labels}
    found[OWN] = []
    seen: set[str] = set()
    for side in sides:
        order = {key.name: place for place, key in enumerate(side.written.said) if key.kind in ("table", "view")}
        for name in sorted(side.tables, key=lambda name: (order.get(name.lower(), len(order)), name)):
            if name not in seen:
                seen.add(name)
                said = side.said("table", name, name)
                found[said.label if said else OWN].append(name)
    return {label: names for label, names in found.items() if names or label != OWN}


def _head(page: Page, sides: Sequence[Facts], queries: Mapping[str, object]) -> None:
    engines = " and ".join(side.dialect.engine for side in sides)
    what = "Every table, view and query" if queries else "Every table and view"
    page.paragraph(
        f"{what} as they stand on {engines} after the last migration.",
        "Generated from the migrations and the query files by `plainbase docs`: change those, and run it again."
        if queries
        else "Generated from the migrations by `plainbase docs`: change those, and run it again.",
    )
    lines = [*_OF_TABLES, *(_OF_QUERIES if queries else ())]
    page.paragraph(*(f"- {line}" for line in lines))


def _contents(
    page: Page, sides: Sequence[Facts], domains: Mapping[str, Sequence[str]], queries: Mapping[str, object]
) -> None:
    page.heading(2, "Contents", "contents")
    rows = []
    for label, names in domains.items():
        title, sentence = _title(sides, label)
        rows.append(
            [link(title, label), prose(sentence, lambda name: None), ", ".join(link(each, each) for each in names)]
        )
    page.table(["Migration", "What it makes", "Tables and views"], rows)
    if queries:
        files = ", ".join(f"{link(file, f'file {file}')} {len(names)}" for file, names in _files(queries).items())
        page.paragraph(f"{link('Queries', 'queries of all files')} by file, and how many: {files}.")


def _domain(
    page: Page,
    sides: Sequence[Facts],
    schema: Sequence[Path],
    label: str,
    names: Sequence[str],
    place: Path,
    tables: Tables,
) -> None:
    title, sentence = _title(sides, label)
    page.heading(2, title, label)
    page.paragraph(prose(sentence, tables.known))
    page.paragraph(*(f"- {line}" for line in _about(sides, schema, label, place, tables)))
    drawn = [name for name in names if sides[0].tables.get(name) and sides[0].tables[name].fillable]
    if any(sides[0].tables[name].references for name in drawn):
        page.paragraph("```mermaid", erd.diagram(sides[0].catalog, drawn).rstrip("\n"), "```")
    page.bullets("Functions", _functions(sides, label, tables))
    for name in names:
        tables.write(page, name)


def _title(sides: Sequence[Facts], label: str) -> tuple[str, str]:
    if label == OWN:
        return "Tables of plainbase itself", "What keeps account of migrations and refreshes; no migration makes them."
    return next((found.title, found.sentence) for side in sides if (found := side.written.headers.get(label)))


def _about(sides: Sequence[Facts], schema: Sequence[Path], label: str, place: Path, tables: Tables) -> Iterator[str]:
    """Where a migration's text is, what it locks, and how it is undone."""
    found = {side.dialect: side.written.headers[label] for side in sides if label in side.written.headers}
    if label == OWN:
        return
    links = [f"[{each.engine}]({relative(_path(schema, each, label), place)})" for each in found]
    yield f"SQL: {', '.join(links)}"
    for dialect, header in found.items():
        if header.locks:
            yield f"Locks{f' on {dialect.engine}' if len(found) > 1 else ''}: {prose(header.locks, tables.known)}"
    for undo in dict.fromkeys(header.undo for header in found.values() if header.undo):
        yield f"Undo: {prose(undo, tables.known)}"
    notes = dict.fromkeys(note for header in found.values() for note in header.notes)
    for note in notes:
        if not any(other.startswith(note) for other in notes if other != note):
            yield prose(note, tables.known)


def _path(schema: Sequence[Path], dialect: Dialect, label: str) -> Path:
    paths = [folder / dialect / "migrations" / f"{label}.up.sql" for folder in schema]
    return next((path for path in paths if path.is_file()), paths[-1])


def _functions(sides: Sequence[Facts], label: str, tables: Tables) -> Iterator[str]:
    for side in sides:
        for part in side.parts("function", ""):
            said = side.said("function", "", part.name)
            if said is not None and said.label == label:
                comment = f": {prose(part.comment, tables.known)}" if part.comment else ""
                yield f"{code(f'{part.name}()')}{f' on {side.dialect.engine}' if len(sides) > 1 else ''}{comment}"


def _by_table(queries: Mapping[str, Sequence[Query]], tables: Sequence[str]) -> dict[str, list[str]]:
    """The queries that name each table in the text with all optional lines."""
    found: dict[str, list[str]] = {name.lower(): [] for name in tables}
    for name, each in queries.items():
        for table in dict.fromkeys(table.lower() for query in each for table in _tables(query)):
            if table in found:
                found[table].append(name)
    return found


def _tables(query: Query) -> Sequence[str]:
    return query.statements[-1].tables if query.statements else re.findall(r"\w+", query.script)


def _files(queries: Mapping[str, object]) -> dict[str, list[str]]:
    files: dict[str, list[str]] = {}
    for name in sorted(queries, key=lambda name: name.rpartition(".")[0]):
        files.setdefault(name.rpartition(".")[0], []).append(name)
    return files
