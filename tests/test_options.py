"""Each setting by each of its names, who wins over whom, every bad input, and that no password is ever shown."""

import dataclasses
import os
import re
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import plainbase.options
from plainbase.dialect import Dialect
from plainbase.errors import ConfigurationError
from plainbase.options import Options, resolve

SQLITE, POSTGRES = "sqlite:///lab.db", "postgresql://ada@db.example/lab"
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


def settle(url: str | None = None, environ: Mapping[str, str] | None = None, **overrides: Any) -> Options:
    """Resolve without the environment the tests themselves run in."""
    return resolve(url, environ=environ or {}, **overrides)


def refuse(url: str | None = None, environ: Mapping[str, str] | None = None, **overrides: Any) -> str:
    """Give the text of the refusal."""
    with pytest.raises(ConfigurationError) as caught:
        settle(url, environ, **overrides)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return str(caught.value)


def refusal(url: str | None, environ: Mapping[str, str] | None = None, **overrides: Any) -> ConfigurationError | None:
    """Give the refusal, None when there is none."""
    try:
        settle(url, environ, **overrides)
    except ConfigurationError as error:
        return error
    return None


def place(options: Options) -> tuple[object, ...]:
    """Give what says where the database is."""
    return (options.dialect, options.path, options.host, options.port, options.database, options.user, options.password)


# Field, a value as text, the same as its type, a URL it fits, the variables' endings and the URL's option names.
SETTINGS = [
    ("ssl_mode", "verify-full", "verify-full", POSTGRES, ["SSL_MODE"], ["sslmode", "ssl_mode"]),
    ("ssl_root_cert", "/tls/ca", "/tls/ca", POSTGRES, ["SSL_ROOT_CERT"], ["sslrootcert", "ssl_root_cert"]),
    ("ssl_cert", "/tls/cert", "/tls/cert", POSTGRES, ["SSL_CERT"], ["sslcert", "ssl_cert"]),
    ("pool_size", "7", 7, SQLITE, ["POOL_SIZE"], ["pool_size"]),
    ("max_overflow", "0", 0, SQLITE, ["MAX_OVERFLOW"], ["max_overflow"]),
    ("pool_timeout", "2.5", 2.5, SQLITE, ["POOL_TIMEOUT"], ["pool_timeout"]),
    ("pool_recycle", "60", 60.0, SQLITE, ["POOL_RECYCLE", "MAX_LIFETIME"], ["pool_recycle", "max_lifetime"]),
    ("idle_timeout", "0", 0.0, SQLITE, ["IDLE_TIMEOUT"], ["idle_timeout"]),
    ("connect_timeout", ".5", 0.5, SQLITE, ["CONNECT_TIMEOUT"], ["connect_timeout"]),
    ("statement_timeout", "1.5", 1.5, SQLITE, ["STATEMENT_TIMEOUT"], ["statement_timeout"]),
    (
        "slow_query_seconds",
        "0.25",
        0.25,
        SQLITE,
        ["SLOW_QUERY_SECONDS", "SLOW_QUERY"],
        ["slow_query_seconds", "slow_query"],
    ),
    ("use_pool", "false", False, SQLITE, ["USE_POOL"], ["use_pool"]),
    ("debug", "true", True, SQLITE, ["DEBUG", "ECHO"], ["debug", "echo"]),
    ("synchronous", "full", "FULL", SQLITE, ["SYNCHRONOUS"], ["synchronous"]),
    ("application_name", "night run", "night run", POSTGRES, [], ["application_name"]),
    ("statement_cache_size", "0", 0, POSTGRES, [], ["statement_cache_size"]),
]
PARTS = [
    ("path", "data/lab.db", "data/lab.db", "PATH", {}),
    ("host", "db.example", "db.example", "HOST", {}),
    ("database", "lab", "lab", "NAME", {}),
    ("user", "ada", "ada", "USER", {}),
    ("port", "6543", 6543, "PORT", {"DB_HOST": "h"}),
    ("password", " s3cret\t", " s3cret\t", "PASSWORD", {"DB_HOST": "h"}),
]
DEFAULTS: dict[str, Any] = {
    "path": "plainbase.db",
    "host": None,
    "port": 5432,
    "database": None,
    "user": None,
    "password": None,
    "ssl_mode": "prefer",
    "ssl_root_cert": None,
    "ssl_cert": None,
    "ssl_key": None,
    "pool_size": 10,
    "max_overflow": 20,
    "pool_timeout": 30.0,
    "pool_recycle": 3600.0,
    "idle_timeout": 600.0,
    "connect_timeout": 10.0,
    "statement_timeout": None,
    "slow_query_seconds": None,
    "use_pool": True,
    "debug": False,
    "synchronous": "NORMAL",
    "application_name": "plainbase",
    "statement_cache_size": None,
    "server_settings": {},
}


