"""The alert rules in scripts/deploy/prometheus: each metric, label and command that they name is there."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families as parse

import plainbase
from plainbase import DataInvalid
from plainbase.cli.commands import plainbase as command
from plainbase.platform.metrics import Metrics

FOLDER = Path(__file__).parents[1] / "scripts" / "deploy" / "prometheus"
OUTSIDE = {"job", "instance"}
"""The labels that Prometheus itself gives."""
NULLS: Any = SimpleNamespace(
    bytes=1, slot_retained_bytes=1, replication_lag_seconds=1.0, oldest_transaction_seconds=1.0
)
"""What only a server with a replica tells."""
NEEDED = {
    "ErrorRate",
    "SlowQueries",
    "PoolWaits",
    "JobsOverdue",
    "JobsDead",
    "WorkerGone",
    "SnapshotStale",
    "BackupOld",
    "DiskRoomLow",
    "WalGrows",
    "ReplicationLag",
}


def rules() -> list[dict[str, Any]]:
    """All rules of all groups."""
    text = yaml.safe_load((FOLDER / "alerts.yml").read_text())
    return [rule for group in text["groups"] for rule in group["rules"]]


async def exposed(url: str) -> Mapping[str, dict[str, set[str]]]:
    """By name of a sample, its labels and their values, of a database on which everything has happened."""
    async with plainbase.open(url) as db:
        with Metrics(db) as metrics:
            await db.jobs.enqueue(job_type="work")
            with pytest.raises(DataInvalid):
                await db.jobs.enqueue(job_type=5)  # type: ignore[arg-type]  # meant
            await db.refresh("daily_usage")
            await db.system_metrics.log(name="backup_completed", value=1.0)
            await db.execute("DROP TABLE retention_policies")
            figures = await metrics.look()
            metrics._figures = replace(figures, database=NULLS, wal_bytes=1, disk_bytes=1, disk_free_bytes=1)
            found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
            for family in parse(metrics.exposition().decode()):
                for one in family.samples:
                    labels = found[one.name]
                    for name, value in one.labels.items():
                        labels[name].add(value)
            return found


def test_the_file() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))
    assert {f"Plainbase{name}" for name in NEEDED} <= set(names)
    for rule in rules():
        assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert rule["annotations"].keys() == {"summary", "action"}


async def test_every_metric_and_label_is_exposed(url: str) -> None:
    found = await exposed(url)
    for rule in rules():
        expression = rule["expr"]
        metrics = re.findall(r"\bplainbase_\w+", expression)
        assert metrics, rule
        for metric in metrics:
            assert metric in found, (rule["alert"], metric)
        for metric, selected in re.findall(r"(plainbase_\w+)\{([^}]*)\}", expression):
            for label, value in re.findall(r'(\w+)="([^"]*)"', selected):
                assert value in found[metric][label], (rule["alert"], label, value)
        known = OUTSIDE.union(*(found[metric] for metric in metrics))
        told = re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values()))
        grouped = [
            each.strip() for part in re.findall(r"\b(?:by|on)\s*\(([^)]*)\)", expression) for each in part.split(",")
        ]
        assert set(told) | set(grouped) <= known, rule["alert"]
        kept = [each.strip() for part in re.findall(r"\bby\s*\(([^)]*)\)", expression)[:1] for each in part.split(",")]
        assert not kept or set(told) <= set(kept), (rule["alert"], "the aggregation drops a label that is told")
        for named in re.findall(r"plainbase_\w+", rule["annotations"]["action"]):
            assert named in found, (rule["alert"], named)


def test_every_command_is_there() -> None:
    for rule in rules():
        for words in re.findall(r"\bplainbase ([a-z]+(?: [a-z]+)?)", rule["annotations"]["action"]):
            first, _, second = words.partition(" ")
            assert isinstance(command, click.Group)
            assert first in command.commands, (rule["alert"], words)
            group = command.commands[first]
            if isinstance(group, click.Group):
                assert second in group.commands, (rule["alert"], words)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool (of the package prometheus) is not installed")
def test_promtool_agrees() -> None:
    for words in (("check", "rules", "alerts.yml"), ("test", "rules", "alerts.test.yml")):
        ran = subprocess.run(["promtool", *words], cwd=FOLDER, capture_output=True, text=True, timeout=60)
        assert ran.returncode == 0, ran.stdout + ran.stderr
