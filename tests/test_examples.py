"""The examples run as their user would run them, and print the same on both engines."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent / "examples"
PRINTED = {
    "training_life": """\
dataset reviews: 3 rows, stars 1 to 5
found: The parcel <mark>works</mark> well.
run diverges: failed, FloatingPointError: the loss is no number
best: rate 0.1 at step 99, loss 0.000100
champion: 1.0, production
rate 0.1: 100 points, lowest 0.000100 at step 99
rate 0.01: 100 points, lowest 0.743153 at step 99
experiment learning rate: completed, 2 runs, 0.25 USD
""",
    "inference_life": """\
session: 11 requests, 1 error, 0.010800 USD
logged twice: unique violation
predictions: 5, success rate 80.00%
error: ValueError: rooms are missing
Acme helper: 3 evaluations, score 0.5
helper:2.1: 11 requests, p50 55 ms, p95 95.5 ms
""",
}


@pytest.mark.parametrize("name", PRINTED)
def test_an_example_prints_the_same_on_both_engines(name: str, empty_url: str) -> None:
    program = [sys.executable, "-W", "error", str(EXAMPLES / f"{name}.py"), empty_url]
    ran = subprocess.run(program, capture_output=True, text=True, timeout=60)
    assert ran.stderr == ""
    assert ran.stdout == PRINTED[name]
