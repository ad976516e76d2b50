"""Character models: counted as Python would count them, sampled the same way everywhere, scored with finite bits."""

from __future__ import annotations

import asyncio
from collections import Counter
from math import inf, isfinite
from random import Random

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

import plainbase
from plainbase import ConstraintViolation, Database, Row, RowNotFound
from plainbase.platform import backoff, datasets, markov
from plainbase.platform import markov_training as training

TEXT = st.text(
    st.one_of(
        st.sampled_from("ab \r\n\t\u0301\u200d😀é\ufeff"), st.characters(exclude_categories=["Cs"], min_codepoint=1)
    ),
    max_size=40,
)


def expected(texts: list[str], n: int) -> Counter[tuple[str, str]]:
    return Counter((text[max(0, end - n) : end], text[end]) for text in texts for end in range(len(text)))


async def counted(db: Database, owner: Row, n: int) -> dict[tuple[str, str], int]:
    rows = await db.markov_ngrams.list_for_order(dataset_id=owner.id, n=n)
    assert [(row.context, row.next_char) for row in rows] == sorted(
        ((row.context, row.next_char) for row in rows), key=lambda pair: (pair[0].encode(), pair[1].encode())
    )
    return {(context, char): count for context, char, count in rows}


async def dataset(db: Database, name: str = "texts") -> Row:
    row: Row = await db.datasets.register(name=name, version="1", digest="d")
    return row


async def add(db: Database, *contents: str) -> list[int]:
    return [row.id for row in await db.corpus_texts.add.batch([{"content": content} for content in contents])]


async def test_any_texts_are_counted_as_python_counts_them(db: Database) -> None:
    examples: list[tuple[list[str], int]] = []

    @settings(max_examples=40)
    @given(st.lists(TEXT, min_size=1, max_size=3), st.integers(0, 9))
    def collect(contents: list[str], n: int) -> None:
        examples.append((contents, n))

    collect()
    for number, (contents, n) in enumerate(examples):
        owner = await dataset(db, f"example {number}")
        await markov.count(db, owner.id, n, await add(db, *contents))
        assert await counted(db, owner, n) == expected(contents, n), (contents, n)


@pytest.mark.parametrize("length", [255, 256, 257, 65_535, 65_536, 65_537, 131_073])
async def test_nothing_is_lost_where_a_long_text_is_cut(db: Database, length: int) -> None:
    chance = Random(length)
    content = "".join(chance.choices("ab😀é\n", k=length))
    owner = await dataset(db)
    ids = await add(db, content, "😀")
    for n in (0, 1, 6):
        await markov.count(db, owner.id, n, ids)
        assert await counted(db, owner, n) == expected([content, "😀"], n)


async def test_a_context_longer_than_a_block_is_counted(db: Database) -> None:
    content = "".join(Random(1).choices("abc", k=900))
    owner = await dataset(db)
    await markov.count(db, owner.id, 64, await add(db, content))
    assert await counted(db, owner, 64) == expected([content], 64)
    with pytest.raises(ConstraintViolation) as caught:
        await markov.count(db, owner.id, 65, [])
    assert caught.value.constraint == "markov_models_n_check"


async def test_a_text_is_counted_once_and_each_dataset_and_order_by_itself(db: Database) -> None:
    first, second = await dataset(db, "first"), await dataset(db, "second")
    ids = await add(db, "banana", "bandana", "ananas")
    assert await markov.count(db, first.id, 2, ids[:2]) == 2
    assert await markov.count(db, first.id, 2, [*ids, *ids]) == 1
    assert await markov.count(db, first.id, 2, ids) == 0
    assert await markov.count(db, first.id, 1, ids[:1]) == 1
    assert await markov.count(db, second.id, 2, ids[2:]) == 1
    assert await counted(db, first, 2) == expected(["banana", "bandana", "ananas"], 2)
    assert await counted(db, first, 1) == expected(["banana"], 1)
    assert await counted(db, second, 2) == expected(["ananas"], 2)
    model = await db.markov_models.get(dataset_id=first.id, n=2)
    assert (model.texts, model.characters) == (3, 19)
    assert await db.markov_ngrams.clear(dataset_id=first.id, n=2) == 1
    assert await counted(db, first, 2) == {}
    assert await counted(db, first, 1) != {}
    assert await markov.count(db, first.id, 2, ids) == 3
    assert await counted(db, first, 2) == expected(["banana", "bandana", "ananas"], 2)


async def test_counting_at_the_same_time_counts_once(db: Database) -> None:
    owner = await dataset(db)
    contents = ["".join(Random(seed).choices("abcdef", k=500)) for seed in range(6)]
    ids = await add(db, *contents)
    await db.markov_models.create(dataset_id=owner.id, n=3)
    new = await asyncio.gather(*(markov.count(db, owner.id, 3, ids[start:]) for start in (0, 1, 2, 3)))
    assert sum(new) == len(ids)
    assert await counted(db, owner, 3) == expected(contents, 3)


