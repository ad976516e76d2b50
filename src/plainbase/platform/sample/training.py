"""Neural configurations, runs with their learning curves, checkpoints and accuracies."""

from __future__ import annotations

import math
from datetime import datetime

from plainbase.platform.sample import models
from plainbase.platform.sample.source import Row, Source

STATUSES = ("completed", "completed", "running", "failed", "completed", "pending", "cancelled", "completed")
MESSAGES = {"running": "step {} of 2,000", "completed": "done", "failed": None, "pending": None, "cancelled": ""}
INFINITY = float("inf")


def make(source: Source) -> None:
    """Make the runs and what belongs to them, and the model versions that they have made."""
    _runs(source)
    _metrics(source)
    _checkpoints(source)
    _accuracies(source)


def make_configs(source: Source) -> None:
    """Make the configurations, which runs name."""
    rows = source.tables["neural_configs"] = []
    for index, at in enumerate(source.times(6, 0.05, 0.3)):
        rows.append(
            {
                "id": source.id(at),
                "name": ("tiny", "small", "größer", "wide", "deep", source.edge("n" * 255, "deeper"))[index],
                "config": source.json(index, {"layers": 2 + index, "width": 64 << index, "activation": "gelu"}),
                "created_at": at,
                "updated_at": source.later(at, index * 1000),
            }
        )


