"""The leaderboard: versions of models by what they reach on each benchmark."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from uuid import UUID

from plainbase.platform import charts
from plainbase.platform.report.document import Badge, Block, Cell, Column, Figures, Paragraph, Table
from plainbase.platform.report.subject import Subject
from plainbase.platform.report.wording import NONE, count, label, name, number
from plainbase.typed import ModelLeaderboardListRow

PLACES = 10
SHOWN = 2 * PLACES
"""The most rows of a benchmark: the first places, and below them the experiment's own."""
BENCHMARKS = 6
SHARE_OF_95 = 1.96
"""How many standard errors lie on each side of the middle 95 % of a normal distribution."""
ALL = 2**31


@dataclass(slots=True)
class Board:
    """A benchmark and metric: how many versions have a score, and the rows of the first places and of some versions."""

    benchmark: str
    metric: str
    size: int = 0
    rows: list[ModelLeaderboardListRow] = field(default_factory=list)


async def boards(subject: Subject, own: Collection[UUID] = ()) -> list[Board]:
    """All boards, by benchmark and metric; `own` are the versions whose rows are kept whatever their place."""
    found: list[Board] = []
    async with aclosing(subject.db.model_leaderboard.list.stream(limit=ALL)) as rows:
        async for row in rows:
            if not found or (found[-1].benchmark, found[-1].metric) != (row.benchmark, row.metric):
                found.append(Board(row.benchmark, row.metric))
            board = found[-1]
            if board.size < PLACES or row.model_version_id in own:
                board.rows.append(row)
            board.size += 1
    return found


async def blocks(subject: Subject) -> list[Block]:
    """The first places of each benchmark; of an experiment those where one of its versions has a score."""
    own = await _versions(subject)
    every = await boards(subject, own)
    if subject.experiment_id:
        every = [board for board in every if any(row.model_version_id in own for row in board.rows)]
    if not every:
        return [Paragraph(_nothing(subject), kind="missing")]
    shown = every[:BENCHMARKS]
    found: list[Block] = []
    if len(shown) < len(every):
        found.append(Paragraph(f"The first {len(shown)} of {len(every):,} benchmarks and metrics, by name."))
    found.append(Figures([_chart(board.rows[:SHOWN]) for board in shown]))
    if any(row.standard_error is not None for board in shown for row in board.rows[:SHOWN]):
        found.append(
            Paragraph(
                f"A whisker reaches {SHARE_OF_95} standard errors to each side, of however many examples they are: "
                "a 95% interval where these are many, too short a one where they are few."
            )
        )
    return [*found, *map(_table, shown)]


async def _versions(subject: Subject) -> frozenset[UUID]:
    """The versions of the experiment: its own, and those that came out of its runs."""
    if subject.experiment is None:
        return frozenset()
    db = subject.db
    found = {subject.experiment.model_version_id} - {None}
    for run in await db.experiments.list_runs(experiment_id=subject.experiment.id, limit=100):
        found.update(version.id for version in await db.model_versions.list_for_run(training_run_id=run.id))
    return frozenset(each for each in found if each)


def _version(row: ModelLeaderboardListRow) -> str:
    return f"{name(row.model)} {name(row.version)}"


def _better(row: ModelLeaderboardListRow) -> str:
    return "higher is better" if row.higher_is_better else "lower is better"


def _chart(rows: Sequence[ModelLeaderboardListRow]) -> charts.Chart:
    bars = []
    for row in rows:
        spread = row.standard_error * SHARE_OF_95 if row.standard_error is not None else None
        ends = (None, None) if spread is None else (row.value - spread, row.value + spread)
        bars.append(charts.Bar(label(_version(row)), row.value, *ends))
    best = rows[0]
    return charts.bars(
        f"{name(best.benchmark, 80)}: {label(best.metric)}, {_better(best)}",
        bars,
    )


def _table(board: Board) -> Table:
    rows = board.rows[:SHOWN]
    first = rows[0]
    return Table(
        f"{name(first.metric, 80)} on {name(first.benchmark, 80)}, {_better(first)}: {len(rows)} of {board.size:,}",
        [
            Column("Model version"),
            Column("Place", figures=True),
            Column(name(first.metric, 80), figures=True),
            Column("Standard error", figures=True),
            Column("Architecture"),
            Column("Parameters", figures=True),
            Column("Stage"),
        ],
        [_row(row) for row in rows],
    )


def _row(row: ModelLeaderboardListRow) -> Sequence[Cell]:
    return (
        _version(row),
        count(row.place),
        number(row.value),
        number(row.standard_error, 2),
        name(row.architecture),
        count(row.parameter_count) if row.parameter_count else NONE,
        Badge(row.stage, "good" if row.stage == "production" else "calm"),
    )


def _nothing(subject: Subject) -> str:
    if subject.experiment_id:
        return (
            "No version of this experiment's runs has a score on a benchmark: model_benchmarks.record keeps one, "
            "model_versions.register with a training_run_id says which run a version came of."
        )
    return "No model version has a score yet: model_benchmarks.record keeps one, `plainbase refresh` shows it here."
