"""Keeping a sign-in in a file, and in the keyring of a desktop that has one."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
import typer
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from metatag_cli import connect, sign_in
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


class Desktop(KeyringBackend):
    """A keyring of a desktop, as the keyring library knows them."""

    priority = 5  # type: ignore[assignment]  a property there, a number in every backend

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked("Nobody unlocks it.")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("There is none.")


@pytest.fixture
def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desktop]:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/run/user/1/bus")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    before, found = keyring.get_keyring(), Desktop()
    keyring.set_keyring(found)
    yield found
    keyring.set_keyring(before)


def test_a_desktop_keeps_it_in_its_keyring_and_no_file_is_written(desktop: Desktop, tmp_path: Path) -> None:
    store = sign_in.open_store()
    assert store.where == "the system's keyring"
    sign_in.keep(store, SERVER, Tokens("access", "refresh"))
    assert sign_in.tokens_of(sign_in.open_store(), SERVER) == Tokens("access", "refresh")
    assert ("metatag", SERVER) in desktop.kept
    assert store.servers() == [SERVER]
    store.drop(SERVER)
    store.drop(SERVER)
    assert sign_in.tokens_of(store, SERVER) is None
    assert store.servers() == []
    assert list(tmp_path.iterdir()) == []


def test_a_locked_keyring_gives_way_to_the_file(desktop: Desktop, tmp_path: Path) -> None:
    desktop.locked = True
    assert sign_in.open_store().where == str(tmp_path / "metatag/sign-in.json")


def test_the_only_kept_sign_in_names_the_server(store: sign_in.Store) -> None:
    sign_in.keep(store, SERVER, Tokens("access", "refresh"))
    assert connect.need_server(None) == SERVER


def test_of_several_kept_sign_ins_one_must_be_named(store: sign_in.Store, capsys: pytest.CaptureFixture[str]) -> None:
    sign_in.keep(store, SERVER, Tokens("access", "refresh"))
    sign_in.keep(store, "http://other", Tokens("access", "refresh"))
    with pytest.raises(typer.Exit):
        connect.need_server(None)
    assert "http://other" in capsys.readouterr().err
