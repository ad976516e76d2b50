"""The end of the demo: a table of what was measured, read back from the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from plainbase.database import Database
from plainbase.platform import markov_training as training
from plainbase.rows import Row

BLOCKS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Result:
    """What one run came to; `curve` and `baseline` are in bits per held-out character, step by step."""

    order: int
    curve: tuple[float, ...]
    baseline: float
    characters: tuple[int, ...]
    ngrams: int
    best_step: int
    generation: Row | None

    @property
    def bits(self) -> float:
        """Bits per character at the end."""
        return self.curve[-1]


async def read(db: Database, dataset: Row, order: int, run: Row) -> Result:
    """Read back what a run logged."""
    curve = await db.training_metrics.history(run_id=run.id, name=training.BITS)
    characters = await db.training_metrics.history(run_id=run.id, name=training.CHARACTERS)
    last = {row.name: row.value for row in await db.training_metrics.latest(run_id=run.id)}
    best = await db.checkpoints.best(run_id=run.id)
    generations = await db.generations.history(model=model_name(order, run), limit=1)
    return Result(
        order=order,
        curve=tuple(row.value for row in curve),
        baseline=last[training.BASELINE],
        characters=tuple(int(row.value) for row in characters),
        ngrams=int(last[training.NGRAMS]),
        best_step=best.step,
        generation=generations[0] if generations else None,
    )


def model_name(order: int, run: Row) -> str:
    """The name under which a run's generated texts are kept."""
    return f"markov-{order}/{run.id}"


def sparkline(values: Sequence[float], low: float, high: float) -> str:
    """Draw values as blocks, the lowest for `low`, the highest for `high`."""
    span = high - low
    last = len(BLOCKS) - 1
    return "".join(BLOCKS[round((value - low) / span * last) if span else 0] for value in values)


def show(console: Console, results: Sequence[Result]) -> None:
    """Print what was generated, the table, and the verdict."""
    for result in results:
        if result.generation is not None:
            _show_generation(console, result.order, result.generation)
    console.print()
    console.print(_table(results))
    console.print(crossing(results[0], results[-1]), highlight=False, soft_wrap=True)
    console.print(verdict(results), highlight=False, soft_wrap=True)


def verdict(results: Sequence[Result]) -> str:
    """Say in one line which order is better, and by how much."""
    better, worse = sorted((results[0], results[-1]), key=lambda result: result.bits)
    baseline = f"order 0 needs {better.baseline:.3f}"
    saved = worse.bits - better.bits
    if f"{saved:.3f}" == "0.000":
        return f"Orders {better.order} and {worse.order} are equal: {better.bits:.3f} bits per character; {baseline}."
    return (
        f"Order {better.order} is better than order {worse.order} by {saved:.3f} bits per character"
        f" ({saved / worse.bits:.1%}): {better.bits:.3f} against {worse.bits:.3f}; {baseline}."
    )


def crossing(lower: Result, higher: Result) -> str:
    """Say from which step on the higher order is ahead of the lower, or behind."""
    ahead = [high < low for low, high in zip(lower.curve, higher.curve, strict=True)]
    step = len(ahead)
    while step > 1 and ahead[step - 2] == ahead[-1]:
        step -= 1
    leader, other = (higher, lower) if ahead[-1] else (lower, higher)
    when = f"from step {step} on ({higher.characters[step - 1]:,} characters counted)" if step > 1 else "at every step"
    return f"Order {leader.order} is ahead of order {other.order} {when}."


def _show_generation(console: Console, order: int, generation: Row) -> None:
    words = generation.quality_score
    share = "" if words is None else f", {words:.0%} of its words are in the texts"
    console.print(
        f"\nOrder {order} writes (seed {generation.parameters['seed']}{share}):", style="bold", highlight=False
    )
    for line in generation.response.splitlines():
        console.print(f"  │ {line}", markup=False, highlight=False, no_wrap=True, overflow="ellipsis")


def _table(results: Sequence[Result]) -> Table:
    table = Table(
        title="Held-out bits per character: fewer are better", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True
    )
    headings = (
        "order",
        "bits per\nchar",
        "perplexity",
        "vs\norder 0",
        "vs\nother",
        "n-grams",
        "best\nstep",
    )
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("learning\ncurve", no_wrap=True)
    baseline = results[-1].baseline
    table.add_row("0", f"{baseline:.3f}", f"{2**baseline:.2f}", "", "", "", "", "baseline")
    values = [value for result in results for value in result.curve]
    for result in results:
        other = results[-1] if result is results[0] else results[0]
        table.add_row(
            str(result.order),
            f"{result.bits:.3f}",
            f"{2**result.bits:.2f}",
            f"{result.bits / result.baseline - 1:+.1%}",
            f"{result.bits / other.bits - 1:+.1%}",
            f"{result.ngrams:,}",
            f"{result.best_step}/{len(result.curve)}",
            sparkline(result.curve, min(values), max(values)),
            style="bold green" if result.bits < other.bits else None,
        )
    return table
