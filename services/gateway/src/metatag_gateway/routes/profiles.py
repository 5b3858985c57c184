"""Profiles: settings of tagging that a user keeps under a name, and their use in a request."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import ValidationError

from metatag_gateway.model.profiles import Profile
from metatag_gateway.routes.access import Reader, Writer, known
from metatag_gateway.routes.dependencies import Dependencies, dependencies_of
from metatag_gateway.schemas.config import PROFILE_NAME, TaggingConfig
from metatag_gateway.schemas.profiles import ProfileDeletedView, ProfileSettings, ProfilesView, ProfileView
from metatag_runtime.errors import InvalidArgument

router = APIRouter(prefix="/api/profiles", tags=["Profiles"])

Name = Annotated[str, Path(min_length=1, max_length=100, pattern=PROFILE_NAME)]


@router.get("", responses=known())
async def list_profiles(request: Request, caller: Reader) -> ProfilesView:
    """List the caller's profiles by name."""
    found = await dependencies_of(request).profiles.profiles(caller.user_id)
    return ProfilesView(profiles=[ProfileView.model_validate(each) for each in found])


@router.get("/{name}", responses=known(404))
async def get_profile(request: Request, caller: Reader, name: Name) -> ProfileView:
    """Give one profile."""
    return ProfileView.model_validate(await dependencies_of(request).profiles.profile(caller.user_id, name))


@router.put("/{name}", responses=known(409))
async def put_profile(request: Request, caller: Writer, name: Name, body: ProfileSettings) -> ProfileView:
    """Keep settings under a name, or replace those kept under it; at most 50 profiles are kept.

    A request that names it as `config.profile` is done with its settings; what the request sets itself goes before.
    """
    made = Profile(name, body.kept(), datetime.now(UTC))
    await dependencies_of(request).profiles.put_profile(caller.user_id, made)
    return ProfileView.model_validate(made)


@router.delete("/{name}", responses=known(404))
async def delete_profile(request: Request, caller: Writer, name: Name) -> ProfileDeletedView:
    """Forget a profile; what was done with it stays as it is."""
    await dependencies_of(request).profiles.delete_profile(caller.user_id, name)
    return ProfileDeletedView(message="The profile is deleted", name=name)


async def with_profile(parts: Dependencies, user_id: str, config: TaggingConfig) -> TaggingConfig:
    """Return a config with what its profile says where it says nothing itself; exclusion words are of both.

    Raises NotFound for a profile that is not there, InvalidArgument for one that does not fit any more.
    """
    if not config.profile:
        return config
    settings = (await parts.profiles.profile(user_id, config.profile)).settings
    sent = config.model_dump(exclude_unset=True)
    words = [*settings.get("exclusion_words", ()), *(config.exclusion_words or ())]
    both = {"exclusion_words": list(dict.fromkeys(words))} if words else {}
    try:
        return TaggingConfig.model_validate({**settings, **sent, **both})
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"]))
        raise InvalidArgument(
            f"The profile '{config.profile}' does not fit: {place} is wrong; store it anew."
        ) from None
