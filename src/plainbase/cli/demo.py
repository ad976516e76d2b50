"""The demo: two character models trained on real text, in SQL, and compared: scripts/demo."""

from __future__ import annotations

import asyncio
import io
import re
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

try:
    import click
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
except ModuleNotFoundError as error:
    if __name__ != "__main__":
        raise
    sys.exit(f"demo: {error.name} is missing: pip install plainbase[cli]")

import plainbase
from plainbase.cli import demo_page, demo_report, demo_sample, texts, wheel_server
from plainbase.errors import ConfigurationError, DatabaseMissing, MigrationError, PlainbaseError
from plainbase.platform import datasets, markov, sample
from plainbase.platform import markov_training as training

if TYPE_CHECKING:
    from plainbase.typed import Database, DatasetsGetRow, TrainingRunsGetRow

ORDERS = (3, 5)
SEED = 1
HOME = Path("demo")
"""Where the databases and the report are kept, in the current folder."""
REPORT = HOME / "report.html"
LEAST_CHARACTERS = 1000
WRITTEN = 400
STOPPED = 130
"""The exit code after Ctrl-C, as of any program ended by that signal."""


@click.command(
    "demo",
    context_settings={"help_option_names": ["-h", "--help"]},
    short_help="Train two character models, in SQL; or fill a sample.",
    help=f"""Count the characters of text files in SQL, and see which order of model predicts them better.

    Reads the text files below FOLDER ({" ".join(texts.ENDINGS)}), or else Python's language reference. Ends with a
    report of the two, {REPORT}.
    """,
)
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--url", help=f"The database; without it the file {HOME / 'plainbase.db'}.")
@click.option(
    "--postgres", is_flag=True, help=f"Start a PostgreSQL from its wheel, with its data in {HOME / 'postgres'}."
)
@click.option(
    "--sample",
    "size",
    is_flag=False,
    flag_value="medium",
    type=click.Choice(tuple(sample.SIZES)),
    help=f"Fill every table of an empty database with made-up rows instead; without --url {HOME / 'sample.db'}.",
)
def main(folder: Path | None, url: str | None, postgres: bool, size: str | None) -> None:
    """Run the demo; an error is one line and exit code 1."""
    if url and postgres:
        raise click.UsageError("--url and --postgres exclude each other")
    if folder and size:
        raise click.UsageError("--sample reads no FOLDER")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a text may hold what the terminal cannot show
    console = Console()
    given = url
    try:
        collection = None if size else texts.folder(folder) if folder else texts.language_reference()
        with ExitStack() as stack:
            if not (url and size):
                _make_home()
            if postgres:
                console.print("starting PostgreSQL")
                url = stack.enter_context(wheel_server.running(HOME / "postgres"))
            if collection:
                asyncio.run(_demo(console, collection, url or f"sqlite:///{HOME / 'plainbase.db'}"))
            elif size:
                asyncio.run(demo_sample.fill(console, url or f"sqlite:///{HOME / 'sample.db'}", size))
    except DatabaseMissing as error:
        sys.exit(f"demo: {error}; `plainbase init` makes it")
    except MigrationError as error:
        again = "" if given else f" (or remove the folder {HOME}, and the demo begins anew)"
        sys.exit(f"demo: {' '.join(str(error).split())}{again}")
    except (PlainbaseError, OSError) as error:
        sys.exit(f"demo: {' '.join(str(error).split())}")
    except KeyboardInterrupt:
        left = "nothing was filled" if size else "the next run begins the unfinished model anew"
        click.echo(f"demo: stopped; {left}", err=True)
        sys.exit(STOPPED)


def _make_home() -> None:
    try:
        HOME.mkdir(exist_ok=True)
    except FileExistsError:
        why = f"but {HOME.absolute()} is a file"
    except OSError as error:
        why = f"which cannot be made in {Path.cwd()}: {error.strerror}"
    else:
        return
    raise ConfigurationError(
        f"the databases and the report are kept in a folder {HOME}, {why}; run it in another folder"
    )


async def _demo(console: Console, collection: texts.Collection, url: str) -> None:
    for line in collection.left_out:
        console.print(f"left out: {line}", style="yellow", markup=False, highlight=False, soft_wrap=True)
    pieces = datasets.cut(collection.texts)
    characters = sum(len(text.content) for text in pieces)
    if characters < LEAST_CHARACTERS:
        raise texts.NoTexts(f"{characters} characters of text are too few to learn from; {LEAST_CHARACTERS} are needed")
    async with plainbase.open(url) as db:
        console.print(f"database: {db.options.safe_url}", markup=False, highlight=False, soft_wrap=True)
        await db.migrate()
        began = perf_counter()
        registered = await datasets.register_texts(db, collection.name, pieces, source="demo")
        dataset = registered.dataset
        parts = {row.name: row for row in await db.datasets.list_splits(dataset_id=dataset.id)}
        console.print(
            f"dataset: {dataset.name} {dataset.version}, {characters:,} characters in {len(pieces)} texts"
            f" (held out: {parts['test'].fraction:.0%} of the characters, in {parts['test'].row_count} texts)",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
        runs = {order: await training.finished(db, dataset, order) for order in ORDERS}
        known = all(runs.values())
        if not registered.created:
            console.print(
                f"known by its digest since {dataset.created_at:%Y-%m-%d %H:%M} UTC: "
                + ("nothing is counted again, these are its runs" if known else "its texts are not added again"),
                soft_wrap=True,
            )
        await _train_missing(console, db, dataset, runs)
        trained = {order: run for order, run in runs.items() if run}
        results = [await demo_report.read(db, dataset, order, run) for order, run in trained.items()]
        demo_report.show(console, results)
        await demo_page.write(console, db, dataset, trained, REPORT)
        took = "known, nothing counted" if known else f"{perf_counter() - began:.1f} s"
        console.print(took, style="dim", highlight=False)


async def _train_missing(
    console: Console, db: Database, dataset: DatasetsGetRow, runs: dict[int, TrainingRunsGetRow | None]
) -> None:
    missing = [order for order, run in runs.items() if run is None]
    if not missing:
        return
    growth = await training.divide(db, dataset)
    vocabulary = await _vocabulary(db, dataset)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        for order in missing:
            task = progress.add_task(f"counting order {order}", total=len(growth.steps))
            began = perf_counter()
            run = runs[order] = await training.train(db, dataset, order, growth, partial(progress.advance, task))
            await _write(db, dataset, order, run, vocabulary)
            if not console.is_terminal:
                console.print(f"counted order {order} in {len(growth.steps)} steps, {perf_counter() - began:.1f} s")


async def _write(
    db: Database, dataset: DatasetsGetRow, order: int, run: TrainingRunsGetRow, vocabulary: set[str]
) -> None:
    response = await markov.generate(db, dataset.id, order, length=WRITTEN, seed=SEED)
    words = _words(response)
    await db.generations.record(
        prompt="",
        response=response,
        model=demo_report.model_name(order, run),
        parameters={"order": order, "seed": SEED, "length": WRITTEN, "run_id": str(run.id)},
        quality_score=sum(word in vocabulary for word in words) / len(words) if words else None,
    )


async def _vocabulary(db: Database, dataset: DatasetsGetRow) -> set[str]:
    words: set[str] = set()
    for part in await db.datasets.list_splits(dataset_id=dataset.id):
        for row in await db.corpus_texts.list_for_split(split_id=part.id):
            words.update(_words(row.content))
    return words


def _words(text: str) -> list[str]:
    return re.findall(r"\w{3,}", text)


if __name__ == "__main__":
    main(prog_name="demo")
