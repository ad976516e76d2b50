"""Character models judged: what each held-out text costs each of them, as evaluations of an experiment."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from plainbase.errors import RowNotFound
from plainbase.platform import backoff, evaluations, experiments, markov_training, models
from plainbase.platform.runners import AnyDatabase, AnyRunner
from plainbase.rows import Row
from plainbase.typed import ComparisonResultsGetRow, ExperimentsGetRow, ModelVersionsGetRow, TrainingRunsGetRow

PROVIDER = "plainbase"
BEGINNING = 300
"""How many characters of a text are kept as an evaluation's input; its digest tells texts of one beginning apart."""


def model_name(order: int) -> str:
    """The name of the model whose versions came out of the runs of an order."""
    return f"markov-{order}"


async def known(db: AnyDatabase, runs: Mapping[int, TrainingRunsGetRow]) -> ExperimentsGetRow | None:
    """The experiment in which these runs were judged, if they were."""
    ids = [str(run.id) for run in runs.values()]
    for row in await db.experiments.list_for_run(training_run_id=next(iter(runs.values())).id):
        if row.status == "completed" and row.config.get("runs") == ids:
            return await db.experiments.get(id=row.id)
    return None


async def evaluate(db: AnyDatabase, dataset: Row, runs: Mapping[int, TrainingRunsGetRow]) -> ExperimentsGetRow:
    """Judge finished runs, by their order, on a dataset's held-out texts; return the experiment, which may be known.

    All or nothing: a version for each run, its place on the leaderboard, an evaluation of it by each text with the
    metric `bits_per_character` (fewer are better) and as score the geometric mean of what it takes each character's
    probability to be. Raises RowNotFound for a dataset without a test split.
    """
    found = await known(db, runs)
    if found is not None:
        return found
    split = await db.datasets.get_split(dataset_id=dataset.id, name="test")
    if split is None:
        raise RowNotFound("the dataset has no test split")
    texts = [row for row in await db.corpus_texts.list_for_split(split_id=split.id) if row.content]
    costs = {}
    for order in runs:
        counted = await markov_training.counts(db, dataset, order)
        costs[order] = backoff.bits_by_text(counted, [text.content for text in texts], order)
    orders = " and ".join(map(str, runs))
    asked = experiments.Experiment(
        name=f"Orders {orders} on {dataset.name[:200]}",
        hypothesis="A model that looks at more characters needs fewer bits for each character of a text unseen.",
        dataset_id=dataset.id,
        config={"model": "markov", "runs": [str(run.id) for run in runs.values()], "texts": len(texts)},
    )
    async with db.transaction() as tx:
        experiment = await experiments.begin(tx, asked, runs={run.id: model_name(order) for order, run in runs.items()})
        reached = {}
        for order, run in runs.items():
            last = {row.name: row.value or 0.0 for row in await tx.training_metrics.latest(run_id=run.id)}
            reached[model_name(order)] = bits = last[markov_training.BITS]
            version = await _version(tx, dataset, order, run, last)
            await tx.model_benchmarks.record(
                model_version_id=version.id,
                benchmark=f"{dataset.name[:200]}, held out",
                dataset_id=dataset.id,
                metric=markov_training.BITS,
                value=bits,
                higher_is_better=False,
            )
            await evaluations.create_many(
                tx,
                [
                    _evaluation(text, cost, order, version.id, experiment.id)
                    for text, cost in zip(texts, costs[order], strict=True)
                ],
            )
        return await experiments.finish(tx, experiment.id, results={markov_training.BITS: reached})


async def compare(db: AnyDatabase, experiment: ExperimentsGetRow, first: int, second: int) -> ComparisonResultsGetRow:
    """Compare two orders in an experiment text by text, and keep it; a comparison that was made is returned.

    Raises as `comparison.compare` does, also where SciPy is missing.
    """
    from plainbase.platform import comparison

    made = await db.comparison_results.list_for_experiment(
        experiment_id=experiment.id, metric=markov_training.BITS, limit=1
    )
    if made:
        return await db.comparison_results.get(id=made[0].id)
    a, b = [await db.models.ensure(name=model_name(order), kind="base") for order in (first, second)]
    return await comparison.compare(
        db,
        a,
        b,
        markov_training.BITS,
        kind="model",
        experiment_id=experiment.id,
        higher_is_better=False,
    )


async def _version(
    tx: AnyRunner, dataset: Row, order: int, run: TrainingRunsGetRow, last: Mapping[str, float]
) -> ModelVersionsGetRow:
    """The version that came out of a run; the dataset's names it, with the end of the run's id where it is taken."""
    made = await tx.model_versions.list_for_run(training_run_id=run.id, limit=1)
    if made:
        return await tx.model_versions.get(id=made[0].id)
    taken = await tx.model_versions.get_by_version(model=model_name(order), version=dataset.version)
    return await models.register_version(
        tx,
        model=model_name(order),
        version=f"{dataset.version}-{str(run.id)[-12:]}" if taken else dataset.version,
        kind="base",
        provider=PROVIDER,
        architecture="markov",
        parameter_count=int(last[markov_training.NGRAMS]),
        metrics={markov_training.BITS: last[markov_training.BITS]},
        training_run_id=run.id,
    )


def _evaluation(text: Row, bits: float, order: int, version: UUID, experiment: UUID) -> evaluations.Evaluation:
    content = text.content
    digest = evaluations.input_digest(content)
    cut = "" if len(content) <= BEGINNING else f"… ({len(content):,} characters, {digest[:12]})"
    return evaluations.Evaluation(
        provider=PROVIDER,
        model=model_name(order),
        input=content[:BEGINNING] + cut,
        output=f"{bits:.3f} bits per character",
        experiment_id=experiment,
        model_version_id=version,
        metrics={markov_training.BITS: bits, "characters": len(content)},
        score=2**-bits,
        metadata={"title": text.title, "digest": digest},
    )
