"""Training runs of character models: the corpus grows step by step, and each step is measured and kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import process_time

from plainbase.errors import PlainbaseError, RowNotFound
from plainbase.platform import backoff, markov, training
from plainbase.platform.runners import AnyDatabase
from plainbase.rows import Row
from plainbase.typed import TrainingRunsGetRow

BITS = "bits_per_character"
BASELINE = "order_0_bits_per_character"
CHARACTERS = "characters"
NGRAMS = "ngrams"


@dataclass(frozen=True, slots=True)
class Growth:
    """What to train on: ids of training texts step by step, and the held-out texts."""

    steps: Sequence[Sequence[int]]
    characters: Sequence[int]
    held_out: Sequence[str]


async def divide(db: AnyDatabase, dataset: Row, steps: int = 10) -> Growth:
    """Divide a dataset's training texts into about `steps` parts of like size, whole texts each.

    Raises RowNotFound for a dataset that has no train or no test split.
    """
    train = await db.datasets.get_split(dataset_id=dataset.id, name="train")
    test = await db.datasets.get_split(dataset_id=dataset.id, name="test")
    if train is None or test is None:
        raise RowNotFound("the dataset is not split into train and test")
    sizes = await db.corpus_texts.list_sizes_for_split(split_id=train.id)
    held_out = await db.corpus_texts.list_for_split(split_id=test.id)
    total = sum(row.char_count for row in sizes)
    parts: list[list[int]] = [[]]
    characters: list[int] = []
    done = 0
    for row in sizes:
        parts[-1].append(row.id)
        done += row.char_count
        if done >= total * (len(characters) + 1) / steps and done < total:
            characters.append(done)
            parts.append([])
    characters.append(done)
    return Growth(parts, characters, [row.content for row in held_out])


async def train(
    db: AnyDatabase, dataset: Row, order: int, growth: Growth, on_step: Callable[[], object] = lambda: None
) -> TrainingRunsGetRow:
    """Count a dataset's model of one order anew, as a training run; return the finished run.

    Each step is logged in bits per held-out character and kept as a checkpoint; `on_step` is called after it. When
    interrupted the run is marked as failed.
    """
    config = {"model": "markov", "smoothing": "witten-bell", "steps": len(growth.steps)}
    name = f"order {order} on {dataset.name[:200]}"
    await _supersede(db, dataset, order)
    async with training.run(
        db, name=name, dataset_id=dataset.id, config=config, hyperparameters={"order": order}
    ) as run:
        began = process_time()
        await db.markov_ngrams.clear(dataset_id=dataset.id, n=order)
        held_out = backoff.levels(backoff.grams(growth.held_out, order), order)
        for step, ids in enumerate(growth.steps, 1):
            await markov.count(db, dataset.id, order, ids)
            counted = await counts(db, dataset, order)
            bits = backoff.bits_per_character(counted, held_out)
            figures = {
                BITS: bits[order],
                BASELINE: bits[0],
                CHARACTERS: growth.characters[step - 1],
                NGRAMS: len(counted),
            }
            await _keep(db, run, order, step, figures, of=len(growth.steps))
            on_step()
        await db.markov_ngrams.compute_probabilities(dataset_id=dataset.id, n=order)
        resources = {"cpu_seconds": round(process_time() - began, 3)}
        if not await db.training_runs.finish(id=run.id, resources=resources):
            raise PlainbaseError(f"run {run.id} was ended by another process")
    return await db.training_runs.get(id=run.id)


async def finished(db: AnyDatabase, dataset: Row, order: int) -> TrainingRunsGetRow | None:
    """The newest completed run of one order on a dataset."""
    return next(iter(await _runs(db, dataset, order, "completed")), None)


async def _runs(db: AnyDatabase, dataset: Row, order: int, status: str) -> list[TrainingRunsGetRow]:
    rows = await db.training_runs.list_for_dataset(dataset_id=dataset.id, statuses=[status], limit=1000)
    return [run for run in rows if run.config.get("model") == "markov" and run.hyperparameters.get("order") == order]


async def _supersede(db: AnyDatabase, dataset: Row, order: int) -> None:
    for run in await _runs(db, dataset, order, "running"):
        await db.training_runs.finish(id=run.id, status="failed", error="another run began the model anew")


async def counts(db: AnyDatabase, dataset: Row, order: int) -> Mapping[str, int]:
    """A model's counts of one order, by context and next character joined."""
    rows = await db.markov_ngrams.list_for_order(dataset_id=dataset.id, n=order)
    return {context + char: count for context, char, count in rows}


async def _keep(
    db: AnyDatabase, run: TrainingRunsGetRow, order: int, step: int, figures: Mapping[str, float], *, of: int
) -> None:
    async with db.transaction() as tx:
        await training.log_metrics(tx, run.id, figures, step=step)
        await training.checkpoint(
            tx,
            run.id,
            loss=figures[BITS],
            epochs=1,
            step=step,
            block_size=order,
            notes=f"{figures[CHARACTERS]:,} characters counted",
        )
        await tx.training_runs.update_progress(id=run.id, progress=100 * step / of)
