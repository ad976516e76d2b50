"""`plainbase explain`: an engine's plan of one query."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from plainbase import migrations, shipped
from plainbase.check.finding import variant
from plainbase.check.plans import grows
from plainbase.check.plans import review as plan_review
from plainbase.cli.opening import command, opened_to_look, queries_option, query_folders, url_option
from plainbase.database import RESERVED, Database
from plainbase.dialect import Dialect
from plainbase.drivers import generic_plans
from plainbase.errors import ConfigurationError, DataInvalid
from plainbase.sqlfile import Query, Statement, load, walk
from plainbase.values import Accepts, ListOf


@click.command()
@click.argument("name")
@click.argument("parameters", nargs=-1, metavar="[PARAMETER | PARAMETER=VALUE]...")
@url_option
@queries_option
@command
async def explain(url: str | None, name: str, parameters: tuple[str, ...], queries: tuple[Path, ...]) -> None:
    """Show the engine's plan of a query; nothing is run.

    The query is named as it is called: training_runs.list. With a value for each parameter that the query needs, it
    is the plan for these values: JSON, or a text as it is. Else it is the plan whatever the values; a parameter named
    without one puts its optional line in: `plainbase explain training_runs.list since statuses`.
    """
    given = dict(_parameter(each) for each in parameters)
    async with opened_to_look(url, ()) as db:
        tree = load(query_folders(queries), Dialect(db.dialect), RESERVED)
        query = _named(name, {each.name: each for each in walk(tree)})
        statement, values = query.bind(dict.fromkeys(_needed(query)) | given)
        if statement.verb not in plan_review.PLANNED:
            raise ConfigurationError(
                f"{statement.verb} has no plan; SELECT, INSERT, UPDATE, DELETE and MERGE have one",
                query=query.name,
                where=query.where,
            )
        growing = _growing(db, queries)
        lacking = [each for each in statement.names if given.get(each, "") is None or _lacks(query, each, given)]
        if lacking:
            title = "The plan whatever the values"
            text = await generic_plans.text(db._driver, statement)
        else:
            title = "The plan for these values" if statement.names else "The plan"
            text = await db._driver.explain(statement, await _converted(db, statement, values, given))
        place = f"{query.where} {query.name}{variant(query, statement)}"
        click.echo(f"{place} on {await db._driver.version()}\n{query.doc}")
        click.echo(f"\n{title}:\n\n{_indented(text)}")
        await _judge(db, query, statement, growing)


def _parameter(argument: str) -> tuple[str, str | None]:
    name, equals, value = argument.partition("=")
    return name, value if equals else None


def _named(name: str, queries: Mapping[str, Query]) -> Query:
    if name in queries:
        return queries[name]
    close = get_close_matches(name, queries, n=3)
    close = close or [each for each in sorted(queries) if each.partition(".")[2] == name.rpartition(".")[2]][:3]
    hint = f"; did you mean {' or '.join(close)}?" if close else ""
    raise ConfigurationError(f"there is no query {name!r}{hint}")


def _needed(query: Query) -> list[str]:
    """The parameters that the query is not run without."""
    optional = {name for group in query.groups for name in group} | query.extras.keys() | query.defaults.keys()
    return [name for name in query.parameters if name not in optional]


def _lacks(query: Query, name: str, given: Mapping[str, str | None]) -> bool:
    return name not in given and name not in query.defaults


async def _converted(
    db: Database, statement: Statement, values: Sequence[Any], given: Mapping[str, str | None]
) -> list[Any]:
    """The values in the types that the parameters accept, those that were given in words."""
    accepts = await generic_plans.accepts(db._driver, statement)
    converted = []
    for name, accepted, value in zip(statement.names, accepts, values, strict=True):
        try:
            converted.append(_value(accepted, given[name] or "") if name in given else value)
        except (ValueError, ArithmeticError):
            raise DataInvalid(
                f"parameter {name!r}: expected {accepted.name}, got another text",
                query=statement.query,
                where=statement.where,
                parameters=(name,),
            ) from None
    return converted


def _value(accepts: Accepts, text: str) -> Any:
    """A value from what was typed: JSON where it is, else the text."""
    value: Any = text
    with suppress(ValueError):
        value = json.loads(text)
    if value is None:
        return None
    if isinstance(accepts, ListOf):
        elements = value if isinstance(value, list) else [text]
        return [_value(accepts.element, each if isinstance(each, str) else json.dumps(each)) for each in elements]
    plain = value if isinstance(value, str) else text
    match accepts.name:
        case "text" | "uuid":
            return plain
        case "timestamp":
            return datetime.fromisoformat(plain)
        case "decimal":
            return Decimal(plain)
        case "real":
            return float(plain)
        case "bytes":
            return plain.encode()
        case _:
            return value


def _growing(db: Database, folders: tuple[Path, ...]) -> Mapping[str, str]:
    """The growing tables of the shipped schema; of one's own schema this command knows nothing."""
    if folders:
        return {}
    return grows.read(migrations.read([shipped.folder("schema")], Dialect(db.dialect)))


async def _judge(db: Database, query: Query, statement: Statement, growing: Mapping[str, str]) -> None:
    """Say what the review of plans has against it, or why that is accepted."""
    planned = await plan_review.plan(db._driver, query, statement, growing=growing) if growing else None
    found = plan_review.findings(planned.plan, growing) if planned else []
    if query.scan is not None:
        click.echo("".join(f"\n{each}" for each in [*found, f"accepted: {query.scan}"]))
    for each in found if query.scan is None else ():
        click.echo(f"warning: {each}, which grows with use", err=True)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n"))
