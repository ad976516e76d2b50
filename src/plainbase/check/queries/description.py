"""What is known of a query: its parameters and its result, with types, as `queries/checked.json` writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from plainbase.values import TYPES

ANY = "any"
"""The type of what may be anything, or of which the engine tells nothing."""

_TYPE = re.compile(rf"(?P<list>\[)?(?P<type>{'|'.join((*TYPES, ANY))})(?(list)\])(?P<null>\?)?")
Passing = Literal["", "optional", "default"]


class Type(NamedTuple):
    """A logical type, of each element where it is `listed`; `nullable` where it may be None."""

    name: str
    listed: bool = False
    nullable: bool = False

    def __str__(self) -> str:
        return f"{f'[{self.name}]' if self.listed else self.name}{'?' if self.nullable else ''}"

    @classmethod
    def parse(cls, text: str) -> Type:
        """Read `uuid`, `text?` or `[integer]`; raises ValueError."""
        match = _TYPE.fullmatch(text)
        if match is None:
            raise ValueError(f"no type: {text!r}")
        return cls(match["type"], match["list"] is not None, match["null"] is not None)


class Parameter(NamedTuple):
    """A parameter: its type, and whether it stands on an optional line, has a default, or must be passed (``)."""

    type: Type
    passing: Passing = ""

    def __str__(self) -> str:
        return f"{self.type}, {self.passing}" if self.passing else str(self.type)

    @classmethod
    def parse(cls, text: str) -> Parameter:
        """Read `uuid`, `text?, default` or `[integer], optional`; raises ValueError."""
        kind, _, passing = text.partition(", ")
        for known in get_args(Passing):
            if passing == known:
                return cls(Type.parse(kind), known)
        raise ValueError(f"no way to pass a parameter: {passing!r}")


@dataclass(frozen=True, slots=True)
class Description:
    """A query as callers see it; `result` is None where it gives no rows."""

    kind: str
    parameters: Mapping[str, Parameter]
    result: Mapping[str, Type] | None
    only: str | None = None
