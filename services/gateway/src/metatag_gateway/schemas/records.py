"""Corrections of documents and their history."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from metatag_gateway.model.records import Change, Correction, FieldChange
from metatag_gateway.schemas.common import Body, Payload, at_most
from metatag_gateway.schemas.history import FacetKind, FacetView, TagView

MAX_TAGS = 100
MAX_FACETS = 200
TagText = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Text = Annotated[str, StringConstraints(max_length=5_000)]


class VocabularyTagBody(Body):
    """A tag out of a vocabulary: one of its labels or aliases; it is kept as the label."""

    tag: TagText
    vocabulary: Annotated[str, StringConstraints(max_length=100)] = ""


class FacetBody(Body):
    """A typed tag."""

    kind: FacetKind
    value: TagText


class CorrectionBody(Body):
    """What to change; what is left out stays. Lists are the whole new ones."""

    title: Annotated[str, StringConstraints(max_length=500)] | None = None
    description: _Text | None = None
    note: _Text | None = None
    reviewed: bool | None = None
    tags: Annotated[list[TagText | VocabularyTagBody], at_most(MAX_TAGS)] | None = Field(None, max_length=MAX_TAGS)
    facets: Annotated[list[FacetBody], at_most(MAX_FACETS)] | None = Field(None, max_length=MAX_FACETS)

    def correction(self) -> Correction:
        """Return it as the model has it."""
        return Correction(
            title=self.title,
            description=self.description,
            note=self.note,
            reviewed=self.reviewed,
            tags=None if self.tags is None else tuple(map(_given, self.tags)),
            facets=None if self.facets is None else tuple((each.kind, each.value) for each in self.facets),
        )


def _given(tag: str | VocabularyTagBody) -> tuple[str, str]:
    return (tag, "") if isinstance(tag, str) else (tag.tag, tag.vocabulary)


class UndoBody(Body):
    """How many of the last changes to take back."""

    steps: int = Field(1, ge=1, le=50)


class FieldChangeView(Payload):
    """What became of one field: texts, booleans, or lists of tags or facets."""

    field: Literal["title", "description", "note", "reviewed", "tags", "facets"]
    before: str | bool | list[TagView] | list[FacetView]
    after: str | bool | list[TagView] | list[FacetView]


class ChangeView(Payload):
    """One step; `version` is the document's after it."""

    version: int
    at: datetime
    by: str | None = Field(description="The user who made it; null: the service itself.")
    action: str = Field(description="`correct`, `review`, `bulk`, `tag_job`, `undo` or `process_again`.")
    changes: list[FieldChangeView]
    undone: bool = Field(description="Whether it was taken back later.")
    undoes: list[int] = Field(description="The versions whose changes this one took back.")


class DocumentHistoryView(Payload):
    """The changes of a document, newest first. The `before` of the oldest is the machine's result."""

    document_id: str
    version: int
    changes: list[ChangeView]
    next: int | None = Field(description="What to give as `before` for the older changes; null: there are none.")


def change_view(change: Change) -> ChangeView:
    """Return a step as it is shown."""
    return ChangeView(
        version=change.version,
        at=change.at,
        by=change.by,
        action=change.action,
        changes=[_field_change(each) for each in change.changes],
        undone=change.undone,
        undoes=list(change.undoes),
    )


def _field_change(change: FieldChange) -> FieldChangeView:
    kinds: dict[str, type[Payload]] = {"tags": TagView, "facets": FacetView}
    kind = kinds.get(change.field)
    if kind is None:
        return FieldChangeView.model_validate(change)
    before, after = ([kind.model_validate(each) for each in value] for value in (change.before, change.after))  # type: ignore[union-attr]
    return FieldChangeView.model_validate({"field": change.field, "before": before, "after": after})
