"""Samples of this machine in system_metrics: what is measured, that a failure stops nothing, and the command."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace

import psutil
import pytest
from click.testing import CliRunner, Result

import plainbase
from plainbase import ConfigurationError, ParameterError, PlainbaseError, typed
from plainbase.cli.commands import plainbase as command
from plainbase.platform import analytics, resources
from plainbase.platform.resources import Measure, Sampler, sample
from waiting import until

ALWAYS = {"cpu_percent", "memory_percent", "memory_used", "memory_total", "disk_percent", "disk_used", "disk_free"}
ALWAYS |= {"process_memory"}


async def test_a_sample_is_what_the_system_says(db: typed.Database, tmp_path: Path) -> None:
    written = await sample(db, path=tmp_path)
    found = {row.name: row for row in await db.system_metrics.latest()}
    assert found.keys() >= ALWAYS
    assert found.keys() <= ALWAYS | {"load_1m"}, "there is no card here"
    assert {(each.name, each.value, each.unit) for each in written} == {
        (row.name, row.value, row.unit) for row in found.values()
    }
    assert 0 <= found["cpu_percent"].value <= 100
    assert found["memory_total"].value == psutil.virtual_memory().total
    assert 0 < found["memory_used"].value < found["memory_total"].value
    assert found["process_memory"].value == pytest.approx(psutil.Process().memory_info().rss, rel=0.5)
    assert found["disk_free"].labels["device"] == str(tmp_path)
    assert len({row.labels["host"] for row in found.values()}) == 1
    assert len({row.recorded_at for row in found.values()}) == 1
    series = await db.system_metrics.series(name="disk_used", labels={"device": str(tmp_path)})
    assert [row.unit for row in series] == ["bytes"]


async def test_analytics_read_it(db: typed.Database) -> None:
    await sample(db, over=None)
    await sample(db, over=None)
    await db.refresh("daily_resources")
    used = await analytics.resource_use(db, source="system", name="memory_used")
    assert [(row.readings, row.unit) for row in used.rows] == [(2, "bytes")]
    (row,) = (
        row
        for row in await db.system_metrics.resource_use(since=datetime.now(UTC) - timedelta(hours=1))
        if row.name == "memory_used"
    )
    assert row.points == 2


async def test_the_disk_is_that_of_an_sqlite_file(db: typed.Database, engine: str, url: str) -> None:
    (disk,) = (each for each in await sample(db, over=None) if each.name == "disk_used")
    folder = Path(url.removeprefix("sqlite:///")).parent if engine == "sqlite" else Path.cwd()
    assert disk.labels["device"] == str(folder)
    gone = await sample(db, path="/nowhere/at/all", over=None)
    assert not any(each.name.startswith("disk") for each in gone)


class Cards:
    """An `nvidia-ml-py` with two cards, of which the second has no thermometer and the third fell off the bus."""

    class NVMLError(Exception):
        pass

    def __init__(self, *, driver: bool = True) -> None:
        self.driver = driver
        self.open = 0
        module = ModuleType("pynvml")
        module.NVMLError = self.NVMLError  # type: ignore[attr-defined]  # a module of the test's own
        module.NVML_TEMPERATURE_GPU = 0  # type: ignore[attr-defined]  # as above
        for name in dir(self):
            if name.startswith("nvml"):
                setattr(module, name, getattr(self, name))
        self.module = module

    def nvmlInit(self) -> None:  # noqa: N802 (its name)
        if not self.driver:
            raise self.NVMLError("driver not loaded")
        self.open += 1

    def nvmlShutdown(self) -> None:  # noqa: N802 (its name)
        self.open -= 1

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802 (its name)
        return 3

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:  # noqa: N802 (its name)
        if index == 2:
            raise self.NVMLError("fell off the bus")
        return index

    def nvmlDeviceGetUtilizationRates(self, handle: int) -> SimpleNamespace:  # noqa: N802 (its name)
        return SimpleNamespace(gpu=40 + handle, memory=1)

    def nvmlDeviceGetMemoryInfo(self, handle: int) -> SimpleNamespace:  # noqa: N802 (its name)
        return SimpleNamespace(used=2**30, total=2**34)

    def nvmlDeviceGetTemperature(self, handle: int, sensor: int) -> int:  # noqa: N802 (its name)
        if handle:
            raise self.NVMLError("not supported")
        return 61


async def test_cards(db: typed.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    cards = Cards()
    monkeypatch.setitem(sys.modules, "pynvml", cards.module)
    found = [each for each in await sample(db, over=None) if each.name.startswith("gpu")]
    assert [(each.name, each.labels["device"], each.value) for each in found] == [
        ("gpu_percent", "gpu0", 40.0),
        ("gpu_memory_used", "gpu0", 2.0**30),
        ("gpu_memory_total", "gpu0", 2.0**34),
        ("gpu_temperature", "gpu0", 61.0),
        ("gpu_percent", "gpu1", 41.0),
        ("gpu_memory_used", "gpu1", 2.0**30),
        ("gpu_memory_total", "gpu1", 2.0**34),
    ]
    assert cards.open == 0
    (first,) = await db.system_metrics.series(name="gpu_temperature", labels={"device": "gpu0"})
    assert (first.value, first.unit) == (61.0, "celsius")
    broken = ModuleType("pynvml")  # another distribution of that name, of which nothing is there
    raising = Cards(driver=False)
    raising.module.nvmlInit = lambda: 1 / 0  # type: ignore[attr-defined]  # as above
    for absent in (Cards(driver=False).module, None, broken, raising.module):
        monkeypatch.setitem(sys.modules, "pynvml", absent)
        assert not any(each.name.startswith("gpu") for each in await sample(db, over=None))


async def test_what_the_system_refuses_is_left_out(db: typed.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise psutil.AccessDenied

    def hidden(*args: object, **kwargs: object) -> None:
        raise PermissionError

    for name, kept in (("cpu_percent", "memory_used"), ("virtual_memory", "cpu_percent"), ("Process", "cpu_percent")):
        for broken in (refuse, hidden):
            with monkeypatch.context() as patch:
                patch.setattr(psutil, name, broken)
                found = {each.name for each in await sample(db, over=None)}
                assert kept in found
                assert found < ALWAYS | {"load_1m"}


async def test_a_sampler_outlives_who_is_told(db: typed.Database, caplog: pytest.LogCaptureFixture) -> None:
    def told(error: Exception) -> None:
        raise ValueError("who is told raised")

    await db.execute("DROP TABLE system_metrics" + (" CASCADE" if db.dialect == "postgres" else ""))
    async with Sampler(db, every=0.01, failed=told) as sampler:
        await until(lambda: sampler.failures >= 2)
    assert "who is told raised" in caplog.text


async def test_without_psutil_there_is_no_sampler(db: typed.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psutil", None)
    with pytest.raises(ConfigurationError, match="metrics"):
        Sampler(db)
    with pytest.raises(ConfigurationError, match="metrics"):
        await sample(db)


async def test_a_sampler_outlives_what_fails(
    db: typed.Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = False

    async def measured(*args: object, **kwargs: object) -> tuple[Measure, ...]:
        if broken:
            raise OSError("5ecret")
        return ()

    monkeypatch.setattr(resources, "sample", measured)
    async with Sampler(db, every=0.01) as sampler:
        await until(lambda: sampler.samples >= 2)
        broken = True
        await until(lambda: sampler.failures >= 2)
        assert isinstance(sampler.last, OSError)
        broken = False
        before = sampler.samples
        await until(lambda: sampler.samples > before)
    assert sampler.last is None or sampler.failures
    stopped = sampler.samples + sampler.failures
    await asyncio.sleep(0.03)
    assert sampler.samples + sampler.failures == stopped
    assert "resources were not sampled: OSError" in caplog.text
    assert "5ecret" not in caplog.text
    for wrong in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ParameterError, match="every is"):
            Sampler(db, wrong)


async def test_a_sampler_writes_while_its_block_runs(db: typed.Database) -> None:
    async with Sampler(db, every=0.01) as sampler:
        await until(lambda: sampler.samples >= 3)
    rows = await db.system_metrics.series(name="memory_used")
    assert len(rows) == sampler.samples
    assert sampler.failures == 0
    await db.execute("DROP TABLE system_metrics" + (" CASCADE" if db.dialect == "postgres" else ""))
    said: list[Exception] = []
    async with Sampler(db, every=0.01, failed=said.append) as sampler:
        await until(lambda: len(said) >= 2)
    assert all(isinstance(error, PlainbaseError) for error in said)


def call(url: str, *words: str) -> Result:
    return CliRunner().invoke(command, ["resources", "--url", url, *words])


def test_the_command(url: str, tmp_path: Path) -> None:
    once = call(url, "--once")
    assert once.exit_code == 0, once.output
    assert {line.split()[0] for line in once.stdout.splitlines()} >= ALWAYS
    made = json.loads(call(url, "--once", "--json", "--disk", str(tmp_path)).stdout)
    disk = next(each for each in made["measures"] if each["name"] == "disk_free")
    assert (disk["unit"], disk["labels"]["device"]) == ("bytes", str(tmp_path))
    thrice = call(url, "--every", "0.01s", "--count", "3")
    assert (thrice.exit_code, thrice.stderr) == (0, "3 samples written, 0 failed\n")

    async def count() -> int:
        async with plainbase.open(url) as db:
            rows = len(await db.system_metrics.series(name="cpu_percent"))
            await db.execute("DROP TABLE system_metrics" + (" CASCADE" if db.dialect == "postgres" else ""))
            return rows

    assert asyncio.run(count()) == 5
    failed = call(url, "--every", "0.01s", "--count", "2")
    assert failed.exit_code == 1
    assert failed.stderr.count("not sampled: ") == 2
    for words, said in (
        (("--every", "0s"), "every is 0.0"),
        (("--every", "soon"), "is no duration"),
        (("--once", "--count", "1"), "exclude each other"),
        (("--json",), "--json goes with --once"),
        (("--count", "0"), "--count"),
    ):
        refused = call(url, *words)
        assert refused.exit_code != 0
        assert said in refused.stderr


def test_a_signal_ends_it_cleanly(url: str) -> None:
    words = [sys.executable, "-m", "plainbase", "resources", "--every", "0.05s", "--url", url]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as running:

        async def sampled() -> None:
            async with plainbase.open(url) as db:
                for _ in range(600):
                    if await db.system_metrics.latest(names=["cpu_percent"]):
                        return
                    await asyncio.sleep(0.05)
            raise AssertionError("it never sampled")

        try:
            asyncio.run(sampled())
            running.send_signal(signal.SIGTERM)
            _, said = running.communicate(timeout=30)
        finally:
            running.kill()
    assert running.returncode == 143
    assert said.endswith(" 0 failed\n"), said
