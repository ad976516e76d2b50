"""Models, their versions and aliases, benchmark scores and measured performance."""

from __future__ import annotations

from plainbase.platform.sample.source import Row, Source

MODELS = (
    ("meadow-7b", "base", "Meadow Labs"),
    ("meadow-70b", "base", "Meadow Labs"),
    ("orrery-large", "commercial", "Orrery"),
    ("orrery-mini", "commercial", "Orrery"),
    ("thistle", "commercial", "Quill & Co"),
    ("support-assistant", "fine_tuned", None),
    ("sql-writer", "fine_tuned", None),
    ("housing-price", "fine_tuned", None),
    ("übersetzer-小", "fine_tuned", "Meadow Labs"),
    ("never-released", "fine_tuned", None),
)
"""Name, kind, provider."""

STAGES = ("production", "staging", "development", "archived")
SCORES = (("mmlu", "accuracy"), ("gsm8k", "exact_match"), ("wikitext", "perplexity"))


def make(source: Source) -> None:
    """Make the models; their versions come with `make_versions`, as some come out of training runs."""
    rows = source.tables["models"] = []
    for index, at in enumerate(source.times(len(MODELS), 0.05, 0.4)):
        name, kind, provider = MODELS[index]
        rows.append(
            {
                "id": source.id(at),
                "name": name,
                "kind": kind,
                "provider": provider,
                "description": source.hard_text(index) or (None if index % 4 == 3 else source.sentence()),
                "metadata": source.json(index, {"license": "apache-2.0", "context": 8192}),
                **source.owner(index),
                "created_at": at,
                "updated_at": source.later(at, source.whole(0, 400_000)),
            }
        )


def make_versions(source: Source) -> None:
    """Make the versions that come out of no run of ours: bought, downloaded, uploaded."""
    source.tables["model_versions"] = []
    for index, model in enumerate(source.rows("models")[:-1]):
        for number in range(1, (2, 1, 3, 2)[index % 4] + 1):
            add_version(source, model, f"{number}.0", number * 0.05)


def add_version(source: Source, model: Row, version: str, after: float, run: Row | None = None) -> Row:
    """Add a version of a model, made so long after it, or when the run it comes from ended."""
    rows = source.tables["model_versions"]
    index = len(rows)
    at = run["finished_at"] if run else source.later(model["created_at"], after * 2_000_000)
    priced = model["kind"] == "commercial"
    row = {
        "id": source.id(at),
        "model_id": model["id"],
        "version": version,
        "stage": STAGES[index % 4],
        "status": ("ready", "ready", "pending", "ready", "failed", "retired")[index % 6],
        "architecture": ("transformer", None, "mamba", "gradient boosting")[index % 4],
        "parameter_count": (
            7_000_000_000,
            None,
            source.edge(0, 350_000),
            source.edge(2**63 - 1, 1_100_000_000),
            70_553_706_496,
        )[index % 5],
        "artifact_uri": (None, f"s3://models/{index}/model.safetensors", "", "file:///models/größe.bin")[index % 4],
        "digest": None if index % 4 == 0 else source.sha256().hex() if index % 9 else rows[-1]["digest"],
        "metrics": {"accuracy": source.real(0.5, 0.95), "loss": source.real(0.4, 3)} if index % 3 else {},
        "input_token_price": source.pick((0.0, 0.15, 2.5, 3.0)) if priced else None,
        "output_token_price": source.pick((0.0, 0.6, 10.0, 15.0)) if priced else None,
        "metadata": source.json(index, {"quantization": "int8", "tags": ["a", "b"]}),
        "created_at": at,
        "updated_at": source.later(at, source.whole(0, 100_000)),
        "training_run_id": run["id"] if run else None,
    }
    rows.append(row)
    return row


def make_measures(source: Source) -> None:
    """Make what is said of the versions: aliases, scores, performance."""
    _aliases(source)
    _scores(source)
    _performance(source)


def _aliases(source: Source) -> None:
    rows = source.tables["model_aliases"] = []
    for index, model in enumerate(source.rows("models")[:8]):
        versions = [row for row in source.rows("model_versions") if row["model_id"] == model["id"]]
        rows.extend(
            {
                "model_id": model["id"],
                "alias": alias,
                "model_version_id": source.pick(versions)["id"],
                "created_at": source.time(0.7),
                "updated_at": source.time(0.7 + index / 100),
            }
            for alias in ("champion", "challenger", "ältere")[: index % 4]
        )


def _scores(source: Source) -> None:
    rows = source.tables["model_benchmarks"] = []
    datasets = source.ids("datasets")
    for index, version in enumerate(source.rows("model_versions")):
        for place, (benchmark, metric) in enumerate(SCORES[: 1 + index % 3]):
            at = source.later(version["created_at"], 50_000)
            perplexity = metric == "perplexity"
            rows.append(
                {
                    "id": source.id(at),
                    "model_version_id": version["id"],
                    "benchmark": benchmark,
                    "dataset_id": (datasets[place], None)[index % 3 == 2],
                    "metric": metric,
                    # Ties, and a model that is infinitely surprised.
                    "value": source.edge(float("inf"), 99.0)
                    if perplexity and index == 5
                    else source.real(3, 40)
                    if perplexity
                    else (0.5, 0.75)[index % 2]
                    if index % 5 == 0
                    else source.real(0.2, 0.97),
                    "higher_is_better": not perplexity,
                    "standard_error": (None, 0.0, 0.011, source.edge(1e100, 0.02))[index % 4],
                    "details": source.json(index, {"shots": place, "seed": 7}),
                    "created_at": at,
                    "updated_at": source.later(at, 10),
                }
            )


def _performance(source: Source) -> None:
    rows = source.tables["model_performance"] = []
    versions = [row for index, row in enumerate(source.rows("model_versions")) if index % 3 != 1]
    for index, at in enumerate(source.times(source.many(90), 0.6)):
        metric = ("accuracy", "mae", "latency_ms")[index % 3]
        low, high = {"accuracy": (0.7, 0.95), "mae": (20_000, 60_000), "latency_ms": (20, 400)}[metric]
        version = versions[index % min(6, len(versions))]
        rows.append(
            {
                "id": index + 1,
                "model_version_id": version["id"],
                "stage": version["stage"],
                "dataset_version": (None, "2025-01", "2025-02")[index % 7 % 3],
                "metric": metric,
                "value": (-1.5, 0.0, 1e-300)[index // 31 % 3]
                if source.hard and index % 31 == 30
                else source.real(low, high),
                "recorded_at": at,
            }
        )
