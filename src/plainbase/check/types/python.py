"""The logical types in Python's words, and what a module must import to say them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from plainbase.check.queries.description import Parameter, Type
from plainbase.sqlfile import Default

_RESULTS = {
    "uuid": "UUID",
    "timestamp": "datetime",
    "boolean": "bool",
    "integer": "int",
    "real": "float",
    "decimal": "Decimal",
    "text": "str",
    "bytes": "bytes",
}
_PARAMETERS = {
    "uuid": ("Uuid", "Uuids"),
    "timestamp": ("Timestamp", "Timestamps"),
    "boolean": ("Boolean", "Booleans"),
    "integer": ("Integer", "Integers"),
    "real": ("Real", "Reals"),
    "decimal": ("Number", "Numbers"),
    "text": ("Text", "Texts"),
    "bytes": ("Binary", "Binaries"),
    "json": ("Json", "Jsons"),
}
_INSTEAD = {"datetime": "Timestamp", "bool": "Boolean", "int": "Integer", "float": "Real", "str": "Text"}
"""The same types by other names, for a class that has an attribute of the first name."""
_WRITTEN: dict[str, tuple[type, ...]] = {"integer": (int,), "real": (int, float), "text": (str,), "boolean": (bool,)}
_MODULES = {
    "UUID": "uuid",
    "datetime": "datetime",
    "Decimal": "decimal",
    **dict.fromkeys(("Any", "NotRequired", "TypedDict", "Unpack"), "typing"),
    "OMIT": "plainbase",
    "Omit": "plainbase.sqlfile",
}


class Used:
    """The names that a module uses, by the module they come from."""

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = {}

    def name(self, name: str) -> str:
        """The name, which is imported from now on; what no other module is known for comes from our own."""
        if name not in ("bool", "int", "float", "str", "bytes", "list"):
            self._names.setdefault(_MODULES.get(name, "plainbase.call_types"), set()).add(name)
        return name

    def imports(self) -> Iterator[tuple[str, list[str]]]:
        """Each module and what is imported from it, in the order that import sorters make."""
        for module in sorted(self._names, key=lambda module: (module.startswith("plainbase"), module)):
            yield module, sorted(self._names[module], key=lambda name: (not name.isupper(), name))

    def result(self, kind: Type, taken: Collection[str] = ()) -> str:
        """What a column gives; `taken` are the attributes of the class it stands in."""
        word = _RESULTS.get(kind.name)
        if word is None:
            return self.name("Any")
        if word in taken:
            word = _INSTEAD.get(word, "Any")
        said = self.name(word)
        if kind.listed:
            said = f"list[{said}]" if "list" not in taken else self.name("Any")
        return f"{said} | None" if kind.nullable and said != "Any" else said

    def parameter(self, parameter: Parameter) -> str:
        """What a parameter accepts."""
        words = _PARAMETERS.get(parameter.type.name)
        if words is None:
            return self.name("Any")
        said = self.name(words[parameter.type.listed])
        if parameter.type.nullable:
            said += " | None"
        return f"{said} | {self.name('Omit')}" if parameter.passing else said

    def default(self, parameter: Parameter, written: Default | None) -> str:
        """What is shown as the default of a parameter that need not be passed: the value, where it is a plain one."""
        if written is not None and written.compute is None:
            value = written.constant
            if value is None:
                plain = parameter.type.nullable
            else:
                plain = not parameter.type.listed and type(value) in _WRITTEN.get(parameter.type.name, ())
            if plain and len(repr(value)) <= 40:
                return quoted(value) if isinstance(value, str) else repr(value)
        return self.name("OMIT")


def quoted(text: str) -> str:
    """A text as a literal in double quotes, where it can stand in them."""
    said = repr(text)
    return f'"{said[1:-1]}"' if '"' not in said and "\\'" not in said else said
