"""The platform in a few figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from plainbase.platform.report.document import Block, Column, Paragraph, Table, Tile, Tiles
from plainbase.platform.report.sections import leaderboard
from plainbase.platform.report.sections.badges import status
from plainbase.platform.report.subject import Subject
from plainbase.platform.report.wording import NONE, count, counted, duration, money, name, number, when

EXPERIMENTS = 10


async def blocks(subject: Subject) -> list[Block]:
    """How much there is of what, what it cost, which version leads, and the newest experiments."""
    db = subject.db
    runs = {row.status: row.runs for row in await db.training_runs.count_by_status()}
    experiments = {row.status: row.experiments for row in await db.experiments.count_by_status()}
    evaluations = await db.evaluations.count()
    models = sum(row.models for row in await db.models.count_by_kind())
    usage = await db.daily_usage.totals()
    requests = sum(row.requests for row in usage)
    errors = sum(row.errors for row in usage)
    tiles = [
        Tile("Training runs", count(sum(runs.values())), _statuses(runs)),
        Tile("Experiments", count(sum(experiments.values())), _statuses(experiments)),
        Tile("Evaluations", count(evaluations), f"of {counted(models, 'model')}"),
        Tile("Requests", count(requests), f"with predictions and evaluations; {counted(errors, 'error')}"),
        Tile("Cost", money(sum(row.cost_usd for row in usage)), "of these, an estimate as of the last refresh"),
        await _best(subject),
    ]
    rows = await db.experiments.list(limit=EXPERIMENTS)
    if not rows:
        return [Tiles(tiles), Paragraph("No experiment yet: platform.experiments.begin starts one.", kind="missing")]
    summaries = [await db.experiments.summary(id=row.id) for row in rows]
    figures = ("Runs", "Evaluations", "Mean score", "Cost as kept", "Cost of its evaluations", "Took")
    table = Table(
        "The newest experiments",
        [
            Column("Experiment"),
            Column("Status"),
            *(Column(each, figures=True) for each in figures),
            Column("Created", whole=True),
        ],
        [
            (
                name(row.name),
                status(row.status),
                count(of.runs),
                count(of.evaluations),
                number(of.avg_score),
                money(of.cost_usd),
                money(of.evaluations_cost_usd or None),
                duration(row.duration_seconds),
                when(row.created_at),
            )
            for row, of in zip(rows, summaries, strict=True)
        ],
    )
    return [Tiles(tiles), table]


def _statuses(counts: Mapping[str, int]) -> str:
    """Every status that occurs, the most frequent first."""
    return ", ".join(
        f"{many:,} {each}" for each, many in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if many
    )


async def _best(subject: Subject) -> Tile:
    """The version with the most first places, of those the one whose name comes first."""
    boards = await leaderboard.boards(subject)
    first = Counter(
        (name(row.model, 60), name(row.version, 30)) for board in boards for row in board.rows if row.place == 1
    )
    if not first:
        return Tile("Best model version", NONE, "no score on a benchmark yet")
    (model, version), times = min(first.items(), key=lambda item: (-item[1], item[0]))
    return Tile("Best model version", f"{model} {version}", f"first on {times} of {counted(len(boards), 'benchmark')}")