async def test_unknown_texts_and_datasets_are_refused_and_nothing_is_counted(db: Database) -> None:
    owner = await dataset(db)
    ids = await add(db, "banana")
    with pytest.raises(RowNotFound, match="1 of 2 texts"):
        await markov.count(db, owner.id, 2, [*ids, 10_000])
    assert await counted(db, owner, 2) == {}
    with pytest.raises(ConstraintViolation):
        await markov.count(db, plainbase.uuid7(), 2, ids)


async def test_one_or_many_ngrams_are_counted_up_by_hand(db: Database) -> None:
    owner = await dataset(db)
    await db.markov_models.create(dataset_id=owner.id, n=2)
    row = {"dataset_id": owner.id, "n": 2, "context": "th", "next_char": "e"}
    await db.markov_ngrams.count_up(**row)
    await db.markov_ngrams.count_up.batch(
        [{**row, "count": 4}, {**row, "next_char": "i", "count": 5}, {**row, "next_char": "a", "count": 5}]
    )
    found = await db.markov_ngrams.list_for_context(dataset_id=owner.id, n=2, context="th")
    assert [(each.next_char, each.count) for each in found] == [("a", 5), ("e", 5), ("i", 5)]
    for wrong in ({"context": "the"}, {"next_char": "he"}, {"next_char": ""}, {"count": -9}):
        with pytest.raises(ConstraintViolation):
            await db.markov_ngrams.count_up(**{**row, **wrong})


async def test_probabilities_of_a_context_add_up_and_go_stale_with_the_count(db: Database) -> None:
    owner = await dataset(db)
    ids = await add(db, "banana", "bandana")
    await markov.count(db, owner.id, 1, ids[:1])
    await db.markov_ngrams.compute_probabilities(dataset_id=owner.id, n=1)
    found = await db.markov_ngrams.list_for_context(dataset_id=owner.id, n=1, context="a")
    assert [(row.next_char, row.count, row.probability) for row in found] == [("n", 2, 1.0)]
    await markov.count(db, owner.id, 1, ids)
    found = await db.markov_ngrams.list_for_context(dataset_id=owner.id, n=1, context="a")
    assert [(row.next_char, row.probability) for row in found] == [("n", None)]
    await db.markov_ngrams.compute_probabilities(dataset_id=owner.id, n=1)
    found = await db.markov_ngrams.list_for_context(dataset_id=owner.id, n=1, context="n")
    assert [(row.next_char, row.probability) for row in found] == [("a", 0.75), ("d", 0.25)]


async def test_the_next_character_is_drawn_by_a_number(db: Database) -> None:
    owner = await dataset(db)
    await markov.count(db, owner.id, 1, await add(db, "a" + "xa" * 2 + "ya" + "za"))

    async def drawn(uniform: float) -> str | None:
        char: str | None = await db.markov_ngrams.sample(dataset_id=owner.id, n=1, context="a", uniform=uniform)
        return char

    assert [await drawn(uniform) for uniform in (0, 0.25, 0.49999, 0.5, 0.74, 0.75, 0.9999999)] == [*"xxxyyzz"]
    assert await db.markov_ngrams.sample(dataset_id=owner.id, n=1, context="?", uniform=0.5) is None


async def test_a_seed_gives_the_same_text_on_every_engine(db: Database) -> None:
    owner = await dataset(db)
    ids = await add(db, "she sells sea shells by the sea shore", "the shells she sells are sea shells 😀")
    await markov.count(db, owner.id, 2, ids)
    texts = [await markov.generate(db, owner.id, 2, length=30, seed=seed) for seed in (1, 2, 4)]
    assert texts == ["she sells 😀", "the she she sells sea sea she ", "she sells sea shells shore she"]
    assert await markov.generate(db, owner.id, 2, length=5, seed=1, prompt="the s") == "ells "
    assert await markov.generate(db, owner.id, 2, length=5, seed=1, prompt="zz") == ""
    assert await markov.generate(db, owner.id, 2, length=0, seed=1) == ""


@given(st.lists(TEXT, max_size=4), st.integers(0, 6))
def test_lower_orders_follow_from_the_highest(texts: list[str], n: int) -> None:
    found = backoff.levels(backoff.grams(texts, n), n)
    assert found == [backoff.grams(texts, order) for order in range(n + 1)]
    assert backoff.grams(texts, n) == {context + char: count for (context, char), count in expected(texts, n).items()}


@given(st.text("abc", min_size=1, max_size=60), st.text("abcd", max_size=5), st.integers(0, 4))
def test_the_estimates_after_any_context_add_up_to_one(learned: str, context: str, n: int) -> None:
    counts = backoff.grams([learned], n)

    def bits(text: str) -> float:
        levels = backoff.levels(backoff.grams([text], n), n)
        return backoff.bits_per_character(counts, levels)[n] * len(text)

    before = bits(context) if context else 0.0
    chances = [2 ** (before - bits(context + char)) for char in {*learned, "?"}]
    assert sum(chances) == pytest.approx(1)


