"""LLM Test Bench: benchmarks, evaluations, jobs, workers, users; PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping

from plainbase.platform.legacy.importing import Import
from plainbase.platform.legacy.layout import Recognition
from plainbase.platform.legacy.source import SourceTable


class LlmTestBench:
    """LLM Test Bench."""

    name = "llm_test_bench"
    title = "LLM Test Bench"

    def recognise(self, tables: Mapping[str, SourceTable]) -> Recognition:
        """Say how well tables fit."""
        return Recognition(0)

    async def run(self, importing: Import) -> None:
        """Take it over."""