def test_defaults() -> None:
    assert dataclasses.asdict(settle()) == {"dialect": Dialect.SQLITE, **DEFAULTS}


def test_options_are_frozen_and_hashable() -> None:
    options = settle(POSTGRES + "?search_path=app")
    assert hash(options) == hash(settle(POSTGRES + "?search_path=app"))
    with pytest.raises(dataclasses.FrozenInstanceError):
        options.pool_size = 1  # type: ignore[misc]


def test_no_driver_is_imported() -> None:
    source = Path(plainbase.options.__file__).read_text("utf-8")
    assert not re.search(r"import (aiosqlite|asyncpg)|from (aiosqlite|asyncpg)", source)


def test_the_environment_is_read_when_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("DATABASE_", "DB_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DATABASE_PATH", "mine.db")
    assert resolve().path == "mine.db"


# ── Each setting ──


@pytest.mark.parametrize(("name", "text", "value", "url", "endings", "options"), SETTINGS)
def test_setting_from_the_url(
    name: str, text: str, value: object, url: str, endings: list[str], options: list[str]
) -> None:
    for option in options:
        assert getattr(settle(f"{url}?{option}={quote(text)}"), name) == value


@pytest.mark.parametrize(("name", "text", "value", "url", "endings", "options"), SETTINGS)
def test_setting_from_the_environment(
    name: str, text: str, value: object, url: str, endings: list[str], options: list[str]
) -> None:
    for variable in [prefix + ending for prefix in ("DATABASE_", "DB_") for ending in endings]:
        assert getattr(settle(url, {variable: text}), name) == value
        assert getattr(settle(None, {"DATABASE_URL": url, variable: text}), name) == value


@pytest.mark.parametrize(("name", "text", "value", "url", "endings", "options"), SETTINGS)
def test_setting_from_a_keyword(
    name: str, text: str, value: object, url: str, endings: list[str], options: list[str]
) -> None:
    for given_value in (value, text):
        keyword: dict[str, Any] = {name: given_value}
        assert getattr(settle(url, **keyword), name) == value


@pytest.mark.parametrize(("name", "text", "value", "url", "endings", "options"), SETTINGS)
def test_setting_precedence(
    name: str, text: str, value: object, url: str, endings: list[str], options: list[str]
) -> None:
    layers = {f"{prefix}_{ending}": "wrong wrong" for prefix in ("DATABASE", "DB") for ending in endings}
    for variable in list(layers):
        layers[variable] = text
        assert getattr(settle(url, layers), name) == value
        layers[variable] = ""
    layers = dict.fromkeys(layers, "wrong wrong")
    assert getattr(settle(f"{url}?{options[0]}={quote(text)}", layers), name) == value
    assert getattr(settle(f"{url}?{options[0]}=%20", layers, **{name: value}), name) == value


@pytest.mark.parametrize(("name", "text", "value", "ending", "others"), PARTS)
def test_part(name: str, text: str, value: object, ending: str, others: dict[str, str]) -> None:
    assert getattr(settle(None, {f"DATABASE_{ending}": text, **others}), name) == value
    assert getattr(settle(None, {f"DB_{ending}": text, **others}), name) == value
    assert getattr(settle(None, {f"DATABASE_{ending}": text, f"DB_{ending}": "12", **others}), name) == value
    assert getattr(settle(None, {f"DATABASE_{ending}": "", f"DB_{ending}": text, **others}), name) == value
    assert getattr(settle(None, {f"DATABASE_{ending}": "12", **others}, **{name: value}), name) == value


