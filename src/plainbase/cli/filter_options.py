"""The options by which results are chosen, the same for every command that reads some."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import wraps
from typing import Any

import click

from plainbase.cli.option_names import in_options
from plainbase.errors import ParameterError
from plainbase.platform.results.columns import TEXTS
from plainbase.platform.results.filters import STATUSES, SearchFilters
from plainbase.platform.search import language


def moment(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """A date or a time as ISO 8601 has it; without a zone it is UTC."""
    if value is None:
        return None
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no date: write 2026-01-31 or 2026-01-31T12:00:00+01:00") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def key_values(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> dict[str, Any]:
    """Keys and their values, which are JSON or else texts as they are."""
    read: dict[str, Any] = {}
    for each in given:
        key, equals, text = each.partition("=")
        if not equals or key in read:
            raise click.BadParameter(f"{key!r} is given twice" if equals else f"{each!r} has no =: write key=value")
        read[key] = text
        with suppress(ValueError, RecursionError):
            read[key] = json.loads(text)
        if isinstance(read[key], dict | list):
            raise click.BadParameter(f"the value of {key!r} is a list or an object, and these cannot be searched")
    return read


def check_text(text: str | None) -> None:
    """Refuse a text that only says what to leave out, which finds nothing. Raises UsageError."""
    query = language.parse(text or "")
    if query.excluded and not query.groups:
        raise click.UsageError(f"{text!r} only excludes: put a word beside it that is wanted, as in 'wanted {text}'")


def _several(name: str, field: str, kind: Any, what: str) -> tuple[str, Any]:
    return field, click.option(name, field, multiple=True, type=kind, help=f"{what}; may be given several times.")


def _date(name: str, field: str, what: str) -> tuple[str, Any]:
    help_text = f"{what}: an ISO date or time, without a zone UTC."
    return field, click.option(name, field, metavar="DATE", callback=moment, help=help_text)


def _range(name: str, field: str, kind: Any, what: str) -> list[tuple[str, Any]]:
    return [
        (f"min_{field}", click.option(f"--min-{name}", f"min_{field}", type=kind, help=f"{what}, at least.")),
        (f"max_{field}", click.option(f"--max-{name}", f"max_{field}", type=kind, help=f"{what}, at most.")),
    ]


_OPTIONS: Mapping[str, Any] = dict(
    [
        (
            "query_text",
            click.option(
                "--text",
                "query_text",
                help='Words, "phrases", OR, prefix*, and -excluded beside a word that is wanted, in input, output, '
                "feedback.",
            ),
        ),
        _several("--in", "text_in", click.Choice(TEXTS), "Where the text is looked for"),
        _several("--experiment", "experiment_ids", click.UUID, "An experiment's id"),
        _several("--experiment-status", "experiment_statuses", click.Choice(STATUSES), "Its experiment's status"),
        _several("--benchmark", "benchmark_ids", click.UUID, "A benchmark's id"),
        _several("--benchmark-status", "benchmark_statuses", click.Choice(STATUSES), "Its benchmark's status"),
        _several("--model-version", "model_version_ids", click.UUID, "A model version's id"),
        _several("--provider", "providers", str, "A provider's name"),
        _several("--model", "models", str, "A model's name"),
        *_range("rating", "rating", int, "Human rating, 1 to 5"),
        *_range("score", "score", float, "Score"),
        *_range("cost", "cost", float, "Cost in US dollars"),
        *_range("latency", "latency_ms", float, "Latency in milliseconds"),
        *_range("input-tokens", "input_tokens", int, "Tokens of the input"),
        *_range("output-tokens", "output_tokens", int, "Tokens of the output"),
        _date("--from", "date_from", "Made then or later"),
        _date("--to", "date_to", "Made before then"),
        (
            "metadata",
            click.option(
                "--metadata",
                multiple=True,
                metavar="KEY=VALUE",
                callback=key_values,
                help="A key of the metadata and its value; may be given several times.",
            ),
        ),
        _several("--team", "team_ids", click.UUID, "A team's id"),
        _several("--created-by", "created_by", click.UUID, "A user's id"),
    ]
)


def filter_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a search; it gets them as `filters`, a SearchFilters."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        given = {name: kwargs.pop(name) for name in _OPTIONS}
        return function(*args, **kwargs, filters=_filters(given))

    for option in reversed(list(_OPTIONS.values())):
        run = option(run)
    return run


def _filters(given: Mapping[str, Any]) -> SearchFilters:
    """The filters of the options that were given."""
    chosen = {name: value for name, value in given.items() if value not in (None, ())}
    if "text_in" in chosen and "query_text" not in chosen and not click.get_current_context().params.get("text"):
        raise click.UsageError("--in says where a text is looked for, and there is no text")
    check_text(given["query_text"])
    try:
        return SearchFilters(**chosen)
    except ParameterError as error:
        raise click.UsageError(in_options(str(error))) from None
