"""Two sides compared: read, tested off the event loop, and stored."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from plainbase.errors import ParameterError, RowNotFound
from plainbase.platform import extras
from plainbase.platform.comparison import samples, sides
from plainbase.platform.comparison.correction import adjust
from plainbase.platform.comparison.samples import Answers
from plainbase.platform.comparison.settings import (
    Correction,
    Kind,
    Settings,
    Test,
    check_correction,
    check_metrics,
)
from plainbase.platform.comparison.verdict import judge
from plainbase.platform.runners import AnyDatabase
from plainbase.typed import ComparisonResultsGetRow


async def compare(
    db: AnyDatabase,
    a: UUID,
    b: UUID,
    metric: str = "score",
    *,
    kind: Kind | None = None,
    test: Test = "auto",
    experiment_id: UUID | None = None,
    alpha: float = 0.05,
    confidence: float = 0.95,
    resamples: int = 9_999,
    seed: int = 0,
    higher_is_better: bool | None = None,
    since: datetime | None = None,
    created_by: UUID | None = None,
) -> ComparisonResultsGetRow:
    """Compare one metric of two models, versions, training runs or experiments; store what was found.

    Returns the row of comparison_results. The evaluations of a model are those of its versions, those of a run of the
    versions that came out of it; they are restricted to one experiment and to those created from `since` on where
    these are given. A metric is a column of evaluations (`comparison.COLUMNS`) or a number in their JSON metrics.

    Which samples are compared is decided in `comparison.pairing`, which test in `comparison.choice`, the interval of
    a's mean less b's in `comparison.intervals`, the effect in `comparison.effects`. The winner is a or b where the
    adjusted p is at most alpha, else no_difference; NULL, as p, where there is too little data, and details say why.

    Raises RowNotFound for an unknown id, ParameterError for what cannot be compared: a metric that no evaluation has,
    a side without values. Nothing is stored then.
    """
    (row,) = await compare_metrics(
        db,
        a,
        b,
        (metric,),
        correction="none",
        kind=kind,
        test=test,
        experiment_id=experiment_id,
        alpha=alpha,
        confidence=confidence,
        resamples=resamples,
        seed=seed,
        higher_is_better=higher_is_better,
        since=since,
        created_by=created_by,
    )
    return row


async def compare_metrics(
    db: AnyDatabase,
    a: UUID,
    b: UUID,
    metrics: Sequence[str],
    *,
    correction: Correction = "holm",
    kind: Kind | None = None,
    test: Test = "auto",
    experiment_id: UUID | None = None,
    alpha: float = 0.05,
    confidence: float = 0.95,
    resamples: int = 9_999,
    seed: int = 0,
    higher_is_better: bool | Mapping[str, bool] | None = None,
    since: datetime | None = None,
    created_by: UUID | None = None,
) -> list[ComparisonResultsGetRow]:
    """Compare several metrics as `compare` does, their p-values corrected for how many they are; all rows or none.

    The rows come in the order of the metrics. A metric with too little data is no test, and does not count.
    `higher_is_better` may say it by metric.
    """
    names = check_metrics(metrics)
    check_correction(correction)
    settings = Settings(test, alpha, confidence, resamples, seed, higher_is_better)
    extras.require("stats", "scipy")
    async with db.transaction("repeatable_read", read_only=True) as tx:
        found, first, second = await sides.find(tx, a, b, kind)
        if experiment_id is not None:
            if found == "experiment":
                raise ParameterError("experiment_id restricts models, versions and runs; these are experiments")
            try:
                await tx.experiments.get(id=experiment_id)
            except RowNotFound:
                raise RowNotFound("no experiment has the id that the comparison is restricted to") from None
        answers = await samples.read(tx, found, (first, second), names, experiment_id=experiment_id, since=since)
    about = {
        "kind": found,
        "a_id": a,
        "b_id": b,
        "a_label": first.label,
        "b_label": second.label,
        "experiment_id": experiment_id,
        "correction": correction,
        "created_by": created_by,
    }
    rows = await asyncio.to_thread(_rows, names, answers, settings, correction, since)
    # What is about both and what is of a metric make one row, which no type checker sees.
    return await db.comparison_results.record.batch([about | row for row in rows])  # type: ignore[misc]


def _rows(
    names: Sequence[str],
    answers: tuple[Answers, Answers],
    settings: Settings,
    correction: Correction,
    since: datetime | None,
) -> list[dict[str, Any]]:
    a, b = answers
    findings = [judge(name, a.columns[name], b.columns[name], settings) for name in names]
    adjusted = adjust([each.p for each in findings], correction)
    rows = [each.row(p, settings.alpha) for each, p in zip(findings, adjusted, strict=True)]
    for row in rows:
        row["details"]["evaluations"] = {"a": a.evaluations, "b": b.evaluations}
        if since is not None:
            row["details"]["since"] = since.astimezone(UTC).isoformat()
    return rows
