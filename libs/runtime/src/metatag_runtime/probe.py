"""Asks a gRPC server for its health, for container health checks: `python -m metatag_runtime.probe HOST:PORT [NAME]`.

NAME is "liveness", "readiness" or a service's name; none means the whole server. Exit code 0: serving.
"""

from __future__ import annotations

import sys

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

# Shorter than any health check's own limit, so that the reason is printed. Seconds.
LIMIT = 3.0


def main(arguments: list[str]) -> int:
    """Probe once; give 0 when serving, 1 when not, 2 for wrong arguments."""
    if not 1 <= len(arguments) <= 2:
        print(__doc__, file=sys.stderr)
        return 2
    address, service = arguments[0], (arguments[1] if len(arguments) == 2 else "")
    with grpc.insecure_channel(address) as channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(service=service), timeout=LIMIT
            )
        except grpc.RpcError as error:
            print(f"{address} {service}: {error.code()}", file=sys.stderr)
            return 1
    return 0 if answer.status == health_pb2.HealthCheckResponse.SERVING else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
