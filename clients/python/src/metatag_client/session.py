"""The tokens of one client: who is signed in, and telling the owner when they change."""

from __future__ import annotations

from collections.abc import Callable

from metatag_client.models import Tokens

OnTokens = Callable[[Tokens], None]


class Session:
    """Holds the tokens; `on_tokens` is called with each new pair, so that a program can keep them over its end."""

    def __init__(self, tokens: Tokens | None, on_tokens: OnTokens | None) -> None:
        self.tokens = tokens
        self._on_tokens = on_tokens

    @property
    def access_token(self) -> str:
        """Give the token for the next call, or nothing."""
        return self.tokens.access_token if self.tokens else ""

    @property
    def refresh_token(self) -> str:
        """Give the token that the next refresh uses, or nothing."""
        return self.tokens.refresh_token if self.tokens else ""

    def keep(self, tokens: Tokens) -> None:
        """Take new tokens."""
        self.tokens = tokens
        if self._on_tokens is not None:
            self._on_tokens(tokens)

    def forget(self) -> None:
        """Be signed out."""
        self.tokens = None
