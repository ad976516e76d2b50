"""Analytics over stored views: each says how old what it read is, and refreshes it first where that is asked for.

| module            |                                                                                          |
|-------------------|------------------------------------------------------------------------------------------|
| `snapshot`        | what an analytic gives: rows, views, age                                                 |
| `models`          | `leaderboard`, `model_comparison`, `model_performance`                                   |
| `trends`          | `training_trends`                                                                        |
| `curves`          | `convergence`                                                                            |
| `hyperparameters` | `hyperparameter_impact`; `ranks` are its statistics                                      |
| `usage`           | `dataset_usage`, `daily_usage`, `resource_use`                                           |
| `dashboard_parts` | `overview`, `recent_experiments`, `recent_activity`, and with `model_performance` `dashboard` |
| `live`            | `look`: what `plainbase top` shows                                                       |
"""

from plainbase.platform.analytics.curves import Convergence, convergence
from plainbase.platform.analytics.dashboard_parts import (
    Dashboard,
    Overview,
    dashboard,
    overview,
    recent_activity,
    recent_experiments,
)
from plainbase.platform.analytics.hyperparameters import Category, Correction, Impact, hyperparameter_impact
from plainbase.platform.analytics.live import Now, look
from plainbase.platform.analytics.models import leaderboard, model_comparison, model_performance
from plainbase.platform.analytics.snapshot import Fresh, Snapshot
from plainbase.platform.analytics.trends import training_trends
from plainbase.platform.analytics.usage import daily_usage, dataset_usage, resource_use

__all__ = [
    "Category",
    "Convergence",
    "Correction",
    "Dashboard",
    "Fresh",
    "Impact",
    "Now",
    "Overview",
    "Snapshot",
    "convergence",
    "daily_usage",
    "dashboard",
    "dataset_usage",
    "hyperparameter_impact",
    "leaderboard",
    "look",
    "model_comparison",
    "model_performance",
    "overview",
    "recent_activity",
    "recent_experiments",
    "resource_use",
    "training_trends",
]
