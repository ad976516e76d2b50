"""What stands in the tables, and which of them a statement can change."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from plainbase import Database, Row
from plainbase.runner import Runner

COLUMNS = """
SELECT m.name AS table_name, c.name AS column_name
FROM sqlite_master AS m, pragma_table_xinfo(m.name) AS c
WHERE m.type = 'table'
ORDER BY m.name, c.cid
"""
KEYS = """
SELECT m.name AS table_name, c.name AS column_name
FROM sqlite_master AS m, pragma_table_xinfo(m.name) AS c
WHERE m.type = 'table' AND c.pk
UNION ALL
SELECT m.name, c.name
FROM sqlite_master AS m, pragma_index_list(m.name) AS i, pragma_index_xinfo(i.name) AS c
WHERE m.type = 'table' AND i."unique" AND i.origin = 'c' AND NOT i.partial AND c.key
"""
"""The columns of primary keys, and of unique indexes, which stored views have."""
TABLES = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%'"
"""Without virtual tables and what they consist of."""
RECORDS = {"schema_migrations", "view_refreshes", "audit_head"}
"""What plainbase keeps for itself."""
OF_SQLITE = {"evaluation_documents", "audit_context", "audit_conflicts"}
"""What PostgreSQL has no need of."""
AUDITED = """
SELECT actor_id, ip_address, user_agent, action, entity_type, entity_id, changes, personal, created_at
FROM audit_logs
WHERE id > 1000000
ORDER BY entity_type, entity_id NULLS LAST, action, id
"""
"""What was recorded since the sample was loaded: not in which order an engine's cascades go, nor salts and hashes."""
VIEWS = "SELECT name FROM sqlite_master WHERE type = 'view'"
REFERENCES = """
SELECT m.name AS child, f."table" AS parent
FROM sqlite_master AS m, pragma_foreign_key_list(m.name) AS f
WHERE m.type = 'table'
"""
TRIGGERS = "SELECT tbl_name AS table_name, sql FROM sqlite_master WHERE type = 'trigger'"
CHANGED = """
SELECT CAST(relname AS text) AS name
FROM pg_stat_xact_user_tables
WHERE n_tup_ins + n_tup_upd + n_tup_del > 0
"""
"""The tables that this transaction of PostgreSQL has changed so far, by cascades and triggers too."""


@dataclass(frozen=True)
class Contents:
    """Some tables: how each is read in the order of its key, and what a change of it can bring along."""

    reads: dict[str, str]
    by_trigger: dict[str, set[str]]
    by_cascade: dict[str, set[str]]

    def affected(self, sql: str) -> set[str]:
        """The tables that a statement names, those that its triggers name, and what its deletions reach."""
        found: set[str] = set()
        edges = [self.by_trigger]
        if re.search(r"\bDELETE\b", sql, re.IGNORECASE):
            edges.append(self.by_cascade)
        new = set(re.findall(r"\w+", sql)) & self.reads.keys()
        while new:
            found |= new
            new = {other for table in new for edge in edges for other in edge.get(table, ())} - found
        return found

    async def read(self, db: Runner, tables: Iterable[str]) -> dict[str, list[Row]]:
        """The rows of some tables, by key."""
        return {table: await db.fetch_all(self.reads[table]) for table in sorted(tables)}


async def of(sqlite: Database, tables: Collection[str]) -> Contents:
    """Learn the tables from a database; both engines have the same, as other tests show."""
    columns: dict[str, list[str]] = {}
    for row in await sqlite.fetch_all(COLUMNS):
        if row.table_name in tables:
            columns.setdefault(row.table_name, []).append(f'"{row.column_name}"')
    keys: dict[str, list[str]] = {}
    for row in await sqlite.fetch_all(KEYS):
        keys.setdefault(row.table_name, []).append(f'"{row.column_name}" NULLS LAST')
    reads = {
        table: f'SELECT {", ".join(names)} FROM "{table}" ORDER BY {", ".join(keys[table])}'
        for table, names in columns.items()
    }
    if "audit_logs" in reads:
        reads["audit_logs"] = AUDITED
    by_cascade: dict[str, set[str]] = {}
    for row in await sqlite.fetch_all(REFERENCES):
        by_cascade.setdefault(row.parent, set()).add(row.child)
    by_trigger: dict[str, set[str]] = {}
    for row in await sqlite.fetch_all(TRIGGERS):
        by_trigger.setdefault(row.table_name, set()).update(set(re.findall(r"\w+", row.sql)) & reads.keys())
    return Contents(reads, by_trigger, {parent: children & reads.keys() for parent, children in by_cascade.items()})


async def stored_views(sqlite: Database) -> set[str]:
    """The materialized views, which are tables in SQLite."""
    return {name.removesuffix("_live") for name in await _names(sqlite, VIEWS) if name.endswith("_live")}


async def tables(sqlite: Database) -> set[str]:
    """The tables with rows of users, also those that triggers fill: neither plainbase's records nor stored views."""
    stored = await stored_views(sqlite)
    return await _names(sqlite, TABLES) - RECORDS - OF_SQLITE - stored - {f"{name}_touched" for name in stored}


async def _names(sqlite: Database, query: str) -> set[str]:
    return {row.name for row in await sqlite.fetch_all(query)}
