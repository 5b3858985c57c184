"""Files under the operator's roots: nothing outside is read, however it is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fakes.web import PDF
from metatag_jobs.adapters.sources import local as local_fetcher
from metatag_jobs.adapters.sources.local import LocalFetcher
from metatag_jobs.errors import SourceRefused
from metatag_jobs.model import Source


def local(tmp_path: Path) -> tuple[LocalFetcher, Path]:
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.pdf").write_bytes(PDF)
    (tmp_path / "secret.pdf").write_bytes(PDF)
    return LocalFetcher([root]), root


async def test_local_files_are_read_under_the_roots_only(tmp_path: Path) -> None:
    found, root = local(tmp_path)
    await found.fetch(Source("local", str(root / "a.pdf")), tmp_path / "copy", 1024)
    assert (tmp_path / "copy").read_bytes() == PDF
    (root / "link.pdf").symlink_to(tmp_path / "secret.pdf")
    (root / "dir").symlink_to(tmp_path)
    os.mkfifo(root / "pipe")
    for path in ("link.pdf", "dir/secret.pdf", "../secret.pdf"):
        with pytest.raises(SourceRefused):
            await found.fetch(Source("local", str(root / path)), tmp_path / "x", 1024)
    assert (await found.check(Source("local", "a.pdf"))).error == "Relative paths not supported"
    assert (await found.check(Source("local", str(root)))).error == "Not a file"
    assert (await found.check(Source("local", str(root / "pipe")))).error == "Not a file"
    assert (await found.check(Source("local", str(root / "none.pdf")))).error == "File not found: none.pdf"
    assert (await found.check(Source("local", str(root / "a.pdf")))).size_bytes == len(PDF)
    outside = [str(tmp_path / "secret.pdf"), str(tmp_path / "absent.pdf")]
    # What lies outside is refused in the same words whether it exists or not.
    assert len({(await found.check(Source("local", path))).error for path in outside}) == 1


async def test_without_roots_no_local_file_may_be_named(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused):
        await LocalFetcher([]).fetch(Source("local", "/etc/hostname"), tmp_path / "x", 1024)


@pytest.mark.parametrize("root", ["/proc", "/", "/proc/self"])
async def test_nothing_that_the_system_tells_about_processes_is_a_document(tmp_path: Path, root: str) -> None:
    found = LocalFetcher([Path(root)])
    for path in ("/proc/self/environ", f"/proc/{os.getpid()}/environ", "/proc/version"):
        with pytest.raises(SourceRefused):
            await found.fetch(Source("local", path), tmp_path / "x", 10_000)


@pytest.mark.parametrize("target", ["/proc/self/environ", "secret.pdf"])
async def test_a_link_put_in_place_between_check_and_opening_leads_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    found, root = local(tmp_path)
    opening, led = os.open, str(tmp_path / target)
    monkeypatch.setattr(local_fetcher.os, "open", lambda _path, flags: opening(led, flags))
    with pytest.raises(SourceRefused):
        await found.fetch(Source("local", str(root / "a.pdf")), tmp_path / "x", 10_000)
