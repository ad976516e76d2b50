"""The last step of the demo: its models judged text by text, compared, and told as a page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from plainbase.errors import ConfigurationError, ParameterError
from plainbase.platform import markov_evaluation, report
from plainbase.platform.report.sections.comparisons import verdict

if TYPE_CHECKING:
    from plainbase.typed import Database, DatasetsGetRow, TrainingRunsGetRow


async def write(
    console: Console, db: Database, dataset: DatasetsGetRow, runs: Mapping[int, TrainingRunsGetRow], path: Path
) -> None:
    """Compare the first run with the last, and write the report of their experiment; nothing is made twice."""
    experiment = await markov_evaluation.evaluate(db, dataset, runs)
    orders = list(runs)
    try:
        compared = await markov_evaluation.compare(db, experiment, orders[-1], orders[0])
    except (ConfigurationError, ParameterError) as error:
        console.print(f"not compared text by text: {error}", style="yellow", markup=False, soft_wrap=True)
    else:
        console.print(f"Text by text: {verdict(compared)}", markup=False, highlight=False, soft_wrap=True)
    gathered = await report.gather(db, experiment.id, fresh=True)
    size = await report.write(gathered, path, overwrite=True)
    console.print(f"report: {path} ({size / 1000:,.0f} kB)", markup=False, highlight=False, soft_wrap=True)
