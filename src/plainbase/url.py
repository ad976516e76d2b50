"""A database URL, taken apart; errors show of it no more than the scheme, since anything else may be a password.

`urllib.parse.urlsplit` is not used: it drops tabs and newlines, and its errors quote what they could not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from plainbase.dialect import Dialect
from plainbase.errors import ConfigurationError

EXAMPLES = "write sqlite:///lab.db, sqlite:////absolute/lab.db or postgresql://user:password@host:5432/database"
_ESCAPES = "in a user, password or name write % as %25, / as %2F, ? as %3F, # as %23, @ as %40, : as %3A, [ as %5B"
_DRIVERS = {"sqlite": "aiosqlite", "postgresql": "asyncpg", "postgres": "asyncpg"}
_PLAIN_FILE = re.compile(r"[\w./ ~-]+\.(db3?|sqlite3?)")
# Run-time settings that may stand as URL options by themselves; any other goes in `options`.
_SERVER_SETTINGS = re.compile(
    r"default_(tablespace|transaction_(deferrable|isolation|read_only))|(temp_tablespaces|search_path|timezone|role)"
    r"|(lock|transaction|idle_session|idle_in_transaction_session)_timeout|(maintenance_)?work_mem|temp_buffers"
    r"|jit|plan_cache_mode|row_security|session_replication_role|synchronous_commit|tcp_\w+|\w+\.\w+"
)
_REFUSED = {
    "target_session_attrs": "several hosts are not supported yet",
    "load_balance_hosts": "several hosts are not supported yet",
    "hostaddr": "write the address as the host",
    "client_encoding": "it is always UTF-8",
    "channel_binding": "the driver has none",
    "service": "name the host, user and database themselves",
    "passfile": "name it in the environment as PGPASSFILE",
}


class Url(NamedTuple):
    """A URL's dialect, its place (names as in `Options`) and its query options as written."""

    dialect: Dialect
    place: dict[str, str]
    options: list[tuple[str, str]]