def test_ssl_key_goes_with_its_certificate() -> None:
    for url, environ in [
        (POSTGRES + "?sslkey=k&sslcert=c", {}),
        (POSTGRES + "?ssl_key=k", {"DB_SSL_CERT": "c"}),
        (POSTGRES, {"DATABASE_SSL_KEY": "k", "DATABASE_SSL_CERT": "c"}),
    ]:
        assert (settle(url, environ).ssl_key, settle(url, environ).ssl_cert) == ("k", "c")
    assert "DB_SSL_KEY: a key needs its certificate" in refuse(POSTGRES, {"DB_SSL_KEY": "k"})


@pytest.mark.parametrize(("word", "value"), [("TRUE", True), ("1", True), ("yes", True), ("On", True), (True, True)])
def test_true(word: object, value: bool) -> None:
    assert settle(debug=word).debug is value


@pytest.mark.parametrize("word", ["False", "0", "no", "OFF", False, 0])
def test_false(word: object) -> None:
    assert settle(use_pool=word).use_pool is False


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"])
def test_ssl_modes(mode: str) -> None:
    assert settle(POSTGRES, {"DATABASE_SSL_MODE": mode.upper()}).ssl_mode == mode


def test_statement_timeout_zero_is_none() -> None:
    assert settle(SQLITE, {"DB_STATEMENT_TIMEOUT": "0"}).statement_timeout is None
    assert settle(SQLITE, {"DB_STATEMENT_TIMEOUT": "9"}, statement_timeout=0).statement_timeout is None


def test_slow_query_zero_is_none() -> None:
    assert settle(SQLITE, {"DB_SLOW_QUERY": "0"}).slow_query_seconds is None
    assert settle(SQLITE, {"DB_SLOW_QUERY": "9"}, slow_query_seconds=0).slow_query_seconds is None


# ── Which database ──


@pytest.mark.parametrize(
    ("environ", "dialect", "path", "host"),
    [
        ({"DATABASE_TYPE": "sqlite"}, Dialect.SQLITE, "plainbase.db", None),
        ({"DB_TYPE": "postgresql"}, Dialect.POSTGRES, None, None),
        ({"DB_TYPE": " Postgres "}, Dialect.POSTGRES, None, None),
        ({"DATABASE_TYPE": "sqlite", "DB_TYPE": "postgresql"}, Dialect.SQLITE, "plainbase.db", None),
        ({"DB_TYPE": "sqlite", "DATABASE_PATH": "a.db", "DB_HOST": "h", "DB_PORT": "x"}, Dialect.SQLITE, "a.db", None),
        ({"DB_TYPE": "postgresql", "DATABASE_PATH": "a.db", "DB_HOST": "h"}, Dialect.POSTGRES, None, "h"),
        ({"DATABASE_PATH": ":memory:"}, Dialect.SQLITE, ":memory:", None),
        ({"DATABASE_NAME": "lab"}, Dialect.POSTGRES, None, None),
        ({"DATABASE_USER": "ada"}, Dialect.POSTGRES, None, None),
        ({"DATABASE_HOST": "/run/pg"}, Dialect.POSTGRES, None, "/run/pg"),
        ({"DATABASE_PASSWORD": "x", "DATABASE_PORT": "1"}, Dialect.SQLITE, "plainbase.db", None),
        ({"DATABASE_URL": " ", "DATABASE_PATH": "a.db"}, Dialect.SQLITE, "a.db", None),
        ({"DATABASE_URL": SQLITE, "DATABASE_TYPE": "mysql", "DB_PATH": "a.db"}, Dialect.SQLITE, "lab.db", None),
        ({"DATABASE_URL": POSTGRES + "\n", "DB_HOST": "h"}, Dialect.POSTGRES, None, "db.example"),
    ],
)
def test_type_and_inference(environ: dict[str, str], dialect: Dialect, path: str | None, host: str | None) -> None:
    options = settle(None, environ)
    assert (options.dialect, options.path, options.host) == (dialect, path, host)


def test_the_place_is_never_mixed_into_a_url() -> None:
    environ = {f"DATABASE_{ending}": "5" for _, _, _, ending, _ in PARTS}
    assert place(settle("postgresql://h", environ)) == (Dialect.POSTGRES, None, "h", 5432, None, None, None)
    environ["DATABASE_URL"] = "postgresql://h"
    assert place(settle(None, environ)) == (Dialect.POSTGRES, None, "h", 5432, None, None, None)
    assert settle(SQLITE, environ).path == "lab.db"


