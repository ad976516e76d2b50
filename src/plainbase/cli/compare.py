"""`plainbase compare`: which of two models, versions, runs or experiments is better, and how sure that is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, get_args
from uuid import UUID

import click

from plainbase.cli.filter_options import moment
from plainbase.cli.opening import command, url_option
from plainbase.cli.option_names import options_named
from plainbase.cli.platform_database import opened_to_read
from plainbase.errors import ConfigurationError
from plainbase.platform import comparison, experiments
from plainbase.platform.comparison import effects
from plainbase.platform.comparison.settings import RESAMPLES
from plainbase.typed import ComparisonResultsGetRow, Database

TESTS = {
    "paired_t": "paired t-test",
    "wilcoxon": "Wilcoxon signed-rank test",
    "mcnemar": "exact McNemar test",
    "welch_t": "Welch's t-test",
    "mann_whitney": "Mann-Whitney U test",
    "fisher": "Fisher's exact test",
}
LEFT_OUT = {"null": "without a value", "not_a_number": "not a number", "out_of_range": "out of range"}
LISTED = 8
"""How many versions or aliases an error tells of."""
WIDTH = 12
"""Of the column that says what a line is."""


@click.command()
@click.argument("a")
@click.argument("b")
@url_option
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    default=("score",),
    show_default=True,
    help=f"A column ({', '.join(comparison.COLUMNS)}) or a key of the metrics; may be given several times.",
)
@click.option("--kind", type=click.Choice(get_args(comparison.Kind)), help="What A and B are, where that is not plain.")
@click.option("--experiment", "experiment_id", type=click.UUID, help="Only evaluations of this experiment, by its id.")
@click.option("--since", metavar="DATE", callback=moment, help="Only evaluations from this ISO date or time on.")
@click.option(
    "--test",
    type=click.Choice(get_args(comparison.Test)),
    default="auto",
    show_default=True,
    help="The test; auto chooses by the values and by how many inputs both answered.",
)
@click.option(
    "--correction",
    type=click.Choice(get_args(comparison.Correction)),
    help="Of the p-values of several metrics; without it holm.",
)
@click.option("--alpha", type=float, default=0.05, show_default=True, help="The largest p that shows a difference.")
@click.option("--confidence", type=float, default=0.95, show_default=True, help="The level of the intervals.")
@click.option("--resamples", type=click.IntRange(*RESAMPLES), default=9_999, show_default=True, help="Of a bootstrap.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same intervals.")
@click.option("--higher", multiple=True, metavar="METRIC", help="Of this metric more is better, whatever its name.")
@click.option("--lower", multiple=True, metavar="METRIC", help="Of this metric less is better, whatever its name.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@command
async def compare(
    url: str | None,
    a: str,
    b: str,
    metrics: tuple[str, ...],
    kind: comparison.Kind | None,
    correction: comparison.Correction | None,
    higher: tuple[str, ...],
    lower: tuple[str, ...],
    as_json: bool,
    **options: Any,
) -> None:
    """Compare A and B by their evaluations, and keep the result.

    A and B are ids of models, model versions, training runs or experiments; a model or an experiment may be given by
    its name, a version as name:version or name@alias. Several answers of one side to the same input count once, by
    their mean.

    Whether more or less of a metric is better is told by its name, and printed:
    less of tokens, and of what is called a time, latency, cost, loss, perplexity or error (also WER, RMSE, bits).
    """
    _check_better(metrics, {"--higher": higher, "--lower": lower})
    better = dict.fromkeys(higher, True) | dict.fromkeys(lower, False)
    async with opened_to_read(url) as db:
        with options_named():
            rows = await comparison.compare_metrics(
                db,
                await named(db, a, kind),
                await named(db, b, kind),
                metrics,
                kind=kind,
                correction=correction or ("holm" if len(metrics) > 1 else "none"),
                higher_is_better=better,
                **options,
            )
    if as_json:
        click.echo(json.dumps({"comparisons": [dict(row) for row in rows]}, indent=2, default=str))
        return
    first = rows[0]
    what = f"{first.kind.replace('_', ' ')}s"
    click.echo(f"{what}: a = {_plain(first.a_label)}, b = {_plain(first.b_label)}")
    for row in rows:
        click.echo("\n" + "\n".join(lines(row)))


def _check_better(metrics: tuple[str, ...], given: Mapping[str, tuple[str, ...]]) -> None:
    """Refuse what says of a metric that is not compared, or twice of one, which way it is better."""
    for option, names in given.items():
        for name in names:
            if name not in metrics:
                raise click.UsageError(f"{option} {name}: that metric is not compared; add --metric {name}")
            if all(name in each for each in given.values()):
                raise click.UsageError(f"{name} is given to both --higher and --lower; only one can be")


async def named(db: Database, text: str, kind: comparison.Kind | None) -> UUID:
    """The id that a text is, or that of the one that is called so. Raises ConfigurationError for none and several."""
    try:
        return UUID(text)
    except ValueError:
        pass
    found: dict[UUID, str] = {}
    if kind in (None, "model"):
        model = await db.models.get_by_name(name=text)
        if model is not None:
            found[model.id] = f"the model {text}"
    if kind in (None, "model_version"):
        of, colon, version = text.rpartition(":")
        row = await db.model_versions.get_by_version(model=of, version=version) if colon else None
        if row is not None:
            found[row.id] = f"version {version} of {of}"
        of, at, alias = text.rpartition("@")
        aliased = await db.model_versions.get_by_alias(model=of, alias=alias) if at else None
        if aliased is not None and aliased.id not in found:
            found[aliased.id] = f"the version that {alias} of {of} stands for"
    if kind in (None, "experiment"):
        found |= {each: f"the experiment {each}" for each in await experiments.named(db, text)}
    if len(found) > 1:
        told = [*found.values()]
        shown = [*told[:LISTED], f"{len(told) - LISTED} more"] if len(told) > LISTED else told
        give = "an id" if all(each.startswith("the experiment") for each in told) else "--kind or the id"
        raise ConfigurationError(f"{text!r} is {' and '.join(shown)}; give {give}")
    for only in found:
        return only
    raise ConfigurationError(await _unknown(db, text, kind))


async def _unknown(db: Database, text: str, kind: comparison.Kind | None) -> str:
    """Why a text names nothing, and what there is where its beginning names a model."""
    if kind == "training_run":
        return f"{text!r} is no id; training runs are given by their ids"
    if kind == "experiment":
        return f"{text!r} is no id, and no experiment is called so"
    for sign, what in ((":", "version"), ("@", "alias")) if kind != "model" else ():
        of, there, called = text.rpartition(sign)
        model = await db.models.get_by_name(name=of) if there else None
        if model is None:
            continue
        if sign == ":":
            rows = await db.model_versions.list_for_model(model_id=model.id, limit=LISTED + 1)
            names = [row.version for row in rows]
        else:
            names = [row.alias for row in await db.model_aliases.list_for_model(model_id=model.id)]
        some = ", ".join(names[:LISTED]) + (", …" if len(names) > LISTED else "")
        return f"{of} has no {what} {called!r}{f'; it has {some}' if some else ', and no other'}"
    if kind == "model":
        return f"{text!r} is no id, and no model is called so"
    called = "version (name:version, name@alias)" if kind else "version (name, name:version, name@alias) or experiment"
    return f"{text!r} is no id, and no {'' if kind else 'model, '}{called} is called so"


def lines(row: ComparisonResultsGetRow) -> list[str]:
    """A metric's table and its verdict, for people."""
    details = row.details
    sizes = f"{row.a_n:,} pairs" if row.paired else f"{row.a_n:,} of a, {row.b_n:,} of b"
    read = "{a:,} and {b:,} evaluations".format_map(details["evaluations"])
    found = [
        _plain(row.metric) + (": higher is better" if details["higher_is_better"] else ": lower is better"),
        _line("mean", f"a {_number(row.a_mean)}, b {_number(row.b_mean)}"),
        _line("n", f"{sizes}, from {read}"),
        _line("paired" if row.paired else "not paired", _pairing(row)),
        *_left_out(details["left_out"]),
        _line("a - b", _difference(row)),
        _line("test", TESTS[row.test] + (f", statistic {_number(row.statistic)}" if row.statistic is not None else "")),
    ]
    if row.p_value is not None:
        found.append(_line("p", _probability(row.p_value)))
    if row.correction != "none" and row.adjusted_p_value is not None:
        correction = row.correction.replace("_", "-").title()
        found.append(_line("adjusted p", f"{_probability(row.adjusted_p_value)} ({correction})"))
    if row.effect_name is not None and row.effect_size is not None:
        found.append(_line("effect", f"{effects.TITLES[row.effect_name]} {_number(row.effect_size)}"))
    return [*found, _line("verdict", verdict(row))]


