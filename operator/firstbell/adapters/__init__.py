"""One file per outside system: the Kubernetes API, events, figures. No decisions are taken here."""
