"""The benchmark's tables as SQLAlchemy declares them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, DateTime, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

BIGINT = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012 (as its documentation has it)
        int: BIGINT,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSON().with_variant(JSONB, "postgresql"),
    }


class Record(Base):
    __tablename__ = "records"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    status: Mapped[str]
    step: Mapped[int]
    value: Mapped[float]
    score: Mapped[float]
    note: Mapped[str | None]
    parent_id: Mapped[int]


class Event(Base):
    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int]
    name: Mapped[str]
    step: Mapped[int]
    value: Mapped[float]


class Counter(Base):
    __tablename__ = "counters"

    id: Mapped[int] = mapped_column(primary_key=True)
    step: Mapped[int]


class Document(Base):
    __tablename__ = "documents"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[UUID]
    created_at: Mapped[datetime]
    # An attribute cannot be called metadata.
    content: Mapped[dict[str, Any]] = mapped_column("metadata")