def _runs(source: Source) -> None:
    rows = source.tables["training_runs"] = []
    configs, datasets, texts = source.ids("neural_configs"), source.ids("datasets")[:6], source.ids("corpus_texts")
    tuned = [row for row in source.rows("models") if row["kind"] == "fine_tuned"]
    made: list[Row] = []
    for index, at in enumerate(source.times(source.many(32), 0.3)):
        status = STATUSES[index % len(STATUSES)]
        started = source.later(at, source.whole(1, 600)) if index % 16 != 3 and status != "pending" else None
        over = status in ("completed", "failed", "cancelled")
        row = {
            "id": source.id(at),
            "name": (f"sweep {index // 8}/{index % 8}", source.sentence()[:80], source.edge("r" * 255, "baseline"))[
                min(index % 12, 3) % 3
            ],
            "status": status,
            "progress": _progress(source, status, index),
            "message": MESSAGES[status] and MESSAGES[status].format(100 * index),  # type: ignore[union-attr]
            "error": "loss is NaN at step 120" if status == "failed" and index % 16 != 3 else None,
            "neural_config_id": None if index % 4 == 3 else configs[index % 5],
            "config": source.json(index, {"optimizer": "adamw", "batch_size": 32 << index % 3}),
            "hyperparameters": {
                "learning_rate": source.pick((1e-4, 3e-4, 1e-3, 0.01)),
                "epochs": source.pick((1, 3, 10)),
                "warmup": source.pick((0, 100, 500)),
                "schedule": source.pick(("cosine", "linear")),
            }
            if index % 9 != 8
            else {},
            "dataset_id": None if index % 7 == 6 else datasets[index % 5],
            "corpus_text_id": texts[index % len(texts)] if index % 7 == 6 else None,
            "model_version_id": source.pick(source.ids("model_versions")) if index % 3 == 0 else None,
            "parent_run_id": rows[index // 2]["id"] if index % 5 == 4 else None,
            "started_at": started,
            "finished_at": _finished(source, at, started, index) if over else None,
            "resources": {"gpu": "a100", "gpu_seconds": source.skewed(3000)} if index % 3 else source.json(index, {}),
            **source.owner(index),
            "created_at": at,
            "updated_at": source.later(at, 8000),
        }
        rows.append(row)
        if status == "completed" and index % 4 == 0:
            model = tuned[index // 4 % (len(tuned) - 1)]
            made.append(models.add_version(source, model, f"run-{index}", 0, row))


def _progress(source: Source, status: str, index: int) -> float:
    if status == "completed":
        return 100.0
    return {"pending": 0.0, "running": source.real(1, 99)}.get(status, (0.0, 33.3333)[index % 2])


def _finished(source: Source, at: datetime, started: datetime | None, index: int) -> datetime:
    if started is not None and index % 11 == 4:
        return started  # a run that took no time
    return source.later(started or at, source.skewed(5000, digits=6))


def _metrics(source: Source) -> None:
    """Learning curves: noise on a falling loss; one run diverges, over infinity to NaN, and one logs a step twice."""
    rows = source.tables["training_metrics"] = []
    steps = 12 * min(10, max(1, source.factor // 2))
    started = [run for run in source.rows("training_runs") if run["started_at"] is not None]
    for place, run in enumerate(started[: source.many(16)]):
        floor, speed = source.real(0.8, 2), source.real(2, 6)
        for step in range(0, 10 * steps, 10):
            done = step / (10 * steps)
            loss: float | None = floor + 3 * math.exp(-speed * done) + source.random.gauss(0, 0.03)
            if run["status"] == "failed" and done > 0.6:
                loss = INFINITY if done < 0.8 else None
            names: list[tuple[str, float | None]] = [("loss", loss)]
            if place % 3 == 0:
                names.append(("accuracy", min(1.0, done**0.5 * 0.9) if step else 0.0))
            if place == 1:
                names.append(("lernrate", 3e-4 * (1 - done)))
            for name, value in names:
                for _ in range(2 if place == 2 and step == 30 else 1):
                    rows.append(
                        {
                            "id": len(rows) + 1,
                            "run_id": run["id"],
                            "name": name,
                            "step": step,
                            "value": value,
                            "recorded_at": source.later(run["started_at"], 3 * step),
                        }
                    )
    if not source.hard:
        return
    for step, value in ((0, -INFINITY), (2**63 - 1, 5e-324), (2**53 + 1, -0.5)):
        rows.append({**rows[0], "id": len(rows) + 1, "name": "limits", "step": step, "value": value})


def _checkpoints(source: Source) -> None:
    rows = source.tables["checkpoints"] = []
    started = [run for run in source.rows("training_runs") if run["started_at"] is not None]
    for place, run in enumerate(started[: source.many(14)]):
        count = place % 5
        for number in range(count):
            at = source.later(run["started_at"], 600 * (number // 2 * 2))
            index = len(rows)
            rows.append(
                {
                    "id": source.id(at),
                    "run_id": run["id"],
                    "epochs": None if index % 6 == 5 else number + 1,
                    "step": {11: None, 12: source.edge(2**63 - 1, number * 500)}.get(index % 13, number * 500),
                    "block_size": (128, 256, None, 0)[index % 4],
                    "path": f"runs/{place}/step-{number * 500}.pt" if index % 4 else None,
                    "loss": INFINITY if index == 7 else None if index % 8 == 6 else source.real(0.8, 3),
                    "accuracy": (source.real(0.4, 0.95), None, 0.0, 1.0)[index % 4],
                    "notes": source.hard_text(index) or source.maybe(source.sentence(), 0.4),
                    "is_best": number == count - 1 and place % 3 != 1,
                    "created_at": at,
                    "updated_at": source.later(at, 5),
                }
            )


def _accuracies(source: Source) -> None:
    checkpoints = source.ids("checkpoints")
    source.tables["accuracy_metrics"] = [
        {
            "id": index + 1,
            "checkpoint_id": None if index % 5 == 3 else checkpoints[index % 9],
            "metric_type": source.pick(("top1", "top5", "bleu", "Größe")),
            "value": (0.0, 1.0, -1.0, 1e300)[index % 4] if source.hard and index % 11 == 10 else source.real(0.3, 0.99),
            "metadata": source.json(index, {"split": "test"}),
            "created_at": at,
        }
        for index, at in enumerate(source.times(source.many(44), 0.5))
    ]
