"""Experiments and their runs, benchmarks, evaluations and comparisons."""

from __future__ import annotations

import hashlib
from datetime import datetime

from plainbase.platform.sample import comparisons
from plainbase.platform.sample.prose import QUESTIONS
from plainbase.platform.sample.source import Row, Source

STATUSES = ("completed", "running", "failed", "completed", "pending", "cancelled")
HYPOTHESES = (
    "A longer warm-up prevents the early divergence.",
    "Retrieval helps the small model more than the large one.",
    "",
    None,
    "Größere Stapel brauchen eine höhere Lernrate.",
)


def make(source: Source) -> None:
    """Make the tables of this domain."""
    _experiments(source)
    _benchmarks(source)
    _evaluations(source)
    _comparisons(source)


def _ended(source: Source, at: datetime, status: str, index: int) -> tuple[datetime | None, datetime | None]:
    """When it began and when it ended; what failed or was cancelled may never have begun."""
    started = None if status == "pending" or (status in ("failed", "cancelled") and index % 2) else source.later(at, 60)
    over = status in ("completed", "failed", "cancelled")
    return started, source.later(started or at, source.skewed(20_000, digits=6)) if over else None


def _experiments(source: Source) -> None:
    rows = source.tables["experiments"] = []
    datasets, versions = source.ids("datasets"), source.ids("model_versions")
    for index, at in enumerate(source.times(source.many(14), 0.3)):
        status = STATUSES[index % len(STATUSES)]
        started, finished = _ended(source, at, status, index)
        rows.append(
            {
                "id": source.id(at),
                "name": ("Warm-up", "Retrieval", "Prompt wording", "Größe")[index % 4] + f" {index // 4 + 1}",
                "hypothesis": HYPOTHESES[index % len(HYPOTHESES)],
                "status": status,
                "dataset_id": None if index % 5 == 4 else datasets[index % 3],
                "model_version_id": None if index % 4 == 2 else versions[index % 4],
                "config": source.json(index, {"temperature": 0.2, "shots": index % 4}),
                "results": {"conclusion": source.sentence()} if status == "completed" else {},
                "metrics": {"accuracy": source.real(0.4, 0.9), "n": index} if index % 3 else {},
                "cost_usd": (source.real(0, 40, 6), None, 0.0, source.edge(1e12, 812.5))[index % 4],
                "started_at": started,
                "finished_at": finished,
                **source.owner(index),
                "created_at": at,
                "updated_at": source.later(at, 30_000),
            }
        )
    links = source.tables["experiment_runs"] = []
    runs = source.ids("training_runs")
    for index, experiment in enumerate(rows):
        links.extend(
            {
                "experiment_id": experiment["id"],
                "training_run_id": runs[(3 * index + 2 * number) % len(runs)],
                "label": ("baseline", "treatment", None, source.edge("ä" * 255, "ältere"))[number],
                "created_at": experiment["created_at"],
            }
            for number in range(index % 5)
        )


def _benchmarks(source: Source) -> None:
    rows = source.tables["benchmarks"] = []
    datasets, versions = source.ids("datasets"), source.rows("model_versions")
    models = {row["id"]: row for row in source.rows("models")}
    for index, at in enumerate(source.times(source.many(14), 0.35)):
        status = STATUSES[(index + 2) % len(STATUSES)]
        version = versions[index % 9]
        model = models[version["model_id"]]
        total = (100, 20, 0, source.edge(2**40, 5000))[index % 4]
        failed = total // 10 if index % 3 else 0
        started, completed = _ended(source, at, status, index)
        rows.append(
            {
                "id": source.id(at),
                "name": f"{('mmlu', 'gsm8k', 'squad')[index % 3]} nightly {index}",
                "description": source.hard_text(index) or source.maybe(source.sentence()),
                "provider": model["provider"] or "local",
                "model": model["name"],
                "dataset": ("mmlu", "gsm8k", "squad")[index % 3],
                "model_version_id": None if index % 3 == 2 else version["id"],
                "dataset_id": None if index % 4 == 3 else datasets[index % 3],
                "status": status,
                "total_iterations": total,
                "completed_iterations": total - failed if status == "completed" else total // 3,
                "failed_iterations": failed,
                "results": {"best": source.whole(1, 9)} if status == "completed" else {},
                "metrics": {"accuracy": source.real(0.3, 0.95), "p95_ms": source.skewed(900)} if index % 2 else {},
                "error": "the provider refused the key" if status == "failed" else None,
                "started_at": started,
                "completed_at": completed,
                **source.owner(index),
                "created_at": at,
                "updated_at": source.later(at, 9000),
            }
        )


