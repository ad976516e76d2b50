"""What goes wrong with backups."""

from __future__ import annotations

from plainbase.errors import PlainbaseError


class BackupError(PlainbaseError):
    """A backup cannot be made, is not what its manifest says, or cannot be restored there; nothing was changed."""
