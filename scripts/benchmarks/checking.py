"""What `plainbase check` of the shipped folders takes: a new process, both engines, on a server that runs already."""

from __future__ import annotations

import asyncio
import sys
from statistics import median
from time import perf_counter

from benchmarks.rounds import Bound
from plainbase import StatementFailed

AT_MOST = 30.0


async def measure_check(server: str, rounds: int) -> Bound:
    """Run the command so often; what it finds fails the measuring."""
    seconds = []
    for _ in range(rounds):
        began = perf_counter()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "plainbase", "check", "--server", server),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, errors = await process.communicate()
        if process.returncode:
            raise StatementFailed(f"plainbase check: {(output or errors).decode().strip()}")
        seconds.append(perf_counter() - began)
    return Bound("plainbase check", {"shipped folders": median(seconds)}, median(seconds), AT_MOST, "seconds")
