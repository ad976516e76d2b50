"""Calls of the queries of datasets, corpus texts and character models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from parity.call import UNKNOWN_ID, Call, Sample

ALL = {"limit": 1000}
UNKNOWN_TEXT = 10**9


def calls(sample: Sample) -> Iterator[Call]:
    """Each query of this domain."""
    yield from _datasets(sample)
    yield from _new_datasets(sample)
    yield from _dataset_changes(sample)
    yield from _splits(sample)
    yield from _texts(sample)
    yield from _models(sample)
    yield from _ngrams(sample)
    yield from _counting(sample)


def _middle(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return sorted(rows, key=lambda row: (row["created_at"], row["id"]))[2 * len(rows) // 3]


def _datasets(sample: Sample) -> Iterator[Call]:
    rows = list(sample["datasets"])
    middle = _middle(rows)
    owned = next((row for row in rows if row["team_id"]), middle)
    for row in rows[:12]:
        yield Call("datasets.get", {"id": row["id"]})
        yield Call("datasets.statistics", {"id": row["id"]})
        yield Call("datasets.get_by_name", {"name": row["name"], "version": row["version"]})
        yield Call("datasets.get_by_digest", {"digest": row["digest"], "name": row["name"]})
    for name in ("get", "statistics"):
        yield Call(f"datasets.{name}", {"id": UNKNOWN_ID})
        yield Call(f"datasets.{name}", {"id": None})
    yield Call("datasets.get", {"id": "no id"})
    yield Call("datasets.get_by_name", {"name": "MMLU", "version": "9"})
    yield Call("datasets.get_by_digest", {"digest": "", "name": ""})
    yield Call("datasets.list", ALL)
    yield Call(
        "datasets.list",
        {
            "format": "csv",
            "domain": owned["domain"] or "",
            "team_id": owned["team_id"] or UNKNOWN_ID,
            "before_created_at": middle["created_at"],
            "before_id": middle["id"],
            "limit": 4,
        },
    )
    yield Call("datasets.list", {"team_id": UNKNOWN_ID})
    yield Call("datasets.list", {"team_id": None})
    yield Call("datasets.list", {"limit": 0})
    yield Call("datasets.list", {"limit": None})
    yield Call("datasets.usage", ALL)
    yield Call("datasets.usage", {"id": rows[0]["id"], "limit": 3})
    yield Call("datasets.usage", {"id": UNKNOWN_ID})


def _new_datasets(sample: Sample) -> Iterator[Call]:
    known = sample["datasets"][1]
    user, team = sample["users"][0]["id"], sample["teams"][0]["id"]
    new = {"name": "neu", "version": "1", "digest": "d"}
    yield Call("datasets.register", new)
    yield Call(
        "datasets.register",
        {
            **new,
            "format": "csv",
            "domain": "",
            "size_bytes": 2**63 - 1,
            "row_count": 0,
            "statistics": {"columns": [{"name": "é", "mean": 0.1}]},
            "metadata": [1, None, "x"],
            "created_by": user,
            "team_id": team,
        },
    )
    yield Call("datasets.register", {**{name: known[name] for name in new}, "format": "other", "metadata": {"a": 1}})
    for wrong in (
        {"name": ""},
        {"name": "x" * 256},
        {"version": ""},
        {"digest": "x" * 256},
        {"name": None},
        {"id": known["id"]},
        {"size_bytes": -1},
        {"row_count": -1},
        {"row_count": 1.5},
        {"row_count": 2**63},
        {"metadata": None},
        {"metadata": {"x": float("nan")}},
        {"created_by": UNKNOWN_ID},
        {"team_id": UNKNOWN_ID},
        {"name": "nul\0"},
    ):
        yield Call("datasets.register", {**new, **wrong})
    yield Call("datasets.register", rows=[new, {**new, "version": "2"}])
    yield Call("datasets.register", rows=[])


def _dataset_changes(sample: Sample) -> Iterator[Call]:
    rows = sample["datasets"]
    for identifier in (rows[2]["id"], UNKNOWN_ID):
        yield Call("datasets.update_metadata", {"id": identifier, "metadata": {"new": [True]}})
        yield Call(
            "datasets.update_statistics",
            {"id": identifier, "row_count": 5, "size_bytes": 2**40, "statistics": {"words": 5}},
        )
        yield Call("datasets.delete", {"id": identifier})
    yield Call("datasets.update_metadata", {"id": rows[2]["id"], "metadata": None})
    yield Call("datasets.update_statistics", {"id": rows[2]["id"], "row_count": -5, "statistics": {}})
    used = {run["dataset_id"] for run in sample["training_runs"]}
    for row in (next(row for row in rows if row["id"] in used), *rows[5:]):
        yield Call("datasets.delete", {"id": row["id"]})


def _splits(sample: Sample) -> Iterator[Call]:
    split = sample["dataset_splits"][0]
    parts = {row["dataset_id"] for row in sample["dataset_splits"]}
    bare = next(row["id"] for row in sample["datasets"] if row["id"] not in parts)
    yield Call("datasets.list_splits", {"dataset_id": split["dataset_id"]})
    yield Call("datasets.list_splits", {"dataset_id": bare})
    for name in ("train", "test", "exam"):
        yield Call("datasets.get_split", {"dataset_id": split["dataset_id"], "name": name})
    yield Call("datasets.get_split", {"dataset_id": UNKNOWN_ID, "name": "train"})
    new = {"dataset_id": bare, "name": "validation"}
    yield Call("datasets.add_split", new)
    for more in (
        {"row_count": 10, "fraction": 0.25},
        {"fraction": 1},
        {"fraction": 1.01},
        {"fraction": float("nan")},
        {"row_count": -1},
        {"name": "exam"},
        {"dataset_id": UNKNOWN_ID},
        {"dataset_id": split["dataset_id"], "name": split["name"]},
    ):
        yield Call("datasets.add_split", {**new, **more})
    yield Call("datasets.add_split", rows=[new, {**new, "name": "test"}])
    yield Call("datasets.add_split", rows=[new, new])


def _texts(sample: Sample) -> Iterator[Call]:
    rows = sample["corpus_texts"]
    split = next(row["split_id"] for row in rows if row["split_id"])
    source = next(row["source"] for row in rows if row["source"])
    for row in rows:
        yield Call("corpus_texts.get", {"id": row["id"]})
    yield Call("corpus_texts.get", {"id": UNKNOWN_TEXT})
    yield Call("corpus_texts.get", {"id": "1"})
    yield Call("corpus_texts.list", ALL)
    yield Call("corpus_texts.list", {"source": source, "before_id": rows[-3]["id"], "limit": 5})
    yield Call("corpus_texts.list", {"source": "", "limit": 5})
    for name in ("list_for_split", "list_sizes_for_split", "statistics_for_split"):
        yield Call(f"corpus_texts.{name}", {"split_id": split})
        yield Call(f"corpus_texts.{name}", {"split_id": UNKNOWN_ID})
    yield Call("corpus_texts.statistics")
    yield Call("corpus_texts.add", {"content": ""})
    yield Call(
        "corpus_texts.add",
        {"content": "ein Wort\u00a0mehr \t\n 概要 😀", "title": "Ü", "source": "", "metadata": [], "split_id": split},
    )
    for wrong in ({"title": ""}, {"title": "x" * 256}, {"split_id": UNKNOWN_ID}, {"content": None}, {"content": "\0"}):
        yield Call("corpus_texts.add", {"content": "x", **wrong})
    yield Call("corpus_texts.add", rows=[{"content": "one"}, {"content": "one two"}])
    for identifier in (rows[0]["id"], rows[-1]["id"], UNKNOWN_TEXT):
        yield Call("corpus_texts.update_metadata", {"id": identifier, "metadata": {"k": "v"}})
        yield Call("corpus_texts.delete", {"id": identifier})


def _models(sample: Sample) -> Iterator[Call]:
    model = sample["markov_models"][0]
    key = _key(model)
    counted = [row["corpus_text_id"] for row in sample["markov_texts"] if _key(row) == key]
    texts = [row["id"] for row in sample["corpus_texts"]]
    for row in sample["markov_models"]:
        yield Call("markov_models.get", _key(row))
        yield Call("markov_models.list_texts", _key(row))
        yield Call("markov_models.create", _key(row))
    unknown = {"dataset_id": UNKNOWN_ID, "n": model["n"]}
    for name in ("get", "list_texts", "create"):
        yield Call(f"markov_models.{name}", unknown)
    yield Call("markov_models.list", {"dataset_id": model["dataset_id"]})
    yield Call("markov_models.list", {"dataset_id": UNKNOWN_ID})
    for n in (0, 64, 65, -1):
        yield Call("markov_models.create", {"dataset_id": sample["datasets"][-1]["id"], "n": n})
    for owner in (key, unknown):
        for ids in (texts[:9], counted, [], UNKNOWN_TEXT, [texts[-1], UNKNOWN_TEXT]):
            yield Call("markov_models.claim_texts", {**owner, "corpus_text_ids": ids})
            yield Call("markov_models.count_claimed", {**owner, "corpus_text_ids": ids})


def _key(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"dataset_id": row["dataset_id"], "n": row["n"]}


def _ngrams(sample: Sample) -> Iterator[Call]:
    unknown = {"dataset_id": UNKNOWN_ID, "n": 2}
    for model in sample["markov_models"]:
        key = _key(model)
        yield Call("markov_ngrams.list_for_order", key)
        yield Call("markov_ngrams.statistics", key)
        yield Call("markov_ngrams.compute_probabilities", key)
        yield Call("markov_ngrams.clear", key)
        contexts = sorted({row["context"] for row in sample["markov_ngrams"] if _key(row) == key})
        for context in (*contexts[:3], *contexts[-3:], "\ue000"):
            yield Call("markov_ngrams.list_for_context", {**key, "context": context})
            yield Call("markov_ngrams.list_for_context", {**key, "context": context, "limit": 2})
            for uniform in (0, 0.25, 0.5, 0.999999):
                yield Call("markov_ngrams.sample", {**key, "context": context, "uniform": uniform})
    for name in ("list_for_order", "statistics", "compute_probabilities", "clear"):
        yield Call(f"markov_ngrams.{name}", unknown)
    yield Call("markov_ngrams.sample", {**unknown, "context": "", "uniform": 0.5})


def _counting(sample: Sample) -> Iterator[Call]:
    row = sample["markov_ngrams"][0]
    gram = {**_key(row), "context": row["context"], "next_char": row["next_char"]}
    texts = [text["id"] for text in sample["corpus_texts"]]
    yield Call("markov_ngrams.count_up", gram)
    yield Call("markov_ngrams.count_up", {**gram, "context": "", "next_char": "😀", "count": 7})
    for wrong in (
        {"count": 0},
        {"count": -(10**6)},
        {"next_char": "ab"},
        {"next_char": ""},
        {"context": "x" * 65},
        {"dataset_id": UNKNOWN_ID},
    ):
        yield Call("markov_ngrams.count_up", {**gram, "next_char": "\u2603", **wrong})
    yield Call("markov_ngrams.count_up", rows=[gram, {**gram, "count": 3}, {**gram, "next_char": "\u2603"}])
    for model in sample["markov_models"]:
        yield Call("markov_ngrams.count_texts", {**_key(model), "corpus_text_ids": texts})
    yield Call("markov_ngrams.count_texts", {**_key(sample["markov_models"][0]), "corpus_text_ids": []})
    yield Call("markov_ngrams.count_texts", {"dataset_id": UNKNOWN_ID, "n": 1, "corpus_text_ids": texts[:1]})
