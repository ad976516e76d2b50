"""What reads annotations at run time (web frameworks, documentation) can read those of the platform's functions."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any, get_type_hints

import pytest

from plainbase import platform


def functions() -> Iterator[Callable[..., Any]]:
    for found in pkgutil.iter_modules(platform.__path__, "plainbase.platform."):
        module = importlib.import_module(found.name)
        for name, each in vars(module).items():
            own = getattr(each, "__module__", "") == module.__name__
            if own and not name.startswith("_") and (inspect.isfunction(each) or inspect.isclass(each)):
                yield each


FUNCTIONS = list(functions())


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda each: f"{each.__module__}.{each.__qualname__}")
def test_annotations_can_be_read(function: Callable[..., Any]) -> None:
    get_type_hints(inspect.unwrap(function))


def test_there_are_functions() -> None:
    assert len(FUNCTIONS) > 40
