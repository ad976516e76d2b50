"""The service's parts in this process: what is committed when, what is refused, what is never shown, who may."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI, HTTPException
from pydantic import AfterValidator
from starlette.types import Message, Receive, Scope, Send

import plainbase
from identity_accounts import account
from plainbase import Database, errors, typed, web
from plainbase.platform import identity, predictions
from plainbase.platform.predictions import Prediction
from plainbase.transaction import Transaction
from plainbase.web.example import create_app
from waiting import until
from web_service import body


@asynccontextmanager
async def client_of(app: Any, within: FastAPI | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application that has started."""
    started = within or app
    async with started.router.lifespan_context(started):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", trust_env=False) as client:
            yield client


@pytest.fixture
async def client(url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(create_app(url)) as found:
        yield found


def a_problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """What an answer says that is a problem of this status."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["status"] == status
    return found


async def test_predictions_are_logged_listed_and_counted(client: httpx.AsyncClient) -> None:
    one = await client.post(
        "/predictions", json=body("one", model_stage="Production"), headers={"user-agent": "x" * 600}
    )
    assert (one.status_code, one.json()["repeated"]) == (201, False)
    failed = {**body("two"), "error_message": "ValueError: no income"}
    for key in ("prediction", "confidence_score"):
        del failed[key]
    assert (await client.post("/predictions/errors", json=failed)).status_code == 201
    batch = {"batch_id": "b", "predictions": [body(f"b{each}") for each in range(20)] + [failed | {"request_id": "bx"}]}
    assert (await client.post("/predictions/batches", json=batch)).json() == {
        "batch_id": "b",
        "predictions": 21,
        "repeated": False,
    }
    found = (await client.get("/predictions", params={"limit": 5})).json()
    assert [each["request_id"] for each in found] == ["bx", "b19", "b18", "b17", "b16"]
    more = {"before_created_at": found[-1]["created_at"], "before_id": found[-1]["id"], "limit": 2}
    assert [each["request_id"] for each in (await client.get("/predictions", params=more)).json()] == ["b15", "b14"]
    failures = (await client.get("/predictions", params={"status": "error", "model_stage": "PRODUCTION"})).json()
    assert [each["error_message"] for each in failures] == ["ValueError: no income"] * 2
    assert "ip_address" not in failures[0]
    statistics = (await client.get("/predictions/statistics", params={"model_version": "v1"})).json()
    assert (statistics["total"], statistics["errors"], statistics["p50_processing_time_ms"]) == (23, 2, 12.5)
    assert (await client.get("/predictions/by-request/one")).json()["input_features"] == {"rooms": 3, "income": 4.5}
    a_problem(await client.get("/predictions/by-request/none"), 404)
    for unknown in ({"before_id": "1"}, {"status": "failed"}, {"model_stage": "live"}):
        a_problem(await client.get("/predictions", params=unknown), 422)


async def test_the_same_again_is_answered_and_not_logged(client: httpx.AsyncClient) -> None:
    twelve = await asyncio.gather(*(client.post("/predictions", json=body("same")) for _ in range(12)))
    assert sorted(answer.status_code for answer in twelve) == [200] * 11 + [201]
    assert len({answer.json()["id"] for answer in twelve}) == 1
    moved = await client.post("/predictions", json=body("same"), headers={"user-agent": "the client's next version"})
    assert (moved.status_code, moved.json()["repeated"]) == (200, True)
    a_problem(await client.post("/predictions", json=body("same", prediction=9.75)), 409)
    batch = {"batch_id": "b", "predictions": [body(f"b{each}") for each in range(30)]}
    both = await asyncio.gather(*(client.post("/predictions/batches", json=batch) for _ in range(4)))
    assert sorted(answer.status_code for answer in both) == [200] * 3 + [201]
    for other in (
        {**batch, "predictions": batch["predictions"][:-1]},
        {**batch, "predictions": [*batch["predictions"], body("more")]},
        {**batch, "predictions": [*batch["predictions"][:-1], body("b29", prediction=1.0)]},
        {**batch, "batch_id": "c"},
        {**batch, "predictions": [body("none of them")]},
    ):
        a_problem(await client.post("/predictions/batches", json=other), 409)
    assert (await client.get("/predictions/statistics")).json()["total"] == 31


async def test_logging_once_leaves_a_transaction_whole(db: Database) -> None:
    made = Prediction("one", "v1", "production", {"rooms": 3}, 2.5)
    async with db.transaction() as tx:
        assert (await predictions.log_once(tx, made))[1]
        row, new = await predictions.log_once(tx, made)
        assert not new
        assert await predictions.log_batch_once(tx, [Prediction("two", "v1", "staging", {}, 1.0)], batch_id="b")
        assert not await predictions.log_batch_once(tx, [Prediction("two", "v1", "staging", {}, 1.0)], batch_id="b")
        with pytest.raises(errors.ConstraintViolation):
            await predictions.log_batch_once(tx, [made], batch_id="c")
        assert (await tx.predictions.get_by_request(request_id="two")).batch_id == "b"
    assert row == await db.predictions.get_by_request(request_id="one")
    with pytest.raises(errors.ConstraintViolation):
        await predictions.log_once(db, made, batch_id="another")


SECRET = "hunter2-is-not-for-others"


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"prediction": SECRET}, "body.prediction"),
        ({"prediction": True}, "body.prediction"),
        ({"model_stage": SECRET}, "body.model_stage"),
        ({"model_version_id": SECRET}, "body.model_version_id"),
        ({"created_at": SECRET}, "body.created_at"),
        ({"created_at": 5}, "body.created_at"),
        ({"created_at": "2026-01-01T00:00:00"}, "body.created_at"),
        ({"request_id": SECRET * 20}, "body.request_id"),
        ({"request_id": 5}, "body.request_id"),
        ({SECRET: 1}, "body"),
        ({"input_features": {SECRET: "x" * 70_000}}, "body.input_features"),
        ({"input_features": [SECRET]}, "body.input_features"),
        ({"confidence_score": 1.5}, "body.confidence_score"),
        ({"confidence_low": 2.0, "confidence_high": 1.0}, "body"),
        ({"processing_time_ms": -1}, "body.processing_time_ms"),
    ],
)
async def test_what_does_not_fit_is_refused_and_not_shown(changes: dict[str, Any], where: str) -> None:
    async with client_of(create_app("sqlite://")) as client:
        answer = await client.post("/predictions", json=body("one") | changes)
        found = a_problem(answer, 422)
        assert [place["where"] for place in found["errors"]] == [where]
        assert SECRET not in answer.text
        batch = await client.post(
            "/predictions/batches", json={"batch_id": "b", "predictions": [body("one") | changes]}
        )
        assert SECRET not in batch.text
        a_problem(batch, 422)


async def test_numbers_that_are_none_and_texts_that_cannot_be(client: httpx.AsyncClient) -> None:
    kind = {"content-type": "application/json"}
    for name, value in (
        ("prediction", "NaN"),
        ("prediction", "1e999"),
        ("input_features", '{"a": NaN}'),
        ("model_version", '"a\\u0000"'),
        ("model_version", '"a\\ud800"'),
    ):
        text = ", ".join(f'"{key}": {each}' for key, each in (RAW | {name: value}).items())
        a_problem(await client.post("/predictions", content=f"{{{text}}}", headers=kind), 422)
    text = json.dumps(body("one", input_features={"a": float("inf")}))
    told = await client.post("/predictions", content=text, headers=kind)
    assert [place["where"] for place in told.json()["errors"]] == ["body.input_features"]
    told = await client.post("/predictions", content="{", headers=kind)
    assert told.json()["errors"] == [{"where": "body", "what": "this is not JSON, from its character 1 on"}]
    told = await client.post("/predictions", content="{}", headers={"content-type": "text/plain"})
    assert "send content-type: application/json" in told.text
    for text in ("{", SECRET, "[" * 100_000):
        answer = await client.post("/predictions", content=text, headers=kind)
        assert a_problem(answer, answer.status_code)["status"] in (400, 422)
        assert SECRET not in answer.text
    twice = {"batch_id": "b", "predictions": [body("one"), body("one")]}
    a_problem(await client.post("/predictions/batches", json=twice), 422)
    a_problem(await client.post("/predictions/batches", json={"batch_id": "b", "predictions": []}), 422)
    many = {"batch_id": "b", "predictions": [body(str(each)) for each in range(1001)]}
    a_problem(await client.post("/predictions/batches", json=many), 422)
    a_problem(await client.post("/predictions", json=body("one", model_version_id=str(plainbase.uuid7()))), 409)
    assert (await client.get("/predictions/statistics")).json()["total"] == 0


RAW = {
    "request_id": '"r"',
    "model_version": '"v1"',
    "model_stage": '"production"',
    "input_features": "{}",
    "prediction": "1",
}


async def test_a_body_that_is_too_large_is_not_read() -> None:
    app = FastAPI()

    @app.post("/")
    async def take(text: dict[str, str]) -> int:
        return len(text)

    read = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(100):
            read += 100
            yield b"x" * 100

    transport = httpx.ASGITransport(app=web.BodyLimit(app, 1000))
    async with httpx.AsyncClient(transport=transport, base_url="http://test", trust_env=False) as client:
        told = {"content-length": "1001"}
        a_problem(await client.post("/", content=pieces(), headers=told), 413)
        assert read == 0
        a_problem(await client.post("/", content=pieces()), 413)
        assert (await client.post("/", json={"a": "b"})).json() == 1
    assert read < 2000
    async with client_of(create_app("sqlite://")) as client:
        a_problem(await client.post("/predictions", content=b" " * (8 << 20) + b" "), 413)


class Raising:
    """An application whose endpoint raises what it is told to."""

    def __init__(self) -> None:
        self.error: Exception = RuntimeError()
        self.app = FastAPI()
        web.handle_errors(self.app)

        @self.app.get("/{what}")
        async def fail(what: str) -> None:
            raise self.error

    def client(self) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://test", trust_env=False)


@pytest.mark.parametrize(
    ("error", "status", "again"),
    [
        (errors.ParameterError("unknown parameter 'x'"), 422, False),
        (errors.DataInvalid("parameter 'x': a text"), 422, False),
        (errors.RowNotFound(SECRET), 404, False),
        (errors.ConstraintViolation(SECRET, kind="unique", constraint="users_email_key"), 409, False),
        (errors.PoolTimeout(SECRET), 503, True),
        (errors.ConnectionLost(SECRET), 503, True),
        (errors.CommitUnknown(SECRET), 503, True),
        (errors.QueryTimeout(SECRET), 503, True),
        (errors.TransactionConflict(SECRET), 503, True),
        (errors.SchemaOutOfDate(SECRET), 503, True),
        (errors.StatementFailed(SECRET), 500, False),
        (errors.ConfigurationError(SECRET), 500, False),
        (identity.TokenRefused(reason=SECRET), 401, False),
        (identity.PermissionDenied("read", "models"), 403, False),
        (HTTPException(418, "a pot"), 418, False),
        (RuntimeError(SECRET), 500, False),
    ],
)
async def test_errors_have_their_status_and_tell_no_more(error: Exception, status: int, again: bool) -> None:
    raising = Raising()
    raising.error = error
    async with raising.client() as client:
        answer = await client.get("/one")
    a_problem(answer, status)
    assert ("retry-after" in answer.headers) == again
    assert SECRET not in answer.text


async def test_the_log_names_the_route_and_not_the_path(caplog: pytest.LogCaptureFixture) -> None:
    raising = Raising()
    raising.error = errors.PoolTimeout("all are busy")
    async with raising.client() as client:
        a_problem(await client.get(f"/{SECRET}"), 503)
        raising.error = errors.RowNotFound("none")
        a_problem(await client.get(f"/{SECRET}"), 404)
        refused = await client.delete(f"/{SECRET}")
    assert a_problem(refused, 405)["detail"] == "Method Not Allowed"
    assert refused.headers["allow"] == "GET"
    assert [record.getMessage() for record in caplog.records if record.name == "plainbase.web"] == [
        "GET /{what}: PoolTimeout: all are busy"
    ]


async def test_what_a_validator_of_one_s_own_says_is_not_told() -> None:
    app = FastAPI()
    web.handle_errors(app)

    def refuse(value: str) -> str:
        raise ValueError(f"{value} is not nice")

    async def take(names: list[str]) -> None:
        """Nothing gets here."""

    take.__annotations__["names"] = list[Annotated[str, AfterValidator(refuse)]]
    app.post("/")(take)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
        answer = await client.post("/", json=[SECRET] * 30)
    found = a_problem(answer, 422)
    assert found["detail"] == "the request does not fit in 30 places"
    assert found["errors"][3] == {"where": "body.3", "what": "this does not fit (value_error)"}
    assert len(found["errors"]) == 20
    assert SECRET not in answer.text


def transacting(url: str) -> tuple[FastAPI, Any, list[int]]:
    """An application that writes in a transaction, and a wrapper that looks at the database when an answer begins."""
    app = FastAPI(lifespan=web.lifespan(url))
    web.handle_errors(app)
    seen: list[int] = []

    @app.post("/{what}")
    async def write(tx: web.Tx, what: str) -> str:
        await tx.predictions.log(
            request_id=what, model_version="v", model_stage="staging", input_features={}, prediction=1.0
        )
        if what == "refused":
            raise HTTPException(400)
        if what == "failed":
            await tx.models.get(id=plainbase.uuid7())
        return what

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                async with plainbase.open(url) as other:
                    seen.append((await predictions.statistics(other)).total)
            await send(message)

        await app(scope, receive, noted)

    return app, watched, seen


async def test_a_transaction_is_committed_before_the_answer_begins(url: str) -> None:
    app, watched, seen = transacting(url)
    async with client_of(watched, within=app) as client:
        assert (await client.post("/one")).status_code == 200
        a_problem(await client.post("/refused"), 400)
        a_problem(await client.post("/failed"), 404)
        assert (await client.post("/two")).status_code == 200
    assert seen == [1, 1, 1, 2]


async def test_a_transaction_that_reads_refuses_to_write(url: str) -> None:
    app = FastAPI(lifespan=web.lifespan(url))
    web.handle_errors(app)

    async def write(tx: Any) -> None:
        await tx.experiments.create(name="one")

    write.__annotations__["tx"] = Annotated[typed.Transaction, web.transaction(read_only=True)]
    app.post("/")(write)
    async with client_of(app) as client:
        assert (await client.post("/")).status_code >= 400
        assert not await app.state.plainbase.db.experiments.list()


async def test_a_commit_that_fails_is_not_acknowledged(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app, watched, seen = transacting(url)
    async with client_of(watched, within=app) as client:
        rolled_back = Transaction.__aexit__

        async def lost(tx: Transaction, *_: object) -> None:
            error = errors.CommitUnknown("lost")
            await rolled_back(tx, type(error), error, None)
            raise error

        with monkeypatch.context() as patched:
            patched.setattr(Transaction, "__aexit__", lost)
            a_problem(await client.post("/one"), 503)
    assert seen == [0]


async def test_keys_decide_who_may_and_the_transaction_knows_who(url: str, db: Database) -> None:
    async with client_of(create_app(url, keys=True)) as client:
        user = await account(db, "ada", role="researcher")
        key = await identity.make_key(db, user.id, "service", scopes=["create:predictions"])

        def bearer(text: str) -> dict[str, str]:
            return {"authorization": f"Bearer {text}"}

        for headers in ({}, bearer("nonsense"), bearer(key.key[:-1] + "x"), {"authorization": f"Basic {key.key}"}):
            answer = await client.post("/predictions", json=body("one"), headers=headers)
            a_problem(answer, 401)
            assert answer.headers["www-authenticate"] == "Bearer"
        assert (await client.post("/predictions", json=body("one"), headers=bearer(key.key))).status_code == 201
        a_problem(await client.get("/predictions", headers=bearer(key.key)), 403)
        a_problem(await client.get("/predictions/changes", headers=bearer(key.key)), 403)
        a_problem(await client.get("/predictions/changes"), 401)
        assert (await client.get("/health/live")).status_code == 200
        await identity.revoke_key(db, key.id)
        a_problem(await client.post("/predictions", json=body("two"), headers=bearer(key.key)), 401)


async def test_the_actor_of_a_key_is_the_transaction_s(url: str, db: Database) -> None:
    app = FastAPI(lifespan=web.lifespan(url))
    web.handle_errors(app)
    transaction = web.transaction(web.allowed("create", "experiments"))

    async def make(tx: Any, name: str) -> str:
        return str((await tx.experiments.create(name=name)).id)

    make.__annotations__ = {"tx": Annotated[typed.Transaction, transaction], "name": str, "return": str}
    app.post("/experiments/{name}")(make)
    user = await account(db, "ada", role="researcher")
    key = await identity.make_key(db, user.id, "service", scopes=["create:experiments"])
    async with client_of(app) as client:
        headers = {"authorization": f"Bearer {key.key}", "user-agent": "the lab"}
        made = await client.post("/experiments/first", headers=headers)
        a_problem(await client.post("/experiments/second"), 401)
    [entry] = await db.audit_logs.list(entity_type="experiments")
    assert (entry.actor_id, entry.user_agent, str(entry.entity_id)) == (user.id, "the lab", made.json())
    assert entry.ip_address == "127.0.0.1"


async def test_probes_and_metrics(client: httpx.AsyncClient, engine: str) -> None:
    assert (await client.get("/health/live")).json() == {"status": "live"}
    ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()["status"], ready.json()["pending"]) == (200, "ready", [])
    report = await client.get("/health")
    assert report.json()["engine"].lower().startswith(engine)
    assert {check["name"] for check in report.json()["checks"]} >= {"answers", "schema", "pool"}
    await client.post("/predictions", json=body("one"))
    metrics = await client.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    assert "predictions.log" in metrics.text


async def test_a_service_that_stops_is_not_ready(url: str) -> None:
    app = create_app(url)
    async with client_of(app) as client:
        app.state.plainbase.changes.stop()
        answer = await client.get("/health/ready")
        assert (answer.status_code, answer.json()["reason"]) == (503, "the service stops")
        assert (await client.get("/health/live")).status_code == 200


async def test_no_more_streams_than_there_may_be(url: str) -> None:
    app = create_app(url)
    async with client_of(app) as client:
        app.state.plainbase.changes._most = 0
        answer = await client.get("/predictions/changes")
    a_problem(answer, 503)
    assert answer.headers["retry-after"] == "1"


def test_the_page_of_the_example_says_what_each_does() -> None:
    page = create_app("sqlite://").openapi()
    assert "HTTPValidationError" not in page["components"]["schemas"]
    paths = page["paths"]
    assert all("default" in one["responses"] for methods in paths.values() for one in methods.values())
    found = {
        f"{method} {path}": one["description"] for path, methods in paths.items() for method, one in methods.items()
    }
    assert len(found) == 11
    assert all(len(text) > 15 for text in found.values())


async def test_not_ready_without_migrations_or_a_database(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with client_of(create_app(empty_url)) as client:
        answer = await client.get("/health/ready")
        assert (answer.status_code, answer.json()["reason"]) == (503, "migrations are missing")
        assert len(answer.json()["pending"]) > 10
        report = await client.get("/health")
        assert (report.status_code, report.json()["status"]) == (503, "failed")
        a_problem(await client.get("/predictions/statistics"), 503)

        async def hangs(*_: object) -> None:
            await asyncio.Event().wait()

        monkeypatch.setattr("plainbase.web.routes.LONGEST", 0.05)
        monkeypatch.setattr("plainbase.database.Database.health", lambda *_, **__: hangs())
        monkeypatch.setattr("plainbase.platform.metrics.Metrics.look", hangs)
        async with asyncio.timeout(10):
            assert "plainbase_" in (await client.get("/metrics")).text
        answer = await client.get("/health/ready")
        assert (answer.status_code, answer.json()["reason"]) == (503, "the database does not answer")
        assert (await client.get("/health/live")).status_code == 200
    monkeypatch.undo()
    monkeypatch.setenv("PLAINBASE_WEB_MIGRATE", "1")
    async with client_of(create_app(empty_url)) as client:
        assert (await client.get("/health/ready")).status_code == 200


async def test_a_lifespan_of_one_s_own_goes_within(url: str) -> None:
    order: list[str] = []

    @asynccontextmanager
    async def own(app: FastAPI) -> AsyncIterator[dict[str, str]]:
        order.append((await app.state.plainbase.db.health(checks=False)).schema_version)
        yield {"model": "loaded"}
        order.append((await app.state.plainbase.db.health(checks=False)).schema_version)

    app = FastAPI(lifespan=web.lifespan(url, own=own, resources_every=60, pool_size=1))
    async with app.router.lifespan_context(app) as state:
        assert state == {"model": "loaded"}
        opened = app.state.plainbase.db
        assert opened.options.pool_size == 1

        async def sampled() -> bool:
            return bool(await opened.fetch_value("SELECT count(*) FROM system_metrics"))

        await until(sampled)
    assert len(order) == 2
    assert not hasattr(app.state, "plainbase")


async def test_an_application_without_the_lifespan_says_so(caplog: pytest.LogCaptureFixture) -> None:
    app = FastAPI()
    web.handle_errors(app)
    app.include_router(web.router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
        with caplog.at_level(logging.WARNING):
            a_problem(await client.get("/health/ready"), 500)
    assert "lifespan=plainbase.web.lifespan()" in caplog.text


async def test_settings_of_the_example_are_read(monkeypatch: pytest.MonkeyPatch, db: Database, url: str) -> None:
    monkeypatch.setenv("PLAINBASE_WEB_RESOURCES", "often")
    with pytest.raises(errors.ConfigurationError, match="PLAINBASE_WEB_RESOURCES is a number of seconds"):
        create_app(url)
    monkeypatch.setenv("PLAINBASE_WEB_RESOURCES", "30")
    monkeypatch.setenv("PLAINBASE_WEB_KEYS", "yes")
    async with client_of(create_app(url)) as client:
        a_problem(await client.get("/predictions"), 401)
