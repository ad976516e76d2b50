"""What the platform's functions run on, for type checkers: the shipped queries typed, or any database that has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plainbase import call_types, typed

    AnyDatabase = typed.Database | call_types.UntypedDatabase
    AnyRunner = typed.Database | typed.Transaction | call_types.Untyped
