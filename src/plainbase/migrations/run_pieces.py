"""Running pieces of SQL on the migrator's connection; what fails is told with its file, line and statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from time import perf_counter

from plainbase.drivers.base import Migrator
from plainbase.errors import (
    ConnectionLost,
    ConstraintViolation,
    MigrationError,
    PlainbaseError,
    StatementFailed,
    TransactionConflict,
)
from plainbase.migrations.pieces import Piece
from plainbase.migrations.plan import Record, Step
from plainbase.sqlfile import lexer
from plainbase.sqlfile.script import Part

Plan = Callable[[Sequence[Record]], Sequence[Step]]

SHOWN = 60
"""Characters of a failing statement that an error shows."""


async def run(migrator: Migrator, pieces: Iterable[Piece], where: str) -> None:
    """Run pieces one after the other; `where` is the file that they serve. Raises MigrationError or ConnectionLost.

    TransactionConflict comes as it is, since the whole of it may be tried again.
    """
    for piece in pieces:
        try:
            await migrator.run(piece.text, piece.where)
        except TransactionConflict as error:
            raise error.located(query=None, where=piece.where if piece.part else where) from None
        except ConnectionLost as error:
            message = f"{error.message}; run it again: it goes on where this one stopped"
            raise type(error)(message, where=where) from None
        except MigrationError:
            raise
        except PlainbaseError as error:
            raise _explained(piece, error, where) from None


def with_more(error: PlainbaseError, text: str) -> MigrationError:
    """The error with something more to say."""
    return MigrationError(f"{error.message}; {text}", where=error.where)


def milliseconds_since(began: float) -> int:
    """How long it took, by `perf_counter`."""
    return round((perf_counter() - began) * 1000)


def _explained(piece: Piece, error: PlainbaseError, where: str) -> MigrationError:
    if piece.part is not None:
        line = piece.part.line
        if isinstance(error, StatementFailed) and error.position:
            line += piece.text.count("\n", 0, error.position - 1)
        return MigrationError(f"{error.message}; in {_shown(piece.part)}", where=f"{piece.name}:{line}")
    if piece.name == "compare_rows" and isinstance(error, ConstraintViolation):
        message = (
            f"table {piece.about} has not as many rows after its rebuild as before; rows that are to go are deleted in "
            "a migration of their own"
        )
        return MigrationError(message, where=where)
    return MigrationError(f"{error.message}; at {piece.name.upper().replace('_', ' ')}", where=where)


def _shown(part: Part) -> str:
    """The beginning of a statement, without the strings in it, which may be secrets."""
    text, end, start = "", 0, part.tokens[0].start
    for token in part.tokens:
        if len(text) > SHOWN:
            break
        gap = " " if token.start - start > end else ""
        text += gap + ("'…'" if token.kind in (lexer.STRING, lexer.OPEN) else token.text)
        end = token.end - start
    line = " ".join(text.split())
    return f"`{line}`" if len(line) <= SHOWN else f"`{line[:SHOWN]}…`"
