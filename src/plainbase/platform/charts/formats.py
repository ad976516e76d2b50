"""Numbers, money, durations and dates as people read them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from datetime import UTC, datetime

_LARGE = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
_DURATIONS = ((3_600_000.0, "h"), (60_000.0, "min"), (1_000.0, "s"), (1.0, "ms"), (0.001, "µs"))
_MILLISECONDS = {"ms": 1.0, "s": 1_000.0}


def number(value: float | None, unit: str = "") -> str:
    """Write one value with three significant digits: 1.2k, 3.4 ms, $0.0012, 12%, 7 tokens.

    `unit` is "" or a word that follows; "$" goes in front; "ms" and "s" move to the unit that reads best.
    """
    if value is None or math.isnan(value):
        return "\u2013"
    if math.isinf(value):
        return "∞" if value > 0 else "\u2212∞"
    sign = "\u2212" if value < 0 else ""
    size = abs(value)
    if unit in _MILLISECONDS and size:
        if size < 1e15:
            size *= _MILLISECONDS[unit]
            # Half a unit in the third digit is rounded up first, so that 999.9 ms is 1 s and not 1,000 ms.
            each, unit = next((d for d in _DURATIONS if float(f"{size:.3g}") >= d[0]), _DURATIONS[-1])
            size /= each
        else:
            size, unit = size / (3_600_000.0 / _MILLISECONDS[unit]), "h"
    return sign + _with_unit(_plain(size, money=unit == "$"), unit)


def _plain(size: float, *, money: bool) -> str:
    if size == 0:
        return "0"
    rounded = float(f"{size:.3g}")
    if rounded >= 1e15 or rounded < (1e-6 if money else 1e-3):
        return _scientific(size)
    for each, letter in _LARGE:
        if rounded >= each:
            return _strip(f"{rounded / each:.2f}") + letter
    if money and rounded >= 0.1:
        return f"{size:.2f}"
    decimals = max(0, 2 - math.floor(math.log10(rounded)))
    return _strip(f"{size:.{decimals}f}")


def _scientific(size: float) -> str:
    mantissa, exponent = f"{size:.2e}".split("e")
    return f"{_strip(mantissa)}e{int(exponent)}".replace("e-", "e\u2212")


def _strip(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _with_unit(text: str, unit: str) -> str:
    if unit == "$":
        return "$" + text
    if unit in {"", "%"}:
        return text + unit
    return f"{text} {unit}"


def axis_labels(values: Sequence[float], unit: str = "") -> list[str]:
    """Write the values of an axis alike: one scale and as many decimals as their distance asks for."""
    top = max(map(abs, values), default=0.0)
    step = min((b - a for a, b in itertools.pairwise(values)), default=top)
    each, suffix = 1.0, ""
    if unit in _MILLISECONDS:
        factor = _MILLISECONDS[unit]
        each, unit = next((d for d in _DURATIONS if top * factor >= d[0]), (factor, unit))
        each /= factor
    elif top >= 1e3:
        each, suffix = next(((e, s) for e, s in _LARGE if top >= e and _decimals(step / e) <= 2), (1.0, ""))
    decimals = _decimals(step / each)
    if decimals > 6 or top / each >= 1e15:
        return [_sign(v) + _with_unit(_scientific(abs(v)) if v else "0", unit) for v in values]
    return [_sign(v) + _with_unit(f"{abs(v) / each:,.{decimals}f}{suffix if v else ''}", unit) for v in values]


def _sign(value: float) -> str:
    return "\u2212" if value < 0 else ""


def _decimals(step: float) -> int:
    if step <= 0 or not math.isfinite(step):
        return 0
    for decimals in range(7):
        scaled = step * 10**decimals
        if scaled >= 0.999 and abs(scaled - round(scaled)) < 1e-6 * scaled:
            return decimals
    return 7


def date(seconds: float) -> str:
    """Write a moment (POSIX seconds) as a date, with the time of day where it has one; UTC."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%d" if seconds % 86_400 == 0 else "%Y-%m-%d %H:%M")
