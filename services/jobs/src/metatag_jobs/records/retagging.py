"""What becomes of the tags of one document in a tag job, and the way back. Also the bounds of what may be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from metatag_jobs.records.editing import MAX_TAGS, clean_tag, given_tags
from metatag_jobs.records.model import Author, GivenTag
from metatag_jobs.records.tag_model import ACTIONS, EDIT, MERGE, RENAME, SPLIT, TagChange
from metatag_jobs.results import Tag
from metatag_jobs.search_text import fold
from metatag_runtime.errors import InvalidArgument

# Tags named in one job, and characters of a tag that exists: the machine's may be longer than people's.
MAX_NAMED = 100
MAX_KNOWN = 500
MAX_PARTS = 20


def checked(change: TagChange) -> TagChange:
    """Return a change in clean form: new tags without control characters, each once; raises InvalidArgument."""
    if change.action not in ACTIONS:
        raise InvalidArgument(f"action must be one of: {', '.join(ACTIONS)}.")
    for name in ("tags", "to", "add", "remove", "replace"):
        given = getattr(change, name) or []
        if len(given) > MAX_NAMED:
            raise InvalidArgument(f"{name}: at most {MAX_NAMED} tags can be named; these are {len(given):,}.")
    clean = replace(
        change,
        tags=_known(change.tags),
        to=_new(change.to),
        add=_new(change.add),
        remove=_new(change.remove),
        replace=None if change.replace is None else _new(change.replace),
    )
    if change.action == EDIT:
        _check_edit(clean)
    else:
        _check_everywhere(clean)
    return clean


def retagged(tags: Sequence[Tag], change: TagChange, author: Author) -> list[Tag]:
    """Return the tags of a document after a change; those that stay keep where they came from.

    A new tag stands in the place of the first one that it replaces; of equal ones the first stays.
    """
    names = [tag.tag for tag in tags]
    if change.action == EDIT:
        removed = {fold(tag) for tag in change.remove}
        left = names if change.replace is None else change.replace
        wanted = [*(name for name in left if fold(name) not in removed), *change.add]
        # A tag that stands there already stays as it is spelt.
        spelt = {fold(name): name for name in reversed(names)}
        wanted = [spelt.get(fold(name), name) for name in wanted]
    else:
        gone = set(change.tags) - set(change.to)
        if gone.isdisjoint(names):
            return list(tags)
        wanted = [each for name in names for each in (change.to if name in gone else [name])]
    return given_tags(tags, [GivenTag(name) for name in wanted], author)


def reverted(tags: Sequence[Tag], before: Sequence[Tag], after: Sequence[Tag]) -> list[Tag] | None:
    """Return the tags without the change from `before` to `after`; None when it does not stand any more.

    It stands while all tags that it brought are there as it brought them, and none that it took away came back. What
    people changed beside it stays.
    """
    if list(tags) == list(after):
        return list(before)
    brought = [tag for tag in after if tag not in before]
    taken = [tag for tag in before if tag not in after]
    spelt = {fold(tag.tag) for tag in tags if tag not in brought}
    if any(tag not in tags for tag in brought) or any(fold(tag.tag) in spelt for tag in taken):
        return None
    found = [tag for tag in tags if tag not in brought]
    for tag in taken:
        found.insert(before.index(tag), tag)
    return found if len(found) <= MAX_TAGS else None


def _check_everywhere(change: TagChange) -> None:
    if not change.tags:
        raise InvalidArgument("tags: name at least one tag.")
    if change.add or change.remove or change.replace is not None:
        raise InvalidArgument("add, remove and replace belong to the action edit.")
    if change.action in (RENAME, SPLIT) and len(change.tags) != 1:
        raise InvalidArgument(f"tags: one tag is to {change.action} at a time.")
    bounds = {RENAME: (1, 1), MERGE: (1, 1), SPLIT: (2, MAX_PARTS)}.get(change.action, (0, 0))
    if not bounds[0] <= len(change.to) <= bounds[1]:
        raise InvalidArgument(_HOW_MANY[change.action])
    if change.to and set(change.tags) <= set(change.to):
        raise InvalidArgument("to: that is the same tag; give another one.")


_HOW_MANY = {
    RENAME: "to: give the one new name.",
    MERGE: "to: give the one tag that stays.",
    SPLIT: f"to: give 2 to {MAX_PARTS} different tags.",
    "delete": "to: a tag that is deleted becomes nothing.",
}


def _check_edit(change: TagChange) -> None:
    if change.tags or change.to:
        raise InvalidArgument("tags and to belong to the other actions; give add, remove or replace.")
    if not change.add and not change.remove and change.replace is None:
        raise InvalidArgument("Nothing to change: give add, remove or replace.")
    if {fold(tag) for tag in change.add} & {fold(tag) for tag in change.remove}:
        raise InvalidArgument("A tag cannot be added and removed at once.")


def _known(tags: Sequence[str]) -> list[str]:
    for tag in tags:
        if not tag or len(tag) > MAX_KNOWN:
            raise InvalidArgument(f"tags: a tag has 1 to {MAX_KNOWN} characters.")
    return list(dict.fromkeys(tags))


def _new(tags: Sequence[str]) -> list[str]:
    found: dict[str, str] = {}
    for tag in tags:
        clean = clean_tag(tag)
        found.setdefault(fold(clean), clean)
    return list(found.values())
