"""One database copied into another, of either engine.

preparing (may it be, and is the target marked) -> groups (which tables at once) -> loading, a group a transaction ->
comparing, by digests -> copy, which does all of it.
"""

from plainbase.platform.copying.copy import copy
from plainbase.platform.copying.outcome import Copied, CopiedTable, CopyError
from plainbase.platform.copying.preparing import unfinished

__all__ = ["Copied", "CopiedTable", "CopyError", "copy", "unfinished"]
