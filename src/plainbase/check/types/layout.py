"""How the lines of a generated module are laid out: as `ruff format` leaves them, below `if TYPE_CHECKING:`."""

from __future__ import annotations

import keyword
import textwrap
from collections.abc import Iterator, Mapping, Sequence

INDENT = "    "
WIDTH = 120


def class_(name: str, bases: str, doc: str, members: Sequence[str]) -> str:
    """A class, its members as blocks of lines."""
    lines = [f"{INDENT}class {name}{f'({bases})' if bases else ''}:"]
    if doc:
        lines += [*docstring(doc, 2), *([""] if members else [])]
    elif not members:
        return f"{lines[0]} ..."
    return "\n".join([*lines, *members])


def attributes(types: Mapping[str, str]) -> list[str]:
    """A line for each attribute."""
    return [f"{INDENT * 2}{name}: {kind}" for name, kind in types.items()]


def typed_dict(name: str, types: Mapping[str, str]) -> str:
    """The class of a mapping with these keys."""
    if are_names(types):
        return class_(name, "TypedDict", "", attributes(types))
    keys = [f'{INDENT * 3}"{key}": {kind},' for key, kind in types.items()]
    opening = [f"{INDENT}{name} = TypedDict(", f'{INDENT * 2}"{name}",', f"{INDENT * 2}{{"]
    return "\n".join([*opening, *keys, f"{INDENT * 2}}},", f"{INDENT})"])


def method(decorator: str, name: str, parameters: Sequence[str], returned: str, doc: str) -> str:
    """A query as a method; `parameters` are written out, with their types and defaults."""
    body = "" if doc else " ..."
    arguments = ["self", *parameters]
    line = f"{INDENT * 2}def {name}({', '.join(arguments)}) -> {returned}:{body}"
    lines = [f"{INDENT * 2}@{decorator}"]
    if len(line) <= WIDTH:
        lines.append(line)
    else:
        together = f"{INDENT * 3}{', '.join(arguments)}"
        apart = [f"{INDENT * 3}{each}," for each in arguments]
        lines.append(f"{INDENT * 2}def {name}(")
        lines += [together] if len(together) <= WIDTH else apart
        lines.append(f"{INDENT * 2}) -> {returned}:{body}")
    if doc:
        lines += [*docstring(doc, 3), f"{INDENT * 3}..."]
    return "\n".join(lines)


def docstring(doc: str, depth: int) -> Iterator[str]:
    """The lines of a docstring."""
    indent = INDENT * depth
    said = " ".join(doc.split()).replace("\\", "\\\\").replace('"""', "'''")
    spaced = f"{' ' if said.startswith(chr(34)) else ''}{said}{' ' if said.endswith(chr(34)) else ''}"
    if len(indent) + len(spaced) + 6 <= WIDTH:
        yield f'{indent}"""{spaced}"""'
        return
    first, *rest = textwrap.wrap(said, WIDTH - len(indent) - 6, break_long_words=False, break_on_hyphens=False)
    yield f'{indent}"""{first}'
    yield from (f"{indent}{line}" for line in rest)
    yield f'{indent}"""'


def are_names(names: Mapping[str, object]) -> bool:
    """Whether all can be the names of parameters beside `self`, and of attributes."""
    return not any(
        name == "self" or name.startswith("__") or not name.isidentifier() or keyword.iskeyword(name) for name in names
    )
