"""A named query, ready to run: parameters in, a compiled statement and its values out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, final

from plainbase.dialect import Dialect
from plainbase.errors import ConfigurationError, ParameterError
from plainbase.sqlfile.statement import Statement


class Kind(StrEnum):
    """What a query gives back."""

    ONE = "one"
    OPTIONAL = "optional"
    MANY = "many"
    VALUE = "value"
    EXEC = "exec"
    SCRIPT = "script"
    RETURNING = "returning"


@final
class Omit:
    """The type of OMIT."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "OMIT"


# A parameter passed as OMIT is not passed at all; None is NULL.
OMIT: Final = Omit()


@dataclass(frozen=True, slots=True)
class Default:
    """What a parameter is when it is not passed: a constant, or computed by each call; `text` is as written."""

    text: str
    constant: object = None
    compute: Callable[[], object] | None = None

    def value(self) -> object:
        """Return the constant, or compute the value anew."""
        return self.constant if self.compute is None else self.compute()


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """One query of a file; `statements[mask]` is its text with the optional groups whose bits are set.

    `extras` are parameters with a default that stand on the optional lines of that group only. `nulls` tells of a
    `parameter` or `result` whether it may be null, where the file says so.
    """

    name: str
    kind: Kind
    doc: str
    where: str
    source: str
    dialect: Dialect
    parameters: tuple[str, ...] = ()
    defaults: Mapping[str, Default] = field(default_factory=dict)
    groups: tuple[frozenset[str], ...] = ()
    extras: Mapping[str, int] = field(default_factory=dict)
    results: Mapping[str, str] = field(default_factory=dict)
    nulls: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    only: Dialect | None = None
    scan: str | None = None
    declared: tuple[str, ...] | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
    statements: tuple[Statement, ...] = ()
    script: str = ""
    _known: frozenset[str] = field(init=False, repr=False)
    _simple: Statement | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        simple = self.statements[0] if len(self.statements) == 1 and not self.defaults else None
        object.__setattr__(self, "_known", frozenset(self.parameters))
        object.__setattr__(self, "_simple", simple)

    def passed(self, statement: Statement) -> tuple[str, ...]:
        """The parameters of optional lines that one of its texts has."""
        optional = {name for group in self.groups for name in group}
        return tuple(name for name in self.parameters if name in optional and name in statement.names)

    def bind(self, params: Mapping[str, object]) -> tuple[Statement, list[object]]:
        """Return the statement for these parameters, and their values by position.

        Raises ParameterError where a name is unknown or missing.
        """
        simple = self._simple
        if simple is not None and type(params) is dict and len(params) == len(self.parameters):
            try:
                values = [params[name] for name in simple.names]
            except KeyError:
                return self._bind(params)
            for value in values:
                if value is OMIT:
                    return self._bind(params)
            return simple, values
        return self._bind(params)

    def bind_many(self, rows: Iterable[Mapping[str, object]]) -> tuple[Statement, list[list[object]]]:
        """Return the statement for a batch, and the values of each row.

        Computed defaults are computed for each row. Raises ParameterError naming the row, counted from 0.
        """
        self._refuse_unrunnable()
        chosen: Statement | None = None
        batch = []
        for index, row in enumerate(rows):
            if not isinstance(row, Mapping):
                raise self._error(f"row {index} is no mapping of parameters but {type(row).__name__}", ())
            try:
                statement, values = self.bind(row)
            except ParameterError as error:
                raise self._error(f"row {index}: {error.message}", error.parameters) from None
            if statement is not chosen and chosen is not None:
                raise self._error(f"row {index}: {self._difference(chosen, statement)}", _names(row))
            chosen = statement
            batch.append(values)
        return chosen or self.statements[0], batch

    def _bind(self, params: Mapping[str, object]) -> tuple[Statement, list[object]]:
        self._refuse_unrunnable()
        if not isinstance(params, Mapping):
            raise self._error(f"parameters are a mapping of names to values, got {type(params).__name__}", ())
        passed = {name: params[name] for name in params if params[name] is not OMIT}
        if not self._known.issuperset(params):
            raise self._explained(params, passed)
        mask = 0
        for index, group in enumerate(self.groups):
            if group.issubset(passed):
                mask |= 1 << index
            elif not group.isdisjoint(passed):
                raise self._explained(params, passed)
        for name, index in self.extras.items():
            if name in passed and not mask >> index & 1:
                raise self._explained(params, passed)
        statement = self.statements[mask]
        for name, default in self.defaults.items():
            if name not in passed:
                passed[name] = default.value()
        try:
            return statement, [passed[name] for name in statement.names]
        except KeyError:
            raise self._explained(params, passed) from None

    def _refuse_unrunnable(self) -> None:
        if not self.statements:
            if self.kind is Kind.SCRIPT:
                message = "a script takes no parameters and cannot be run as a statement"
            else:
                message = f"runs on {self.only} only: {self.notes.get('only', '')}"
            raise ConfigurationError(message, query=self.name, where=self.where)

    def _explained(self, params: Mapping[str, object], passed: Mapping[str, object]) -> ParameterError:
        """Say everything that is wrong with the parameters' names."""
        optional = {name for group in self.groups for name in group} | self.extras.keys()
        unknown = [str(name) for name in params if name not in self._known]
        missing = [
            name
            for name in self.parameters
            if name not in passed and name not in optional and name not in self.defaults
        ]
        faults = [_fault("unknown", unknown), _fault("missing", missing)]
        for index, group in enumerate(self.groups):
            inside = group.union(name for name, place in self.extras.items() if place == index)
            if not inside.isdisjoint(passed) and not group.issubset(passed):
                together = [name for name in self.parameters if name in group]
                absent = [name for name in together if name not in passed]
                faults.append(f"{_listed(together)} go together, all or none: {_listed(absent)} not passed")
        marked = (f"{name}?" if name in optional or name in self.defaults else name for name in self.parameters)
        expected = ", ".join(marked) or "none"
        return self._error(f"{', '.join(filter(None, faults))}; expected {expected}", _names(params))

    def _difference(self, chosen: Statement, statement: Statement) -> str:
        before, now = self.statements.index(chosen), self.statements.index(statement)
        names = [
            name
            for name in self.parameters
            for index, group in enumerate(self.groups)
            if name in group and (before ^ now) >> index & 1
        ]
        return f"the rows of a batch must pass the same optional parameters; {_listed(names)} differ from row 0"

    def _error(self, message: str, names: Iterable[str]) -> ParameterError:
        return ParameterError(message, query=self.name, where=self.where, parameters=names)


def _names(params: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(str(name) for name in params)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names)


def _fault(what: str, names: list[str]) -> str:
    return f"{what} parameter{'s' if len(names) > 1 else ''} {_listed(names)}" if names else ""
