"""How well a character model predicts a text: bits per character, backing off from order n down to chance.

The estimate is Witten and Bell's, interpolated: with C(h) the characters counted after a context h, and T(h) how many
different ones,

    P(c | h) = (C(hc) + T(h) P(c | h')) / (C(h) + T(h))

where h' is h without its first character; below order 0 stands the uniform 1 / (alphabet + 1), the one for whatever
was never counted. So every text costs finite bits.

I. H. Witten and T. C. Bell, "The zero-frequency problem", IEEE Transactions on Information Theory 37(4), 1991, method
C; as interpolation: S. F. Chen and J. Goodman, "An empirical study of smoothing techniques for language modeling",
Computer Speech and Language 13(4), 1999, section 2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import fsum, log2


def grams(texts: Iterable[str], n: int) -> dict[str, int]:
    """Count each character with the up to `n` before it, as `markov_ngrams` does."""
    counts: dict[str, int] = {}
    for text in texts:
        for end in range(1, len(text) + 1):
            gram = text[max(0, end - n - 1) : end]
            counts[gram] = counts.get(gram, 0) + 1
    return counts


def levels(counts: Mapping[str, int], n: int) -> list[Mapping[str, int]]:
    """Derive the counts of every order from 0 to `n` from those of order `n`, exactly."""
    found: list[Mapping[str, int]] = [counts]
    for order in range(n, 0, -1):
        shorter: dict[str, int] = {}
        for gram, count in found[-1].items():
            key = gram[1:] if len(gram) > order else gram
            shorter[key] = shorter.get(key, 0) + count
        found.append(shorter)
    found.reverse()
    return found


def probabilities(counted: Mapping[str, int], held_out: list[Mapping[str, int]]) -> Iterator[dict[str, float]]:
    """How likely a model takes each character of a held-out text in its context, by each order from 0 to n.

    `counted` are a model's counts of order n by context and next character joined, `held_out` the `levels` of the
    text. Raises ValueError where nothing was counted or held out.
    """
    n = len(held_out) - 1
    if not counted or not held_out[0]:
        raise ValueError("nothing was counted, or nothing is held out")
    model = levels(counted, n)
    chance = 1 / (len(model[0]) + 1)
    lower = dict.fromkeys(held_out[0], chance)
    for order in range(n + 1):
        counts = model[order]
        totals, kinds = _contexts(counts)
        current = {}
        for gram in held_out[order]:
            below = lower[gram[1:] if order and len(gram) > order else gram]
            context = gram[:-1]
            total = totals.get(context)
            if total is None:
                current[gram] = below
            else:
                different = kinds[context]
                current[gram] = (counts.get(gram, 0) + different * below) / (total + different)
        lower = current
        yield current


def bits_per_character(counted: Mapping[str, int], held_out: list[Mapping[str, int]]) -> list[float]:
    """The cost of a held-out text in bits per character, by each order from 0 to n; raises as `probabilities` does."""
    length = sum(held_out[0].values())
    return [
        -fsum(count * log2(likely[gram]) for gram, count in counts.items()) / length
        for counts, likely in zip(held_out, probabilities(counted, held_out), strict=True)
    ]


def bits_by_text(counted: Mapping[str, int], texts: Sequence[str], n: int) -> list[float]:
    """The cost of each of several held-out texts in bits per character, by order n; raises as `probabilities` does."""
    *_, likely = probabilities(counted, levels(grams(texts, n), n))
    return [-fsum(count * log2(likely[gram]) for gram, count in grams([text], n).items()) / len(text) for text in texts]


def _contexts(counts: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    totals: dict[str, int] = {}
    kinds: dict[str, int] = {}
    for gram, count in counts.items():
        context = gram[:-1]
        totals[context] = totals.get(context, 0) + count
        kinds[context] = kinds.get(context, 0) + 1
    return totals, kinds
