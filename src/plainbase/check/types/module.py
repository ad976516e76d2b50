"""The Python module that `plainbase types` writes: query files, their queries and rows, as type checkers see them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plainbase.check.queries.description import Description, Parameter, Type
from plainbase.check.types.layout import INDENT, WIDTH, are_names, attributes, class_, method, typed_dict
from plainbase.check.types.one_row import always_one
from plainbase.check.types.python import Used
from plainbase.dialect import Dialect
from plainbase.rows import Row
from plainbase.sqlfile import Kind, Query

_METHODS = frozenset({*dir(Row), "keys"})
_BATCHED = {Kind.ONE: "OneOf", Kind.EXEC: "ExecOf"}

_DIFFERENCE = re.compile(r"\bDiffers from (?:postgres|sqlite): ")

_HEAD = '''\
"""The types of {source}: written by `plainbase types`, not by hand.

At run time its classes are those of plainbase itself: `Database`, `Transaction`, `Row` for every class of rows.
"""

# Generated, so neither linted nor held to a stricter mode than others are.
# ruff: noqa
# pyright: basic

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
{imports}
'''
_END = '''
    class Transaction(QueryFiles, TypedTransaction):
        """A transaction with these query files."""

    class Database(QueryFiles, TypedDatabase[Transaction]):
        """A database with these query files."""

else:
    from plainbase import Database, Transaction
    from plainbase.call_types import at_run_time as __getattr__

Runner = Database | Transaction
'''


Columns = tuple[tuple[str, Type], ...]


@dataclass(frozen=True, slots=True)
class TypedQuery:
    """A query as it was loaded for each engine, and what is known of it."""

    loaded: Sequence[Query]
    description: Description

    @property
    def doc(self) -> str:
        """What the files say of the query, but for how its forks differ; each fork's words, where they do."""
        said: dict[str, Dialect] = {_DIFFERENCE.split(each.doc)[0].strip(): each.dialect for each in self.loaded}
        if self.description.only:
            return f"{next(iter(said))} Runs on {Dialect(self.description.only).engine} only.".strip()
        if len(said) == 1:
            return next(iter(said))
        return " ".join(f"On {dialect.engine}: {doc}" for doc, dialect in said.items())


def render(queries: Mapping[str, TypedQuery], source: str) -> str:
    """The module's text, for queries by their dotted names; `source` says whose types they are.

    It is laid out as `ruff format` would do it, in lines of 120 characters.
    """
    tree: dict[str, Any] = {}
    for name, query in queries.items():
        *folders, last = name.split(".")
        node = tree
        for folder in folders:
            node = node.setdefault(folder, {})
        node[last] = query
    module = _Module(Used(), set())
    body = [*module.folder("QueryFiles", "", tree)]
    for name in ("TypedTransaction", "TypedDatabase"):
        module.used.name(name)
    found = [*module.used.imports()]
    groups = [[each for each in found if ("plainbase" in each[0]) is ours] for ours in (False, True)]
    imports = "\n\n".join("\n".join(_import(*each) for each in group) for group in groups if group)
    return "\n".join([_HEAD.format(source=source, imports=imports), "\n\n".join(body), _END])


def _import(module: str, names: Sequence[str]) -> str:
    line = f"{INDENT}from {module} import {', '.join(names)}"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"{INDENT}from {module} import (", *(f"{INDENT * 2}{name}," for name in names), f"{INDENT})"])