def test_keywords_replace_parts_of_a_url() -> None:
    options = settle(POSTGRES, host="::1", port=1, database="d", user="u", password="p")
    assert place(options) == (Dialect.POSTGRES, None, "::1", 1, "d", "u", "p")
    assert settle(SQLITE, path=Path("other.db")).path == "other.db"
    assert settle(None, {"DB_HOST": "h", "DB_USER": "u"}, host="other").user == "u"


@pytest.mark.parametrize(
    ("keywords", "dialect"),
    [
        ({"path": "x.db"}, Dialect.SQLITE),
        ({"host": "h"}, Dialect.POSTGRES),
        ({"dialect": "postgresql"}, Dialect.POSTGRES),
        ({"dialect": Dialect.SQLITE, "path": None}, Dialect.SQLITE),
    ],
)
def test_keywords_alone_say_which_engine(keywords: dict[str, Any], dialect: Dialect) -> None:
    assert settle(None, {"DB_TYPE": "mysql"}, **keywords).dialect is dialect


def test_settings_of_the_other_engine_are_not_read_but_may_be_keywords() -> None:
    assert settle(SQLITE, {"DB_SSL_MODE": "never"}, ssl_mode="require").dialect is Dialect.SQLITE
    assert settle(POSTGRES, {"DB_SYNCHRONOUS": "?"}, synchronous="FULL").synchronous == "FULL"


def test_none_is_not_given() -> None:
    assert settle(SQLITE, {"DB_POOL_SIZE": "3"}, pool_size=None, host=None, dialect=None).pool_size == 3


# ── URLs ──


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///lab.db", "lab.db"),
        ("sqlite:///data/lab%20one.db", "data/lab one.db"),
        ("sqlite:////var/lab.db", "/var/lab.db"),
        ("sqlite://", ":memory:"),
        ("sqlite:///:memory:", ":memory:"),
        ("sqlite:///C:/data/lab.db", "C:/data/lab.db"),
        (r"sqlite:///C:\data\lab.db", r"C:\data\lab.db"),
        ("sqlite+aiosqlite:///lab.db", "lab.db"),
        ("SQLite:///a@b:c.db", "a@b:c.db"),
    ],
)
def test_sqlite_url(url: str, path: str) -> None:
    assert place(settle(url)) == (Dialect.SQLITE, path, None, 5432, None, None, None)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://ada:pw@h:6543/lab", ("h", 6543, "lab", "ada", "pw")),
        ("postgres://h", ("h", 5432, None, None, None)),
        ("postgresql+asyncpg://h/", ("h", 5432, None, None, None)),
        ("postgresql:///lab", (None, 5432, "lab", None, None)),
        ("postgresql://", (None, 5432, None, None, None)),
        ("postgresql://ada@[::1]:6543/lab", ("::1", 6543, "lab", "ada", None)),
        ("postgresql://[fe80::1%25eth0]/lab", ("fe80::1%eth0", 5432, "lab", None, None)),
        ("postgresql://postgres:@/postgres?host=/tmp/x", ("/tmp/x", 5432, "postgres", "postgres", None)),
        ("postgresql://%2Ftmp%2Fx/lab", ("/tmp/x", 5432, "lab", None, None)),
        ("postgresql://u:p@h/d?host=i&port=1&user=v&password=a+b%26&dbname=e", ("i", 1, "e", "v", "a+b&")),
        ("postgresql://u:p@ss:w@h/d", ("h", 5432, "d", "u", "p@ss:w")),
        ("postgresql://u:100%@h/d", ("h", 5432, "d", "u", "100%")),
    ],
)
def test_postgres_url(url: str, expected: tuple[object, ...]) -> None:
    options = settle(url)
    assert options.dialect is Dialect.POSTGRES
    assert place(options)[2:] == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("search_path=app,public", {"search_path": "app,public"}),
        ("TimeZone=UTC&lock_timeout=5s", {"timezone": "UTC", "lock_timeout": "5s"}),
        ("app.tenant=7", {"app.tenant": "7"}),
        ("options=-c%20search_path%3Dapp%20-cwork_mem%3D8MB", {"search_path": "app", "work_mem": "8MB"}),
        (r"options=--geqo-threshold=9%20-c%20role=a\%20b", {"geqo_threshold": "9", "role": "a b"}),
        ("options=", {}),
    ],
)
def test_server_settings(query: str, expected: dict[str, str]) -> None:
    assert settle(f"{POSTGRES}?{query}").server_settings == expected


