"""What cleaning, archiving and restoring refuse."""

from __future__ import annotations

from plainbase.errors import ConfigurationError, ParameterError, PlainbaseError


class UnknownTable(ParameterError, ConfigurationError):
    """A policy or a call names a table whose rows have no age by which they could go; nothing was removed."""


class CleanupRunning(PlainbaseError):
    """Another cleanup of this database is running; one at a time."""

    retryable = True


class ArchiveRefused(PlainbaseError):
    """An archive is not whole, not one of plainbase's, or does not fit the database; nothing of it was restored."""
