"""The words inside a block: why it was booked, what to think about, and how to have the last word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from blocker.model import OFFSITE, STRATEGIC, Block, Cause, StandingBlock, hash_of_text
from blocker.settings import BlockKind, Settings, Theme
from blocker.texts import MEASURE_WORDS, TEXTS, quantity, say
from blocker.themes import topics, topic_for
from blocker.timeline import Interval
from blocker.workweek import parse_week

MOST_CHARACTERS = 4000


def make_block(
    key: str,
    kind: str,
    tier: str,
    slot: Interval,
    causes: Sequence[Cause],
    settings: Settings,
    now: datetime,
    generation: int,
    busy: bool = True,
) -> Block:
    """A new block with all its words."""
    look = settings.kind(kind)
    title = block_title(key, kind, look, settings)
    text = block_text(key, kind, tier, causes, look, settings)
    return Block(
        key=key,
        kind=kind,
        slot=slot,
        title=title,
        text=text,
        stamp=now,
        generation=generation,
        busy=busy,
        decline=settings.protect == "decline",
        color=look.color,
        private=look.private,
        text_hash=hash_of_text(title, text),
    )


def moved_block(there: StandingBlock, slot: Interval, fresh: Block) -> Block:
    """The content of a move: a person's own words stay, ours are refreshed."""
    title, text, text_hash = fresh.title, fresh.text, fresh.text_hash
    if there.edited:
        title, text, text_hash = there.title, there.text, there.text_hash
    return Block(
        key=there.key,
        kind=there.kind,
        slot=slot,
        title=title,
        text=text,
        stamp=fresh.stamp,
        generation=there.generation,
        busy=there.busy,
        decline=fresh.decline,
        color=fresh.color,
        private=fresh.private,
        text_hash=text_hash,
    )


def block_title(key: str, kind: str, look: BlockKind, settings: Settings) -> str:
    theme = topic_for(key, topics(settings)).name if kind == STRATEGIC else ""
    own = settings.offsite.title if kind == OFFSITE else look.title
    if own:
        return own.replace("{theme}", theme).replace("{kind}", kind)
    name = f"title.{kind}" if f"title.{kind}" in TEXTS else "title.other"
    return say(name, settings.texts, theme=theme, kind=kind.capitalize())


def block_text(
    key: str, kind: str, tier: str, causes: Sequence[Cause], look: BlockKind, settings: Settings
) -> str:
    """Plain text under 4,000 characters: mindset, question, reasons, and the person's say."""
    texts = settings.texts
    parts: list[str] = []
    if kind == STRATEGIC:
        theme = topic_for(key, topics(settings))
        parts += [say("shift", texts), say("question", texts, theme=theme.name, question=theme.question)]
    elif False:
        parts.append(say(kind, texts))
    reasons = [f"- {line}" for line in why_lines(kind, tier, causes, texts)]
    parts.append("\n".join([say("why.head", texts), *reasons]))
    commands = [f"  {say(name, texts, key=key)}" for name in ("say.skip", "say.pause", "say.leave")]
    parts.append("\n".join([say("say.head", texts), say("say.move", texts), *commands]))
    return "\n\n".join(parts)[:MOST_CHARACTERS]


def why_lines(kind: str, tier: str, causes: Sequence[Cause], texts: Mapping[str, str]) -> list[str]:
    """The reasons in words, each measured cause with its numbers."""
    lines = []
    for name in (tier, kind if kind != OFFSITE else "", "offsite" if kind == OFFSITE else ""):
        if f"why.{name}" in TEXTS and (line := say(f"why.{name}", texts)) not in lines:
            lines.append(line)
    return lines + [cause_words(cause, texts) for cause in causes]


def cause_words(cause: Cause, texts: Mapping[str, str]) -> str:
    """One cause as a sentence with measured value and threshold."""
    values: dict[str, object] = {
        "rule": cause.rule,
        "measure": MEASURE_WORDS.get(cause.measure, cause.measure),
        "measured": quantity(cause.measured, cause.unit),
        "threshold": quantity(cause.threshold, cause.unit),
    }
    if cause.held is None or cause.recent is None or cause.held == cause.recent:
        return say("cause.line", texts, **values)
    held, recent = quantity(cause.held, cause.unit), quantity(cause.recent, cause.unit)
    return say("cause.both", texts, **values, held=held, recent=recent)
