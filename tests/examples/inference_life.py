"""An inference life, from a deployed version to its daily figures: python inference_life.py [URL]"""

from __future__ import annotations

import asyncio
import sys

import plainbase
from plainbase import ConstraintViolation
from plainbase.platform import evaluations, inference, models, predictions


async def main(url: str) -> None:
    async with plainbase.open(url, migrate=True) as db:
        version = await models.register_version(
            db,
            model="helper",
            version="2.1",
            kind="commercial",
            provider="Acme",
            input_token_price=2.0,
            output_token_price=8.0,
        )
        await models.promote(db, "helper", "2.1")

        async with inference.session(db, model_version_id=version.id, purpose="support") as session:
            for number in range(1, 11):
                await session.log(input_tokens=100, output_tokens=20 * number, latency_ms=10.0 * number)
            await session.log(input_tokens=100, error="no answer in time")
        closed = await db.inference_sessions.get(id=session.id)
        print(f"session: {closed.request_count} requests, {closed.error_count} error, {closed.cost_usd:.6f} USD")

        answer = await db.generations.record(
            prompt="How do I return it?", response="By post.", model="helper", model_version_id=version.id
        )
        await db.generations.rate(id=answer.id, user_rating=4)

        price = predictions.Prediction(
            "request-0",
            model_version="v1.0.0",
            model_stage="Production",
            input_features={"rooms": 3},
            prediction=2.5,
            confidence_score=0.9,
            processing_time_ms=15.0,
        )
        await predictions.log(db, price)
        batch = [
            predictions.Prediction(f"request-{number}", "v1.0.0", "production", {"rooms": number}, float(number))
            for number in range(1, 4)
        ]
        await predictions.log_batch(db, batch, batch_id="nightly")
        await predictions.log_error(
            db, predictions.Prediction("request-4", "v1.0.0", "production", {}), ValueError("rooms are missing")
        )
        try:
            await predictions.log(db, price)
        except ConstraintViolation as error:
            print(f"logged twice: {error.kind} violation")
        stats = await predictions.statistics(db, model_version="v1.0.0")
        print(f"predictions: {stats.total}, success rate {stats.success_rate:.2%}")
        (failure,) = await db.predictions.list_errors()
        print(f"error: {failure.error_message}")

        asked = [f"Question {number}" for number in range(3)]
        ids = await evaluations.create_many(
            db, [evaluations.Evaluation("Acme", "helper", each, each.upper(), score=0.5) for each in asked]
        )
        await evaluations.rate(db, ids[0], 5, feedback="loud and clear")
        (row,) = await db.evaluations.aggregates()
        print(f"{row.provider} {row.model}: {row.evaluations} evaluations, score {row.avg_score}")

        await db.refresh("daily_usage")
        for day in await db.daily_usage.list(kind="inference"):
            print(f"{day.model}: {day.requests} requests, p50 {day.p50_latency_ms:g} ms, p95 {day.p95_latency_ms:g} ms")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "sqlite:///inference_life.db"))
