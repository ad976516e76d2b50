"""What requests bring and answers hold, for the log of predictions: strict types, bounded sizes, finite numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag
from pydantic import model_validator as validates
from pydantic_core import PydanticCustomError

from plainbase.platform.predictions import Prediction
from plainbase.typed import PredictionsGetRow

MOST_FEATURE_BYTES = 64 << 10
"""Of one prediction's input features, as JSON."""

MOST_OF_A_BATCH = 1000

STRICT = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True)

Name = Annotated[str, Field(min_length=1, max_length=255)]
Milliseconds = Annotated[float, Field(ge=0, le=1e12)]


def _text(value: object) -> object:
    """JSON has times and ids as text, never as numbers."""
    if not isinstance(value, str):
        raise PydanticCustomError("text_expected", "Input should be text")
    return value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _bounded(features: dict[str, Any]) -> dict[str, Any]:
    try:
        size = len(json.dumps(features, allow_nan=False, ensure_ascii=False).encode("utf-8"))
    except (ValueError, RecursionError):
        raise PydanticCustomError("features", "Input should be JSON, without NaN or infinities") from None
    if size > MOST_FEATURE_BYTES:
        raise PydanticCustomError("features", f"Input should have at most {MOST_FEATURE_BYTES:,} bytes")
    return features


Features = Annotated[dict[str, Any], AfterValidator(_bounded)]
TextUuid = Annotated[UUID, Field(strict=False), BeforeValidator(_text)]
TextTime = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_text)]
Status = Literal["success", "error"]
Stage = Annotated[Literal["production", "staging", "development", "archived"], BeforeValidator(_lower)]


class Asked(BaseModel):
    """What was asked, of which version; `request_id` is the client's, so that trying again logs nothing twice."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
        protected_namespaces=(),
    )

    request_id: Name
    model_version: Name
    model_stage: Stage
    input_features: Features
    processing_time_ms: Milliseconds | None = None
    model_version_id: TextUuid | None = None
    created_at: TextTime | None = None

    def prediction_of(self, user_agent: str | None = None, ip_address: str | None = None) -> Prediction:
        """The prediction to log, with where the request came from."""
        return Prediction(**self.model_dump(), user_agent=user_agent, ip_address=ip_address)


class PredictionBody(Asked):
    """A prediction that was made; the confidence is a score from 0 to 1, and an interval."""

    prediction: float
    confidence_score: Annotated[float, Field(ge=0, le=1)] | None = None
    confidence_low: float | None = None
    confidence_high: float | None = None

    @validates(mode="after")
    def _in_order(self) -> PredictionBody:
        low, high = self.confidence_low, self.confidence_high
        if low is not None and high is not None and low > high:
            raise PydanticCustomError("interval", "confidence_low should not be above confidence_high")
        return self


class ErrorBody(Asked):
    """A prediction that failed, and why."""

    error_message: Annotated[str, Field(min_length=1, max_length=10_000)]


def _kind(body: object) -> str:
    failed = "error_message" in body if isinstance(body, Mapping) else isinstance(body, ErrorBody)
    return "error" if failed else "prediction"


Outcome = Annotated[
    Annotated[PredictionBody, Tag("prediction")] | Annotated[ErrorBody, Tag("error")], Discriminator(_kind)
]


class BatchBody(BaseModel):
    """Predictions that are logged together or not at all, those that failed among them."""

    model_config = STRICT

    batch_id: Name
    predictions: Annotated[list[Outcome], Field(min_length=1, max_length=MOST_OF_A_BATCH)]

    @validates(mode="after")
    def _each_once(self) -> BatchBody:
        if len({each.request_id for each in self.predictions}) < len(self.predictions):
            raise PydanticCustomError("request_ids", "each request_id should stand once in a batch")
        return self


class Logged(BaseModel):
    """A prediction is in the database; `repeated` where it was there before."""

    id: int
    request_id: str
    created_at: datetime
    repeated: bool


class BatchLogged(BaseModel):
    """A batch is in the database; `repeated` where it was there before."""

    batch_id: str
    predictions: int
    repeated: bool


class StoredPrediction(BaseModel):
    """A prediction as it stands in the log, without the address and the agent that it came from."""

    model_config = ConfigDict(protected_namespaces=())

    id: int
    request_id: str
    batch_id: str | None
    model_version_id: UUID | None
    model_version: str
    model_stage: str
    input_features: dict[str, Any]
    prediction: float | None
    confidence_score: float | None
    confidence_low: float | None
    confidence_high: float | None
    processing_time_ms: float | None
    status: str
    error_message: str | None
    created_at: datetime

    @classmethod
    def of(cls, row: PredictionsGetRow) -> StoredPrediction:
        """The one of a row."""
        return cls.model_validate(dict(row))


class PredictionStatistics(BaseModel):
    """How many predictions succeeded, and how long they took in milliseconds; the rate is a fraction."""

    total: int
    successes: int
    errors: int
    success_rate: float | None
    avg_processing_time_ms: float | None
    p50_processing_time_ms: float | None
    p95_processing_time_ms: float | None
    p99_processing_time_ms: float | None
    avg_confidence: float | None
