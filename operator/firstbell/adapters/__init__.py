"""Outside systems: the Kubernetes API, events, Prometheus, figures, logs. No decisions are taken here."""