def test_what_was_never_seen_costs_finite_bits() -> None:
    held_out = backoff.levels(backoff.grams(["жжж 😀"], 5), 5)
    bits = backoff.bits_per_character(backoff.grams(["banana"], 5), held_out)
    assert all(isfinite(each) and each > 0 for each in bits)
    for counts, texts in (({}, ["a"]), ({"a": 1}, [])):
        with pytest.raises(ValueError, match="nothing"):
            backoff.bits_per_character(counts, backoff.levels(backoff.grams(texts, 2), 2))


@given(st.lists(st.builds(datasets.Text, st.text(max_size=5), TEXT), min_size=2, max_size=12, unique=True))
def test_a_split_is_the_same_every_time_and_neither_part_is_empty(texts: list[datasets.Text]) -> None:
    train, test = datasets.split(texts)
    assert sorted([*train, *test], key=lambda text: text.key) == sorted(texts, key=lambda text: text.key)
    assert (train, test) == datasets.split(texts[::-1])
    assert test
    assert datasets.digest(texts) == datasets.digest(texts[::-1])
    whole = sum(len(text.content) for text in texts)
    if whole:
        assert train


@given(st.lists(TEXT, min_size=1, max_size=25))
def test_cutting_loses_nothing(contents: list[str]) -> None:
    texts = [datasets.Text(f"{number}", content) for number, content in enumerate(contents)]
    pieces = datasets.cut(texts)
    assert "".join(piece.content for piece in pieces) == "".join(contents)
    assert len({piece.title for piece in pieces}) == len(pieces)


async def corpus(db: Database) -> Row:
    chance = Random(3)
    contents = [" ".join(chance.choices(["one", "two", "three", "four", "five", "six"], k=60)) for _ in range(12)]
    texts = [datasets.Text(f"text {number}", content) for number, content in enumerate(contents)]
    registered = await datasets.register_texts(db, "numbers", texts)
    again = await datasets.register_texts(db, "numbers", texts[::-1])
    assert (registered.created, again.created) == (True, False)
    assert again.dataset == registered.dataset
    statistics = await db.datasets.statistics(id=registered.dataset.id)
    assert (statistics.texts, statistics.splits, statistics.words) == (12, 2, 720)
    assert registered.dataset.statistics["words"] == 720
    return registered.dataset


async def test_a_run_logs_each_step_and_keeps_its_checkpoints(db: Database) -> None:
    owner = await corpus(db)
    growth = await training.divide(db, owner, steps=4)
    steps = []
    run = await training.train(db, owner, 3, growth, lambda: steps.append(len(steps) + 1))
    assert (run.status, run.progress, run.hyperparameters) == ("completed", 100, {"order": 3})
    history = await db.training_metrics.history(run_id=run.id, name=training.BITS)
    assert [row.step for row in history] == steps == [1, 2, 3, 4]
    split = await db.datasets.get_split(dataset_id=owner.id, name="train")
    learned = [row.content for row in await db.corpus_texts.list_for_split(split_id=split.id)]
    held_out = backoff.levels(backoff.grams(growth.held_out, 3), 3)
    wanted = backoff.bits_per_character(backoff.grams(learned, 3), held_out)
    latest = {row.name: row.value for row in await db.training_metrics.latest(run_id=run.id)}
    assert latest[training.BITS] == wanted[3] < wanted[0] == latest[training.BASELINE]
    best = await db.checkpoints.best(run_id=run.id)
    assert best.loss == min(row.value for row in history)
    assert len(await db.checkpoints.list(run_id=run.id)) == 4
    assert await training.finished(db, owner, 3) == run
    assert await training.finished(db, owner, 5) is None


async def test_an_interrupted_run_fails_and_the_next_one_counts_anew(db: Database) -> None:
    owner = await corpus(db)
    growth = await training.divide(db, owner, steps=4)

    def interrupt() -> None:
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        await training.train(db, owner, 2, growth, interrupt)
    killed = await db.training_runs.create(
        name="killed", dataset_id=owner.id, config={"model": "markov"}, hyperparameters={"order": 2}
    )
    await db.training_runs.start(id=killed.id)
    run = await training.train(db, owner, 2, growth)
    runs = await db.training_runs.list_for_dataset(dataset_id=owner.id)
    assert [(row.status, row.error) for row in runs] == [
        ("completed", None),
        ("failed", "another run began the model anew"),
        ("failed", "RuntimeError: stop"),
    ]
    assert runs[0] == run
    assert (await db.markov_ngrams.statistics(dataset_id=owner.id, n=2)).characters == growth.characters[-1]
    assert growth.characters[-1] < inf


async def test_only_a_dataset_that_is_split_can_be_divided(db: Database) -> None:
    with pytest.raises(RowNotFound, match="not split into train and test"):
        await training.divide(db, await dataset(db))
