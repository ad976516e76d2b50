"""Processors, memory, disk, load and graphics cards of this machine, as measurements in `system_metrics`."""

from __future__ import annotations

import asyncio
import logging
import os
import platform
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from plainbase.errors import ParameterError, PlainbaseError
from plainbase.platform.extras import require
from plainbase.platform.runners import AnyRunner

EVERY = 60.0
"""Seconds between two samples."""
MOMENT = 0.1
"""Seconds over which one sample measures the processors; a `Sampler` measures from one to the next."""
LABEL = 255
"""The longest label that is written, in characters."""

log = logging.getLogger("plainbase")


@dataclass(frozen=True, slots=True)
class Measure:
    """One measurement, as it stands in `system_metrics`."""

    name: str
    value: float
    unit: str
    labels: dict[str, str] = field(default_factory=dict)


async def sample(
    db: AnyRunner, *, path: str | os.PathLike[str] | None = None, over: float | None = MOMENT
) -> tuple[Measure, ...]:
    """Measure once, and write it in one batch; return what was written.

    `path` is of the disk that is measured: without it that of an SQLite file, else the current folder's. The use of
    processors is that over so many seconds; over None since the last sample of this process.
    Raises ConfigurationError where psutil is missing.
    """
    require("metrics", "psutil")
    disk = Path(path) if path is not None else _folder(db)
    found = await asyncio.get_running_loop().run_in_executor(None, lambda: tuple(measures(disk, over)))
    at = datetime.now(UTC)
    await db.system_metrics.log.batch(
        {"name": each.name, "value": each.value, "unit": each.unit, "labels": each.labels, "recorded_at": at}
        for each in found
    )
    return found


def measures(disk: Path, over: float | None) -> Iterator[Measure]:
    """What can be measured here and now: percent of all processors, bytes, the load, degrees Celsius.

    What the system refuses or does not have is left out, and the rest is there.
    """
    import psutil

    host = {"host": platform.node()[:LABEL] or "unknown"}
    absent = suppress(OSError, AttributeError, psutil.Error)  # a disk that is gone, a /proc that is hidden
    with absent:
        yield Measure("cpu_percent", float(psutil.cpu_percent(interval=over)), "%", host)
    with absent:
        memory = psutil.virtual_memory()
        yield Measure("memory_percent", float(memory.percent), "%", host)
        yield Measure("memory_used", float(memory.total - memory.available), "bytes", host)
        yield Measure("memory_total", float(memory.total), "bytes", host)
    with absent:
        usage = psutil.disk_usage(str(disk))
        device = {**host, "device": str(disk)[:LABEL]}
        yield Measure("disk_percent", float(usage.percent), "%", device)
        yield Measure("disk_used", float(usage.used), "bytes", device)
        yield Measure("disk_free", float(usage.free), "bytes", device)
    with absent:
        yield Measure("load_1m", os.getloadavg()[0], "1", host)
    with absent:
        yield Measure("process_memory", float(psutil.Process().memory_info().rss), "bytes", host)
    yield from _cards(host)


def _cards(host: dict[str, str]) -> Iterator[Measure]:
    """NVIDIA's cards by nvidia-ml-py; nothing where that, a driver or a card is missing, or broken in any way."""
    with suppress(Exception):
        import pynvml  # type: ignore[import-untyped]  # NVIDIA's has none

        pynvml.nvmlInit()
        try:
            for index in range(pynvml.nvmlDeviceGetCount()):
                with suppress(pynvml.NVMLError):  # one that has fallen off the bus
                    yield from _card(pynvml.nvmlDeviceGetHandleByIndex(index), {**host, "device": f"gpu{index}"})
        finally:
            pynvml.nvmlShutdown()


def _card(handle: object, labels: dict[str, str]) -> Iterator[Measure]:
    """Each by itself: some cards tell only some of it."""
    import pynvml

    with suppress(pynvml.NVMLError):
        yield Measure("gpu_percent", float(pynvml.nvmlDeviceGetUtilizationRates(handle).gpu), "%", labels)
    with suppress(pynvml.NVMLError):
        memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
        yield Measure("gpu_memory_used", float(memory.used), "bytes", labels)
        yield Measure("gpu_memory_total", float(memory.total), "bytes", labels)
    with suppress(pynvml.NVMLError):
        degrees = pynvml.nvmlDeviceGetTemperature(handle, pynvml.NVML_TEMPERATURE_GPU)
        yield Measure("gpu_temperature", float(degrees), "celsius", labels)


def _folder(db: AnyRunner) -> Path:
    options = getattr(db, "options", None)
    path = getattr(options, "path", None)
    return Path(path).absolute().parent if path and path != ":memory:" else Path.cwd()


class Sampler:
    """Samples every so many seconds while its block runs; one that fails is told, and the next one is tried.

    `failed` is called with the error; without it the log tells. `samples` and `failures` count, `last` is the error of
    the last one, or None. Raises ConfigurationError where psutil is missing.
    """

    def __init__(
        self,
        db: AnyRunner,
        every: float = EVERY,
        *,
        path: str | os.PathLike[str] | None = None,
        count: int | None = None,
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        if not 0 < every <= 1e9:
            raise ParameterError(f"every is {every}; it is above 0 seconds, and no more than 1e9")
        require("metrics", "psutil")
        self._db = db
        self._every = every
        self._path = path
        self._count = count
        self._failed = failed or _log
        self._task: asyncio.Task[None] | None = None
        self.samples = 0
        self.failures = 0
        self.last: Exception | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self.run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def run(self) -> None:
        """Sample until cancelled, or as often as was asked; each begins so many seconds after the one before."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while self._count is None or self.samples + self.failures < self._count:
            try:
                await sample(self._db, path=self._path, over=None if self.samples else MOMENT)
            except Exception as error:
                self.failures += 1
                self.last = error
                self._told(error)
            else:
                self.samples += 1
                self.last = None
            if self._count is not None and self.samples + self.failures >= self._count:
                return
            due = max(due + self._every, loop.time())  # what was missed is not made up for
            await asyncio.sleep(due - loop.time())

    def _told(self, error: Exception) -> None:
        try:
            self._failed(error)
        except Exception:
            log.exception("what is called with an error of a Sampler raised")


def _log(error: Exception) -> None:
    """An error of the system may name anything; plainbase's own never hold values."""
    why = str(error) if isinstance(error, PlainbaseError) else type(error).__name__
    log.warning("resources were not sampled: %s", why)
