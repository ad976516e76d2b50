"""What can be compared of evaluations: columns and numbers in their metrics, and which way is better."""

from __future__ import annotations

import re
from typing import Any

COLUMNS = ("score", "human_rating", "latency_ms", "cost_usd", "input_tokens", "output_tokens")
"""The columns of evaluations that are metrics; any other name is a key of their JSON `metrics`."""
LARGEST = 1e30
"""The largest magnitude that is compared: every power of it that a test takes is still a number."""
ORDINAL = ("human_rating",)
"""Metrics of which only the order means something: a rating of 4 is not twice one of 2."""
LOWER_IS_BETTER = ("latency_ms", "cost_usd", "input_tokens", "output_tokens")
LOWER_WORDS = frozenset(
    {"loss", "losses", "perplexity", "ppl", "nll", "error", "errors", "mae", "mape", "mse", "rmse", "wer", "cer", "ece"}
    | {"brier", "entropy", "bits", "bpc", "bpb", "latency", "time", "duration", "cost"}
)
"""Words in the name of a metric by which less is better: val_loss, errorRate, RMSE, bits_per_character."""

HIGHER_WORDS = frozenset(
    {
        "acc",
        "accuracy",
        "score",
        "scores",
        "f",
        "r",
        "bleu",
        "rouge",
        "recall",
        "precision",
        "auc",
        "auroc",
        "map",
        "mrr",
    }
    | {"ndcg", "reward", "rewards", "match", "pass", "win", "wins", "rating", "ratings", "throughput"}
)
"""Words by which more is better: exact_match, top1Accuracy, F1 (numbers are no part of a word)."""

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def higher_is_better(metric: str) -> bool:
    """Whether more of a metric is better: yes, but for columns of times, costs and tokens, and names that say so."""
    return direction(metric) is not False


def direction(metric: str) -> bool | None:
    """Whether more of a metric is better as far as its name says; None for one that need not have a better, as a count.

    What less is better of comes first: an accuracy_loss is a loss.
    """
    if metric in COLUMNS:
        return metric not in LOWER_IS_BETTER
    words = {word.lower() for word in _WORD.findall(metric)}
    if not words.isdisjoint(LOWER_WORDS):
        return False
    return None if words.isdisjoint(HIGHER_WORDS) else True


def may_be_right_or_wrong(metric: str) -> bool:
    """Whether values that are all 0 or 1 mean wrong and right: of scores and JSON metrics, not of times and ratings."""
    return metric == "score" or metric not in COLUMNS


def number(value: Any) -> float | None:
    """The number that a value is, or None; true is 1, false is 0, and a number in quotes is a text."""
    if not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:  # an integer that no float holds
        return float("inf")
