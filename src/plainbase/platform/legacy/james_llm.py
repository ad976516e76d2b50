"""James LLM: training jobs, a corpus, Markov chains, checkpoints and generations; SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pypika import Field, Query, Table

from plainbase.platform.legacy.importing import Import, Step
from plainbase.platform.legacy.james_llm_tables import (
    ACCURACY,
    CHECKPOINTS,
    CONFIGS,
    CORPUS,
    EXPECTED,
    GENERATIONS,
    JOBS,
    NGRAMS,
)
from plainbase.platform.legacy.layout import Recognition, compare
from plainbase.platform.legacy.reading import Reading, Unfit
from plainbase.platform.legacy.runs import STATUSES, times
from plainbase.platform.legacy.source import SourceTable

IGNORED = {
    **dict.fromkeys(
        ("database_version", "database_versions", "schema_version", "schema_versions"),
        "the older program's own schema version",
    ),
    "alembic_version": "the older program's own schema version",
}
METADATA = ("metadata", "metadata_", "meta_data", "metadata_json", "meta", "extra_metadata")
"""What SQLAlchemy's users call a column that cannot be called metadata in a class."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LOOSE = "checkpoints without a training job"


class JamesLlm:
    """The layout of James LLM, by its documented columns."""

    name = "james_llm"
    title = "James LLM: training jobs, corpus, Markov chains, generations"

    def recognise(self, tables: Mapping[str, SourceTable]) -> Recognition:
        """Say how well tables fit."""
        return compare(tables, EXPECTED, IGNORED)

    async def run(self, importing: Import) -> None:
        """Take it over, what is referred to first."""
        importing.ignored |= {name: why for name, why in IGNORED.items() if name in importing.source.tables}
        james = _James(importing)
        for table, take in (
            (CONFIGS, james.configs),
            (CORPUS, james.corpus),
            (JOBS, james.jobs),
            (NGRAMS, james.ngrams),
            (CHECKPOINTS, james.checkpoints),
            (ACCURACY, james.accuracy),
            (GENERATIONS, james.generations),
        ):
            if (name := table.found_in(importing.source.tables)) is not None:
                await take(name)


