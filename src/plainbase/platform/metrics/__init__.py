"""What a database and its queries do, for those who watch: Prometheus and OpenTelemetry.

| module       |                                                                                             |
|--------------|---------------------------------------------------------------------------------------------|
| `figures`    | `look`: jobs, workers, snapshots, sizes, replication, the last backup, by a few statements    |
| `families`   | the names and labels of what Prometheus reads                                               |
| `prometheus` | `Metrics`: the exposition                                                                   |
| `telemetry`  | `telemetry`: OpenTelemetry's spans and metrics by its database conventions                  |
"""

from plainbase.platform.metrics.figures import Figures, look
from plainbase.platform.metrics.prometheus import Metrics
from plainbase.platform.metrics.telemetry import Telemetry, telemetry

__all__ = ["Figures", "Metrics", "Telemetry", "look", "telemetry"]
