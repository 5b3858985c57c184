"""A provider's key at the door: what was copied around it goes, what fits no header is refused with a sentence."""

from __future__ import annotations

import pytest

from metatag_gateway.schemas.config import TaggingConfig, provider_key
from metatag_runtime.errors import ErrorCode, MetatagError


@pytest.mark.parametrize(
    "text",
    [
        "sk-or-v1-abc",
        " sk-or-v1-abc\n",
        '"sk-or-v1-abc"',
        "Bearer sk-or-v1-abc",
        "\ufeffsk-or-v1-abc\u200b",
        "\tsk-or-v1-abc\r\n",
    ],
)
def test_what_was_copied_around_a_key_goes(text: str) -> None:
    assert provider_key(text) == "sk-or-v1-abc"


@pytest.mark.parametrize("text", ["sk-…abc", "sk-a\nb", "sk-a\u200bb", "sk a", "ключ", "sk-a\x00b", "sk–dash"])
def test_a_key_that_fits_no_header_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(MetatagError) as caught:
        TaggingConfig(api_key=text).provider_key()
    assert caught.value.code is ErrorCode.PROVIDER_AUTH
    assert text not in caught.value.message
    assert "copy it again" in caught.value.message


def test_no_key_and_a_blank_key_are_no_key() -> None:
    assert TaggingConfig().provider_key() == ""
    assert TaggingConfig(api_key="  \n").provider_key() == ""
