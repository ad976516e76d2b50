"""An MLflow tracking store: its experiments, runs, metrics and registered models are taken over."""

from plainbase.platform.legacy.mlflow.layout import MLFLOW

__all__ = ["MLFLOW"]
