"""Profiles: settings of tagging under a name."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Self

from pydantic import Field, model_validator

from metatag_gateway.model.profiles import MAX_PROFILE
from metatag_gateway.schemas.common import Payload
from metatag_gateway.schemas.config import TaggingConfig


class ProfileSettings(TaggingConfig):
    """The fields of a config that a profile keeps: all but the key, which no profile may hold, and another profile."""

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        for name in ("api_key", "profile"):
            if name in self.model_fields_set and getattr(self, name) is not None:
                raise ValueError(f"A profile holds no {name}.")
        if self.unknown_fields():
            raise ValueError(" ".join(self.unknown_fields()))
        if len(json.dumps(self.kept(), ensure_ascii=False)) > MAX_PROFILE:
            raise ValueError(f"A profile has at most {MAX_PROFILE:,} characters as JSON.")
        return self

    def kept(self) -> dict[str, Any]:
        """Return the fields that were set, as JSON holds them."""
        return self.model_dump(mode="json", exclude={"api_key", "profile"}, exclude_unset=True, exclude_none=True)


class ProfileView(Payload):
    """A profile."""

    name: str
    settings: dict[str, Any] = Field(description="Fields of a TaggingConfig.")
    updated_at: datetime


class ProfilesView(Payload):
    """A user's profiles, by name."""

    profiles: list[ProfileView]


class ProfileDeletedView(Payload):
    """A profile that is gone."""

    message: str
    name: str
