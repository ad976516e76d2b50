"""`.sql` text -> frozen queries; pure, but for reading the files.

lexer (tokens) -> section (one query's lines) -> header, optional_lines, columns, statement -> query;
folders and forks make the tree of a whole folder.
"""

from plainbase.sqlfile.query import OMIT, Default, Kind, Omit, Query
from plainbase.sqlfile.reader import adhoc, load, parse, walk
from plainbase.sqlfile.statement import Statement

__all__ = ["OMIT", "Default", "Kind", "Omit", "Query", "Statement", "adhoc", "load", "parse", "walk"]