def test_server_settings_as_a_keyword() -> None:
    options = settle(POSTGRES + "?role=a&jit=off", server_settings={"role": "b"})
    assert options.server_settings == {"role": "b", "jit": "off"}
    assert "server_settings" in refuse(POSTGRES, server_settings=["role"])
    assert "server_settings" in refuse(POSTGRES, server_settings={"role": 1})


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("sqlite://lab.db", ["sqlite:///lab.db", "three slashes"]),
        ("sqlite://data/lab.db", ["sqlite:///data/lab.db", "four (sqlite:////data/lab.db)"]),
        (r"sqlite://C:\lab.db", ["sqlite:///lab.db"]),
        ("sqlite:///", ["names no file", "sqlite:// alone"]),
        ("sqlite:lab.db", ["'//' is missing", "sqlite:///lab.db"]),
        ("sqlite:///a#b", ["%23"]),
        ("sqlite:///a\tb", ["control character"]),
        ("sqlite:///a%00b", ["NUL"]),
        ("sqlite:///a?sslmode=require", ["option sslmode is unknown", "pool_size", "synchronous"]),
        ("lab.db", ["sqlite:///lab.db"]),
        ("data/lab.sqlite3", ["sqlite:///data/lab.sqlite3"]),
        (r"C:\data\lab.db", ["sqlite:///C:/"]),
        ("", ["is empty"]),
        (" \n", ["is empty"]),
        ("oracle://h/lab", ["scheme other than sqlite, postgresql and postgres"]),
        ("mysql://u:s3cret@h/lab", ["MySQL", "not supported yet", "SQLite and PostgreSQL"]),
        ("mariadb+pymysql://h", ["MySQL"]),
        ("postgresql+psycopg2://u:s3cret@h", ["asyncpg"]),
        ("postgresql:/u:s3cret@h", ["'//' is missing"]),
        ("host=h password=s3cret", ["is not a URL"]),
        ("postgresql://u:s3cret@h:x/lab", ["port from 1 to 65535"]),
        ("postgresql://u:s3cret@h:0/lab", ["port from 1 to 65535"]),
        ("postgresql://u:s3cret@h:65536/lab", ["port from 1 to 65535"]),
        ("postgresql://u:s3cret@h:/lab", ["port from 1 to 65535"]),
        ("postgresql://u:s3cret@[::1/lab", ["[::1]"]),
        ("postgresql://u:s3cret@::1/lab", ["[::1]"]),
        ("postgresql://u:s3cret@a,b:1/lab", ["several hosts are not supported yet"]),
        ("postgresql://u:s3cret@/lab?host=a,b", ["several hosts are not supported yet"]),
        ("postgresql://u:s3cret@a%20b/lab", ["host"]),
        ("postgresql://u:1/s3cret@h/lab", ["%2F"]),
        ("postgresql://u:1?s3cret@h/lab", ["%3F"]),
        ("postgresql://u:1#s3cret@h/lab", ["%23"]),
        ("postgresql://u:s3cret%FF@h/lab", ["UTF-8"]),
        ("postgresql://u:s3cret\ud800@h/lab", ["control character"]),
        (POSTGRES + "?flavour=s3cret", ["option flavour is unknown", "application_name", "sslmode", "options="]),
        (POSTGRES + "?s3cret", ["name=value"]),
        (POSTGRES + "?jit=on&jit=off", ["option jit is given twice"]),
        (POSTGRES + "?sslmode=allow&ssl_mode=allow", ["option ssl_mode is given twice"]),
        (POSTGRES + "?target_session_attrs=any", ["target_session_attrs", "several hosts"]),
        (POSTGRES + "?channel_binding=require", ["channel_binding is not supported"]),
        (POSTGRES + "?client_encoding=utf8", ["always UTF-8"]),
        (POSTGRES + "?options=-W", ["-c name=value"]),
        (POSTGRES + "?options=-c", ["-c name=value"]),
        (POSTGRES + "?pool_size=s3cret", ["option pool_size", "a whole number, 1 or more"]),
        (POSTGRES + "?synchronous=FULL", ["option synchronous is unknown"]),
    ],
)
def test_bad_url(url: str, parts: list[str]) -> None:
    message = refuse(url)
    assert message.startswith("the URL")
    assert [part for part in parts if part not in message] == []
    assert "s3cret" not in message
    if url.strip():
        assert refuse(None, {"DATABASE_URL": url}) == message.replace("the URL", "DATABASE_URL", 1)


