"""`plainbase analytics`: what the stored views say, and how old that is."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import click
from rich.console import Console

from plainbase.cli import analytics_tables as tables
from plainbase.cli.filter_options import moment
from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.refresh import seconds
from plainbase.cli.shown import as_json, cell, console, lasting, plain, print_table
from plainbase.platform import analytics as of
from plainbase.typed import Database


def _options(*others: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The options of every part, after its own."""
    every = (
        *others,
        click.option("--fresh", is_flag=True, help="Refresh the views that are read first."),
        click.option(
            "--fresher-than",
            metavar="DURATION",
            callback=seconds,
            help="Refresh those of them first that are older: 300 (seconds), 5m, 1h, 1d.",
        ),
        click.option("--json", "as_object", is_flag=True, help="Print JSON."),
    )

    def decorate(function: Any) -> Any:
        for option in reversed(every):
            function = option(function)
        return url_option(function)

    return decorate


benchmark = click.option("--benchmark", help="Of this benchmark only.")
score = click.option("--metric", help="Of this metric only.")
higher = click.option("--higher-is-better", is_flag=True, help="The highest value is the best, not the lowest.")
dataset = click.option("--dataset", "dataset_id", type=click.UUID, metavar="ID", help="Runs on this dataset only.")
experiment = click.option("--experiment", "experiment_id", type=click.UUID, metavar="ID", help="Runs of this one only.")
since = click.option("--since", callback=moment, metavar="DATE", help="From this date or time on.")
until = click.option("--until", callback=moment, metavar="DATE", help="Before this date or time.")


def limit(default: int) -> Callable[[Any], Any]:
    """At most so many rows."""
    return click.option("--limit", type=click.IntRange(0), default=default, show_default=True, help="At most so many.")


@click.group(invoke_without_command=True, short_help="Print what the stored views say.")
@_options()
@click.pass_context
def analytics(ctx: click.Context, /, **options: Any) -> None:
    """Print what the stored views say: the dashboard, or the part that is named.

    Each says how old its figures are; --fresh refreshes them first.
    """
    if ctx.invoked_subcommand is None:
        _dashboard(**options)
    elif any(ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE for name in ctx.params):
        raise click.UsageError(f"write options after the part: plainbase analytics {ctx.invoked_subcommand} …")


@command
async def _dashboard(url: str | None, fresh: bool, fresher_than: float | None, as_object: bool) -> None:
    async with opened_to_read(url) as db:
        read = await of.dashboard(db, fresh=_fresh(fresh, fresher_than))
    if as_object:
        click.echo(json.dumps(as_json(read), indent=2))
    else:
        out = console()
        for layout, snapshot in (
            (_overview(read.overview), read.overview and _counts(read.overview)),
            (tables.PERFORMANCE, read.model_performance),
            (tables.EXPERIMENTS, read.recent_experiments),
            (tables.ACTIVITY, read.recent_activity),
        ):
            if snapshot is not None:
                _print(out, layout, snapshot)
        for name, error in read.failed.items():
            out.print(cell(f"{name.replace('_', ' ')} failed: {error.message}"), style="red")
    if read.failed:
        raise SystemExit(1)


@analytics.command()
@_options(benchmark, score)
def models(benchmark: str | None, metric: str | None, **options: Any) -> None:
    """Architectures beside each other, by benchmark and metric."""
    _part(tables.MODELS, lambda db, fresh: of.model_comparison(db, benchmark, metric, fresh=fresh), **options)


@analytics.command()
@_options(benchmark, score, click.option("--architecture", help="Of this architecture only."), limit(100))
def leaderboard(
    benchmark: str | None, metric: str | None, architecture: str | None, limit: int, **options: Any
) -> None:
    """Model versions by their scores."""
    _part(
        tables.LEADERBOARD,
        lambda db, fresh: of.leaderboard(db, benchmark, metric, architecture=architecture, limit=limit, fresh=fresh),
        **options,
    )