class _James:
    """One import: what its steps have in common."""

    def __init__(self, importing: Import) -> None:
        self.importing = importing

    async def step(
        self,
        table: str,
        target: str,
        columns: Mapping[str, str],
        convert: Callable[[Reading], Mapping[str, Any]],
        **more: Any,
    ) -> None:
        """Take a table, whose key is its id."""
        await self.importing.take(Step(table, target, ("id",), columns, convert, **more))

    def id(self, table: str, row: Reading) -> UUID:
        """The id of what a row becomes."""
        key = row.raw("id")
        if key is None:
            raise Unfit("a required value is NULL or empty", "id")
        return self.importing.stable_id(table, key)

    def created(self, row: Reading, *others: str) -> datetime:
        """When a row was made, or whatever is known of it."""
        for column in ("created_at", *others):
            if (found := row.moment(column)) is not None:
                return found
        row.note("nothing said when it was made: it is as if made by the import")
        return self.importing.began

    def metadata_of(self, table: str) -> str:
        """The name of a table's metadata."""
        columns = self.importing.source.tables[table].columns
        return next((name for name in METADATA if name in columns), "metadata")

    async def configs(self, table: str) -> None:
        """Configurations of networks."""

        def convert(row: Reading) -> Mapping[str, Any]:
            config = row.json("config")
            if config is None:
                raise Unfit("a required value is NULL or empty", "config")
            created = self.created(row)
            return {
                "id": self.id(table, row),
                "name": row.required("name"),
                "config": config,
                "created_at": created,
                "updated_at": row.moment("updated_at") or created,
            }

        await self.step(table, "neural_configs", CONFIGS.same(), convert, remembered_as=CONFIGS.names[0])

    async def corpus(self, table: str) -> None:
        """Texts to train on."""
        metadata = self.metadata_of(table)

        def convert(row: Reading) -> Mapping[str, Any]:
            if row.text("content") is None:
                raise Unfit("a required value is NULL or empty", "content")
            return {
                "title": row.text("title") or None,
                "content": row.text("content"),
                "source": row.text("source"),
                "metadata": self.importing.marked(row.object(metadata), table, row.raw("id")),
                "created_at": self.created(row),
            }

        counted = "counted by the database itself"
        await self.step(
            table,
            "corpus_texts",
            CORPUS.same("word_count", "char_count", "metadata", id="metadata.imported.key") | {metadata: "metadata"},
            convert,
            by=("metadata.imported",),
            derived={"word_count": counted, "char_count": counted},
            remembered_as=CORPUS.names[0],
        )

    async def jobs(self, table: str) -> None:
        """Training jobs, which are runs here."""

        def convert(row: Reading) -> Mapping[str, Any]:
            status = row.word("status", STATUSES)
            if status is None:
                raise Unfit("a required value is NULL or empty", "status")
            created = self.created(row, "started_at", "completed_at")
            started, ended = times(status, row.moment("started_at"), row.moment("completed_at"), created, row)
            return {
                "id": self.id(table, row),
                "name": row.required("job_id"),
                "status": status,
                "progress": row.real("progress") or 0.0,
                "message": row.text("message"),
                "error": row.text("error"),
                "neural_config_id": row.reference("neural_config_id", CONFIGS.names[0]),
                "corpus_text_id": row.reference("text_corpus_id", CORPUS.names[0]),
                "started_at": started,
                "finished_at": ended,
                "created_at": created,
                "updated_at": ended or started or created,
            }

        columns = JOBS.same(job_id="name", completed_at="finished_at", text_corpus_id="corpus_text_id")
        await self.step(table, "training_runs", columns, convert, remembered_as=JOBS.names[0])

    async def ngrams(self, table: str) -> None:
        """Counts of Markov chains, as models of a dataset that stands for the whole corpus."""
        importing = self.importing
        dataset = importing.stable_id(table, "dataset")
        if await importing.source.count(table) == 0:
            importing.tally(table, "markov_ngrams")
            return
        values = {
            "id": dataset,
            "name": f"{importing.source.name} corpus",
            "version": "imported",
            "digest": f"imported:{dataset}",
            "metadata": {"imported": importing.origin(table, "")},
        }
        await importing.make("datasets", values, "a dataset for the Markov chains, which had none")

        def model(row: Reading) -> dict[str, Any]:
            order = row.whole("n")
            if order is None:
                raise Unfit("a required value is NULL or empty", "n")
            return {"dataset_id": dataset, "n": order}

        await importing.take(
            Step(table, "markov_models", ("n",), {"n": "n"}, model, by=("dataset_id", "n"), distinct=("n",))
        )

        def convert(row: Reading) -> Mapping[str, Any]:
            return model(row) | {
                "context": row.text("context") or "",
                "next_char": row.required("next_char"),
                "count": row.whole("count"),
                "probability": row.real("probability"),
            }

        await self.step(
            table,
            "markov_ngrams",
            NGRAMS.same("id"),
            convert,
            by=("dataset_id", "n", "context", "next_char"),
            derived={"id": "a count is told by its order, context and next character"},
        )

    async def checkpoints(self, table: str) -> None:
        """Checkpoints; those without a job get a run of their own, since each belongs to one here."""
        importing = self.importing
        loose = importing.stable_id(table, "without a job")
        if await importing.source.filled(table, ["training_job_id"]) != {
            "training_job_id": await importing.source.count(table)
        }:
            run = {"id": loose, "name": LOOSE, "status": "cancelled", "finished_at": EPOCH, "created_at": EPOCH}
            await importing.make("training_runs", run, "a run for checkpoints that had no training job")
        marked = Query.from_(Table("checkpoints")).select("run_id", "id").where(Field("is_best"))
        best = {row["run_id"]: row["id"] for row in await importing.tx.fetch_all(marked)}

        def convert(row: Reading) -> Mapping[str, Any]:
            own = self.id(table, row)
            run = row.reference("training_job_id", JOBS.names[0]) or loose
            is_best = bool(row.truth("is_best"))
            if is_best and best.setdefault(run, own) != own:
                row.lose("is_best", "another checkpoint of its run is the best already: it became false")
                is_best = False
            created = self.created(row)
            return {
                "id": own,
                "run_id": run,
                "epochs": row.whole("epochs"),
                "block_size": row.whole("block_size"),
                "path": row.text("path"),
                "notes": row.text("notes"),
                "loss": row.real("loss"),
                "accuracy": row.real("accuracy"),
                "is_best": is_best,
                "created_at": created,
                "updated_at": created,
            }

        columns = CHECKPOINTS.same(training_job_id="run_id")
        await self.step(table, "checkpoints", columns, convert, remembered_as=CHECKPOINTS.names[0])

    async def accuracy(self, table: str) -> None:
        """Measured accuracies."""
        metadata = self.metadata_of(table)

        def convert(row: Reading) -> Mapping[str, Any]:
            value = row.real("value")
            if value is None:
                raise Unfit("a required value is NULL or NaN", "value")
            return {
                "checkpoint_id": row.reference("model_checkpoint_id", CHECKPOINTS.names[0]),
                "metric_type": row.required("metric_type"),
                "value": value,
                "metadata": self.importing.marked(row.object(metadata), table, row.raw("id")),
                "created_at": self.created(row),
            }

        columns = ACCURACY.same("metadata", id="metadata.imported.key", model_checkpoint_id="checkpoint_id")
        await self.step(table, "accuracy_metrics", columns | {metadata: "metadata"}, convert, by=("metadata.imported",))

    async def generations(self, table: str) -> None:
        """Generated texts."""

        def convert(row: Reading) -> Mapping[str, Any]:
            if row.text("prompt") is None or row.text("response") is None:
                raise Unfit("a required value is NULL or empty", "prompt" if row.text("prompt") is None else "response")
            created = self.created(row)
            return {
                "id": self.id(table, row),
                "prompt": row.text("prompt"),
                "response": row.text("response"),
                "model": row.required("model"),
                "parameters": row.object("parameters"),
                "quality_score": row.real("quality_score"),
                "user_rating": row.whole("user_rating"),
                "created_at": created,
                "updated_at": created,
            }

        await self.step(table, "generations", GENERATIONS.same(), convert)
