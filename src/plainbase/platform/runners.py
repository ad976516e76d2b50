"""What the platform's functions run on: to type checkers the shipped queries typed, or any database that has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plainbase import typed

if TYPE_CHECKING:
    from plainbase import call_types

    AnyDatabase = typed.Database | call_types.UntypedDatabase
    AnyRunner = typed.Database | typed.Transaction | call_types.Untyped
else:
    AnyDatabase = typed.Database
    AnyRunner = typed.Runner
