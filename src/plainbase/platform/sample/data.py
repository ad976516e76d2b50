"""Datasets with their splits, corpus texts, and the character n-grams counted from some of them."""

from __future__ import annotations

from collections import Counter

from plainbase.platform.sample.prose import HARD_TEXTS, SENTENCES
from plainbase.platform.sample.source import Source

DATASETS = (
    ("mmlu", "1.0", "jsonl", "general", 166_184_960, 15_908),
    ("gsm8k", "1.0", "jsonl", "mathematics", 7_473_000, 8_792),
    ("gsm8k", "1.1", "jsonl", "mathematics", 7_501_112, 8_799),
    ("squad", "2.0", "parquet", "reading", 48_234_901, 142_192),
    ("hellaswag", "1", "parquet", "common sense", 71_493_120, 59_950),
    ("own-notes", "2025-02", "text", "databases", 48_112, 40),
    ("support-tickets", "3", "csv", "support", 912_444, 20_117),
    ("code-reviews", "0.9-beta", None, "code", None, None),
    ("größe-und-maß", "1", "text", None, 1, 1),
    ("空", "0", "", "", 0, 0),
    ("web-crawl", "2024-50", "warc", "web", 2**63 - 1, 3_150_000_000),
    ("d" * 255, "v" * 255, "csv", "edge", 2**40, 2**31),
)
"""Name, version, format, domain, bytes and rows."""

PARTS = (("train", 0.8), ("validation", 0.1), ("test", 0.1))


def make(source: Source) -> None:
    """Make the tables of this domain."""
    _datasets(source)
    _texts(source)
    _ngrams(source)


def _datasets(source: Source) -> None:
    datasets = source.tables["datasets"] = []
    splits = source.tables["dataset_splits"] = []
    known = source.edge(DATASETS, DATASETS[:8])
    for index, at in enumerate(source.times(len(known) * max(1, source.factor // 2), 0.05, 0.6)):
        name, version, form, domain, size, rows = known[index % len(known)]
        again = index // len(known)
        dataset = {
            "id": source.id(at),
            "name": name,
            "version": version if not again else f"{version[:200]}+{again}",
            "digest": source.sha256().hex() if index % 6 != 2 else datasets[-1]["digest"],
            "format": form,
            "domain": domain,
            "size_bytes": size,
            "row_count": rows,
            "statistics": {"mean_length": source.real(20, 900), "languages": ["en", "de"]} if index % 3 else {},
            "metadata": source.json(index, {"license": "CC-BY-4.0", "source": "upload"}),
            **source.owner(index),
            "created_at": at,
            "updated_at": source.later(at, source.whole(0, 200_000)),
        }
        datasets.append(dataset)
        for part, fraction in PARTS[: (3, 3, 2, 1, 0)[index % 5]]:
            splits.append(
                {
                    "id": source.id(at),
                    "dataset_id": dataset["id"],
                    "name": part,
                    "row_count": int(rows * fraction) if rows is not None else None,
                    "fraction": source.edge((fraction, None, 0.0, 1.0)[index % 4], fraction),
                    "created_at": at,
                }
            )


def _texts(source: Source) -> None:
    rows = source.tables["corpus_texts"] = []
    notes = [split["id"] for split in source.rows("dataset_splits") if split["name"] in ("train", "test")]
    hard_texts = source.edge(HARD_TEXTS, ())
    times = source.times(source.many(36) + len(hard_texts), 0.1)
    for index, at in enumerate(times):
        hard = index >= len(times) - len(hard_texts)
        rows.append(
            {
                "id": index + 1,
                "title": (None, source.edge("t" * 255, "Notes"), "Überblick 概要", source.sentence())[
                    min(index % 10, 3)
                ],
                "content": hard_texts[index - len(times)] if hard else source.text(source.whole(1, 4)),
                "source": (None, "", "notes", "wiki", "wiki", "books")[index % 6],
                "metadata": source.json(index, {"language": "en", "pages": source.whole(1, 30)}),
                "split_id": None if index % 3 == 2 else notes[index % min(6, len(notes))],
                "created_at": at,
            }
        )


def _ngrams(source: Source) -> None:
    """Count a few sentences for three models; the first has its probabilities, the last was cleared."""
    models = source.tables["markov_models"] = []
    counted = source.tables["markov_texts"] = []
    ngrams = source.tables["markov_ngrams"] = []
    texts = {row["id"]: row["content"] for row in source.rows("corpus_texts")[:4]}
    datasets = source.ids("datasets")
    for place, (dataset, n) in enumerate(((datasets[5], 0), (datasets[5], 1), (datasets[7], 3), (datasets[7], 64))):
        at = source.time(0.5 + place / 50)
        models.append({"dataset_id": dataset, "n": n, "created_at": at})
        if n == 64:
            continue
        counted.extend(
            {"dataset_id": dataset, "n": n, "corpus_text_id": text, "counted_at": source.later(at, 30)}
            for text in list(texts)[: 2 if n == 0 else 1]
        )
        grams = Counter[tuple[str, str]]()
        for sentence in (SENTENCES[0], SENTENCES[37], SENTENCES[41]):
            grams.update((sentence[max(i - n, 0) : i], char) for i, char in enumerate(sentence))
        after = Counter[str]()
        for (context, _), count in grams.items():
            after[context] += count
        ngrams.extend(
            {
                "dataset_id": dataset,
                "n": n,
                "context": context,
                "next_char": char,
                "count": count,
                "probability": count / after[context] if n < 3 else None,
            }
            for (context, char), count in grams.items()
        )