@analytics.command()
@_options(limit(100))
def performance(limit: int, **options: Any) -> None:
    """Evaluated models: score, rating, latency and cost."""
    _part(tables.PERFORMANCE, lambda db, fresh: of.model_performance(db, limit=limit, fresh=fresh), **options)


@analytics.command()
@_options(
    click.option("--metric", help="With the values of this metric."),
    higher,
    click.option(
        "--period",
        type=click.Choice(("day", "week", "month")),
        default="week",
        show_default=True,
        help="What a row covers.",
    ),
    click.option("--by", type=click.Choice(("architecture", "dataset")), help="And by this."),
    dataset,
    click.option("--architecture", help="Runs of this architecture only."),
    since,
    until,
)
def trends(
    metric: str | None,
    higher_is_better: bool,
    period: str,
    by: str | None,
    dataset_id: UUID | None,
    architecture: str | None,
    since: datetime | None,
    until: datetime | None,
    **options: Any,
) -> None:
    """Training runs over time: how many, and what they came to."""
    note = tables.TRENDS.note + (f"; {_which(metric, higher_is_better)}" if metric is not None else "")
    _part(
        replace(tables.TRENDS, note=note),
        lambda db, fresh: of.training_trends(
            db,
            metric,
            higher_is_better=higher_is_better,
            period=period,
            by=by,
            dataset_id=dataset_id,
            architecture=architecture,
            since=since,
            until=until,
            fresh=fresh,
        ),
        **options,
    )


@analytics.command()
@click.argument("metric")
@_options(
    click.option("--run", "run_ids", type=click.UUID, multiple=True, metavar="ID", help="This run; or several."),
    dataset,
    experiment,
    click.option("--within", type=float, default=0.01, show_default=True, help="What is near the best: so much of it."),
    higher,
    limit(100),
)
def convergence(
    metric: str,
    run_ids: Sequence[UUID],
    dataset_id: UUID | None,
    experiment_id: UUID | None,
    within: float,
    higher_is_better: bool,
    limit: int,
    **options: Any,
) -> None:
    """When runs came near their best value of METRIC."""
    _part(
        replace(tables.CONVERGENCE, note=_which(metric, higher_is_better)),
        lambda db, fresh: of.convergence(
            db,
            metric,
            run_ids=run_ids or None,
            dataset_id=dataset_id,
            experiment_id=experiment_id,
            within=within,
            higher_is_better=higher_is_better,
            limit=limit,
            fresh=fresh,
        ),
        **options,
    )


@analytics.command()
@click.argument("metric")
@_options(
    higher,
    dataset,
    experiment,
    click.option("--min-runs", type=int, default=5, show_default=True, help="Of fewer runs nothing is said."),
    click.option(
        "--correction",
        type=click.Choice(("holm", "benjamini_hochberg", "none")),
        default="holm",
        show_default=True,
        help="Of the p-values, since there are several.",
    ),
)
def hyperparameters(
    metric: str,
    higher_is_better: bool,
    dataset_id: UUID | None,
    experiment_id: UUID | None,
    min_runs: int,
    correction: of.Correction,
    **options: Any,
) -> None:
    """Which hyperparameters go together with METRIC."""
    note = f"over completed runs and the best value of each; {_which(metric, higher_is_better)}"
    _part(
        replace(tables.HYPERPARAMETERS, note=note),
        lambda db, fresh: of.hyperparameter_impact(
            db,
            metric,
            higher_is_better=higher_is_better,
            dataset_id=dataset_id,
            experiment_id=experiment_id,
            min_runs=min_runs,
            correction=correction,
            fresh=fresh,
        ),
        **options,
    )


@analytics.command()
@_options(click.option("--domain", help="Of this domain only."), limit(100))
def datasets(domain: str | None, limit: int, **options: Any) -> None:
    """Datasets, the most used first, and what came out."""
    _part(tables.DATASETS, lambda db, fresh: of.dataset_usage(db, domain=domain, limit=limit, fresh=fresh), **options)


