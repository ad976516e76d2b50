"""Backups, and the way back.

manifest and folder (what a backup is, which there are) -> engines (sqlite, postgres: how it is written and read) ->
making, verification, pruning -> restoring.
"""

from plainbase.platform.backup.errors import BackupError
from plainbase.platform.backup.folder import Backup, backups
from plainbase.platform.backup.making import backup
from plainbase.platform.backup.manifest import Compression, Manifest
from plainbase.platform.backup.pruning import prune
from plainbase.platform.backup.restoring import Restored, restore
from plainbase.platform.backup.verification import Verification, verify

__all__ = [
    "Backup",
    "BackupError",
    "Compression",
    "Manifest",
    "Restored",
    "Verification",
    "backup",
    "backups",
    "prune",
    "restore",
    "verify",
]
