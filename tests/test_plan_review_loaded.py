"""The verdicts of empty tables hold for full ones; of the soak, since it loads the large sample."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from conftest import SOAK
from plainbase import Database, migrations, shipped
from plainbase.check.plans import grows, indexes
from plainbase.check.plans import review as plan_review
from plainbase.check.plans.nodes import Node
from plainbase.database import RESERVED
from plainbase.dialect import Dialect
from plainbase.platform import sample
from plainbase.sqlfile import load, walk

pytestmark = pytest.mark.skipif(not SOAK, reason="loads the large sample, which takes a minute: scripts/soak")

MANY = 2000
"""Rows from which on an engine gains by an index; with fewer, reading all may be the quicker way."""
SHARE = 1 / 250
"""Of a condition that more rows meet, an engine may think that reading all is quicker, and be right.

The sample has many rows of few models, experiments and names; of a parameter in a range PostgreSQL expects 1 / 200.
"""


async def test_no_text_without_a_finding_reads_a_full_table_whole(fresh: Database) -> None:
    dialect = Dialect(fresh.dialect)
    growing = grows.read(migrations.read([shipped.folder("schema")], dialect))
    queries = list(walk(load([shipped.folder("queries")], dialect, RESERVED)))
    known = await indexes.read(fresh._driver)
    fine = set()
    async for planned in plan_review.read(fresh._driver, queries, known, growing):
        if not plan_review.findings(planned.plan, growing):
            fine.add(planned.statement.text)
    await sample.load(fresh, size="large")
    await fresh.refresh_all()
    await fresh.execute("ANALYZE")
    rows = {name: await fresh.fetch_value(f"SELECT count(*) FROM {name}") for name in growing}
    many = {name for name, count in rows.items() if count >= MANY}
    assert {"training_metrics", "predictions", "evaluations", "jobs", "training_runs"} <= many
    missed = []
    async for planned in plan_review.read(fresh._driver, queries, known, growing, empty=False):
        found = [each for each in plan_review.findings(planned.plan, many) if not each.startswith("sorts")]
        if found and planned.statement.text in fine and any(_of_few(node, rows) for node in planned.plan.walk()):
            missed.append(f"{planned.query.name}: {planned.statement.text}: {'; '.join(found)}")
    assert missed == []
    assert len(fine) > 900
    await fresh.script("DROP INDEX training_metrics_run_id_name_step_idx;")
    history = [query for query in queries if query.name == "training_metrics.history"]
    async for planned in plan_review.read(fresh._driver, history, known, growing, empty=False):
        assert any(_of_few(node, rows) for node in planned.plan.walk())


def _of_few(node: Node, rows: Mapping[str, int]) -> bool:
    """Whether a table of many rows is read whole for few of them; SQLite tells not how many it expects."""
    whole = node.kind in ("scan", "index") and not node.condition and rows.get(node.table, 0) >= MANY
    return whole and node.rows < SHARE * rows[node.table]
