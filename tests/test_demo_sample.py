"""`plainbase demo --sample`: every table filled, and something of it shown."""

from __future__ import annotations

import asyncio
import re

from click.testing import CliRunner

import plainbase
from plainbase.cli.commands import plainbase as command


def test_the_sample_fills_an_empty_database_once(empty_url: str) -> None:
    runner = CliRunner()
    first = runner.invoke(command, ["demo", "--sample", "small", "--url", empty_url])
    assert first.exit_code == 0, first.output
    assert "filled 41 tables" in first.output
    assert re.search(r"refreshed \d+ views", first.output)
    assert "meadow-7b" in first.output

    async def count() -> tuple[int, int]:
        async with plainbase.open(empty_url) as db:
            return len(await db.training_runs.list(limit=1000)), (await db.corpus_texts.statistics()).texts

    before = asyncio.run(count())
    assert min(before) > 10
    again = runner.invoke(command, ["demo", "--sample", "small", "--url", empty_url])
    assert again.exit_code == 1
    told = " ".join(again.output.split())
    assert re.search(
        "load it into an empty database: (remove .*, or name another file|name an empty one) with --url$", told
    )
    assert asyncio.run(count()) == before


def test_the_sample_reads_no_folder() -> None:
    refused = CliRunner().invoke(command, ["demo", "--sample", "small", "texts"])
    assert refused.exit_code == 2
    assert "--sample reads no FOLDER" in refused.output
