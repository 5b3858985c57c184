"""Keeping a sign-in where there is no keyring."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from metatag_cli import sign_in
from metatag_client import Tokens

SERVER = "http://127.0.0.1:8000"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> sign_in.Store:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return sign_in.open_store()


def test_what_is_kept_comes_back(store: sign_in.Store) -> None:
    sign_in.keep(store, SERVER, Tokens("access", "refresh"))
    assert sign_in.tokens_of(store, SERVER) == Tokens("access", "refresh")
    assert sign_in.tokens_of(store, "http://other") is None


def test_only_the_owner_can_read_the_file(store: sign_in.Store, tmp_path: Path) -> None:
    sign_in.keep(store, SERVER, Tokens("access", "refresh"))
    file = tmp_path / "metatag" / "sign-in.json"
    assert store.where == str(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_forgetting_leaves_other_servers_alone(store: sign_in.Store) -> None:
    sign_in.keep(store, SERVER, Tokens("access", "refresh"))
    sign_in.keep(store, "http://other", Tokens("a", "b"))
    store.drop(SERVER)
    store.drop("http://never")
    assert sign_in.tokens_of(store, SERVER) is None
    assert sign_in.tokens_of(store, "http://other") == Tokens("a", "b")


@pytest.mark.parametrize("content", ["", "[]", "{", '{"http://127.0.0.1:8000": "{}"}'])
def test_a_damaged_file_is_a_sign_in_that_is_not_there(store: sign_in.Store, content: str) -> None:
    Path(store.where).parent.mkdir()
    Path(store.where).write_text(content)
    assert sign_in.tokens_of(store, SERVER) is None
    sign_in.keep(store, SERVER, Tokens("access", "refresh"))
    assert sign_in.tokens_of(store, SERVER) == Tokens("access", "refresh")
