"""The doctor tells how long the certificates between services hold, from real handshakes."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from fakes.certificates import Authority
from metatag_cli.cluster import certificates
from metatag_runtime.grpc_server import GrpcServerOptions, GrpcService
from metatag_runtime.grpc_tls import CertificateStore, Tls


@asynccontextmanager
async def service(directory: Path | None) -> AsyncIterator[str]:
    """A service that speaks TLS with the certificate of a directory, or plain gRPC."""
    tls = Tls(CertificateStore(directory)) if directory else None
    service = GrpcService("sample", GrpcServerOptions("127.0.0.1:0", tls=tls), [], [])
    await service.start()
    try:
        yield service.address
    finally:
        await service.stop(0)


async def test_a_certificate_that_holds_is_told_with_its_end(tmp_path: Path) -> None:
    Authority().issue(tmp_path / "own", "ocr")
    own = await certificates.own(tmp_path / "own")
    assert (own.level, "29 days" in own.found) == ("ok", True)
    async with service(tmp_path / "own") as address:
        shown = await certificates.shown("ocr", address, tmp_path / "own")
    assert [(each.what, each.level) for each in shown] == [("TLS ocr", "ok")]
    assert "29 days" in shown[0].found


async def test_one_that_nobody_renews_is_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Authority().issue(tmp_path / "own", "ocr")
    monkeypatch.setattr(certificates, "SOON", dt.timedelta(days=60))
    own = await certificates.own(tmp_path / "own")
    assert own.level == "note"
    assert "renewed by now" in own.remedy


async def test_one_that_ended_is_a_cross_here_and_at_the_service(tmp_path: Path) -> None:
    authority = Authority()
    authority.issue(tmp_path / "good", "ocr")
    authority.issue(tmp_path / "ended", "ocr", days=-0.5)
    own = await certificates.own(tmp_path / "ended")
    assert (own.level, " ended on " in own.found) == ("bad", True)
    async with service(tmp_path / "ended") as address:
        shown = await certificates.shown("ocr", address, tmp_path / "good")
    assert shown[0].level == "bad"
    assert "expired" in shown[0].found


async def test_another_authority_and_a_plain_service_are_told_apart(tmp_path: Path) -> None:
    Authority().issue(tmp_path / "own", "ocr")
    Authority("stranger").issue(tmp_path / "other", "ocr")
    async with service(tmp_path / "other") as address:
        foreign = await certificates.shown("ocr", address, tmp_path / "own")
    async with service(None) as address:
        plain = await certificates.shown("ocr", address, tmp_path / "own")
    assert foreign[0].level == plain[0].level == "bad"
    assert "does not hold" in foreign[0].found
    assert "shows no certificate" in plain[0].found
    assert "METATAG_TLS_DIR" in plain[0].remedy


async def test_a_directory_without_a_certificate_is_a_cross(tmp_path: Path) -> None:
    assert (await certificates.own(tmp_path)).level == "bad"
