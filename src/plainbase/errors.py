"""Every error plainbase raises, in one tree.

    PlainbaseError
    ├── ConfigurationError       the URL, the environment, an option, or the engine itself will not do
    │   └── DatabaseMissing      … or the server has no database of that name
    ├── QueryFileError           .sql files do not load; all problems of all files at once
    ├── MigrationError           a migration cannot be planned or failed
    ├── SchemaOutOfDate          a statement needs a migration that this database has not had
    ├── ParameterError           a call passed wrong parameters
    │   └── DataInvalid          … or a value its column cannot hold
    ├── RowNotFound              exactly one row was asked for, none came
    ├── TooManyRows              exactly one row was asked for, several came
    ├── StatementFailed          the engine refused a statement
    │   ├── ConstraintViolation  unique, foreign key, check, not null, exclusion
    │   ├── TransactionConflict  another transaction was in the way; run the whole one again
    │   ├── TransactionAborted   an earlier statement of this transaction failed
    │   └── QueryTimeout         `statement_timeout` passed
    ├── ConnectionLost           the connection died; the statement may or may not have run
    │   └── CommitUnknown        … during COMMIT or a change, so the outcome is unknown
    ├── PoolTimeout              no connection became free in time
    ├── JobLost                  a job is not this worker's any more; it stands in plainbase.platform.jobs
    ├── LoginFailed              … and these three in plainbase.platform.identity: nobody is let in
    ├── TokenRefused             a session's token, a mailed token or an API key is not good, or not any more
    └── PermissionDenied         the one who asks may not do that

Messages name the query, its file:line and its parameters, never a value.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self


class PlainbaseError(Exception):
    """The root of the tree.

    `query` is the query's name, `where` its file:line, `parameters` the names it was given, and `retryable`
    says whether running the same transaction again may succeed.
    """

    retryable = False

    def __init__(
        self,
        message: str,
        *,
        query: str | None = None,
        where: str | None = None,
        parameters: Iterable[str] = (),
    ) -> None:
        self.message = message
        self.query = query or None
        self.where = where or None
        self.parameters = tuple(dict.fromkeys(parameters))
        super().__init__(message)

    def __str__(self) -> str:
        origin = " ".join(part for part in (self.where, self.query) if part)
        return f"{origin}: {self.message}" if origin else self.message

    def located(self, *, query: str | None, where: str | None, parameters: Iterable[str] = ()) -> Self:
        """Add the query that failed, where it was not known when the error was made."""
        self.query = query or None
        self.where = where or None
        self.parameters = tuple(dict.fromkeys(parameters))
        return self


class ConfigurationError(PlainbaseError):
    """The URL, the environment, an option, or the engine itself will not do."""


class DatabaseMissing(ConfigurationError):
    """The server has no database of that name."""


class QueryFileError(PlainbaseError):
    """One or more .sql files do not load; `problems` lists each as `file:line message`."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class MigrationError(PlainbaseError):
    """A migration cannot be planned, or failed and was rolled back."""


class SchemaOutOfDate(PlainbaseError):
    """A statement needs a migration that this database has not had."""


class ParameterError(PlainbaseError):
    """A call passed unknown, missing or ragged parameters; nothing was sent."""


class DataInvalid(ParameterError):
    """A value is one its parameter or column cannot hold."""


class RowNotFound(PlainbaseError):
    """Exactly one row was asked for and none came."""


class TooManyRows(PlainbaseError):
    """Exactly one row was asked for and several came."""


class StatementFailed(PlainbaseError):
    """The engine refused a statement.

    `undefined` says that it names something the database does not have; `position` is where in its text it went wrong,
    in characters from 1, where the engine tells (PostgreSQL).
    """

    undefined = False
    position: int | None = None


class ConstraintViolation(StatementFailed):
    """A constraint refused a change.

    `kind` is unique, foreign key, check, not null or exclusion; `constraint` is its name where the engine tells
    (SQLite names CHECK constraints only).
    """

    def __init__(
        self,
        message: str,
        *,
        kind: str,
        constraint: str | None = None,
        query: str | None = None,
        where: str | None = None,
        parameters: Iterable[str] = (),
    ) -> None:
        super().__init__(message, query=query, where=where, parameters=parameters)
        self.kind = kind
        self.constraint = constraint


class TransactionConflict(StatementFailed):
    """Another transaction was in the way (serialization, deadlock, write lock); run the whole transaction again."""

    retryable = True


class TransactionAborted(StatementFailed):
    """An earlier statement of this transaction failed, so it can only be rolled back."""


class QueryTimeout(StatementFailed):
    """The statement ran longer than `statement_timeout` and was stopped."""


class ConnectionLost(PlainbaseError):
    """The connection died or could not be made."""

    retryable = True


class CommitUnknown(ConnectionLost):
    """The connection died during COMMIT, or during a change outside a transaction: it may or may not have been made."""

    retryable = False


class PoolTimeout(PlainbaseError):
    """No connection became free within `pool_timeout`."""

    retryable = True
