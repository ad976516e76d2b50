"""The layouts that plainbase knows."""

from __future__ import annotations

from plainbase.platform.legacy.james_llm import JamesLlm
from plainbase.platform.legacy.layout import Layout
from plainbase.platform.legacy.llm_test_bench import LlmTestBench
from plainbase.platform.legacy.mlflow import MLFLOW

LAYOUTS: tuple[Layout, ...] = (
    LlmTestBench(),
    JamesLlm(),
    MLFLOW,
)
