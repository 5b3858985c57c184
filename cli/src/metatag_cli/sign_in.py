"""Keeping a sign-in between commands: in the system's keyring, or in a file that only its owner can read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Protocol

from metatag_client import Tokens

SERVICE = "metatag"
# The keyring's entry that lists the servers, since a keyring cannot be listed.
_SERVERS = "servers"


class Store(Protocol):
    """Keeps one text a server."""

    where: str

    def get(self, server: str) -> str | None:
        """Give what was kept, or None."""

    def put(self, server: str, text: str) -> None:
        """Keep it in place of what was there."""

    def drop(self, server: str) -> None:
        """Forget it; nothing to forget is fine."""

    def servers(self) -> list[str]:
        """Return the addresses for which a sign-in is kept."""


class FileStore:
    """One JSON file, mode 0600."""

    def __init__(self, path: Path) -> None:
        self.where = str(path)
        self._path = path

    def get(self, server: str) -> str | None:
        """Give what was kept, or None."""
        return self._all().get(server)

    def put(self, server: str, text: str) -> None:
        """Keep it in place of what was there."""
        self._write(self._all() | {server: text})

    def drop(self, server: str) -> None:
        """Forget it; nothing to forget is fine."""
        self._write({name: text for name, text in self._all().items() if name != server})

    def servers(self) -> list[str]:
        """Return the addresses for which a sign-in is kept."""
        return sorted(self._all())

    def _all(self) -> dict[str, str]:
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def _write(self, kept: dict[str, str]) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            json.dump(kept, out)
        fresh.replace(self._path)


class KeyringStore:
    """The desktop's keyring."""

    where = "the system's keyring"

    def get(self, server: str) -> str | None:
        """Give what was kept, or None."""
        import keyring

        return keyring.get_password(SERVICE, server)

    def put(self, server: str, text: str) -> None:
        """Keep it in place of what was there."""
        import keyring

        keyring.set_password(SERVICE, server, text)
        self._list({*self.servers(), server})

    def drop(self, server: str) -> None:
        """Forget it; nothing to forget is fine."""
        import keyring
        from keyring.errors import PasswordDeleteError

        self._list(set(self.servers()) - {server})
        try:
            keyring.delete_password(SERVICE, server)
        except PasswordDeleteError:
            return

    def servers(self) -> list[str]:
        """Return the addresses for which a sign-in is kept."""
        import keyring

        try:
            kept = json.loads(keyring.get_password(SERVICE, _SERVERS) or "[]")
        except ValueError:
            return []
        return [name for name in kept if isinstance(name, str)] if isinstance(kept, list) else []

    def _list(self, servers: set[str]) -> None:
        import keyring

        keyring.set_password(SERVICE, _SERVERS, json.dumps(sorted(servers)))


def open_store() -> Store:
    """Give the keyring where there is a working one, else the file."""
    return KeyringStore() if _keyring_works() else FileStore(_config_dir() / "sign-in.json")


def tokens_of(store: Store, server: str) -> Tokens | None:
    """Give the kept sign-in of a server."""
    text = store.get(server)
    try:
        return Tokens.from_json(json.loads(text)) if text else None
    except (ValueError, KeyError, TypeError):
        return None


def keep(store: Store, server: str, tokens: Tokens) -> None:
    """Keep a sign-in."""
    store.put(server, json.dumps({"access_token": tokens.access_token, "refresh_token": tokens.refresh_token}))


def _config_dir() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "metatag"


def _keyring_works() -> bool:
    # Without a desktop session the keyring libraries look for one, and ask in a window that nobody sees.
    if not os.environ.get("DBUS_SESSION_BUS_ADDRESS") and os.uname().sysname == "Linux":
        return False
    try:
        import keyring
        from keyring.backends.fail import Keyring as NoKeyring

        backend = keyring.get_keyring()
        if isinstance(backend, NoKeyring) or backend.priority <= 0:
            return False
        keyring.get_password(SERVICE, "probe")
    except Exception:  # a keyring can fail in as many ways as there are desktops; the file always works
        return False
    return True
