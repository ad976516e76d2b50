"""Figures of a database: sizes and their growth, the use of indexes, cache hits, the slowest queries.

measuring (rows and bytes), keeping (once a day into system_metrics, and the growth since), indexes, cache_hits,
slowest; look puts them together.
"""

from plainbase.platform.statistics.cache_hits import Cache, cache
from plainbase.platform.statistics.indexes import IndexUse, Use, index_use
from plainbase.platform.statistics.keeping import Growth, growth, keep_sizes
from plainbase.platform.statistics.look import Statistics, look
from plainbase.platform.statistics.measuring import Sizes, TableSize, sizes
from plainbase.platform.statistics.slowest import Slow, in_process, on_server

__all__ = [
    "Cache",
    "Growth",
    "IndexUse",
    "Sizes",
    "Slow",
    "Statistics",
    "TableSize",
    "Use",
    "cache",
    "growth",
    "in_process",
    "index_use",
    "keep_sizes",
    "look",
    "on_server",
    "sizes",
]
