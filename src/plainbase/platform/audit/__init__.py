"""Who did what: events beside the changes that triggers record, searching the log, and proving that it is whole."""

from plainbase.platform.audit.chain import verify
from plainbase.platform.audit.events import ACCESS, record
from plainbase.platform.audit.head import Head, head, seal
from plainbase.platform.audit.search import search
from plainbase.platform.audit.verdict import Broken, Verdict

__all__ = [
    "ACCESS",
    "Broken",
    "Head",
    "Verdict",
    "head",
    "record",
    "seal",
    "search",
    "verify",
]
