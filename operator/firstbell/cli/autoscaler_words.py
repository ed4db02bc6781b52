"""The autoscalers of others, in the words of their users."""

from __future__ import annotations

KUBECTL_NAME = {"HorizontalPodAutoscaler": "hpa", "ScaledObject": "scaledobject"}
MINIMUM_FIELD = {"HorizontalPodAutoscaler": "minReplicas", "ScaledObject": "minReplicaCount"}
