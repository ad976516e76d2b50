"""LLM Test Bench: benchmarks, evaluations, a job queue, workers, users and an audit log; PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping

from plainbase.platform.legacy.importing import Import
from plainbase.platform.legacy.layout import Recognition, compare
from plainbase.platform.legacy.llm_test_bench_accounts import audit, users
from plainbase.platform.legacy.llm_test_bench_rows import Bench
from plainbase.platform.legacy.llm_test_bench_tables import (
    AUDIT,
    BENCHMARKS,
    EVALUATIONS,
    EXPECTED,
    JOBS,
    USERS,
    WORKERS,
)
from plainbase.platform.legacy.llm_test_bench_work import benchmarks, evaluations, jobs, workers
from plainbase.platform.legacy.source import SourceTable

IGNORED = {"_sqlx_migrations": "the older program's own schema version"}
FOREIGN_KEYS = "hashes of another format, which no key can be checked against: make new ones by `plainbase keys add`"


class LlmTestBench:
    """The layout of the LLM Test Bench, by its documented tables."""

    name = "llm_test_bench"
    title = "LLM Test Bench: benchmarks, evaluations, jobs, workers, users"

    def recognise(self, tables: Mapping[str, SourceTable]) -> Recognition:
        """Say how well tables fit."""
        return compare(tables, EXPECTED, (*IGNORED, "api_keys"))

    async def run(self, importing: Import) -> None:
        """Take it over, what is referred to first."""
        tables = importing.source.tables
        importing.ignored |= {name: why for name, why in IGNORED.items() if name in tables}
        bench = Bench(importing)
        for table, take in (
            (USERS, users),
            (BENCHMARKS, benchmarks),
            (EVALUATIONS, evaluations),
            (WORKERS, workers),
            (JOBS, jobs),
            (AUDIT, audit),
        ):
            if table.found_in(tables) is not None:
                await take(bench)
        if "api_keys" in tables:
            keys = importing.tally("api_keys", None)
            keys.rows = await importing.source.count("api_keys")
            keys.leave(FOREIGN_KEYS, rows=keys.rows)
