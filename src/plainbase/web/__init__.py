"""A FastAPI service on plainbase: its lifespan, dependencies, bodies, health, metrics, problems and live changes.

app = FastAPI(lifespan=plainbase.web.lifespan(migrate=True))
plainbase.web.handle_errors(app)
app.include_router(plainbase.web.router)

@app.get("/models/{name}")
async def model(db: plainbase.web.Db, name: str) -> dict[str, object]:
    return dict(await db.models.get_by_name(name=name))
"""

from plainbase.platform.extras import require

require("web", "fastapi", "pydantic")

# The packages are looked for first, so that the error names the extra that brings them.
from plainbase.web.bodies import (  # noqa: E402 (see above)
    BatchBody,
    BatchLogged,
    ErrorBody,
    Logged,
    PredictionBody,
    PredictionStatistics,
    StoredPrediction,
)
from plainbase.web.body_limit import BodyLimit  # noqa: E402 (see above)
from plainbase.web.changes import Changes, events  # noqa: E402 (see above)
from plainbase.web.dependencies import Db, Service, Tx, Web, allowed, transaction  # noqa: E402 (see above)
from plainbase.web.opening import lifespan  # noqa: E402 (see above)
from plainbase.web.problems import Problem, handle_errors  # noqa: E402 (see above)
from plainbase.web.routes import router  # noqa: E402 (see above)

__all__ = [
    "BatchBody",
    "BatchLogged",
    "BodyLimit",
    "Changes",
    "Db",
    "ErrorBody",
    "Logged",
    "PredictionBody",
    "PredictionStatistics",
    "Problem",
    "Service",
    "StoredPrediction",
    "Tx",
    "Web",
    "allowed",
    "events",
    "handle_errors",
    "lifespan",
    "router",
    "transaction",
]
