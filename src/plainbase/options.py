"""A URL, the environment and keywords -> one frozen `Options`; nothing that may be a password is ever shown."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from plainbase.dialect import Dialect
from plainbase.errors import ConfigurationError
from plainbase.url import parse as parse_url
from plainbase.url import read_server_setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Where the database is and how to behave towards it; durations are in seconds.

    A PostgreSQL place that is None is the driver's default (the `PG*` environment, then a local server).
    `pool_recycle` and `idle_timeout` 0 mean never, `pool_timeout` 0 means do not wait.
    """

    dialect: Dialect
    path: str | None = None
    host: str | None = None
    port: int = 5432
    database: str | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ssl_mode: str = "prefer"
    ssl_root_cert: str | None = None
    ssl_cert: str | None = None
    ssl_key: str | None = None
    pool_size: int = 10
    max_overflow: int = 20
    pool_timeout: float = 30.0
    pool_recycle: float = 3600.0
    idle_timeout: float = 600.0
    connect_timeout: float = 10.0
    statement_timeout: float | None = None
    slow_query_seconds: float | None = None
    use_pool: bool = True
    debug: bool = False
    synchronous: str = "NORMAL"
    application_name: str = "plainbase"
    statement_cache_size: int | None = None
    server_settings: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)

    @property
    def safe_url(self) -> str:
        """The URL of the database without its password, for logs and errors."""
        if self.dialect is Dialect.SQLITE:
            return "sqlite://" if self.path == ":memory:" else f"sqlite:///{quote(self.path or '', safe='/:')}"
        user = f"{quote(self.user, safe='')}@" if self.user else ""
        host = self.host or ""
        folder = f"?host={quote(host)}" if host.startswith("/") else ""
        name = "" if folder else f"[{host}]".replace("%", "%25") if ":" in host else host
        return f"postgresql://{user}{name}:{self.port}/{quote(self.database or '', safe='')}{folder}"


def resolve(url: str | None = None, *, environ: Mapping[str, str] = os.environ, **overrides: object) -> Options:
    """Find the settings: keywords before the URL's options, those before the environment, then the defaults.

    Without a URL the database is `DATABASE_URL`, else the parts (`DATABASE_HOST` before `DB_HOST`, …), else
    `sqlite:///plainbase.db`. A URL says all about the place: path, host, port, name, user and password of the
    environment are never mixed into it, while its TLS, pool and behaviour settings still apply. `TYPE` chooses the
    engine, and the parts of the other engine are then not read; without it a path means SQLite, a host, name or
    user PostgreSQL. An empty variable and a keyword that is None count as not given.
    Raises ConfigurationError.
    """
    unknown = sorted(overrides.keys() - _BY_NAME.keys() - {"dialect", "server_settings"})
    if unknown:
        known = ", ".join(sorted({*_BY_NAME, "dialect", "server_settings"}))
        raise ConfigurationError(f"unknown option {', '.join(unknown)}; known are {known}")
    chosen = {name: value for name, value in overrides.items() if value is not None}
    place: dict[str, _Given] = {}
    server: dict[str, str] = {}
    origin = "the URL" if url is not None else "DATABASE_URL"
    if url is None:
        url = environ.get(origin, "").strip() or None
    if url is None:
        origin = "the environment or the default"
        dialect = _dialect_of_parts(environ, chosen)
    else:
        dialect, place, server = _read_url(url, origin)
    if "dialect" in chosen and _dialect_named(chosen["dialect"], "option dialect") is not dialect:
        raise ConfigurationError(f"option dialect disagrees with {origin}, which names {_TITLE[dialect]}")
    given: dict[str, _Given] = {}
    for setting in _SETTINGS:
        if setting.name in chosen:
            if setting.place and setting.engine is not dialect:
                raise ConfigurationError(f"option {setting.name} does not fit: {origin} names {_TITLE[dialect]}")
            given[setting.name] = _Given(chosen[setting.name], f"option {setting.name}")
        elif setting.name in place:
            given[setting.name] = place[setting.name]
        elif setting.engine in (None, dialect) and not (setting.place and url is not None):
            found = _read_environ(setting, environ)
            if found:
                given[setting.name] = found
    if "server_settings" in chosen:
        server |= _check_server_settings(chosen["server_settings"])
    values = {name: _check(_BY_NAME[name], entry) for name, entry in given.items()}
    if dialect is Dialect.SQLITE:
        values.setdefault("path", "plainbase.db")
    elif values.get("ssl_key") and not values.get("ssl_cert"):
        raise ConfigurationError(f"{given['ssl_key'].label}: a key needs its certificate (ssl_cert) as well")
    for name in ("statement_timeout", "slow_query_seconds"):
        values[name] = values.get(name) or None
    return Options(dialect=dialect, server_settings=server, **values)


