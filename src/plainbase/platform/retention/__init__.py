"""Retention: rows go when they are older than a policy keeps them, deleted or into archives that can be restored.

tables (which may go, by what age) -> policies (what is to be done) -> cleaning, in parts -> archiving, restoring.
"""

from plainbase.platform.retention.cleaning import Cleaned, CleanedTable, clean
from plainbase.platform.retention.errors import ArchiveRefused, CleanupRunning, UnknownTable
from plainbase.platform.retention.manifest import Archive, Manifest
from plainbase.platform.retention.policies import remove_policy, set_policy
from plainbase.platform.retention.restoring import Listed, Restored, RestoredArchive, list_archives, restore_archives
from plainbase.platform.retention.tables import NAMES, NOT_OFFERED, RETAINED, Retained

__all__ = [
    "NAMES",
    "NOT_OFFERED",
    "RETAINED",
    "Archive",
    "ArchiveRefused",
    "Cleaned",
    "CleanedTable",
    "CleanupRunning",
    "Listed",
    "Manifest",
    "Restored",
    "RestoredArchive",
    "Retained",
    "UnknownTable",
    "clean",
    "list_archives",
    "remove_policy",
    "restore_archives",
    "set_policy",
]
