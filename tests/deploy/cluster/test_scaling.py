"""The autoscaler of the component `hpa` with metrics of a real metrics server."""

from __future__ import annotations

import copy

from deploy.cluster.installation import door
from deploy.cluster.kubernetes import NAMESPACE, Kubernetes
from deploy.compose.load import SCAN, Batch, sign_in
from deploy.manifests import Manifest, label, rendered


def test_ocr_is_scaled_out_under_a_batch_and_in_again(installed: Kubernetes) -> None:
    installed.apply([_autoscaler()])
    try:
        installed.wait("the autoscaler knows the load", lambda: _status(installed).get("currentMetrics"), 180)
        with sign_in(door(installed)) as client:
            batch = Batch(client, 60, SCAN).start()
            installed.wait("a second pod is asked for", lambda: _status(installed)["desiredReplicas"] == 2, 240)
            installed.wait("it serves", lambda: _ready(installed) == 2, 240)
            assert batch.wait(900) == {"success": 60}
        installed.wait("the second pod goes", lambda: _status(installed)["desiredReplicas"] == 1, 300)
    finally:
        installed.run("-n", NAMESPACE, "delete", "hpa", "ocr")
        installed.run("-n", NAMESPACE, "scale", "deployment", "ocr", "--replicas=1")


def _autoscaler() -> Manifest:
    """Return the autoscaler of ocr, with bounds of a small cluster, and in again before the day is over."""
    manifests = rendered("dev+gateway-api+hpa")
    found = copy.deepcopy(next(each for each in manifests if label(each) == "HorizontalPodAutoscaler/ocr"))
    found["spec"] |= {"minReplicas": 1, "maxReplicas": 2}
    found["spec"]["behavior"]["scaleDown"] |= {
        "stabilizationWindowSeconds": 15,
        "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}],
    }
    return found


def _status(kubernetes: Kubernetes) -> Manifest:
    [found] = kubernetes.get("hpa", "ocr")
    return found.get("status", {})  # type: ignore[no-any-return]


def _ready(kubernetes: Kubernetes) -> int:
    [found] = kubernetes.get("deployment", "ocr")
    return int(found["status"].get("readyReplicas", 0))
