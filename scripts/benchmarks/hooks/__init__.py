"""What counting, hooks, Prometheus and OpenTelemetry cost a query."""
