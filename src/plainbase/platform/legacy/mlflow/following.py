"""What changed in MLflow since a run was imported, brought here; what was changed here stays."""

from __future__ import annotations

from typing import Any

from plainbase.platform.legacy.importing import Import
from plainbase.platform.legacy.mlflow.run_rows import Found
from plainbase.platform.legacy.mlflow.translation import ENDED, RUN_STATUSES, moment
from plainbase.platform.legacy.report import Tally


async def brought_up_to_date(importing: Import, tally: Tally, run: Found, here: Any) -> None:
    """Write what MLflow says of a run anew, add params that are new, and move its status where there is a way.

    Our columns win: a param that is here keeps its value, and a status that was changed here is not changed.
    """
    before: dict[str, Any] = here.config.get("mlflow", {})
    record = run.record()
    added = {key: value for key, value in run.hyperparameters.items() if key not in here.hyperparameters}
    if record == before and not added:
        return
    tally.note("brought up to date: what MLflow says of it changed")
    await importing.tx.training_runs.update_config(
        id=run.here, config={**here.config, "mlflow": record}, hyperparameters={**added, **here.hyperparameters}
    )
    if before.get("status") != record.get("status") and here.status != run.status:
        if here.status != RUN_STATUSES.get(before.get("status"), "pending"):
            tally.note("its status changed in MLflow and here; what it is here stays")
        elif not await _moved(importing, run, here.status):
            tally.note("it was begun again in MLflow; here it stays ended, since an end is final")


async def _moved(importing: Import, run: Found, status: str) -> bool:
    """Move a run along the legal way to its status in MLflow; whether there is one."""
    if status in ENDED:
        return False
    change = importing.tx.training_runs.update_status
    began = moment(run.row["start_time"]) or importing.began
    ended = moment(run.row["end_time"]) or importing.began
    if status == "pending" and run.status in ("running", "completed"):
        await change(id=run.here, status="running", now=began)
    if run.status == "running":
        return status == "pending"
    return bool(run.status in ENDED and await change(id=run.here, status=run.status, now=ended))
