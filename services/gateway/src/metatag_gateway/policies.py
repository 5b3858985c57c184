"""What a path asks before it is served: who may call it, and how large a body may be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from metatag_gateway.errors import Forbidden
from metatag_gateway.model.accounts import Principal


@dataclass(frozen=True, slots=True)
class Permission:
    """What a caller must be. Without any field set, every valid token passes."""

    # What an API key must be allowed; a session may do all of it.
    scope: str = ""
    # A person who is signed in, not a key.
    session: bool = False
    admin: bool = False
    # An auditor or an administrator.
    audit: bool = False
    # Every account may, whatever its role.
    any_role: bool = False
    # The token may also come as `?token=`, for frames and pictures.
    query_token: bool = False

    def check(self, principal: Principal) -> None:
        """Raise Forbidden when `principal` may not do this."""
        if self.session and principal.kind != "session":
            raise Forbidden("An API key or token cannot manage the account; sign in.")
        if self.admin and not principal.user.is_admin:
            raise Forbidden("Only an administrator may do this.")
        if self.audit and not (principal.user.is_admin or principal.user.is_auditor):
            raise Forbidden("Only an auditor or an administrator may do this.")
        if self.scope and not self.any_role and principal.user.role == "auditor":
            raise Forbidden("An auditor's account has no documents; use another account.")
        if self.scope and self.scope not in principal.scopes:
            raise Forbidden(f"This API key lacks the scope '{self.scope}'.")


@dataclass(frozen=True, slots=True)
class PathPolicy:
    """The policy of one path and method. `permission` is None where everybody may call."""

    permission: Permission | None
    # Bounds of the body in bytes; a form may be None (unbounded) where each of its parts is bounded as it is read.
    max_body_bytes: int
    max_form_bytes: int | None = 0
    # The name of the route's function.
    operation: str = ""


@dataclass(frozen=True, slots=True)
class PathRule:
    """A path with its policy: `template` as routes write it, `pattern` what matches it."""

    methods: frozenset[str]
    template: str
    pattern: re.Pattern[str]
    policy: PathPolicy


class PathPolicies:
    """Finds the policy of a request: the first rule that matches, in the order of the routes."""

    def __init__(self, rules: Iterable[PathRule]) -> None:
        self._exact: dict[tuple[str, str], PathPolicy] = {}
        self._patterns: dict[str, list[tuple[re.Pattern[str], PathPolicy]]] = {}
        for rule in rules:
            for method in rule.methods:
                if "{" in rule.template:
                    self._patterns.setdefault(method, []).append((rule.pattern, rule.policy))
                else:
                    self._exact.setdefault((method, rule.template), rule.policy)

    def find(self, method: str, path: str) -> PathPolicy | None:
        """Return the policy of a path, or None when no route serves it."""
        exact = self._exact.get((method, path))
        if exact is not None:
            return exact
        for pattern, policy in self._patterns.get(method, ()):
            if pattern.match(path):
                return policy
        return None
