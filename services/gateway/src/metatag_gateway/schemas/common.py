"""What all shapes share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic_core.core_schema import CoreSchema, no_info_before_validator_function


class Payload(BaseModel):
    """What an endpoint answers, before the style is put around it. Built from the model's objects by attribute."""

    model_config = ConfigDict(from_attributes=True)

    # The v1 API has a top-level `success` here although it is flat everywhere else.
    flat_success: ClassVar[bool] = False
    # Never enveloped: the root, and what standards define.
    bare: ClassVar[bool] = False


class Body(BaseModel):
    """A JSON request body: types are meant as written, unknown keys are ignored as the v1 API did."""

    model_config = ConfigDict(strict=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _whole_numbers(cls, value: Any) -> Any:
        # JSON knows one kind of number: 3.0 is a whole one.
        return {name: _whole(entry) for name, entry in value.items()} if isinstance(value, dict) else value


class TooManyEntries(ValueError):
    """A list or mapping is longer than a request may carry."""


@dataclass(frozen=True)
class _AtMost:
    count: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        described = handler(schema)
        if described.get("type") == "object":
            described.setdefault("maxProperties", self.count)
        return described

    def _check(self, value: Any) -> Any:
        if isinstance(value, list | dict) and len(value) > self.count:
            raise TooManyEntries(f"it has {len(value)} entries; at most {self.count} are allowed")
        return value


def at_most(count: int) -> _AtMost:
    """Return a check of a list or mapping before its entries are: a hostile one would fill memory with its errors."""
    return _AtMost(count)


def _short(length: int) -> BeforeValidator:
    def check(value: Any) -> Any:
        if isinstance(value, str) and len(value) > length:
            raise ValueError(f"it has {len(value)} characters; at most {length} are allowed")
        return value

    return BeforeValidator(check)


# What JSON writes as texts, no longer than they can be.
Id = Annotated[UUID, _short(36), WithJsonSchema({"type": "string", "format": "uuid", "maxLength": 36})]
Moment = Annotated[datetime, _short(40), WithJsonSchema({"type": "string", "format": "date-time", "maxLength": 40})]


class FieldProblem(BaseModel):
    """One field that is wrong."""

    field: str
    message: str


class Problem(BaseModel):
    """An error: a sentence for people, a code for programs."""

    detail: str = Field(examples=["num_tags: Input should be less than or equal to 15"])
    code: str = Field(examples=["invalid_argument"])
    errors: list[FieldProblem] | None = Field(None, description="The wrong fields of a 400.")
    job_id: str | None = Field(None, description="The job of a failed or still running single document.")
    request_id: str | None = Field(None, description="What to tell the operator about a 5xx.")


class Message(Payload):
    """A sentence."""

    message: str


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
