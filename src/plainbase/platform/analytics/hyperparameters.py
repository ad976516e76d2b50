"""Which hyperparameters go with a better metric: rank correlations of numbers, rank tests of categories."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any, Literal, get_args
from uuid import UUID

from plainbase.platform.analytics import check
from plainbase.platform.analytics.ranks import kruskal_wallis, spearman
from plainbase.platform.analytics.snapshot import Fresh, Snapshot, prepare
from plainbase.platform.runners import AnyDatabase
from plainbase.sqlfile.query import OMIT

Correction = Literal["none", "holm", "benjamini_hochberg"]
Scalar = float | bool | str | None


@dataclass(frozen=True, slots=True)
class Category:
    """A value of a categorical hyperparameter, the runs with it and the mean of the metric's finite best values."""

    label: str
    runs: int
    mean: float | None


@dataclass(frozen=True, slots=True)
class Impact:
    """How one hyperparameter goes together with the best value of a metric.

    A numeric one has Spearman's rho (its sign: whether the metric's value rises with it), a categorical one Kruskal and
    Wallis' H and epsilon squared. Where there is no figure, `reason` says why. A numeric one has its `points` (value,
    metric), a categorical one its `categories` by label.
    """

    name: str
    kind: Literal["numeric", "categorical"]
    n: int
    test: Literal["spearman", "kruskal_wallis"] | None = None
    groups: int | None = None
    statistic: float | None = None
    p_value: float | None = None
    adjusted_p_value: float | None = None
    exact: bool = False
    effect_name: Literal["rho", "epsilon_squared"] | None = None
    effect_size: float | None = None
    categories: tuple[Category, ...] = ()
    points: tuple[tuple[float, float], ...] = ()
    reason: str | None = None


async def hyperparameter_impact(
    db: AnyDatabase,
    metric: str,
    *,
    higher_is_better: bool = False,
    dataset_id: UUID | None = None,
    experiment_id: UUID | None = None,
    min_runs: int = 5,
    correction: Correction = "holm",
    fresh: Fresh = False,
) -> Snapshot[Impact]:
    """How each hyperparameter of completed runs goes together with the best value they reached, the strongest first.

    This is association, not cause: what was varied together cannot be told apart here. A hyperparameter is a path in
    the JSON, nested keys joined by dots; it is numeric where every value is a number, else categorical (true, false and
    null are categories, a list is one). P-values are corrected over all hyperparameters that have one, by Holm's way
    unless told otherwise, which holds however they depend on each other. A hyperparameter with fewer than `min_runs`
    runs, or with one value only, stands last with the reason. Needs SciPy (the extra `stats`). Raises ParameterError
    for a metric that no run has and for `min_runs` under 2, RowNotFound for an unknown experiment.
    """
    from plainbase.platform.comparison.correction import adjust

    check.whole("min_runs", min_runs, least=2)
    check.word("correction", correction, get_args(Correction))
    age = await prepare(db, ["run_metric_summary"], fresh)
    rows = await db.hyperparameters.list_values(
        metric=metric,
        run_ids=await check.runs(db, None, experiment_id),
        dataset_id=OMIT if dataset_id is None else dataset_id,
    )
    if not rows:
        await check.metric(db, metric)
    values = [(dict(flat(row.hyperparameters)), row.max_value if higher_is_better else row.min_value) for row in rows]
    impacts = impact([(given, value) for given, value in values if value is not None], min_runs)
    adjusted = adjust([each.p_value for each in impacts], correction)
    corrected = [replace(each, adjusted_p_value=p) for each, p in zip(impacts, adjusted, strict=True)]
    return age.of(sorted(corrected, key=_strength))


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Scalar]]:
    """The leaves of nested objects by their path, keys joined by dots; a list is one leaf, its JSON text."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from flat(inner, f"{path}.{key}" if path else str(key))
    elif path:
        yield path, json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value


def impact(runs: Sequence[tuple[Mapping[str, Scalar], float]], min_runs: int) -> list[Impact]:
    """Each hyperparameter's figure over runs, given their hyperparameters and metric, by name; nothing is corrected."""
    names = sorted({name for given, _ in runs for name in given})
    return [_of_one(name, [(given[name], y) for given, y in runs if name in given], min_runs) for name in names]


def _of_one(name: str, pairs: Sequence[tuple[Scalar, float]], min_runs: int) -> Impact:
    points = [(_number(x), y) for x, y in pairs if isinstance(x, int | float) and not isinstance(x, bool)]
    if len(points) == len(pairs):
        return _numeric(name, points, min_runs)
    return _categorical(name, [(_label(x), y) for x, y in pairs], min_runs)


def _numeric(name: str, points: list[tuple[float, float]], min_runs: int) -> Impact:
    listed = Impact(name, "numeric", len(points), points=tuple(points))
    if reason := _reason(points, min_runs):
        return replace(listed, reason=reason)
    found = spearman([x for x, _ in points], [y for _, y in points])
    return replace(
        listed,
        test="spearman",
        statistic=found.statistic,
        p_value=found.p_value,
        exact=found.exact,
        effect_name="rho",
        effect_size=found.statistic,
    )


def _categorical(name: str, pairs: list[tuple[str, float]], min_runs: int) -> Impact:
    groups = {label: [y for other, y in pairs if other == label] for label in sorted({label for label, _ in pairs})}
    categories = tuple(Category(label, len(values), _mean(values)) for label, values in groups.items())
    listed = Impact(name, "categorical", len(pairs), groups=len(groups), categories=categories)
    if reason := _reason(pairs, min_runs):
        return replace(listed, reason=reason)
    if len(groups) == len(pairs):
        return replace(listed, reason="no value occurs twice")
    found = kruskal_wallis(list(groups.values()))
    return replace(
        listed,
        test="kruskal_wallis",
        statistic=found.statistic,
        p_value=found.p_value,
        exact=found.exact,
        effect_name="epsilon_squared",
        effect_size=found.statistic / (len(pairs) - 1),
    )


def _reason(pairs: Sequence[tuple[object, float]], min_runs: int) -> str | None:
    if len(pairs) < min_runs:
        return f"{len(pairs)} run{'' if len(pairs) == 1 else 's'}, and {min_runs} are asked for"
    if len({x for x, _ in pairs}) == 1:
        return "the same in every run"
    if len({y for _, y in pairs}) == 1:
        return "the metric is the same in every run"
    return None


def _number(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer of JSON has no limit
        return math.inf if value > 0 else -math.inf


def _label(value: Scalar) -> str:
    """A category's name, the same for 1 and 1.0; a text that reads as a number is that number's category."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, str) else json.dumps(value)


def _mean(values: Sequence[float]) -> float | None:
    finite = [value for value in values if math.isfinite(value)]
    return fmean(finite) if finite else None


def _strength(one: Impact) -> tuple[bool, float, str]:
    return one.effect_size is None, -abs(one.effect_size or 0.0), one.name