@dataclass(frozen=True, slots=True)
class _Module:
    """What the classes of one module have in common: their imports, and the names they must not share."""

    used: Used
    taken: set[str]

    def folder(self, own: str, path: str, tree: Mapping[str, Any]) -> Iterator[str]:
        """The classes of all that lies in a folder, then the folder's own."""
        members = {}
        for name, node in tree.items():
            below = f"{path}.{name}".removeprefix(".")
            members[name] = self.named(below, "Queries")
            if any(isinstance(each, TypedQuery) for each in node.values()):
                yield from self.file(members[name], below, node)
            else:
                yield from self.folder(members[name], below, node)
        doc = f"The query files of {path}." if path else "The query files."
        yield class_(own, "", doc, attributes(members))

    def file(self, own: str, path: str, queries: Mapping[str, TypedQuery]) -> Iterator[str]:
        """The classes of a query file's rows and parameters, then its own with a method for each query."""
        rows = self.rows(path, queries)
        bases = {columns: _base(columns, rows) for columns in rows}
        for columns in sorted(rows, key=lambda each: bases[each] is not None):
            yield self.row(columns, bases[columns], rows)
        dicts: dict[tuple[tuple[str, Parameter], ...], str] = {}
        methods = []
        for name, query in queries.items():
            kind = Kind(query.description.kind)
            parameters = query.description.parameters
            keys = tuple(parameters.items())
            decorator = self.used.name(_BATCHED.get(kind, kind.capitalize()))
            if parameters and keys not in dicts and (kind in _BATCHED or not are_names(parameters)):
                dicts[keys] = self.named(f"{path}.{name}", "Params")
                yield self.params(dicts[keys], parameters)
            if kind in _BATCHED:
                decorator += f"({dicts[keys] if parameters else self.used.name('NoParams')})"
            if are_names(parameters):
                arguments = ["*"] if parameters else []
                arguments += [self.argument(query, each) for each in parameters]
            else:
                arguments = [f"**params: {self.used.name('Unpack')}[{dicts[keys]}]"]
            methods.append(method(decorator, name, arguments, self.returned(kind, query, rows, queries), query.doc))
        yield class_(own, "", "", ["\n\n".join(methods)])

    def params(self, name: str, parameters: Mapping[str, Parameter]) -> str:
        """The class of a mapping of parameters."""
        types = {}
        for each, parameter in parameters.items():
            said = self.used.parameter(parameter)
            types[each] = f"{self.used.name('NotRequired')}[{said}]" if parameter.passing else said
        self.used.name("TypedDict")
        return typed_dict(name, types)

    def argument(self, query: TypedQuery, name: str) -> str:
        """A parameter with its type, and its default where it has one."""
        parameter = query.description.parameters[name]
        said = f"{name}: {self.used.parameter(parameter)}"
        if not parameter.passing:
            return said
        return f"{said} = {self.used.default(parameter, query.loaded[0].defaults.get(name))}"

    def rows(self, path: str, queries: Mapping[str, TypedQuery]) -> dict[Columns, str]:
        """The class of rows by what they hold; of queries that share one, `get` or else the first gives the name."""
        owners: dict[Columns, str] = {}
        for name, query in queries.items():
            columns = query.description.result
            if columns and query.description.kind in (Kind.ONE, Kind.OPTIONAL, Kind.MANY):
                key = tuple(columns.items())
                owners[key] = "get" if name == "get" else owners.get(key, name)
        ordered = sorted(owners, key=lambda each: owners[each] != "get")
        return {columns: self.named(f"{path}.{owners[columns]}", "Row") for columns in ordered}

    def row(self, columns: Columns, base: Columns | None, rows: Mapping[Columns, str]) -> str:
        """A class of rows; a column that has the name of a method, or none of Python's, is no attribute."""
        names = {column for column, _ in columns}
        types = {
            column: self.used.result(kind, names)
            for column, kind in columns
            if are_names({column: kind}) and column not in _METHODS and (column, kind) not in (base or ())
        }
        return class_(rows[columns], rows[base] if base else self.used.name("TypedRow"), "", attributes(types))

    def returned(
        self,
        kind: Kind,
        query: TypedQuery,
        rows: Mapping[Columns, str],
        names: Mapping[str, object],
    ) -> str:
        """What one row, or the whole query where it gives none, is."""
        columns = query.description.result
        if kind is Kind.EXEC:
            return "int" if "int" not in names else self.used.name("Integer")
        if kind is Kind.SCRIPT:
            return "None"
        if kind is Kind.RETURNING or not columns:
            return self.used.name("Any")
        if kind is not Kind.VALUE:
            return rows[tuple(columns.items())]
        found = next(iter(columns.values()))
        certain = all(always_one(each) for each in query.loaded if each.statements)
        return self.used.result(found if certain else found._replace(nullable=True), names)

    def named(self, path: str, ending: str) -> str:
        """A class name that no other class of the module has."""
        base = _pascal(path)
        name, number = f"{base}{ending}", 2
        while name in self.taken:
            name, number = f"{base}{number}{ending}", number + 1
        self.taken.add(name)
        return name


def _base(columns: Columns, all_columns: Iterable[Columns]) -> Columns | None:
    """The row of which this is one too: the same columns, of which fewer are never null."""
    wider = [each for each in all_columns if _is_wider(each, columns)]
    return next((each for each in wider if not any(_is_wider(other, each) for other in wider)), None)


def _is_wider(one: Columns, other: Columns) -> bool:
    if one == other or len(one) != len(other):
        return False
    return all(
        left in (right, (right[0], right[1]._replace(nullable=True))) for left, right in zip(one, other, strict=True)
    )


def _pascal(path: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in path.replace(".", "_").split("_"))