class _Given(NamedTuple):
    value: object
    label: str
    show: bool = True


class _Setting(NamedTuple):
    name: str
    expected: str
    parse: Callable[[object], object]
    """The value as its type, or None when it is not one."""
    variables: tuple[str, ...] = ()
    url_names: tuple[str, ...] = ()
    engine: Dialect | None = None
    place: bool = False
    show: bool = True


def _whole(low: int, high: float = math.inf) -> Callable[[object], int | None]:
    def parse(value: object) -> int | None:
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value.strip()):
            value = int(value)
        return value if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high else None

    return parse


def _seconds(value: object) -> float | None:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}(\.[0-9]{0,9})?|\.[0-9]{1,9}", value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= 1e9 else None


def _positive_seconds(value: object) -> float | None:
    return _seconds(value) or None


def _flag(value: object) -> bool | None:
    words = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
    return words.get(str(value).strip().lower()) if isinstance(value, str | int) else None


def _choice(*names: str) -> Callable[[object], str | None]:
    def parse(value: object) -> str | None:
        return next((name for name in names if isinstance(value, str) and value.strip().lower() == name.lower()), None)

    return parse


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and re.fullmatch(r"[^\0\ud800-\udfff]+", value) else None


def _file(value: object) -> str | None:
    return _text(os.fspath(value) if isinstance(value, os.PathLike) else value)


def _host(value: object) -> str | None:
    host = _text(value)
    if host is None or host.startswith("/"):
        return None if host and "," in host else host
    host = host[1:-1] if re.fullmatch(r"\[.*\]", host) else host
    return host if re.fullmatch(r"[^\s:/@,?#\[\]]+|[0-9A-Fa-f:.]+(%[\w.-]+)?", host) and host.count(":") != 1 else None


_TITLE = {Dialect.SQLITE: "SQLite", Dialect.POSTGRES: "PostgreSQL"}
_PG = Dialect.POSTGRES
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_ONE_HOST = "one host name, address or socket folder, without a port (several hosts are not supported yet)"
_SECONDS = "a number of seconds, 0 or more"
_FLAG = "true or false (also 1/0, yes/no, on/off)"


def _place(name: str, expected: str, parse: Callable[[object], object], variable: str, *url_names: str) -> _Setting:
    engine = Dialect.SQLITE if name == "path" else _PG
    return _Setting(name, expected, parse, (variable,), url_names, engine, place=True, show=False)


def _tls(name: str, url_name: str) -> _Setting:
    return _Setting(name, "a file's path", _file, (name.upper(),), (url_name, name), _PG, show=False)


def _behaviour(name: str, expected: str, parse: Callable[[object], object], alias: str = "") -> _Setting:
    names = (name, alias) if alias else (name,)
    return _Setting(name, expected, parse, tuple(each.upper() for each in names), names)


_SETTINGS = (
    _place("path", "a file's path or :memory:", _file, "PATH"),
    _place("host", _ONE_HOST, _host, "HOST", "host"),
    _place("port", "a whole number from 1 to 65535", _whole(1, 65535), "PORT", "port"),
    _place("database", "a database's name", _text, "NAME", "dbname"),
    _place("user", "a user's name", _text, "USER", "user"),
    _place("password", "Unicode text without NUL", _text, "PASSWORD", "password"),
    _Setting("ssl_mode", ", ".join(_SSL_MODES), _choice(*_SSL_MODES), ("SSL_MODE",), ("sslmode", "ssl_mode"), _PG),
    _tls("ssl_root_cert", "sslrootcert"),
    _tls("ssl_cert", "sslcert"),
    _tls("ssl_key", "sslkey"),
    _behaviour("pool_size", "a whole number, 1 or more", _whole(1)),
    _behaviour("max_overflow", "a whole number, 0 or more", _whole(0)),
    _behaviour("pool_timeout", _SECONDS, _seconds),
    _behaviour("pool_recycle", f"{_SECONDS} (0: never)", _seconds, "max_lifetime"),
    _behaviour("idle_timeout", f"{_SECONDS} (0: never)", _seconds),
    _behaviour("connect_timeout", "a number of seconds above 0", _positive_seconds),
    _behaviour("statement_timeout", f"{_SECONDS} (0: none)", _seconds),
    _behaviour("slow_query_seconds", f"{_SECONDS} (0: none)", _seconds, "slow_query"),
    _behaviour("use_pool", _FLAG, _flag),
    _behaviour("debug", _FLAG, _flag, "echo"),
    _behaviour("synchronous", "NORMAL or FULL", _choice("NORMAL", "FULL"))._replace(engine=Dialect.SQLITE),
    _Setting("application_name", "Unicode text without NUL", _text, (), ("application_name",), _PG, show=False),
    _Setting("statement_cache_size", "a whole number, 0 or more", _whole(0), (), ("statement_cache_size",), _PG),
)
_BY_NAME = {setting.name: setting for setting in _SETTINGS}


