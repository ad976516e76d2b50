"""The tables of a database, of any schema: which there are, how many rows they have, and a digest of these.

catalog (which tables, parents first, and which are left out) -> reading (their rows, in order) -> digests.
"""

from plainbase.platform.tables.catalog import LEFT_OUT, Column, Table, row_counts, tables
from plainbase.platform.tables.digests import Digest, Digesting, digest, written
from plainbase.platform.tables.reading import chunks

__all__ = ["LEFT_OUT", "Column", "Digest", "Digesting", "Table", "chunks", "digest", "row_counts", "tables", "written"]