def test_url_of_another_type() -> None:
    assert "must be text, not Path" in refuse(Path("lab.db")).replace("PosixPath", "Path")  # type: ignore[arg-type]


# ── Bad values ──

BAD = [
    ("pool_size", ["abc", "0", "-1", "1.5", "1e3", "٣"], "a whole number, 1 or more"),
    ("max_overflow", ["-1", "x"], "a whole number, 0 or more"),
    ("pool_timeout", ["-1", "nan", "inf", "30s", "1e400"], "a number of seconds, 0 or more"),
    ("pool_recycle", ["-1", "never"], "a number of seconds, 0 or more (0: never)"),
    ("idle_timeout", ["-0.5"], "a number of seconds, 0 or more (0: never)"),
    ("connect_timeout", ["0", "-3", "nan"], "a number of seconds above 0"),
    ("statement_timeout", ["-1", "5min"], "a number of seconds, 0 or more (0: none)"),
    ("use_pool", ["maybe", "2"], "true or false"),
    ("debug", ["verbose"], "true or false"),
    ("synchronous", ["OFF"], "NORMAL or FULL"),
]


@pytest.mark.parametrize(("name", "value", "expected"), [(name, v, e) for name, values, e in BAD for v in values])
def test_bad_value(name: str, value: str, expected: str) -> None:
    for prefix in ("DATABASE", "DB"):
        message = refuse(SQLITE, {f"{prefix}_{name.upper()}": value})
        assert (
            message == f"{prefix}_{name.upper()}: '{value}' will not do; expected {message.partition('expected ')[2]}"
        )
        assert expected in message
    keyword: dict[str, Any] = {name: value}
    assert expected in refuse(SQLITE, **keyword)
    assert f"option {name}: its value will not do" in refuse(f"{SQLITE}?{name}={quote(value)}")


@pytest.mark.parametrize("alias", ["POOL_RECYCLE", "MAX_LIFETIME"])
def test_a_bad_value_names_its_own_variable(alias: str) -> None:
    assert refuse(SQLITE, {f"DB_{alias}": "soon"}).startswith(f"DB_{alias}: 'soon' will not do")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pool_size", True),
        ("pool_size", 2.0),
        ("pool_size", 0),
        ("pool_timeout", float("nan")),
        ("pool_timeout", float("inf")),
        ("pool_timeout", -0.1),
        ("pool_timeout", True),
        ("debug", 1.0),
        ("debug", 2),
        ("debug", []),
        ("ssl_mode", 1),
        ("path", ""),
        ("path", "a\0b"),
        ("path", 3),
    ],
)
def test_bad_keyword(name: str, value: object) -> None:
    keyword: dict[str, Any] = {name: value}
    assert refuse(SQLITE, **keyword).startswith(f"option {name}: ")


@pytest.mark.parametrize("host", ["", "h:5433", "a,b", "/run/a,/run/b", "u@h", "http://h", "a b", "[::1", "h/x"])
def test_bad_host(host: str) -> None:
    assert "one host name, address or socket folder, without a port" in refuse(POSTGRES, host=host)
    if host:
        assert "DATABASE_HOST" in refuse(None, {"DATABASE_HOST": host})


@pytest.mark.parametrize("port", ["0", "65536", "x", "-1"])
def test_bad_port(port: str) -> None:
    assert refuse(None, {"DB_HOST": "h", "DB_PORT": port}) == (
        "DB_PORT: its value will not do; expected a whole number from 1 to 65535"
    )