@analytics.command()
@_options(
    since,
    until,
    click.option("--kind", type=click.Choice(("inference", "evaluation", "prediction")), help="Of this kind only."),
    click.option("--model", help="Of this model only."),
    limit(100),
)
def usage(
    since: datetime | None, until: datetime | None, kind: str | None, model: str | None, limit: int, **options: Any
) -> None:
    """Requests, tokens, cost and latency by day."""
    _part(
        tables.USAGE,
        lambda db, fresh: of.daily_usage(
            db, since=since, until=until, kind=kind, model=model, limit=limit, fresh=fresh
        ),
        **options,
    )


@analytics.command()
@_options(
    since,
    until,
    click.option("--source", type=click.Choice(("system", "training")), help="From there only."),
    click.option("--name", help="Of this resource only."),
    limit(100),
)
def resources(
    since: datetime | None, until: datetime | None, source: str | None, name: str | None, limit: int, **options: Any
) -> None:
    """System metrics and what training runs used, by day."""
    _part(
        tables.RESOURCES,
        lambda db, fresh: of.resource_use(
            db, since=since, until=until, source=source, name=name, limit=limit, fresh=fresh
        ),
        **options,
    )


@command
async def _part(
    layout: tables.Layout,
    read: Callable[[Database, of.Fresh], Awaitable[of.Snapshot[Any]]],
    *,
    url: str | None,
    fresh: bool,
    fresher_than: float | None,
    as_object: bool,
) -> None:
    async with opened_to_read(url) as db:
        snapshot = await read(db, _fresh(fresh, fresher_than))
    if as_object:
        click.echo(json.dumps(as_json(snapshot), indent=2))
    else:
        _print(console(), layout, snapshot)


def _fresh(fresh: bool, fresher_than: float | None) -> of.Fresh:
    return True if fresh else False if fresher_than is None else fresher_than


def _which(metric: str, higher_is_better: bool) -> str:
    return f"a run's best is its {'highest' if higher_is_better else 'lowest'} {metric}"


def _counts(snapshot: of.Snapshot[of.Overview]) -> of.Snapshot[tuple[str, dict[str, int]]]:
    """The overview in lines, one an entity."""
    (row,) = snapshot.rows
    filled = [(entity, counts) for entity, counts in row.counts.items() if any(counts.values())]
    return of.Snapshot(tuple(filled), snapshot.views, snapshot.refreshed_at, snapshot.age_seconds)


def _overview(snapshot: of.Snapshot[of.Overview] | None) -> tables.Layout:
    """The overview's layout, with a note of what the last days came to."""
    if snapshot is None:
        return tables.OVERVIEW
    (row,) = snapshot.rows
    tokens = row.input_tokens + row.output_tokens
    lately = f"{row.requests:,} requests, {row.errors:,} errors, {tokens:,} tokens, {row.cost_usd:,.2f} US dollars"
    return replace(tables.OVERVIEW, note=f"last {row.days} days: {lately}")


def _print(out: Console, layout: tables.Layout, snapshot: of.Snapshot[Any]) -> None:
    if snapshot.rows:
        print_table(out, layout.title, layout.columns, snapshot.rows, layout.least)
        if layout.note:
            out.print(cell(layout.note))
    else:
        out.print(f"{layout.title}: nothing yet")
    out.print(cell(_age(layout, snapshot)), style="dim")
    out.print()


def _age(layout: tables.Layout, snapshot: of.Snapshot[Any]) -> str:
    if snapshot.age_seconds is None:
        return f"never refreshed: --fresh refreshes {' and '.join(snapshot.views)} first"
    old = f"as of {lasting(max(0.0, snapshot.age_seconds))} ago ({plain(snapshot.refreshed_at)} UTC)"
    if snapshot.rows:
        return f"{old}; --fresh refreshes first"
    return f"{old}; rows come from {layout.comes_from}, the first ones from `plainbase demo`; --fresh refreshes first"
