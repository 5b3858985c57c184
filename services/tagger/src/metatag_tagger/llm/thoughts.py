"""Cut a model's thoughts and control tokens out of its answer, so that only what it meant to say is read.

Chat templates differ in what of the thoughts reaches the content: both marks, the closing one alone (the opening mark
is part of the prompt), channels, or channel names whose marks were stripped.
"""

from __future__ import annotations

import re

_WORD = r"(?:seed:)?(?:think(?:ing)?|thoughts?|reasoning|reflection|analysis|scratchpad)"
_OPEN = rf"<\|?{_WORD}\|?>|\[THINK\]|◁think▷|<\|START_THINKING\|>|<\|begin_of_thought\|>|<\|channel>thought"
_CLOSE = rf"<\|?/{_WORD}\|?>|\[/THINK\]|◁/think▷|<\|END_THINKING\|>|<\|end_of_thought\|>|<channel\|>"
_MARK = re.compile(rf"(?P<open>{_OPEN})|(?P<close>{_CLOSE})", re.IGNORECASE)
# gpt-oss: <|channel|>analysis<|message|>... <|channel|>final <|constrain|>json<|message|>...
_CHANNEL = re.compile(r"<\|channel\|>\s*(\w+)(?:(?!<\|message\|>)[\s\S]){0,200}<\|message\|>")
_CHANNEL_END = re.compile(r"<\|(?:end|return|start|call|channel)\|>")
# The same after a server has dropped the special tokens.
_BARE_CHANNEL = re.compile(r"\Aanalysis[\s\S]*assistant\s?(?:final|commentary(?: json)?)")
_BARE_THOUGHTS = re.compile(r"\Aanalysis[A-Z]")
_RESPONSE = re.compile(r"\A[\s\S]{0,50}Here is my thought process:[\s\S]*Here is my response:", re.IGNORECASE)
_TOKEN = re.compile(r"<[|｜][^<>|｜\n]{1,40}[|｜]>|</?s>|<(?:start|end)_of_turn>(?:model)?")


def without_thoughts(content: str) -> str:
    """Return the part of an answer after its thoughts; empty when it holds nothing but thoughts."""
    text = _last_channel(content.lstrip("\ufeff"))
    text = _after_marks(text)
    for pattern in (_BARE_CHANNEL, _RESPONSE):
        text = pattern.sub("", text, count=1)
    text = _TOKEN.sub(" ", text).strip()
    return "" if _BARE_THOUGHTS.match(text) else text


def _last_channel(text: str) -> str:
    found = list(_CHANNEL.finditer(text))
    if not found:
        return text
    spoken = [match for match in found if match.group(1).lower() == "final"]
    spoken = spoken or [match for match in found if match.group(1).lower() == "commentary"]
    if not spoken:
        return ""
    start = spoken[-1].end()
    end = _CHANNEL_END.search(text, start)
    return text[start : end.start() if end else len(text)]


def _after_marks(text: str) -> str:
    """Keep what stands outside pairs of marks, after the last lone closing mark, before a lone opening one."""
    kept: list[str] = []
    place, depth = 0, 0
    for match in _MARK.finditer(text):
        if depth == 0:
            kept.append(text[place : match.start()])
        if match.group("open"):
            depth += 1
        elif depth:
            depth -= 1
        else:
            # Only the closing mark came back: everything before it was thought.
            kept.clear()
        place = match.end()
    if depth == 0:
        kept.append(text[place:])
    return " ".join(kept)