def test_bad_ssl_mode_lists_the_modes() -> None:
    message = refuse(POSTGRES, {"DATABASE_SSL_MODE": "on"})
    assert message == (
        "DATABASE_SSL_MODE: 'on' will not do; expected disable, allow, prefer, require, verify-ca, verify-full"
    )


@pytest.mark.parametrize("kind", ["mysql", "MariaDB"])
def test_type_mysql(kind: str) -> None:
    assert refuse(None, {"DB_TYPE": kind}) == "DB_TYPE: MySQL is not supported yet; SQLite and PostgreSQL are"


def test_bad_type() -> None:
    assert "expected sqlite or postgresql" in refuse(None, {"DATABASE_TYPE": "oracle"})
    assert "option dialect" in refuse(dialect="oracle")


def test_contradictions() -> None:
    assert "DB_HOST, DATABASE_PATH: set DATABASE_TYPE" in refuse(None, {"DB_HOST": "h", "DATABASE_PATH": "p"})
    assert "option path does not fit: the URL names PostgreSQL" in refuse(POSTGRES, path="p")
    assert "option host does not fit: DATABASE_URL names SQLite" in refuse(None, {"DATABASE_URL": SQLITE}, host="h")
    assert "option dialect disagrees with the URL" in refuse(SQLITE, dialect="postgres")
    assert "option host does not fit" in refuse(path="p", host="h")


def test_unknown_keyword() -> None:
    message = refuse(SQLITE, pool_sise=3, colour="s3cret")
    assert message.startswith("unknown option colour, pool_sise; known are application_name, connect_timeout, ")
    assert "s3cret" not in message
    assert [field.name for field in dataclasses.fields(Options) if field.name not in message] == []


# ── Secrets ──


def test_password_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(" s3crét \r\n".encode())
    for prefix in ("DATABASE", "DB"):
        assert settle(None, {"DB_HOST": "h", f"{prefix}_PASSWORD_FILE": str(secret)}).password == " s3crét "
    both = {"DB_HOST": "h", "DATABASE_PASSWORD_FILE": str(secret), "DB_PASSWORD": "other"}
    assert settle(None, both).password == " s3crét "
    assert settle(None, {**both, "DATABASE_PASSWORD": "first"}).password == "first"
    assert settle(None, both, password="keyword").password == "keyword"
    assert settle(POSTGRES, both).password is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "is empty"), (b"\n", "is empty"), (b"s3cret\xff", "UTF-8"), (b"s3cret\0", "NUL")],
)
def test_bad_password_file(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "password"
    file.write_bytes(content)
    message = refuse(None, {"DB_HOST": "h", "DATABASE_PASSWORD_FILE": str(file)})
    begin = f"DATABASE_PASSWORD_FILE: the file '{file}' "
    assert message.startswith(begin)
    assert reason in message
    assert "s3cret" not in message.removeprefix(begin)


def test_unreadable_password_file(tmp_path: Path) -> None:
    missing = refuse(None, {"DB_HOST": "h", "DB_PASSWORD_FILE": str(tmp_path / "none")})
    assert missing == f"DB_PASSWORD_FILE: the file '{tmp_path / 'none'}' cannot be read: No such file or directory"
    assert "cannot be read" in refuse(None, {"DB_HOST": "h", "DB_PASSWORD_FILE": str(tmp_path)})
    locked = tmp_path / "locked"
    locked.write_text("s3cret")
    locked.chmod(0)
    if not os.access(locked, os.R_OK):
        message = refuse(None, {"DB_HOST": "h", "DB_PASSWORD_FILE": str(locked)})
        assert message.endswith("cannot be read: Permission denied")


def test_password_is_never_shown() -> None:
    options = settle("postgresql://ada:s3cret@h/lab?options=-c%20app.key%3Ds3cret")
    assert options.password == "s3cret"
    assert "s3cret" not in f"{options!r} {options} {options.safe_url}"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("sqlite://", "sqlite://"),
        ("sqlite:////var/a%20b%3F.db", "sqlite:////var/a%20b%3F.db"),
        ("postgres://ada:s3cret@h", "postgresql://ada@h:5432/"),
        ("postgresql://ada:s3cret@[::1]:1/a%2Fb", "postgresql://ada@[::1]:1/a%2Fb"),
        ("postgresql://ada:s3cret@/lab?host=/tmp/x", "postgresql://ada@:5432/lab?host=/tmp/x"),
        ("postgresql://[fe80::1%25eth0]", "postgresql://[fe80::1%25eth0]:5432/"),
    ],
)
def test_safe_url(url: str, safe: str) -> None:
    options = settle(url)
    assert options.safe_url == safe
    assert place(settle(safe)) == place(dataclasses.replace(options, password=None))


