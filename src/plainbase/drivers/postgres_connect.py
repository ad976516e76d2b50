"""Opening PostgreSQL connections: settings, codecs, the row class, and the reset between transactions."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any
from urllib.parse import urlencode

import asyncpg

from plainbase.errors import ConfigurationError, ConnectionLost, DatabaseMissing
from plainbase.options import Options
from plainbase.rows import Row

STATEMENTS = 1024
"""Prepared statements kept per connection, above the number of texts of a large query folder."""

IDLE_IN_TRANSACTION = "1h"
"""After this the server ends a transaction whose client has gone silent; `server_settings` can say otherwise."""

RESET = "; ".join(
    (
        "SELECT pg_advisory_unlock_all()",
        "CLOSE ALL",
        "UNLISTEN *",
        "RESET SESSION AUTHORIZATION",
        "RESET ALL",
        "DISCARD TEMP",
    )
)
"""What asyncpg's own reset does, and the role and temporary tables that it leaves."""


class PostgresRow(asyncpg.Record, Row):  # type: ignore[misc]  # both have __getitem__; asyncpg's is the one used
    """A row made by asyncpg itself."""

    __slots__ = ()
    __repr__ = Row.__repr__
    __contains__ = Row.__contains__

    def keys(self) -> list[str]:  # type: ignore[override]  # a list can be read twice
        return list(super().keys())


class PostgresConnection(asyncpg.Connection):
    """An asyncpg connection with plainbase's reset.

    `schema` counts the schema changes it has taken note of, `filled` are the columns' types of tables it copied into.
    """

    schema = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filled: dict[str, dict[str, int]] = {}
        self._stagings: dict[tuple[tuple[str, int], ...], int] = {}

    def staging(self, columns: tuple[tuple[str, int], ...]) -> str:
        """The name of a staging table: one for each set of columns and types, since asyncpg remembers these by it."""
        return f"plainbase_staging_{self._stagings.setdefault(columns, len(self._stagings))}"

    def get_reset_query(self) -> str:
        return RESET


async def connect(options: Options) -> PostgresConnection:
    """Open one connection. Raises ConnectionLost, saying how long it waited, or ConfigurationError."""
    began = time.monotonic()
    settings = {
        "application_name": options.application_name,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION,
        "standard_conforming_strings": "on",  # as query files and migrations are read
        **options.server_settings,
    }
    if options.statement_timeout is not None:
        settings["statement_timeout"] = f"{max(1, round(options.statement_timeout * 1000))}ms"
    cache = STATEMENTS if options.statement_cache_size is None else options.statement_cache_size
    try:
        connection: PostgresConnection = await asyncpg.connect(
            _tls(options),
            host=options.host,
            port=options.port,
            user=options.user,
            password=options.password,
            database=options.database,
            timeout=options.connect_timeout,
            statement_cache_size=cache,
            max_cached_statement_lifetime=0,
            max_cacheable_statement_size=0,
            server_settings=settings,
            connection_class=PostgresConnection,
            record_class=PostgresRow,
        )
    except asyncpg.InvalidCatalogNameError as error:
        raise DatabaseMissing(f"cannot connect to {options.safe_url}: {error.message}") from None
    except asyncpg.InvalidAuthorizationSpecificationError as error:
        reason = "the user or password is wrong" if isinstance(error, asyncpg.InvalidPasswordError) else error.message
        raise ConfigurationError(f"cannot connect to {options.safe_url}: {reason}") from None
    except asyncpg.ClientConfigurationError as error:
        raise ConfigurationError(f"cannot connect to {options.safe_url}: {error}") from None
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        waited = time.monotonic() - began
        raise ConnectionLost(
            f"cannot connect to {options.safe_url}: {_reason(error)} (waited {waited:.1f} s)"
        ) from None
    try:
        for name, prefix in (("jsonb", b"\x01"), ("json", b"")):
            await connection.set_type_codec(
                name,
                schema="pg_catalog",
                encoder=_json_encoder(prefix),
                decoder=_json_decoder(len(prefix)),
                format="binary",
            )
    except BaseException:
        connection.terminate()
        raise
    return connection


async def disconnect(connection: PostgresConnection) -> None:
    """Close a connection, by force where the server does not answer."""
    if connection.is_closed():
        return
    try:
        await connection.close(timeout=2)
    except (OSError, TimeoutError, asyncio.CancelledError, asyncpg.PostgresError, asyncpg.InterfaceError):
        connection.terminate()


def usable(connection: PostgresConnection) -> bool:
    """Whether a connection has not been closed, as far as is known."""
    return not connection.is_closed()


async def answers(connection: PostgresConnection, timeout: float) -> bool:
    """Ask the server; a connection that does not answer is closed by force."""
    try:
        await connection.execute("SELECT 1", timeout=timeout)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
        connection.terminate()
        return False
    return True


def _tls(options: Options) -> str:
    """A DSN with nothing but the TLS settings; no password ever stands in one."""
    given = {
        "sslmode": options.ssl_mode,
        "sslrootcert": options.ssl_root_cert,
        "sslcert": options.ssl_cert,
        "sslkey": options.ssl_key,
    }
    return "postgresql://?" + urlencode({name: value for name, value in given.items() if value})


def _reason(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused; is the server running there?"
    if isinstance(error, FileNotFoundError):
        return "there is no such socket; is the server running there?"
    if isinstance(error, asyncpg.PostgresError):
        return str(error.message)
    return str(error) or type(error).__name__


def _json_encoder(prefix: bytes) -> Any:
    def encode(text: str) -> bytes:  # values.json_text has made the text
        return prefix + text.encode()

    return encode


def _json_decoder(skip: int) -> Any:
    def decode(data: bytes) -> Any:
        return json.loads(data[skip:])

    return decode