def _check(setting: _Setting, given: _Given) -> Any:
    value = setting.parse(given.value)
    if value is not None:
        return value
    shown = "its value"
    if setting.show and given.show and re.fullmatch(r"[\w.+-]{1,20}", str(given.value)):
        shown = f"'{given.value}'"
    raise ConfigurationError(f"{given.label}: {shown} will not do; expected {setting.expected}")


def _read_environ(setting: _Setting, environ: Mapping[str, str]) -> _Given | None:
    for prefix in ("DATABASE_", "DB_"):
        for name in setting.variables:
            value = environ.get(prefix + name, "")
            if value if setting.name == "password" else value.strip():
                return _Given(value, prefix + name)
        if setting.name == "password" and environ.get(f"{prefix}PASSWORD_FILE"):
            return _Given(_read_secret(environ[f"{prefix}PASSWORD_FILE"], f"{prefix}PASSWORD_FILE"), setting.name)
    return None


def _read_secret(file: str, variable: str) -> str:
    try:
        text, reason = Path(file).read_text("utf-8").rstrip("\r\n"), "is empty"
    except OSError as error:
        text, reason = "", f"cannot be read: {error.strerror}"
    except ValueError:
        text, reason = "", "cannot be read as UTF-8 text"
    # Raised here, not above: within `except` the cause would stay reachable, and it holds the file's bytes.
    if not text or "\0" in text:
        raise ConfigurationError(f"{variable}: the file {file!r} {'holds a NUL' if text else reason}")
    return text


def _dialect_named(value: object, label: str) -> Dialect:
    name = str(value).strip().lower()
    if name in ("sqlite", "postgresql", "postgres"):
        return Dialect.SQLITE if name == "sqlite" else Dialect.POSTGRES
    if re.match(r"mysql|mariadb", name):
        raise ConfigurationError(f"{label}: MySQL is not supported yet; SQLite and PostgreSQL are")
    raise ConfigurationError(f"{label}: no such type of database; expected sqlite or postgresql")


def _dialect_of_parts(environ: Mapping[str, str], chosen: Mapping[str, object]) -> Dialect:
    if "dialect" in chosen:
        return _dialect_named(chosen["dialect"], "option dialect")
    if "path" in chosen:
        return Dialect.SQLITE
    if not chosen.keys().isdisjoint(("host", "database", "user")):
        return Dialect.POSTGRES
    kind = _read_environ(_Setting("type", "", _text, ("TYPE",)), environ)
    if kind:
        return _dialect_named(kind.value, kind.label)
    names = {setting.name for setting in _SETTINGS if setting.place and setting.name not in ("port", "password")}
    found = [entry.label for name in sorted(names) if (entry := _read_environ(_BY_NAME[name], environ))]
    files = [label for label in found if label.endswith("_PATH")]
    if files and len(found) > 1:
        raise ConfigurationError(f"{', '.join(found)}: set DATABASE_TYPE to sqlite or postgresql to say which is meant")
    return Dialect.SQLITE if files or not found else Dialect.POSTGRES


def _read_url(url: str, origin: str) -> tuple[Dialect, dict[str, _Given], dict[str, str]]:
    parts = parse_url(url, origin)
    given = {name: _Given(value, f"{origin}: the {name}", show=False) for name, value in parts.place.items()}
    fitting = [setting for setting in _SETTINGS if setting.engine in (None, parts.dialect)]
    by_name = {name: setting for setting in fitting for name in setting.url_names}
    server: dict[str, str] = {}
    seen: set[str] = set()
    for name, value in parts.options:
        label = f"{origin}: option {name}"
        key = by_name[name].name if name in by_name else name.lower()
        if key in seen:
            raise ConfigurationError(f"{label} is given twice")
        seen.add(key)
        if name not in by_name:
            found = read_server_setting(name, value, label) if parts.dialect is _PG else None
            if found is None:
                more = (
                    ", options, and the server's own settings as options=-c%20name=value"
                    if parts.dialect is _PG
                    else ""
                )
                raise ConfigurationError(f"{label} is unknown; known are {', '.join(sorted(by_name))}{more}")
            server |= found
        elif value:
            given[key] = _Given(value, label, show=False)
    return parts.dialect, given, server


def _check_server_settings(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(_text(name) and isinstance(each, str) for name, each in value.items()):
        raise ConfigurationError("option server_settings: expected a mapping of names to text")
    return dict(value)
