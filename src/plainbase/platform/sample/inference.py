"""Inference sessions with their requests, generated texts, and predictions."""

from __future__ import annotations

from datetime import timedelta

from plainbase.platform.sample.identity import ADDRESSES, AGENTS
from plainbase.platform.sample.prose import QUESTIONS
from plainbase.platform.sample.source import Row, Source

ERRORS = ("timeout after 30 s", "the context is too long", "rate limit", "", "défaut: «null»")


def make(source: Source) -> None:
    """Make the tables of this domain."""
    _sessions(source)
    _generations(source)
    _predictions(source)


def _sessions(source: Source) -> None:
    """Sessions over weeks; the totals of the closed ones are those of their requests."""
    sessions = source.tables["inference_sessions"] = []
    requests: list[Row] = []
    versions, users = source.ids("model_versions")[:7], source.ids("users")
    for index, at in enumerate(source.times(source.many(24), 0.1)):
        session: Row = {
            "id": source.id(at),
            "model_version_id": versions[index % 7],
            "user_id": None if index % 5 == 3 else users[index % 4],
            "purpose": ("chat", "batch labelling", None, "Übersetzung")[index % 4],
            **dict.fromkeys(("request_count", "error_count", "input_tokens", "output_tokens"), 0),
            "latency_ms": 0.0,
            "cost_usd": 0.0,
            "metadata": source.json(index, {"client": "notebook"}),
            "created_at": at,
            "updated_at": at,
            "closed_at": None,
        }
        own = [_request(source, session, number) for number in range((9, 0, 14, 3, 21)[index % 5])]
        requests.extend(own)
        if index % 3 != 2:
            _close(source, session, own)
        sessions.append(session)
    requests.sort(key=lambda row: row["created_at"])
    source.tables["inference_requests"] = [{"id": index + 1, **row} for index, row in enumerate(requests)]


def _request(source: Source, session: Row, number: int) -> Row:
    failed = source.chance(0.12)
    tokens = source.whole(10, 1500)
    return {
        "session_id": session["id"],
        "status": "error" if failed else "success",
        "prompt_chars": None if number % 10 == 9 else 4 * tokens,
        "response_chars": None if failed else source.whole(0, 4000),
        "input_tokens": None if number % 10 == 9 else tokens,
        "output_tokens": None if failed else source.whole(0, 1000),
        "latency_ms": (0.0, None)[number % 2] if failed and number % 4 > 1 else source.skewed(650),
        "cost_usd": None if failed else source.skewed(0.003, digits=6),
        "error": source.pick(ERRORS) if failed else None,
        "created_at": source.later(session["created_at"], 90 * (number // 2 * 2)),
    }


def _close(source: Source, session: Row, own: list[Row]) -> None:
    session["request_count"] = len(own)
    session["error_count"] = sum(row["status"] == "error" for row in own)
    for name in ("input_tokens", "output_tokens", "latency_ms", "cost_usd"):
        session[name] = sum((row[name] or 0 for row in own), start=type(session[name])())
    session["closed_at"] = session["updated_at"] = source.later(session["created_at"], 3600)


def _generations(source: Source) -> None:
    rows = source.tables["generations"] = []
    versions = source.rows("model_versions")[:4]
    names = {row["id"]: row["name"] for row in source.rows("models")}
    for index, at in enumerate(source.times(source.many(40), 0.2)):
        version = versions[index % 4]
        rows.append(
            {
                "id": source.id(at),
                "prompt": source.hard_text(index) or source.pick(QUESTIONS),
                "response": "" if index % 13 == 12 else source.text(1),
                "model": names[version["model_id"]] if index % 7 else "markov-3",
                "model_version_id": version["id"] if index % 7 else None,
                "parameters": source.json(index, {"temperature": 0.7, "top_p": 1.0, "seed": index}),
                "quality_score": _quality(source, index),
                "user_rating": None if index % 3 == 0 else source.whole(1, 5),
                "created_at": at,
                "updated_at": source.later(at, 100),
            }
        )


def _quality(source: Source, index: int) -> float | None:
    if source.hard and index % 18 == 17:
        return (-1.0, float("inf"))[index // 18 % 2]
    return source.maybe(source.real(0, 1))


def _limits(index: int) -> float:
    return (-float("inf"), 0.0)[index // 55 % 2]


def _predictions(source: Source) -> None:
    rows = source.tables["predictions"] = []
    versions = source.rows("model_versions")[-3:]
    for index, at in enumerate(source.times(source.many(110), 0.3)):
        failed = index % 12 == 7
        value = source.skewed(250_000, 0.4, 2)
        rooms, age = source.whole(1, 9), source.whole(0, 120)
        known = index % 8 != 5
        version = versions[index % 3]
        rows.append(
            {
                "id": index + 1,
                "request_id": f"req-{index:06d}" if index % 50 else f"anfrage-ü-{index}",
                "batch_id": f"batch-{index // 20}" if index % 4 == 0 else None,
                "model_version_id": version["id"] if known else None,
                "model_version": version["version"] if known else "legacy",
                "model_stage": ("production", "production", "staging", "archived")[index % 4],
                "input_features": source.json(index, {"rooms": rooms, "age": age, "area": source.real(30, 400, 1)}),
                "prediction": None if failed else _limits(index) if source.hard and index % 55 == 54 else value,
                "confidence_score": None
                if failed
                else (0.0, 1.0)[index % 2]
                if index % 19 == 18
                else source.real(0.5, 1),
                "confidence_low": None if failed or index % 6 == 4 else value * 0.9,
                "confidence_high": None if failed or index % 6 == 4 else value * 1.1,
                "processing_time_ms": None if index % 15 == 14 else source.skewed(12),
                "status": "error" if failed else "success",
                "error_message": source.pick(ERRORS) if failed else None,
                "user_agent": source.hard_text(index) or source.maybe(source.pick(AGENTS)),
                "ip_address": source.maybe(source.pick(ADDRESSES)),
                "created_at": at if index % 30 else at - timedelta(microseconds=1),
            }
        )