def _evaluations(source: Source) -> None:
    """Models are asked the same questions, so that they can be compared; a few answers were never scored."""
    rows = source.tables["evaluations"] = []
    versions = source.rows("model_versions")[:9]
    models = {row["id"]: row for row in source.rows("models")}
    experiments, benchmarks = source.ids("experiments")[:6], source.ids("benchmarks")[:8]
    for index, at in enumerate(source.times(source.many(130), 0.4)):
        version = versions[index % 5] if index % 13 else versions[8]
        model = models[version["model_id"]]
        question = QUESTIONS[index // 5 % len(QUESTIONS)]
        failed = index % 26 == 25
        rows.append(
            {
                "id": source.id(at),
                "experiment_id": experiments[index % 6] if index % 3 else None,
                "benchmark_id": benchmarks[index % 8] if index % 4 != 2 else None,
                "model_version_id": None if index % 9 == 8 else version["id"],
                "provider": model["provider"] or "local",
                "model": model["name"],
                "input": question if index % 35 != 34 else source.hard_text(index) or question.lower(),
                "input_digest": None if index % 35 == 34 else hashlib.sha256(question.encode()).hexdigest(),
                "output": "" if failed else source.text(1),
                "expected": (None, "", source.sentence())[index % 3],
                "metrics": _scores(source, index),
                "score": None if failed else _score(source, index),
                "human_rating": None if index % 3 == 1 else min(5, max(1, round(source.random.gauss(3.6, 1.2)))),
                "human_feedback": source.hard_text(index) or source.maybe(source.sentence(), 0.3),
                "latency_ms": None if failed else source.skewed(400 + 300 * (index % 5)),
                "input_tokens": None if failed else source.whole(5, 900) if index else source.edge(10**12, 77),
                "output_tokens": None if failed else source.whole(0, 700),
                "cost_usd": None if model["kind"] != "commercial" or failed else source.skewed(0.004, digits=6),
                "metadata": source.json(index, {"temperature": source.pick((0.0, 0.2, 1.0)), "tags": ["nightly"]}),
                **source.owner(index),
                "created_at": at,
                "updated_at": source.later(at, source.whole(0, 5000)),
            }
        )


def _score(source: Source, index: int) -> float:
    if index % 7 == 6:
        return (0.0, 1.0, 0.5)[index // 7 % 3]
    limits = {102: -1e100, 113: 1e100}  # never in one mean, which would be what the order of adding makes it
    return source.edge(limits.get(index % 130), None) or source.real(0.2, 1)


def _scores(source: Source, index: int) -> Row:
    if index % 6 == 5:
        return ({}, {"bleu": None}, {"note": "not scored", "bleu": "n/a"}, {"bleu": 0})[index // 6 % 4]
    return {"bleu": source.real(0, 0.6), "rouge_l": source.real(0.1, 0.8), "exact_match": index % 4 == 0}


def _comparisons(source: Source) -> None:
    """What `platform.comparison` would have kept: difference, interval, p, effect and winner agree."""
    rows = source.tables["comparison_results"] = []
    tables = {"model": "models", "model_version": "model_versions", "training_run": "training_runs"}
    tables["experiment"] = "experiments"
    experiments, users = source.ids("experiments"), source.ids("users")
    for index, at in enumerate(source.times(source.many(16), 0.6)):
        kind = tuple(tables)[index % 4]
        ids = source.ids(tables[kind])
        rows.append(
            {
                "id": source.id(at),
                "kind": kind,
                "a_id": ids[index % 3],
                "b_id": ids[3 + index % 4],
                "a_label": f"{kind} A",
                "b_label": source.hard_text(index) or f"{kind} B",
                "experiment_id": experiments[index % 4] if index % 3 and kind != "experiment" else None,
                **comparisons.found(source, index),
                "created_by": source.maybe(source.pick(users)),
                "created_at": at,
            }
        )
