"""The handlers of a module that the user names, which is looked for in the current folder first."""

from __future__ import annotations

import importlib
import inspect
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

import click

from plainbase.cli.shown import plain
from plainbase.database import Database
from plainbase.platform.jobs.attempts import Handler

NAME = "handlers"
WANTED = "a dict of job types and async functions, or a function of the database that gives one"


@dataclass(frozen=True, slots=True)
class Handlers:
    """What a module says: the handlers, or what makes them, and what is called before the worker starts."""

    where: str
    found: Any
    setup: Any

    async def of(self, db: Database) -> Mapping[str, Handler]:
        """Call `setup`, and give the handlers. Raises ClickException for what they are not."""
        if self.setup is not None:
            await _called(self.setup, db, "setup")
        if isinstance(self.found, Mapping):
            return self.found
        found = await _called(self.found, db, self.where)
        if not isinstance(found, Mapping):
            raise click.ClickException(f"{self.where}(db) gives a {type(found).__name__}, and has to give a dict")
        return found


def load(target: str) -> Handlers:
    """Import MODULE[:NAME]. Raises ClickException for what is not there or will not do.

    Where importing it fails the module's own trace is written to stderr first.
    """
    name, _, attribute = target.partition(":")
    attribute = attribute or NAME
    if not all(part.isidentifier() for part in (*name.split("."), attribute)) or name.endswith(".py"):
        raise click.ClickException(f"{plain(target)!r} is no MODULE[:NAME]: write tasks for tasks.py in this folder")
    module = _imported(name)
    where = f"{name}:{attribute}"
    if not hasattr(module, attribute):
        raise click.ClickException(f"the module {name} has no {attribute}, which is {WANTED}")
    found = getattr(module, attribute)
    if not isinstance(found, Mapping) and not callable(found):
        raise click.ClickException(f"{where} is of type {type(found).__name__}, and has to be {WANTED}")
    return Handlers(where, found, getattr(module, "setup", None))


def _imported(name: str) -> ModuleType:
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise _failed(error, f"importing {name}") from None
        raise click.ClickException(f"there is no module {error.name}, neither in {folder} nor installed") from None
    except (Exception, SystemExit) as error:
        raise _failed(error, f"importing {name}") from None


async def _called(function: Callable[[Database], Any], db: Database, where: str) -> Any:
    """What a function of the module gives, async or not."""
    if not callable(function):
        raise click.ClickException(f"{where} is of type {type(function).__name__}, and has to be a function")
    try:
        made = function(db)
        return await made if inspect.isawaitable(made) else made
    except Exception as error:
        raise _failed(error, f"{where}(db)") from None


def _failed(error: BaseException, what: str) -> click.ClickException:
    """The error that is told, after the trace from the module on."""
    trace = error.__traceback__
    while trace is not None and _is_ours(trace):
        trace = trace.tb_next
    click.echo("".join(traceback.format_exception(type(error), error, trace)), err=True, nl=False)
    return click.ClickException(f"{what} failed: {type(error).__name__}")


def _is_ours(trace: TracebackType) -> bool:
    file = trace.tb_frame.f_code.co_filename
    return file == __file__ or file == importlib.__file__ or file.startswith("<frozen importlib")
