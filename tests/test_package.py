"""The package as somebody else gets it: its names, what importing it costs, and the wheel by itself."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import plainbase

ROOT = Path(__file__).resolve().parent.parent


def run(*command: str | Path, cwd: Path | None = None, **environ: str) -> str:
    """Run a command in a clean environment; fail with what it wrote."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DATABASE", "DB_"))}
    ran = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=env | environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr, ran.stderr
    return ran.stdout


def test_the_public_names() -> None:
    assert plainbase.__all__ == sorted(
        plainbase.__all__, key=lambda name: (not name.isupper(), name[0].islower(), name)
    )
    public = {
        name
        for name, value in vars(plainbase).items()
        if not name.startswith("_") and not inspect.ismodule(value) and name != "Any"
    }
    assert public == set(plainbase.__all__)
    for name in plainbase.__all__:
        thing = getattr(plainbase, name)
        assert thing.__doc__, name


def test_every_public_call_has_a_docstring() -> None:
    for cls in (plainbase.Database, plainbase.Transaction, plainbase.Row, plainbase.Options):
        for name, member in inspect.getmembers(cls):
            if not name.startswith("_") and callable(member):
                assert inspect.getdoc(member), f"{cls.__name__}.{name}"


IMPORT = """
import sys
import plainbase
loaded = {name.partition(".")[0] for name in sys.modules}
print(*sorted(loaded & {"click", "rich", "pypika", "numpy", "aiosqlite", "asyncpg", "sqlite3", "hypothesis", "pytest"}))
"""


def test_importing_loads_nothing_that_is_not_used() -> None:
    """Neither an extra nor a driver; the driver comes with the first database that needs it."""
    assert run(sys.executable, "-W", "error", "-c", IMPORT, PYTHONPATH=str(ROOT / "src")).split() == []
    opening = (
        "import asyncio\nasync def main(): await (await plainbase.open('sqlite://')).close()\nasyncio.run(main())\n"
    )
    with_sqlite = IMPORT.replace("loaded =", f"{opening}loaded =")
    loaded = run(sys.executable, "-W", "error", "-c", with_sqlite, PYTHONPATH=str(ROOT / "src")).split()
    assert {"click", "rich", "pypika", "numpy"}.isdisjoint(loaded)
    assert {"aiosqlite", "sqlite3"} <= set(loaded)


def test_the_core_has_three_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = [re.split(r"[<>=\[ ]", each)[0] for each in project["dependencies"]]
    assert names == ["aiosqlite", "asyncpg", "pypika"]
    assert project["requires-python"] == ">=3.11"
    assert project["version"] == plainbase.__version__


USE = """
import asyncio
import plainbase

assert "site-packages" in plainbase.__file__, plainbase.__file__

async def main():
    async with plainbase.open() as db:
        applied = await db.migrate()
        assert applied and applied[0].startswith("0001_"), applied
        assert await db.migrate() == ()
        dataset = await db.datasets.register(name="mmlu", version="1", digest="d" * 64)
        async with db.transaction() as tx:
            run = await tx.training_runs.create(name="first", dataset_id=dataset.id)
        print(run.name, run.status, (await db.health()).engine.split()[0])

asyncio.run(main())
"""


def test_an_installed_wheel_works_in_an_empty_folder(tmp_path: Path) -> None:
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "dist", cwd=ROOT)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = {
        path.relative_to(ROOT).as_posix() for folder in ("schema", "queries") for path in (ROOT / folder).rglob("*.sql")
    }
    assert shipped
    assert {f"plainbase/{path}" for path in shipped} <= names
    modules = {path.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src").rglob("*.py")}
    assert modules <= names
    assert {"plainbase/py.typed", "plainbase/sql/migrations.sql"} <= names
    assert not [name for name in names if name.startswith(("tests/", "scripts/")) or ".db" in name]

    builder = venv.EnvBuilder(with_pip=False)
    builder.create(tmp_path / "env")
    python = tmp_path / "env" / "bin" / "python"
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel)
    dependencies = tmp_path / "dependencies"  # the two drivers and nothing else of this environment
    dependencies.mkdir()
    for name in ("aiosqlite", "asyncpg"):
        (dependencies / name).symlink_to(Path(sysconfig.get_path("purelib")) / name)
    (site / "dependencies.pth").write_text(f"{dependencies}\n")

    empty = tmp_path / "empty"
    empty.mkdir()
    assert run(python, "-I", "-W", "error", "-c", USE, cwd=empty) == "first pending SQLite\n"
    assert [path.name for path in empty.iterdir()] == ["plainbase.db"]
