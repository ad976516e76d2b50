"""A training life, from a file to a model in production: python training_life.py [URL]"""

from __future__ import annotations

import asyncio
import math
import sys
import tempfile
from pathlib import Path

import plainbase
from plainbase.platform import corpus, dataset_files, experiments, models, training


async def main(url: str) -> None:
    async with plainbase.open(url, migrate=True) as db:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "reviews.csv")
            path.write_text("text,stars\nworks well,5\nbroke at once,1\nas described,4\n")
            dataset = (await dataset_files.register_file(db, path, domain="reviews")).dataset
        stars = dataset.statistics["columns"][1]
        print(f"dataset {dataset.name}: {dataset.row_count} rows, stars {stars['min']:g} to {stars['max']:g}")

        split = await db.datasets.add_split(dataset_id=dataset.id, name="train", row_count=3, fraction=1.0)
        for title, content in (("first", "The parcel works well."), ("second", "It broke at once, sadly.")):
            await db.corpus_texts.add(title=title, content=content, split_id=split.id)
        for hit in (await corpus.search(db, "work* OR missing")).hits:
            print(f"found: {hit.snippet}")

        config = await db.neural_configs.create(name="tiny", config={"layers": 2, "width": 64})
        runs = {}
        for rate in (0.1, 0.01):
            values = {"dataset_id": dataset.id, "neural_config_id": config.id, "hyperparameters": {"rate": rate}}
            async with training.run(db, name=f"rate {rate}", **values) as run:
                losses = [2 * math.exp(-rate * step) for step in range(100)]
                await training.log_metrics(db, run.id, {"loss": losses}, step=0)
                for step in (49, 99):
                    await training.checkpoint(db, run.id, step=step, loss=losses[step], path=f"{run.id}/{step}.bin")
                await db.training_runs.update_progress(id=run.id, progress=99, message="last step")
            runs[run.id] = f"rate {rate}"

        try:
            async with training.run(db, name="diverges", dataset_id=dataset.id) as run:
                await training.log_metrics(db, run.id, {"loss": [1.0, math.inf, math.nan]}, step=0)
                raise FloatingPointError("the loss is no number")
        except FloatingPointError:
            failed = await db.training_runs.get(id=run.id)
            print(f"run {failed.name}: {failed.status}, {failed.error}")

        experiment = await experiments.begin(
            db, experiments.Experiment("learning rate", hypothesis="faster is better", dataset_id=dataset.id), runs=runs
        )
        best = await db.checkpoints.best()
        assert best is not None
        winner = await db.training_runs.get(id=best.run_id)
        print(f"best: {winner.name} at step {best.step}, loss {best.loss:.6f}")
        await experiments.finish(db, experiment.id, results={"winner": winner.name}, cost_usd=0.25)

        version = await models.register_version(
            db, model="reviewer", version="1.0", training_run_id=winner.id, artifact_uri=best.path
        )
        await db.model_benchmarks.record(model_version_id=version.id, benchmark="stars", metric="accuracy", value=0.9)
        await models.promote(db, "reviewer", "1.0")
        champion = await models.resolve(db, "reviewer@champion")
        print(f"champion: {champion.version}, {champion.stage}")

        await db.refresh_all()
        for row in await db.run_metric_summary.list_lowest(name="loss", limit=2):
            print(f"{runs[row.run_id]}: {row.points} points, lowest {row.min_value:.6f} at step {row.min_step}")
        (summary,) = await db.experiment_summary.list()
        print(f"experiment {summary.name}: {summary.status}, {summary.completed_runs} runs, {summary.cost_usd:.2f} USD")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "sqlite:///training_life.db"))
