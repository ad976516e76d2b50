"""The model registry: versions, aliases, promotion, scores and measured performance."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import plainbase
from plainbase import ConstraintViolation, Database, ParameterError, Row, RowNotFound
from plainbase.platform import models, training

NOBODY = plainbase.uuid7()


async def versions(db: Database, *names: str, model: str = "gpt") -> list[Row]:
    return [await models.register_version(db, model=model, version=name) for name in names]


async def stages(db: Database, model: str = "gpt") -> dict[str, str]:
    owner = await db.models.get_by_name(name=model)
    return {row.version: row.stage for row in await db.model_versions.list_for_model(model_id=owner.id)}


async def test_the_first_version_makes_the_model(db: Database) -> None:
    run = await training.start(db, name="run")
    first = await models.register_version(
        db, model="gpt", version="1", kind="base", provider="lab", training_run_id=run.id, digest="d", metrics={"f1": 1}
    )
    second = await models.register_version(db, model="gpt", version="2", kind="commercial", digest="d")
    owner = await db.models.get_by_name(name="gpt")
    assert (owner.kind, owner.provider) == ("base", "lab")
    assert first.model_id == second.model_id == owner.id
    assert (first.stage, first.status, first.metrics) == ("development", "ready", {"f1": 1})
    assert await db.model_versions.list_for_run(training_run_id=run.id) == [first]
    assert await db.model_versions.latest(model_id=owner.id) == second
    assert await db.model_versions.get_by_digest(digest="d") == second
    assert await db.model_versions.get_by_digest(digest="d", model_id=NOBODY) is None
    assert await db.model_versions.list_for_model(model_id=owner.id, limit=1) == [second]


@pytest.mark.parametrize(
    "values",
    [
        {"version": ""},
        {"version": "1", "stage": "prod"},
        {"version": "1", "status": "done"},
        {"version": "1", "kind": "toy"},
        {"version": "1", "model": ""},
        {"version": "1", "parameter_count": -1},
        {"version": "1", "input_token_price": -0.1},
        {"version": "1", "training_run_id": NOBODY},
    ],
)
async def test_a_version_that_cannot_be_leaves_no_model(db: Database, values: dict[str, Any]) -> None:
    with pytest.raises(ConstraintViolation):
        await models.register_version(db, **{"model": "gpt", **values})
    assert await db.models.list() == []


async def test_a_version_is_registered_once(db: Database) -> None:
    await versions(db, "1")
    with pytest.raises(ConstraintViolation) as caught:
        await versions(db, "1")
    assert caught.value.kind == "unique"
    await versions(db, "1", model="other")
    many = [models.register_version(db, model="new", version=str(number % 4)) for number in range(12)]
    results = await asyncio.gather(*many, return_exceptions=True)
    assert sum(isinstance(result, ConstraintViolation) for result in results) == 8
    assert sorted(await stages(db, "new")) == ["0", "1", "2", "3"]


async def test_promotion_moves_the_alias_and_archives_the_one_before(db: Database) -> None:
    one, two, three = await versions(db, "1", "2", "3")
    assert (await models.promote(db, "gpt", "1")).stage == "production"
    assert (await models.promote(db, "gpt", "2")).id == two.id
    assert await stages(db) == {"1": "archived", "2": "production", "3": "development"}
    await models.promote(db, "gpt", "3", alias="candidate", archive_previous=False)
    assert await stages(db) == {"1": "archived", "2": "production", "3": "production"}
    await models.promote(db, "gpt", "1", alias="next", stage="staging")
    named = {row.alias: row.version for row in await db.model_aliases.list_for_model(model_id=one.model_id)}
    assert named == {"candidate": "3", "champion": "2", "next": "1"}
    assert await stages(db) == {"1": "staging", "2": "production", "3": "production"}
    assert [row.alias for row in await db.model_aliases.list_for_version(model_version_id=three.id)] == ["candidate"]
    before = await db.model_aliases.get(model_id=one.model_id, alias="champion")
    await models.promote(db, "gpt", "2")
    again = await db.model_aliases.get(model_id=one.model_id, alias="champion")
    assert (again.created_at, again.model_version_id) == (before.created_at, two.id)


async def test_what_cannot_be_promoted_changes_nothing(db: Database) -> None:
    await versions(db, "1", "2")
    await models.promote(db, "gpt", "1")
    for model, version in (("gpt", "3"), ("none", "1")):
        with pytest.raises(RowNotFound):
            await models.promote(db, model, version)
    refused: list[dict[str, Any]] = [{"stage": "prod"}, {"alias": ""}, {"alias": "x" * 101}]
    for wrong in refused:
        with pytest.raises(ConstraintViolation):
            await models.promote(db, "gpt", "2", **wrong)
    assert await stages(db) == {"1": "production", "2": "development"}
    assert (await models.resolve(db, "gpt@champion")).version == "1"


async def test_promotions_at_once_leave_one_in_production(db: Database, url: str) -> None:
    names = [str(number) for number in range(8)]
    (owner, *_) = {row.model_id for row in await versions(db, *names)}
    async with plainbase.open(url, pool_size=4) as other:
        for _ in range(5):
            await asyncio.gather(
                *(models.promote(place, "gpt", name) for name in names for place in (db, other)),
            )
            found = await stages(db)
            assert sorted(found.values()) == ["archived"] * 7 + ["production"]
            (alias,) = await db.model_aliases.list_for_model(model_id=owner)
            assert found[alias.version] == "production"


async def test_a_promotion_cancelled_at_any_moment_is_whole_or_not_made(db: Database) -> None:
    await versions(db, "1", "2")
    await models.promote(db, "gpt", "1")
    last = "1"
    for turns in range(40):
        target = "2" if last == "1" else "1"
        task = asyncio.create_task(models.promote(db, "gpt", target))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        last = (await models.resolve(db, "gpt@champion")).version
        found = await stages(db)
        assert [version for version, stage in found.items() if stage == "production"] == [last]


async def test_a_version_is_found_by_alias_or_by_number(db: Database) -> None:
    one, two = await versions(db, "1", "2")
    (odd,) = await versions(db, "v1", model="lab/llama:8b@home")
    await models.promote(db, "gpt", "2")
    assert (await models.resolve(db, "gpt:1")).id == one.id
    assert (await models.resolve(db, "gpt@champion")).id == two.id
    assert (await models.resolve(db, "lab/llama:8b@home:v1")).id == odd.id
    for unknown in ("gpt:3", "gpt@none", "none:1", "none@champion", "GPT:1"):
        with pytest.raises(RowNotFound):
            await models.resolve(db, unknown)
    for malformed in ("gpt", "", "gpt:", "gpt@", ":1", "@champion"):
        with pytest.raises(ParameterError):
            await models.resolve(db, malformed)


async def test_an_alias_names_a_version_of_its_own_model(db: Database) -> None:
    (mine,) = await versions(db, "1")
    (other,) = await versions(db, "1", model="other")
    with pytest.raises(ConstraintViolation):
        await db.model_aliases.set(model_id=mine.model_id, alias="champion", model_version_id=other.id)
    await db.model_aliases.set(model_id=mine.model_id, alias="champion", model_version_id=mine.id)
    with pytest.raises(ConstraintViolation):
        await db.model_versions.delete(id=mine.id)
    assert await db.model_aliases.delete(model_id=mine.model_id, alias="champion") == 1
    assert await db.model_versions.delete(id=mine.id) == 1
    await models.promote(db, "other", "1")
    assert await db.models.delete(id=other.model_id) == 1
    assert await db.model_versions.list() == []


async def test_models_are_listed_counted_and_changed(db: Database) -> None:
    first = await db.models.create(name="a", kind="base", provider="lab")
    second = await db.models.create(name="b", kind="commercial", provider="shop", description="bought")
    assert await db.models.list() == [second, first]
    assert await db.models.list(kinds=["base", "fine_tuned"]) == [first]
    assert await db.models.list(provider="shop", kinds="commercial") == [second]
    assert await db.models.list(before_created_at=second.created_at, before_id=second.id) == [first]
    assert await db.models.update(id=first.id, description="ours", kind="fine_tuned") == 1
    changed = await db.models.get(id=first.id)
    assert (changed.description, changed.kind, changed.provider, changed.name) == ("ours", "fine_tuned", "lab", "a")
    with pytest.raises(ConstraintViolation):
        await db.models.update(id=first.id, name="b")
    counted = [tuple(row) for row in await db.models.count_by_kind()]
    assert counted == [("commercial", 1), ("fine_tuned", 1)]


async def test_versions_are_changed_and_listed_by_stage_and_status(db: Database) -> None:
    one, two, three = await versions(db, "1", "2", "3")
    assert await db.model_versions.set_stage(id=one.id, stage="staging") == 1
    assert await db.model_versions.set_status(id=two.id, status="failed") == 1
    assert await db.model_versions.set_artifact(id=three.id, artifact_uri="s3://x", digest="d", parameter_count=7) == 1
    assert await db.model_versions.set_prices(id=three.id, input_token_price=0.5, output_token_price=None) == 1
    assert await db.model_versions.update_metrics(id=three.id, metrics={"f1": 0.5}) == 1
    assert await db.model_versions.update_metadata(id=three.id, metadata={"by": "me"}) == 1
    row = await db.model_versions.get(id=three.id)
    assert (row.artifact_uri, row.digest, row.parameter_count, row.input_token_price) == ("s3://x", "d", 7, 0.5)
    assert (row.metrics, row.metadata) == ({"f1": 0.5}, {"by": "me"})
    assert [row.version for row in await db.model_versions.list_by_stage(stage="development")] == ["3", "2"]
    assert [row.version for row in await db.model_versions.list_by_status(status="failed")] == ["2"]
    assert [row.version for row in await db.model_versions.list(stages=["staging"], statuses=["ready"])] == ["1"]
    assert [tuple(row) for row in await db.model_versions.count_by_stage()] == [("development", 2), ("staging", 1)]
    assert await db.model_versions.set_stage(id=NOBODY, stage="staging") == 0


async def record(db: Database, version: Row, value: float, metric: str = "accuracy", **values: Any) -> Row:
    row: Row = await db.model_benchmarks.record(
        model_version_id=version.id, benchmark="mmlu", metric=metric, value=value, **values
    )
    return row


async def test_a_score_measured_again_is_replaced_and_ranked(db: Database) -> None:
    one, two, three = await versions(db, "1", "2", "3")
    first = await record(db, one, 0.5)
    again = await record(db, one, 0.75, standard_error=0.01, details={"shots": 5})
    assert (again.id, again.created_at, again.value, again.standard_error) == (first.id, first.created_at, 0.75, 0.01)
    await record(db, two, 0.9)
    await record(db, three, 0.75)
    ranking = await db.model_benchmarks.ranking(benchmark="mmlu", metric="accuracy")
    assert [(row.place, row.model, row.version, row.value) for row in ranking] == [
        (1, "gpt", "2", 0.9),
        (2, "gpt", "1", 0.75),
        (2, "gpt", "3", 0.75),
    ]
    for version, loss in ((one, 2.0), (two, 3.0), (three, 1.0)):
        await record(db, version, loss, "loss", higher_is_better=False)
    ranking = await db.model_benchmarks.ranking(benchmark="mmlu", metric="loss", limit=2)
    assert [(row.place, row.version) for row in ranking] == [(1, "3"), (2, "1")]
    listed = await db.model_benchmarks.list_benchmarks()
    assert [(row.benchmark, row.metric, row.versions, row.lowest, row.highest) for row in listed] == [
        ("mmlu", "accuracy", 3, 0.75, 0.9),
        ("mmlu", "loss", 3, 1.0, 3.0),
    ]
    assert listed[0].last_at.tzinfo is not None
    assert [row.metric for row in await db.model_benchmarks.list_for_version(model_version_id=one.id)] == [
        "accuracy",
        "loss",
    ]
    with pytest.raises(ConstraintViolation):
        await record(db, one, 0.5, standard_error=-1.0)


async def test_versions_are_compared_metric_by_metric(db: Database) -> None:
    one, two, three = await versions(db, "1", "2", "3")
    for version, value in ((one, 0.5), (two, 0.7), (three, 0.9)):
        await record(db, version, value)
    await record(db, two, 1.0, "loss", higher_is_better=False)
    await db.model_benchmarks.record(model_version_id=one.id, benchmark="arc", metric="accuracy", value=0.4)
    rows = await db.model_versions.compare(model_version_ids=[one.id, two.id, NOBODY])
    assert [(row.benchmark, row.metric, row.version, row.value, row.place) for row in rows] == [
        ("arc", "accuracy", "1", 0.4, 1),
        ("arc", "accuracy", "2", None, None),
        ("mmlu", "accuracy", "2", 0.7, 1),
        ("mmlu", "accuracy", "1", 0.5, 2),
        ("mmlu", "loss", "2", 1.0, 1),
        ("mmlu", "loss", "1", None, None),
    ]
    assert [row.higher_is_better for row in rows] == [True, None, True, True, False, None]
    assert len(await db.model_versions.compare(model_version_ids=[one.id, two.id], benchmark="arc")) == 2
    assert await db.model_versions.compare(model_version_ids=[]) == []


async def test_performance_is_kept_over_time_and_the_newest_found(db: Database) -> None:
    (one,) = await versions(db, "1")
    start = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [
        {
            "model_version_id": one.id,
            "stage": stage,
            "metric": metric,
            "value": day + 0.5,
            "recorded_at": start + timedelta(days=day),
            "dataset_version": "2" if day > 2 else None,
        }
        for day in range(5)
        for stage in ("production", "staging")
        for metric in ("rmse", "mae")
    ]
    await db.model_performance.log.batch(rows)
    found = await db.model_performance.history(
        model_version_id=one.id, metric="rmse", stage="staging", since=start + timedelta(days=1), limit=3
    )
    assert [row.value for row in found] == [4.5, 3.5, 2.5]
    until = await db.model_performance.history(model_version_id=one.id, metric="mae", until=start + timedelta(days=1))
    assert [(row.stage, row.value) for row in until] == [("staging", 0.5), ("production", 0.5)]
    latest = await db.model_performance.latest(model_version_id=one.id)
    assert [(row.metric, row.stage, row.value, row.dataset_version) for row in latest] == [
        ("mae", "production", 4.5, "2"),
        ("mae", "staging", 4.5, "2"),
        ("rmse", "production", 4.5, "2"),
        ("rmse", "staging", 4.5, "2"),
    ]
    page = await db.model_performance.list_for_stage(stage="production", metric="mae", limit=2)
    following = await db.model_performance.list_for_stage(
        stage="production", metric="mae", before_recorded_at=page[-1].recorded_at, before_id=page[-1].id
    )
    assert [row.value for row in [*page, *following]] == [4.5, 3.5, 2.5, 1.5, 0.5]
    for wrong in ({"stage": "test"}, {"metric": ""}, {"model_version_id": NOBODY}):
        with pytest.raises(ConstraintViolation):
            await db.model_performance.log(**{**rows[0], **wrong})


@pytest.mark.parametrize("word", ["1:2", "v@1"])
async def test_a_version_and_an_alias_can_be_told_from_their_model(db: Database, word: str) -> None:
    with pytest.raises(ConstraintViolation) as caught:
        await models.register_version(db, model="m", version=word)
    assert caught.value.constraint == "model_versions_version_form_check"
    await models.register_version(db, model="m:x", version="1")
    with pytest.raises(ConstraintViolation) as caught:
        await models.promote(db, "m:x", "1", alias=word)
    assert caught.value.constraint == "model_aliases_alias_form_check"
    assert (await models.resolve(db, "m:x:1")).version == "1"
