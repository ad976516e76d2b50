"""All tables of the sample, domain by domain."""

from __future__ import annotations

from datetime import UTC, datetime

from plainbase.platform.sample import data, experiments, identity, inference, models, system, training, work
from plainbase.platform.sample.source import Source, Tables

SIZES = {"small": 1, "medium": 10, "large": 100}
"""How many times as many rows as the smallest sample has, in the tables that grow."""

UNTIL = datetime(2025, 3, 1, tzinfo=UTC)
"""The end of the sample's four weeks, unless another one is asked for."""


def rows(seed: int = 0, size: str = "small", until: datetime = UNTIL, *, hard: bool = False) -> Tables:
    """Make the rows of every table: complete but for generated columns, by primary key, tables parents first.

    The same arguments give the same rows on every machine. `until` is aware; nothing was made after it. What is to be
    alive whenever somebody looks (a session, a lease, a token) ends in the year 2100. `hard` adds what tests want and
    nobody likes to look at: texts that are hard to store, JSON of every shape, values at the limits of their columns.
    """
    source = Source(seed, SIZES[size], until, hard=hard)
    identity.make(source)
    data.make(source)
    models.make(source)
    training.make_configs(source)
    models.make_versions(source)
    training.make(source)
    models.make_measures(source)
    experiments.make(source)
    inference.make(source)
    work.make(source)
    system.make(source)
    identity.audit(source)
    # A primary key comes first in every table, so rows never compare beyond it.
    return {table: sorted(made, key=lambda row: tuple(row.values())) for table, made in source.tables.items()}
