"""Channels to other services: round robin over all addresses, retries of repeatable calls, keepalive, deadlines."""

from __future__ import annotations

import json
from collections.abc import Sequence

import grpc

from metatag_runtime.grpc_calls import call_interceptors
from metatag_runtime.grpc_hedging import HedgedCalls
from metatag_runtime.grpc_reload import ReloadingChannel
from metatag_runtime.grpc_server import MAX_MESSAGE_BYTES
from metatag_runtime.grpc_tls import Tls, process_tls

# A repeated call needs its request still in the buffer: the tagger's go up to MAX_MESSAGE_BYTES; grpc keeps 256 KiB.
RETRY_BUFFER_BYTES = MAX_MESSAGE_BYTES

# How long a replica that hangs, or whose machine is gone, may hold a call: two seconds until it is asked, and its time
# to answer. Behind a unix socket this machine is busy instead, and no other replica is there: waiting costs nothing, a
# cut connection costs an upload. Milliseconds.
_PING_EVERY, _PING_WITHIN = 2_000, 2_500
_LOCAL_PING_EVERY, _LOCAL_PING_WITHIN = 30_000, 20_000


def open_channel(
    target: str,
    repeatable: Sequence[str] = (),
    *,
    peer: str = "",
    quick: Sequence[str] = (),
    retry_buffer: int = RETRY_BUFFER_BYTES,
    server_name: str = "",
    tls: Tls | None = None,
) -> grpc.aio.Channel:
    """Open a channel to a service; it connects when first used.

    `target` is "unix:/path", "host:port" or "dns:///name:port". With `peer`, the service's name, calls carry the
    request's ids and deadline, and raise MetatagError (grpc_calls.py). `repeatable` lists the methods that are sent
    again on UNAVAILABLE, as "metatag.v1.Service/Method", at most four times in all. `quick` lists those of them that
    are answered at once, or not at all by a replica that hangs: they are hedged (grpc_hedging.py). A call keeps what it
    sent up to `retry_buffer` bytes, and is not sent again after more; with 0 nothing is sent again. TLS is `tls`, or
    the process's own; a unix socket stays plain. `server_name` is the name a certificate must bear when `target` is an
    address of one replica.
    """
    local = target.startswith("unix:")
    ping_within = _LOCAL_PING_WITHIN if local else _PING_WITHIN
    options: list[tuple[str, str | int]] = [
        ("grpc.service_config", json.dumps(_service_config(repeatable))),
        ("grpc.enable_retries", int(retry_buffer > 0)),
        ("grpc.per_rpc_retry_buffer_size", retry_buffer),
        ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
        ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
        ("grpc.keepalive_time_ms", _LOCAL_PING_EVERY if local else _PING_EVERY),
        ("grpc.keepalive_timeout_ms", ping_within),
        # Default 60 s, whatever the keepalive's own timeout: no keepalive is sent while another ping is on its way, and
        # one goes out with the first data after each silence, to measure the way.
        ("grpc.http2.ping_timeout_ms", ping_within),
        # What hangs is known before the next call.
        ("grpc.keepalive_permit_without_calls", int(not local)),
        # Default 2: a call that is silent for long (a page being recognised) would be watched no more.
        ("grpc.http2.max_pings_without_data", 0),
        # Default 30 s: with it a new replica gets no call for half a minute after a connection ended.
        ("grpc.dns_min_time_between_resolutions_ms", 5_000),
        # Default 1 s, then up to 120 s: a peer that was away for minutes would stay "away" for two more.
        ("grpc.initial_reconnect_backoff_ms", 200),
        ("grpc.max_reconnect_backoff_ms", 2_000),
    ]
    interceptors = call_interceptors(peer) if peer else []
    if quick:
        interceptors.append(HedgedCalls(quick))
    tls = tls or process_tls()
    if tls is None or local:
        return grpc.aio.insecure_channel(target, options=options, interceptors=interceptors)
    if server_name:
        options.append(("grpc.ssl_target_name_override", server_name))
    return ReloadingChannel(
        tls,
        lambda credentials: grpc.aio.secure_channel(target, credentials, options=options, interceptors=interceptors),
    )


def _service_config(repeatable: Sequence[str]) -> dict[str, object]:
    config: dict[str, object] = {"loadBalancingConfig": [{"round_robin": {}}]}
    if repeatable:
        names = [dict(zip(("service", "method"), entry.split("/", 1), strict=True)) for entry in repeatable]
        config["methodConfig"] = [
            {
                "name": names,
                "retryPolicy": {
                    "maxAttempts": 4,
                    "initialBackoff": "0.05s",
                    "maxBackoff": "1s",
                    "backoffMultiplier": 2,
                    "retryableStatusCodes": ["UNAVAILABLE"],
                },
            }
        ]
        config["retryThrottling"] = {"maxTokens": 100, "tokenRatio": 0.1}
    return config
