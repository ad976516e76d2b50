"""Character models: how often a character followed the up to n characters before it, counted and sampled in SQL."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from uuid import UUID

from plainbase.errors import RowNotFound
from plainbase.platform.runners import AnyRunner


async def count(db: AnyRunner, dataset_id: UUID, n: int, corpus_text_ids: Iterable[int]) -> int:
    """Count texts into a dataset's model of order `n`; return how many of them it had not counted before.

    All or nothing, also beside another process that counts the same texts. Raises RowNotFound for an unknown text
    and ConstraintViolation for an unknown dataset.
    """
    ids = sorted(set(corpus_text_ids))
    async with db.transaction() as tx:
        await tx.markov_models.create(dataset_id=dataset_id, n=n)
        claimed = await tx.markov_models.claim_texts(dataset_id=dataset_id, n=n, corpus_text_ids=ids)
        if len(claimed) < len(ids):
            known = await tx.markov_models.count_claimed(dataset_id=dataset_id, n=n, corpus_text_ids=ids)
            if known < len(ids):
                raise RowNotFound(f"cannot count {len(ids) - known} of {len(ids)} texts: they are not in corpus_texts")
        if claimed:
            new = [row.corpus_text_id for row in claimed]
            await tx.markov_ngrams.count_texts(dataset_id=dataset_id, n=n, corpus_text_ids=new)
    return len(claimed)


async def generate(db: AnyRunner, dataset_id: UUID, n: int, *, length: int, seed: int, prompt: str = "") -> str:
    """Continue a prompt by up to `length` characters; the same seed gives the same text on every engine.

    An empty prompt begins as the counted texts begin. The text ends early after a context that was never continued.
    """
    uniform = Random(seed)  # noqa: S311 (a sample, not a secret)
    text = prompt
    while len(text) < len(prompt) + length:
        context = text[-n:] if n else ""
        char = await db.markov_ngrams.sample(dataset_id=dataset_id, n=n, context=context, uniform=uniform.random())
        if char is None:
            break
        text += char
    return text[len(prompt) :]
