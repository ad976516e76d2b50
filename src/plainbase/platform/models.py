"""The model registry: versions are registered, promoted and found by name."""

from __future__ import annotations

import re
from typing import Any

from plainbase.errors import ParameterError, RowNotFound
from plainbase.platform.runners import AnyRunner
from plainbase.typed import ModelVersionsGetRow
from plainbase.values import uuid7

REFERENCE = re.compile(r"(?P<model>.+)(?P<sign>[@:])(?P<rest>[^@:]+)", re.DOTALL)


async def register_version(
    db: AnyRunner,
    *,
    model: str,
    version: str,
    kind: str = "fine_tuned",
    provider: str | None = None,
    **values: Any,
) -> ModelVersionsGetRow:
    """Register a version of the model of this name, which is made where there is none; return the version's row.

    All or nothing. `kind` and `provider` are those of a model made here; a known one keeps its own. `values` are
    those of `model_versions.register`: artifact_uri, digest, metrics, training_run_id and so on. Raises
    ConstraintViolation (unique) for a version there is already.
    """
    async with db.transaction() as tx:
        owner = await tx.models.ensure(id=uuid7(), name=model, kind=kind, provider=provider)
        return await tx.model_versions.register(model_id=owner, version=version, **values)


async def promote(
    db: AnyRunner,
    model: str,
    version: str,
    *,
    alias: str = "champion",
    stage: str = "production",
    archive_previous: bool = True,
) -> ModelVersionsGetRow:
    """Move an alias to a version and the version into a stage; return its row.

    With `archive_previous` the model's other versions of that stage are archived. All or nothing; of promotions of
    one model at once each is made whole, and the last one stays. Raises RowNotFound for an unknown model or version,
    and ConstraintViolation for an unknown stage.
    """
    async with db.transaction() as tx:
        found = await _version(tx, model, version)
        # A write, so that promotions of a model take turns, and each sees what the one before did.
        await tx.models.touch(id=found.model_id)
        if not await tx.model_versions.set_stage(id=found.id, stage=stage):
            raise RowNotFound("there is no such version of a model of this name")
        if archive_previous:
            await tx.model_versions.archive_others(model_id=found.model_id, stage=stage, id=found.id)
        await tx.model_aliases.set(model_id=found.model_id, alias=alias, model_version_id=found.id)
        return await tx.model_versions.get(id=found.id)


async def resolve(db: AnyRunner, reference: str) -> ModelVersionsGetRow:
    """Find the version that "model@alias" or "model:version" stands for; return its row.

    The last @ or : divides the two. Raises ParameterError for a reference of another form, and RowNotFound.
    """
    parts = REFERENCE.fullmatch(reference)
    if parts is None:
        raise ParameterError("a model version is given as model@alias or model:version")
    if parts["sign"] == ":":
        return await _version(db, parts["model"], parts["rest"])
    row = await db.model_versions.get_by_alias(model=parts["model"], alias=parts["rest"])
    if row is None:
        raise RowNotFound("there is no such alias of a model of this name")
    return row


async def _version(db: AnyRunner, model: str, version: str) -> ModelVersionsGetRow:
    row = await db.model_versions.get_by_version(model=model, version=version)
    if row is None:
        raise RowNotFound("there is no such version of a model of this name")
    return row
