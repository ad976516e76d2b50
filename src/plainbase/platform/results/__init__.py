"""Results: evaluations searched, streamed, counted, stored and rated, and an experiment's summary.

filters (what is asked) -> conditions, with engines for where these differ (its SQL) -> search, by paging; storing.
"""

from plainbase.platform.results.columns import COLUMNS, SORTS
from plainbase.platform.results.filters import SearchFilters
from plainbase.platform.results.search import Page, count, newest, search, stream
from plainbase.platform.results.storing import Summary, rate, store, summary

__all__ = [
    "COLUMNS",
    "SORTS",
    "Page",
    "SearchFilters",
    "Summary",
    "count",
    "newest",
    "rate",
    "search",
    "store",
    "stream",
    "summary",
]