def parse(url: str, origin: str) -> Url:
    """Take a URL apart; `origin` says in errors where it came from.

    Raises ConfigurationError.
    """
    if not isinstance(url, str):
        raise ConfigurationError(f"{origin} must be text, not {type(url).__name__}; {EXAMPLES}")
    url = url.strip()
    if not url:
        raise ConfigurationError(f"{origin} is empty; {EXAMPLES}")
    whole = re.fullmatch(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", url, re.DOTALL)
    if whole is None:
        raise ConfigurationError(f"{origin} is not a URL: {_explain_no_scheme(url)}")
    engine, _, driver = whole[1].lower().partition("+")
    if engine in ("mysql", "mariadb"):
        raise ConfigurationError(f"{origin} names MySQL, which is not supported yet; SQLite and PostgreSQL are")
    if engine not in _DRIVERS:
        raise ConfigurationError(f"{origin} has a scheme other than sqlite, postgresql and postgres; {EXAMPLES}")
    if driver not in ("", _DRIVERS[engine]):
        raise ConfigurationError(f"{origin} names a driver of its own; {engine}:// alone means {_DRIVERS[engine]} here")
    label = f"{origin} ({engine}://***)"
    split = re.fullmatch(r"([^/?#]*)([^?#]*)(?:\?([^#]*))?", whole[2], re.DOTALL)
    if split is None:
        raise ConfigurationError(f"{label}: '#' must be written as %23; {_ESCAPES}")
    if re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", url):
        raise ConfigurationError(f"{label}: it holds a control character, which must be percent-encoded")
    authority, path, query = split[1], split[2], split[3] or ""
    if engine == "sqlite":
        place = {"path": _sqlite_path(authority, path, label)}
        return Url(Dialect.SQLITE, place, list(_options(query, label)))
    if "@" in path + query:
        raise ConfigurationError(f"{label}: '@' after the first '/' or '?' must be written as %40; {_ESCAPES}")
    place = {name: text for name, text in _server(authority, path, label) if text}
    return Url(Dialect.POSTGRES, place, list(_options(query, label)))


def read_server_setting(name: str, value: str, label: str) -> dict[str, str] | None:
    """Read a URL option that PostgreSQL itself knows; None when it is not one.

    Raises ConfigurationError for libpq's options that have no meaning here.
    """
    name = name.lower()
    if name in _REFUSED:
        raise ConfigurationError(f"{label} is not supported: {_REFUSED[name]}")
    if name == "options":
        return _split_options(value, label)
    return {name: value} if _SERVER_SETTINGS.fullmatch(name) else None


def _split_options(text: str, label: str) -> dict[str, str]:
    """Read `-c name=value --other-name=value`; as in libpq a backslash keeps the space after it."""
    words = iter([re.sub(r"\\(.)", r"\1", word) for word in re.findall(r"(?:\\.|[^\s\\])+", text)])
    found: dict[str, str] = {}
    for word in words:
        flag = f"-c{next(words, '')}" if word == "-c" else word
        pair = re.fullmatch(r"(?:-c|--)([A-Za-z_][\w.-]*)=(.*)", flag, re.DOTALL)
        if pair is None:
            raise ConfigurationError(f"{label}: expected -c name=value, as often as needed, percent-encoded")
        found[pair[1].lower().replace("-", "_")] = pair[2]
    return found


def _explain_no_scheme(url: str) -> str:
    if re.match(r"[A-Za-z]:[\\/]", url):
        return "a Windows file is written sqlite:///C:/folder/lab.db"
    if _PLAIN_FILE.fullmatch(url):
        return f"a file is written sqlite:///{url}"
    scheme = re.match(r"(sqlite|postgresql|postgres)\b", url)
    return f"'//' is missing after {scheme[1]}:; {EXAMPLES}" if scheme else EXAMPLES


def _sqlite_path(authority: str, path: str, label: str) -> str:
    if authority:
        meant = authority + path if _PLAIN_FILE.fullmatch(authority + path) else "lab.db"
        raise ConfigurationError(
            f"{label}: a relative file has three slashes (sqlite:///{meant}), an absolute one four (sqlite:////{meant})"
        )
    if path == "/":
        raise ConfigurationError(f"{label} names no file; sqlite:// alone is a database in memory")
    return _decode(path[1:], label) or ":memory:"


def _server(authority: str, path: str, label: str) -> Iterator[tuple[str, str]]:
    login, _, address = authority.rpartition("@")
    if "," in address:
        raise ConfigurationError(f"{label}: several hosts are not supported yet; name one")
    found = re.fullmatch(r"(\[[0-9A-Fa-f:.]+(?:%[\w.-]+)?\]|[^:\[\]]*)(:[0-9]{1,5})?", address)
    if found is None or (found[2] and not 1 <= int(found[2][1:]) <= 65535):
        raise ConfigurationError(
            f"{label}: after user:password@ comes host:port, with a port from 1 to 65535 and IPv6 as [::1]; {_ESCAPES}"
        )
    user, _, password = login.partition(":")
    yield "user", _decode(user, label)
    yield "password", _decode(password, label)
    yield "host", _decode(found[1], label)
    yield "port", (found[2] or "")[1:]
    yield "database", _decode(path[1:], label)


def _options(query: str, label: str) -> Iterator[tuple[str, str]]:
    for item in filter(None, query.split("&")):
        name, equals, value = item.partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z_][\w.]{0,62}", name, re.ASCII):
            raise ConfigurationError(f"{label}: after '?' come options as name=value, with '&' between; {_ESCAPES}")
        yield name, _decode(value, label)


def _decode(text: str, label: str) -> str:
    decoded = unquote_to_bytes(text).decode("utf-8", "surrogateescape")
    if re.search(r"[\0\ud800-\udfff]", decoded):
        raise ConfigurationError(f"{label}: percent-encoding gives a NUL or what is not UTF-8")
    return decoded