@given(user=TEXT, password=TEXT, database=TEXT)
def test_any_character_survives_percent_encoding(user: str, password: str, database: str) -> None:
    login = f"{quote(user, safe='')}:{quote(password, safe='')}"
    options = settle(f"postgresql://{login}@h:1/{quote(database, safe='')}")
    assert place(options) == (Dialect.POSTGRES, None, "h", 1, database, user, password)
    assert place(settle(options.safe_url))[:-1] == place(options)[:-1]


@given(path=TEXT)
def test_any_path_survives_percent_encoding(path: str) -> None:
    options = settle(f"sqlite:///{quote(path, safe='')}")
    assert options.path == path
    assert settle(options.safe_url).path == path


SECRET = "Zq7xK"
PIECES = st.sampled_from(
    [*"/:@?#[]%&=+,. \\\t\n\0é\ud800", "//", "%FF", "%00", "@@", "host=", "port=", "sslmode=", "x="]
)


def chain(error: BaseException | None) -> str:
    """Give all that a log could show of an error and of those behind it."""
    text = ""
    while error is not None:
        text += f"{error!s} {error!r} {error.args!r} {vars(error)!r} "
        text += "".join(line.split("File")[0] for line in traceback.format_exception_only(error))
        error = error.__cause__ or error.__context__
    return text


@given(
    scheme=st.sampled_from(["postgresql", "postgres", "postgresql+asyncpg", "sqlite", "mysql", "pg", ""]),
    sep=st.sampled_from(["://", ":/", ":", "//", ":///"]),
    user=st.one_of(st.just("ada:"), st.lists(PIECES, max_size=3).map("".join)),
    before=st.lists(PIECES, max_size=3).map("".join),
    after=st.lists(PIECES, max_size=3).map("".join),
    host=st.sampled_from(["@db", "@db:x", "@db:99999", "@[::1", "@a,b", "db", "@", "@db:5432"]),
    tail=st.lists(PIECES, max_size=4).map("".join),
)
@example("postgresql", "://", "ada:", "1/", "", "@db", "")
@example("postgresql", "://", "ada:", "[", "]", "@db", "")
@example("postgresql", "://", "ada:", "", "%FF", "@db", "")
@example("postgresql", ":/", "ada:", "", "\0", "@db", "?x=y")
def test_no_malformed_url_shows_its_password(
    scheme: str, sep: str, user: str, before: str, after: str, host: str, tail: str
) -> None:
    url = f"{scheme}{sep}{user}{before}{SECRET}{after}{host}/lab{tail}"
    assert SECRET not in chain(refusal(url))
    assert SECRET not in chain(refusal(None, {"DATABASE_URL": url.replace("\0", "")}))


@given(st.lists(st.one_of(PIECES, st.just(SECRET), st.sampled_from(["postgresql", "sqlite", "lab"])), max_size=12))
def test_no_text_as_a_url_raises_anything_else(pieces: list[str]) -> None:
    error = refusal("".join(pieces))
    assert error is None or (error.__cause__, error.__context__) == (None, None)


@given(
    value=st.one_of(TEXT, st.integers(), st.floats(), st.booleans(), st.binary()),
    name=st.sampled_from(sorted(DEFAULTS)),
)
def test_no_keyword_raises_anything_else(value: object, name: str) -> None:
    url = SQLITE if name == "path" else POSTGRES
    keyword: dict[str, Any] = {name: value}
    error = refusal(url, **keyword)
    assert error is None or (error.__context__ is None and name in str(error))


@pytest.mark.parametrize("value", ["s3cret\0", "s3cret\ud800", 5, b"s3cret"])
def test_a_bad_password_is_not_shown(value: object) -> None:
    message = refuse(POSTGRES, password=value)
    assert message == "option password: its value will not do; expected Unicode text without NUL"
