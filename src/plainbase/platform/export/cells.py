"""Values as texts, a column of a batch at a time: what CSV, JSON and Parquet have in common."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode
_BETWEEN = secrets.token_hex(16)
"""Stands between the values of a column, encoded in one go: no value has it."""


def json_texts(column: Sequence[str]) -> list[str]:
    """JSON as both engines have it alike: keys sorted, no spaces, floats as Python writes them."""
    different = list(dict.fromkeys(column))  # metadata often says the same again
    texts = _json_texts(different)
    if len(different) == len(column):
        return texts
    known = dict(zip(different, texts, strict=True))
    return [known[text] for text in column]


def _json_texts(column: Sequence[str]) -> list[str]:
    mixed: list[object] = [_BETWEEN] * (2 * len(column) - 1)
    try:
        mixed[::2] = json.loads(f"[{','.join(column)}]")
        return _encode(mixed)[1:-1].split(f',"{_BETWEEN}",')
    except (ValueError, RecursionError):
        return [_json_text(text) for text in column]


def _json_text(text: str) -> str:
    try:
        return _encode(json.loads(text))
    except (ValueError, RecursionError):  # 9e999, or deeper than Python reads: as it is stored, on one line
        return text.replace("\n", " ").replace("\r", " ")


def number_texts(column: Iterable[float | None], none: str) -> list[str]:
    """Numbers so that reading them gives the same ones."""
    return [none if number is None else repr(number) for number in column]


def utf8(text: str) -> bytes:
    """The bytes; half of a surrogate pair, which only JSON of others can hold, stays the escape that it was there."""
    return text.encode("utf-8", "backslashreplace")
