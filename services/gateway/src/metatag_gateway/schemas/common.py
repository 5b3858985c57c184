"""What all shapes share."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


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


def at_most(count: int) -> BeforeValidator:
    """Return a check of a list or mapping before its entries are: a hostile one would fill memory with its errors."""

    def check(value: Any) -> Any:
        if isinstance(value, list | dict) and len(value) > count:
            raise TooManyEntries(f"it has {len(value)} entries; at most {count} are allowed")
        return value

    return BeforeValidator(check)


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
