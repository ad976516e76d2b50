"""The end of the demo: a table of what was measured, read back from the database."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from io import StringIO
from math import inf
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from plainbase.platform import markov_training as training

if TYPE_CHECKING:
    from plainbase.typed import Database, DatasetsGetRow, GenerationsGetRow, TrainingRunsGetRow

BLOCKS = "▁▂▃▄▅▆▇█"
ASCII_BLOCKS = "_.-:=+*#"
CURVE = "learning\ncurve"
LEAST_IMPORTANT = ("best\nstep", "perplexity", "n-grams", "vs\norder 0", "vs\nother")
"""The columns a narrow terminal goes without, in this order."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one run came to; `curve` and `baseline` are in bits per held-out character, step by step."""

    order: int
    curve: tuple[float, ...]
    baseline: float
    characters: tuple[int, ...]
    ngrams: int
    best_step: int
    generation: GenerationsGetRow | None

    @property
    def bits(self) -> float:
        """Bits per character at the end."""
        return self.curve[-1]


async def read(db: Database, dataset: DatasetsGetRow, order: int, run: TrainingRunsGetRow) -> Result:
    """Read back what a run logged."""
    curve = await _values(db, run, training.BITS)
    characters = await _values(db, run, training.CHARACTERS)
    last = {row.name: row.value or 0 for row in await db.training_metrics.latest(run_id=run.id)}
    best = await db.checkpoints.best(run_id=run.id)
    generations = await db.generations.history(model=model_name(order, run), limit=1)
    return Result(
        order=order,
        curve=curve,
        baseline=last[training.BASELINE],
        characters=tuple(map(int, characters)),
        ngrams=int(last[training.NGRAMS]),
        best_step=best.step if best is not None and best.step is not None else len(curve),
        generation=generations[0] if generations else None,
    )


async def _values(db: Database, run: TrainingRunsGetRow, metric: str) -> tuple[float, ...]:
    """A metric step by step; of those that are logged here none is NaN, which would be NULL."""
    history = await db.training_metrics.history(run_id=run.id, name=metric)
    return tuple(row.value for row in history if row.value is not None)


def model_name(order: int, run: TrainingRunsGetRow) -> str:
    """The name under which a run's generated texts are kept."""
    return f"markov-{order}/{run.id}"


def sparkline(values: Sequence[float], low: float, high: float, blocks: str = BLOCKS) -> str:
    """Draw values as blocks, the lowest for `low`, the highest for `high`."""
    span = high - low
    last = len(blocks) - 1
    return "".join(blocks[round((value - low) / span * last) if span else 0] for value in values)


def show(console: Console, results: Sequence[Result]) -> None:
    """Print what was generated, the table, and the verdict."""
    for result in results:
        if result.generation is not None:
            _show_generation(console, result.order, result.generation)
    console.print()
    console.print(table(results, width=console.width, ascii_only=console.options.ascii_only))
    console.print(crossing(results[0], results[-1]), highlight=False, soft_wrap=True)
    console.print(verdict(results), highlight=False, soft_wrap=True)


def verdict(results: Sequence[Result]) -> str:
    """Say in one line which order is better, and by how much."""
    better, worse = sorted((results[0], results[-1]), key=lambda result: result.bits)
    baseline = f"order 0 needs {better.baseline:.3f}"
    if not _compared(better.bits, worse.bits):
        orders = " and ".join(str(result.order) for result in results)
        return f"Orders {orders} are equal: {better.bits:.3f} bits per character; {baseline}."
    saved = worse.bits - better.bits
    return (
        f"Order {better.order} is better than order {worse.order} by {saved:.3f} bits per character"
        f" ({saved / worse.bits:.1%}): {better.bits:.3f} against {worse.bits:.3f}; {baseline}."
    )


def crossing(lower: Result, higher: Result) -> str:
    """Say from which step on the higher order is ahead of the lower, or behind, or neither."""
    signs = [_compared(low, high) for low, high in zip(lower.curve, higher.curve, strict=True)]
    step = len(signs)
    while step > 1 and signs[step - 2] == signs[-1]:
        step -= 1
    when = f"from step {step} on ({higher.characters[step - 1]:,} characters counted)" if step > 1 else "at every step"
    if not signs[-1]:
        return f"Orders {lower.order} and {higher.order} are level {when}."
    leader, other = (higher, lower) if signs[-1] > 0 else (lower, higher)
    return f"Order {leader.order} is ahead of order {other.order} {when}."


def change(value: float, other: float) -> str:
    """By how many per cent a value differs from another; nothing where the other is next to nothing."""
    if not _compared(value, other):
        return "equal"
    share = value / other - 1 if f"{other:.3f}" != "0.000" else inf
    return f"{share:+.1%}" if share < 10 else ">+999%"


def table(results: Sequence[Result], *, width: int, ascii_only: bool) -> Table:
    """Lay out what was measured; the narrower, the fewer columns, so that none is cut from 50 columns on."""
    wide = Console(width=1000, file=StringIO())
    left_out = 0
    while True:
        found = _table(results, set(LEAST_IMPORTANT[:left_out]), ASCII_BLOCKS if ascii_only else BLOCKS)
        if left_out == len(LEAST_IMPORTANT) or wide.measure(found).maximum <= width:
            return found
        left_out += 1


def _compared(one: float, other: float) -> int:
    """1 where the other needs fewer bits, -1 where it needs more, 0 where three decimals do not tell them apart."""
    difference = f"{one - other:.3f}"
    return 0 if float(difference) == 0 else -1 if difference.startswith("-") else 1


def _show_generation(console: Console, order: int, generation: GenerationsGetRow) -> None:
    words = generation.quality_score
    share = "" if words is None else f", {words:.0%} of its words are in the texts"
    console.print(
        f"\nOrder {order} writes (seed {generation.parameters['seed']}{share}):", style="bold", highlight=False
    )
    ascii_only = console.options.ascii_only
    for line in generation.response.splitlines():
        console.print(
            f"  {'|' if ascii_only else '│'} {line}",
            markup=False,
            highlight=False,
            no_wrap=True,
            overflow="crop" if ascii_only else "ellipsis",
        )


def _table(results: Sequence[Result], left_out: AbstractSet[str], blocks: str) -> Table:
    found = Table(
        title="Held-out bits per character: fewer are better", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True
    )
    values = [value for result in results for value in result.curve]
    baseline = results[-1].baseline
    rows = [{"order": "0", "bits per\nchar": f"{baseline:.3f}", "perplexity": f"{2**baseline:.2f}", CURVE: "baseline"}]
    for result in results:
        other = results[-1] if result is results[0] else results[0]
        rows.append(
            {
                "order": str(result.order),
                "bits per\nchar": f"{result.bits:.3f}",
                "perplexity": f"{2**result.bits:.2f}",
                "vs\norder 0": change(result.bits, result.baseline),
                "vs\nother": change(result.bits, other.bits),
                "n-grams": f"{result.ngrams:,}",
                "best\nstep": f"{result.best_step}/{len(result.curve)}",
                CURVE: sparkline(result.curve, min(values), max(values), blocks),
            }
        )
    headings = [heading for heading in rows[-1] if heading not in left_out]
    for heading in headings:
        found.add_column(heading, justify="left" if heading == CURVE else "right", no_wrap=True)
    best = min((results[0], results[-1]), key=lambda result: result.bits)
    tied = not _compared(results[0].bits, results[-1].bits)
    for row, owner in zip(rows, (None, *results), strict=True):
        style = "bold green" if owner is best and not tied else None
        found.add_row(*(row.get(heading, "") for heading in headings), style=style)
    return found