def verdict(row: ComparisonResultsGetRow) -> str:
    """Who is better, in a sentence."""
    labels = {"a": _plain(row.a_label), "b": _plain(row.b_label)}
    note = row.details.get("note")
    if row.winner in labels:
        better = labels.pop(row.winner)
        (worse,) = labels.values()
        said = f"{better} is better than {worse} in {_plain(row.metric)}"
    elif row.winner == "no_difference":
        said = f"no difference in {_plain(row.metric)} is shown at the level {row.alpha:g}"
        note = note or row.details.get("why")
    else:
        said, note = "not decided", row.details.get("why")
    return f"{said}; {note}" if note else said


def _line(what: str, text: str) -> str:
    return f"  {what:<{WIDTH}}{text}"


def _left_out(counted: Mapping[str, Mapping[str, int]]) -> list[str]:
    sides = {
        side: ", ".join(f"{count:,} {LEFT_OUT[why]}" for why, count in counts.items() if count)
        for side, counts in counted.items()
    }
    said = "; ".join(f"of {side} {counts}" for side, counts in sides.items() if counts)
    return [_line("left out", said)] if said else []


def _pairing(row: ComparisonResultsGetRow) -> str:
    """Why in pairs or not; of a test that was asked for with the name that people call it."""
    why = str(row.details["pairing"]["why"])
    if not why.startswith(f"{row.test} "):
        return why
    title = TESTS[row.test]
    the = "" if "'s " in title else "the "
    return f"as asked: {the}{title}{why.removeprefix(row.test)}"


def _difference(row: ComparisonResultsGetRow) -> str:
    text = _number(row.details["difference"])
    method = row.details["interval"]["method"]
    if row.confidence_low is None or row.confidence_level is None:
        return f"{text}, interval {method}"
    bounds = f"{_number(row.confidence_low)} to {_number(row.confidence_high)}"
    return f"{text}, {row.confidence_level * 100:g} % interval {bounds} ({method})"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def _probability(value: float) -> str:
    return f"{value:.3g}" if value >= 1e-4 else "< 0.0001"


def _plain(text: str) -> str:
    """The text without what a terminal would obey."""
    return "".join(each if each.isprintable() else "�" for each in text)
