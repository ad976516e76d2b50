"""A PostgreSQL database whose roles are those of schema/postgres/roles.sql, with one row of each team in every table.

Roles are the server's, so each database has names of its own; all go when it does.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from conftest import SERVER, named, on_server
from plainbase.check.schema import pg_dump
from plainbase.shipped import folder

TEAMS = ("red", "blue")
SNAPSHOTS = (
    "model_leaderboard",
    "experiment_summary",
    "dataset_usage",
    "evaluated_models",
    "training_run_summary",
    "recent_activity",
    "daily_usage",
    "daily_resources",
    "platform_overview",
)
ROLES = ("owner", "migrator", "app", "readonly")


@dataclass(frozen=True)
class Guarded:
    """The database as its superuser and as each of its roles, and the ids of what is in it by team and kind."""

    prefix: str
    database: str
    ids: dict[tuple[str, str], uuid.UUID]

    @property
    def superuser(self) -> str:
        return named(os.environ[SERVER], self.database)

    def url(self, role: str) -> str:
        """Where that role logs in."""
        parts = urlsplit(self.superuser)
        return urlunsplit(
            parts._replace(netloc=f"{self.prefix}_{role}:{self.prefix}@{parts.netloc.rpartition('@')[2]}")
        )

    def run(self, **variables: str) -> None:
        """Run roles.sql."""
        psql(self.superuser, prefix=self.prefix, **variables)


def psql(url: str, **variables: str) -> None:
    """Run roles.sql as an administrator would; raise AssertionError with what psql said where it fails."""
    program = shutil.which("psql", path=str(Path(pg_dump.find()).parent)) or shutil.which("psql") or "psql"
    given = [f"--set={name}={value}" for name, value in {"ON_ERROR_STOP": "1", **variables}.items()]
    file = folder("schema") / "postgres" / "roles.sql"
    done = subprocess.run(
        [program, "-X", "-q", *given, "-f", str(file), "-d", url], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def guarded(template: str) -> Iterator[Guarded]:
    """Make the database with its roles and rows, row security on; drop both."""
    prefix = f"r{uuid.uuid4().hex[:10]}"
    place = Guarded(prefix, f"guarded_{prefix}", {})
    asyncio.run(on_server(f"CREATE DATABASE {place.database} TEMPLATE {template}"))
    try:
        place.run(row_security="on")
        asyncio.run(_fill(place))
        yield place
    finally:
        asyncio.run(_drop(place))


async def _drop(place: Guarded) -> None:
    await on_server(f"DROP DATABASE {place.database} WITH (FORCE)")
    for role in ROLES:
        await on_server(f"DROP ROLE IF EXISTS {place.prefix}_{role}")


async def _fill(place: Guarded) -> None:
    connection = await asyncpg.connect(place.superuser)
    try:
        for role in ROLES[1:]:
            await connection.execute(f"ALTER ROLE {place.prefix}_{role} PASSWORD '{place.prefix}'")
        for team in TEAMS:
            place.ids[team, "team"] = await connection.fetchval(
                "INSERT INTO teams (id, name) VALUES (gen_random_uuid(), $1) RETURNING id", team
            )
        people: tuple[tuple[str, str, str | None, bool], ...] = (
            ("ann", "researcher", "red", True),
            ("bob", "researcher", "blue", True),
            ("root", "admin", None, True),
            ("gone", "researcher", "blue", False),
            ("stray", "user", None, True),
        )
        for name, role, of, active in people:
            place.ids["user", name] = await connection.fetchval(
                "INSERT INTO users (id, email, username, password_hash, role, active)"
                " VALUES (gen_random_uuid(), $1 || '@lab.example', $1, 'x', $2, $3) RETURNING id",
                name,
                role,
                active,
            )
            if of is not None:
                await connection.execute(
                    "INSERT INTO team_members (team_id, user_id) VALUES ($1, $2)",
                    place.ids[of, "team"],
                    place.ids["user", name],
                )
        await connection.execute(
            "INSERT INTO models (id, name, kind) VALUES ('00000000-0000-0000-0000-00000000000a', 'other', 'base')"
        )
        for team in (*TEAMS, "common"):
            await _rows(place, connection, team)
        for view in SNAPSHOTS:
            await connection.execute(f"REFRESH MATERIALIZED VIEW {view}")
        await connection.execute("INSERT INTO run_metric_summary SELECT * FROM run_metric_summary_live")
    finally:
        await connection.close()


async def _rows(place: Guarded, connection: asyncpg.Connection, team: str) -> None:
    """One row of a team in each table: what a team has, then what belongs to that."""
    ids, of = place.ids, place.ids.get((team, "team"))

    async def add(kind: str, table: str, /, **values: object) -> None:
        new = ids[team, kind] = uuid.uuid4()
        columns = {"id": new, **values}
        places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
        await connection.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})",
            *columns.values(),
        )

    async def fact(sql: str, *values: object) -> None:
        await connection.execute(sql, *values)

    mark = f"{team} secret"
    await add("dataset", "datasets", name=mark, version="1", digest=mark, team_id=of)
    await add("split", "dataset_splits", dataset_id=ids[team, "dataset"], name="train")
    text = await connection.fetchval(
        "INSERT INTO corpus_texts (title, content, split_id) VALUES ($1, $1 || ' walrus', $2) RETURNING id",
        mark,
        ids[team, "split"],
    )
    await fact("INSERT INTO markov_models (dataset_id, n) VALUES ($1, 1)", ids[team, "dataset"])
    await fact(
        "INSERT INTO markov_texts (dataset_id, n, corpus_text_id) VALUES ($1, 1, $2)", ids[team, "dataset"], text
    )
    await fact(
        "INSERT INTO markov_ngrams (dataset_id, n, context, next_char, count) VALUES ($1, 1, 'a', 'b', 1)",
        ids[team, "dataset"],
    )
    await add("model", "models", name=mark, kind="base", team_id=of)
    await add("version", "model_versions", model_id=ids[team, "model"], version="1", architecture="a")
    await fact(
        "INSERT INTO model_aliases (model_id, alias, model_version_id) VALUES ($1, 'champion', $2)",
        ids[team, "model"],
        ids[team, "version"],
    )
    await add(
        "score", "model_benchmarks", model_version_id=ids[team, "version"], benchmark=mark, metric="acc", value=0.5
    )
    await fact(
        "INSERT INTO model_performance (model_version_id, stage, metric, value) VALUES ($1, 'staging', 'acc', 1)",
        ids[team, "version"],
    )
    await add("run", "training_runs", name=mark, team_id=of, dataset_id=ids[team, "dataset"])
    await fact("INSERT INTO training_metrics (run_id, name, step, value) VALUES ($1, 'loss', 1, 0.5)", ids[team, "run"])
    await add("checkpoint", "checkpoints", run_id=ids[team, "run"], path=mark)
    await fact(
        "INSERT INTO accuracy_metrics (checkpoint_id, metric_type, value) VALUES ($1, 'acc', 1)",
        ids[team, "checkpoint"],
    )
    await add("experiment", "experiments", name=mark, team_id=of)
    await fact(
        "INSERT INTO experiment_runs (experiment_id, training_run_id) VALUES ($1, $2)",
        ids[team, "experiment"],
        ids[team, "run"],
    )
    await add("benchmark", "benchmarks", name=mark, provider="p", model="m", dataset="d", team_id=of)
    await add("evaluation", "evaluations", provider="p", model=mark, input="walrus", output=mark, team_id=of)
    await fact(
        "INSERT INTO comparison_results (id, kind, a_id, b_id, a_label, b_label, metric, test, paired, a_n, b_n) VALUES"
        " (gen_random_uuid(), 'model', $1, '00000000-0000-0000-0000-00000000000a', $2, 'b', 'm', 't', false, 1, 1)",
        ids[team, "model"],
        mark,
    )
    await add("session", "inference_sessions", model_version_id=ids[team, "version"])
    await fact("INSERT INTO inference_requests (session_id) VALUES ($1)", ids[team, "session"])
    await add(
        "generation", "generations", model_version_id=ids[team, "version"], prompt=mark, response=mark, model=mark
    )
    await fact(
        "INSERT INTO predictions (request_id, model_version, model_version_id, model_stage, input_features, prediction)"
        " VALUES ($1, $1, $2, 'staging', '{}', 1)",
        mark,
        ids[team, "version"],
    )
