"""Bars for long work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from plainbase.platform.progress import Progress, untold


@contextmanager
def shown(*, quiet: bool = False) -> Iterator[Progress]:
    """A bar for each thing that is told of, on standard error; where that is no terminal, nothing."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield untold
        return
    bars = Bars(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    tasks: dict[str, TaskID] = {}

    def tell(what: str, done: int, total: int | None) -> None:
        if what not in tasks:
            tasks[what] = bars.add_task(what, total=total)
        bars.update(tasks[what], completed=done, total=total)
        if total is not None and done >= total:
            bars.update(tasks[what], visible=False)

    with bars:
        yield tell
