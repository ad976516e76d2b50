"""Calls of the queries of inference sessions and requests, generated texts and predictions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from parity.call import AT, UNKNOWN_ID, UNTIL, Call, Sample

EVERYTHING = {"limit": 1000}


def calls(sample: Sample) -> Iterator[Call]:
    """Each query of this domain."""
    yield from _sessions(sample)
    yield from _requests(sample)
    yield from _generations(sample)
    yield from _predictions(sample)
    yield from _prediction_statistics(sample)
    yield from _logged(sample)


def _page(row: Mapping[str, Any], limit: int = 5) -> dict[str, Any]:
    """The page that begins after a row."""
    return {"before_created_at": row["created_at"], "before_id": row["id"], "limit": limit}


def _middle(sample: Sample, table: str) -> Mapping[str, Any]:
    rows = sorted(sample[table], key=lambda row: (row["created_at"], row["id"]))
    return rows[2 * len(rows) // 3]


def _begin(sample: Sample, table: str) -> datetime:
    found: datetime = min(row["created_at"] for row in sample[table])
    return found


def _sessions(sample: Sample) -> Iterator[Call]:
    rows = sample["inference_sessions"]
    middle = _middle(sample, "inference_sessions")
    asked = {row["session_id"] for row in sample["inference_requests"]}
    for closed in (True, False):
        for with_requests in (True, False):
            found = [
                row for row in rows if (row["closed_at"] is not None, row["id"] in asked) == (closed, with_requests)
            ]
            for row in found[:1]:
                for name in ("get", "close", "refresh_totals", "delete"):
                    yield Call(f"inference_sessions.{name}", {"id": row["id"]})
    for name in ("get", "close", "refresh_totals", "delete"):
        yield Call(f"inference_sessions.{name}", {"id": UNKNOWN_ID})
    opened = next(row["id"] for row in rows if row["closed_at"] is None and row["id"] in asked)
    yield Call("inference_sessions.close", rows=[{"id": opened}, {"id": opened}, {"id": UNKNOWN_ID}])
    version = sample["model_versions"][0]["id"]
    person = next(row["user_id"] for row in rows if row["user_id"])
    yield Call(
        "inference_sessions.open",
        {"model_version_id": version, "user_id": person, "purpose": "ü", "metadata": {"a": [1, None]}},
    )
    for wrong in (
        {},
        {"model_version_id": UNKNOWN_ID},
        {"model_version_id": None},
        {"user_id": UNKNOWN_ID},
        {"purpose": ""},
        {"purpose": "p" * 256},
        {"metadata": None},
        {"id": rows[0]["id"]},
    ):
        yield Call("inference_sessions.open", {"model_version_id": version, **wrong})
    yield Call("inference_sessions.list_recent", EVERYTHING)
    yield Call("inference_sessions.list_recent", {"since": AT, **_page(middle)})
    yield Call("inference_sessions.list_for_user", {"user_id": person, "since": AT, **_page(middle)})
    used = rows[0]["model_version_id"]
    yield Call("inference_sessions.list_for_model_version", {"model_version_id": used, "since": AT, **_page(middle)})
    since = _begin(sample, "inference_requests")
    until = AT + timedelta(days=3)
    yield Call("inference_sessions.usage", {"since": since})
    yield Call(
        "inference_sessions.usage", {"since": since, "until": until, "model_version_id": used, "user_id": person}
    )
    yield Call("inference_sessions.usage", {"since": UNTIL + timedelta(days=1)})


def _requests(sample: Sample) -> Iterator[Call]:
    rows = sample["inference_requests"]
    busy = max({row["session_id"] for row in rows}, key=lambda id_: sum(row["session_id"] == id_ for row in rows))
    own = [row for row in rows if row["session_id"] == busy]
    for session in (busy, rows[0]["session_id"], UNKNOWN_ID):
        yield Call("inference_requests.statistics", {"session_id": session})
        yield Call("inference_requests.list_for_session", {"session_id": session, **EVERYTHING})
    yield Call(
        "inference_requests.list_for_session",
        {"session_id": busy, "status": "success", "before_id": max(row["id"] for row in own), "limit": 4},
    )
    yield Call("inference_requests.list_for_session", {"session_id": busy, "status": "unknown"})
    yield Call("inference_requests.usage_by_day", {"since": _begin(sample, "inference_requests")})
    yield Call("inference_requests.usage_by_day", {"since": AT - timedelta(days=4), "until": AT})
    yield Call("inference_requests.usage_by_day", {"since": UNTIL + timedelta(days=1)})


def _generations(sample: Sample) -> Iterator[Call]:
    rows = sample["generations"]
    text = {"prompt": "", "response": "ü \U0001f600", "model": "m"}
    yield Call("generations.record", text)
    full = {
        **text,
        "model_version_id": sample["model_versions"][0]["id"],
        "parameters": {"temperature": 0.7, "stop": ["\n"]},
        "quality_score": float("-inf"),
    }
    yield Call("generations.record", full)
    yield Call("generations.record", rows=[text, full, {**text, "parameters": {}}])
    for wrong in (
        {"model": ""},
        {"model": "m" * 256},
        {"prompt": None},
        {"response": "\0"},
        {"quality_score": float("nan")},
        {"model_version_id": UNKNOWN_ID},
        {"id": rows[0]["id"]},
    ):
        yield Call("generations.record", {**text, **wrong})
    for generation in (rows[0]["id"], UNKNOWN_ID):
        yield Call("generations.get", {"id": generation})
        yield Call("generations.score", {"id": generation, "quality_score": 0.5})
        yield Call("generations.delete", {"id": generation})
        for rating in (1, 5, None, 0, 6):
            yield Call("generations.rate", {"id": generation, "user_rating": rating})
    yield Call("generations.history", EVERYTHING)
    middle = _middle(sample, "generations")
    yield Call("generations.history", {"model": middle["model"], **_page(middle)})
    yield Call("generations.clear_model", {"model": middle["model"]})
    yield Call("generations.clear_model", {"model": "unknown"})
    yield Call("generations.clear")


def _predictions(sample: Sample) -> Iterator[Call]:
    rows = sample["predictions"]
    middle = _middle(sample, "predictions")
    for row in (rows[0], next(row for row in rows if row["status"] == "error")):
        yield Call("predictions.get", {"id": row["id"]})
        yield Call("predictions.get_by_request", {"request_id": row["request_id"]})
    yield Call("predictions.get", {"id": 2**62})
    yield Call("predictions.get", {"id": 2**63})
    yield Call("predictions.get_by_request", {"request_id": rows[0]["request_id"].upper() + "?"})
    yield Call("predictions.list", EVERYTHING)
    yield Call(
        "predictions.list",
        {
            "model_version": middle["model_version"],
            "model_stage": "production",
            "status": "success",
            "since": _begin(sample, "predictions"),
            "until": UNTIL,
            **_page(middle, 9),
        },
    )
    yield Call("predictions.list", {"until": AT, "limit": 3})
    batched = [row for row in rows if row["batch_id"] == rows[0]["batch_id"]]
    yield Call(
        "predictions.list_for_batch",
        {"batch_id": batched[0]["batch_id"], "status": "success", "after_id": batched[0]["id"], "limit": 2},
    )
    yield Call("predictions.list_for_batch", {"batch_id": "unknown"})
    failed = sorted((row for row in rows if row["status"] == "error"), key=lambda row: (row["created_at"], row["id"]))
    yield Call(
        "predictions.list_errors",
        {"model_version": failed[0]["model_version"], "since": failed[0]["created_at"], **_page(failed[-1])},
    )
    yield Call("predictions.delete_before", {"before": AT})
    yield Call("predictions.delete_before", {"before": AT, "limit": 7})
    yield Call("predictions.delete_before", {"before": AT, "limit": 0})
    yield Call("predictions.delete_before", {"before": _begin(sample, "predictions")})


def _prediction_statistics(sample: Sample) -> Iterator[Call]:
    version = _middle(sample, "predictions")["model_version"]
    begin = _begin(sample, "predictions")
    between = {"since": begin + timedelta(days=1), "until": AT}
    yield Call("predictions.statistics", {**between, "model_version": version, "model_stage": "production"})
    yield Call("predictions.statistics", {"model_version": "unknown"})
    # A single one, and two.
    times = sorted(row["created_at"] for row in sample["predictions"])
    for until in (times[1], times[2]):
        yield Call("predictions.statistics", {"until": until})
    yield Call("predictions.statistics_by_version", {**between, "model_stage": "production"})
    yield Call("predictions.statistics_by_version", {"since": UNTIL + timedelta(days=1)})
    yield Call("predictions.count_by_status", {"since": AT})


def _logged(sample: Sample) -> Iterator[Call]:
    """Requests and predictions that are logged."""
    sessions = sample["inference_sessions"]
    prices = {
        row["id"]: row["input_token_price"] is not None and row["output_token_price"] is not None
        for row in sample["model_versions"]
    }
    opened = [row for row in sessions if row["closed_at"] is None]
    request = {
        "prompt_chars": 0,
        "response_chars": 2**40,
        "input_tokens": 2**53 + 1,
        "output_tokens": 3,
        "latency_ms": 0.1,
    }
    for session in (
        *{prices[row["model_version_id"]]: row["id"] for row in opened}.values(),
        next(row["id"] for row in sessions if row["closed_at"] is not None),
        UNKNOWN_ID,
    ):
        for name, more in (("log", {"cost_usd": 0.5}), ("log_priced", {})):
            query = f"inference_requests.{name}"
            whole = {"session_id": session, **request, **more}
            yield Call(query, {"session_id": session})
            yield Call(query, whole)
            yield Call(query, {**whole, "status": "error", "error": "", "created_at": AT})
    for name in ("log", "log_priced"):
        query = f"inference_requests.{name}"
        for wrong in (
            {"status": "error"},
            {"error": "but a success"},
            {"status": "unknown"},
            {"input_tokens": -1},
            {"input_tokens": 1.5},
            {"output_tokens": 2**63},
            {"latency_ms": float("inf")},
            {"latency_ms": float("nan")},
            {"prompt_chars": -1},
            {"created_at": None},
        ):
            yield Call(query, {"session_id": opened[0]["id"], **wrong})
        yield Call(query, rows=[{"session_id": row["id"], "input_tokens": 1} for row in opened[:3]])
        yield Call(query, rows=[{"session_id": row["id"]} for row in sessions])
    yield Call("inference_requests.log", {"session_id": opened[0]["id"], "cost_usd": -1.0})
    answer = {"request_id": "neu", "model_version": "1", "model_stage": "production", "input_features": {"rooms": 3}}
    full = {
        **answer,
        "batch_id": "b",
        "model_version_id": sample["model_versions"][0]["id"],
        "prediction": float("inf"),
        "confidence_score": 1,
        "confidence_low": -0.5,
        "confidence_high": 0.5,
        "processing_time_ms": 0.0,
        "user_agent": "",
        "ip_address": "192.0.2.1",
        "created_at": AT,
    }
    failed = {**answer, "status": "error", "error_message": ""}
    yield Call("predictions.log", full)
    yield Call("predictions.log", failed)
    yield Call("predictions.log", rows=[{**full, "request_id": f"neu {number}"} for number in range(3)])
    yield Call("predictions.log", rows=[full, full])
    wrongs: list[dict[str, Any]] = [
        {},
        {"prediction": 1.0, "request_id": sample["predictions"][0]["request_id"]},
        {"prediction": 1.0, "request_id": ""},
        {"prediction": 1.0, "model_stage": "Production"},
        {"prediction": 1.0, "model_version": "v" * 256},
        {"prediction": 1.0, "confidence_score": 1.01},
        {"prediction": 1.0, "confidence_low": 2.0, "confidence_high": 1.0},
        {"prediction": 1.0, "processing_time_ms": -1.0},
        {"prediction": 1.0, "error_message": "and yet"},
        {"prediction": 1.0, "input_features": None},
        {"prediction": 1.0, "model_version_id": UNKNOWN_ID},
        {"prediction": float("nan")},
        {"status": "error"},
    ]
    for wrong in wrongs:
        yield Call("predictions.log", {**answer, **wrong})
