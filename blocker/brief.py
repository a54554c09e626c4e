"""The words inside a block: what to put away and to ask, why it was booked, and how to have the last word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from blocker.encounters import heaviest_weeks, met_least
from blocker.events import DECLINE_ALL, DECLINE_NEW, DECLINE_NONE, Block, StandingBlock
from blocker.fingerprint import hash_of_text, mixed_hash, parts_of_text, with_section
from blocker.fitting import line_of, shorter, text_of
from blocker.kinds import FRONTLINE, LEARNING, NOTE, OFFSITE, STRATEGIC
from blocker.plan import Cause, Placement
from blocker.sections import KINDS, Sources, section
from blocker.settings import Settings
from blocker.survey import Request, Survey
from blocker.texts import (
    MEASURE_WORDS,
    TEXTS,
    date_words,
    length_words,
    plain,
    quantity,
    say,
    say_times,
    shortened,
)
from blocker.themes import Topic, topic_for, topics
from blocker.workweek import DAY

MOST_CHARACTERS, MOST_TITLE = 3999, 250
# The change of mode before a block; one with a question opens that, whatever its kind.
SHIFTS = {FRONTLINE: "shift_frontline", LEARNING: "shift_learning", OFFSITE: "shift_offsite"}
MOST_CAUSES, MOST_PEOPLE, MOST_WEEKS, TITLE_CHARACTERS = 4, 5, 3, 70


def make_block(placement: Placement, generation: int, busy: bool, sources: Sources) -> Block:
    """A new block with all its words. A note is a free, all-day entry."""
    request = sources.request
    settings, key, kind = request.settings, placement.key, placement.kind
    look = settings.kind(kind)
    title = line_of(block_title(key, kind, settings), MOST_TITLE)
    text = block_text(placement, sources)
    first = request.workweek.date_of(placement.slot.start)
    return Block(
        key=key,
        kind=kind,
        slot=placement.slot,
        title=title,
        text=text,
        stamp=request.now,
        generation=generation,
        busy=busy and kind != NOTE,
        focus=wished_focus(settings) if kind != NOTE else "",
        dates=(first, first + DAY) if kind == NOTE else None,
        color=look.color,
        private=look.private,
        text_hash=hash_of_text(title, text),
    )


def moved_block(there: StandingBlock, fresh: Block, causes_known: bool) -> Block:
    """The content of a move: what a person changed stays, our own words are refreshed.

    Where the causes are not known any more, only the section that is kept up to date is refreshed.
    """
    kept = with_fresh_section(there, parts_of_text(fresh.text)[1], fresh)
    title, title_hash = fresh.title, fresh.text_hash
    if there.title_edited:
        title, title_hash = there.title, there.text_hash
    text, text_hash = fresh.text, fresh.text_hash
    if there.text_edited or there.section_edited or not causes_known:
        text, text_hash = kept.text, kept.text_hash
    return replace(kept, title=title, text=text, text_hash=mixed_hash((title_hash, text_hash, text_hash)))


def with_fresh_section(there: StandingBlock, fresh_section: str, fresh: Block) -> Block:
    """The block as it is, with this section in place of its own unless a person wrote into that.

    Colour and visibility are named only when a block is made: they are the person's from then on, and so is
    a sort of focus time that is never ours.
    """
    text, text_hash = there.text, there.text_hash
    old_section = parts_of_text(text)[1]
    if fresh_section and old_section and not there.section_edited:
        room = max(MOST_CHARACTERS - len(text) + len(old_section), len(old_section))
        fresh_section = shorter(fresh_section, room) or old_section
        text = with_section(text, fresh_section)
        text_hash = mixed_hash((text_hash, text_hash, hash_of_text("", fresh_section)))
    return replace(
        fresh,
        title=there.title,
        text=text,
        generation=there.generation,
        busy=there.busy,
        focus=DECLINE_ALL if fresh.focus and there.focus == DECLINE_ALL else fresh.focus,
        color="",
        private=False,
        text_hash=text_hash,
    )


def wished_focus(settings: Settings) -> str:
    """The sort of native focus time that the person wants; "" for ordinary events."""
    if settings.protect == "decline":
        return DECLINE_NEW
    return DECLINE_NONE if settings.native_focus else ""


def block_title(key: str, kind: str, settings: Settings) -> str:
    look = settings.kind(kind)
    topic = _topic(key, kind, settings)
    own = settings.offsite.title if kind == OFFSITE else look.title
    if own:
        return own.replace("{theme}", topic.name if topic else "").replace("{kind}", kind)
    name = f"title.{kind}" if f"title.{kind}" in TEXTS else "title.other"
    return say(name, settings.texts, theme=topic.name if topic else "", kind=kind.capitalize())


def block_text(placement: Placement, sources: Sources) -> str:
    """Plain text under 4,000 characters, a line a paragraph: calendars break lines themselves."""
    settings, key, kind = sources.request.settings, placement.key, placement.kind
    texts = settings.texts
    if kind == NOTE:
        parts = [say("note.text", texts)]
    else:
        parts = [*_opening(key, kind, settings), *_body(kind, sources.request, sources.seen)]
        if kind in KINDS:
            parts.append(section(kind, key, placement.slot, sources))
        reasons = why_lines(kind, placement.tier, placement.causes, texts)
        parts.append("\n".join([say("why.head", texts), *reasons]))
    commands = [say(f"say.{name}", texts, key=key) for name in ("move", "skip", "pause", "leave")]
    parts.append("\n".join([say("say.head", texts), *commands]))
    return text_of(parts, MOST_CHARACTERS)


def _opening(key: str, kind: str, settings: Settings) -> list[str]:
    """The shift of mindset: what to put away, and the question to open."""
    texts = settings.texts
    topic = _topic(key, kind, settings)
    name = SHIFTS.get(kind, "shift" if topic is not None else "shift_other")
    parts = [say(f"{name}_inside" if settings.shift == "inside" else name, texts)]
    if topic is not None:
        lines = [say("question", texts, theme=plain(topic.name), question=plain(topic.question))]
        if topic.start:
            lines.append(say("start", texts, start=topic.start))
        parts.append("\n".join(lines))
    return parts


def _topic(key: str, kind: str, settings: Settings) -> Topic | None:
    """What a strategic block is about, or one of a kind that has themes of its own."""
    if kind == STRATEGIC:
        return topic_for(key, topics(settings))
    own = settings.kind(kind).themes if kind != OFFSITE else ()
    return topic_for(key, [Topic(theme.name, theme.question) for theme in own]) if own else None


def _body(kind: str, request: Request, seen: Survey) -> list[str]:
    """What front-line and learning blocks are for."""
    texts = request.settings.texts
    if kind == FRONTLINE:
        met = met_least(request, seen, MOST_PEOPLE)
        people = [
            say_times("frontline.met_line", texts, times, name=shortened(name, TITLE_CHARACTERS))
            for name, times in met
        ]
        whom = [say("frontline.met", texts), *people] if met else [say("frontline.unknown", texts)]
        return ["\n".join(whom), say("frontline.ask", texts), say("frontline.bring", texts)]
    if kind != LEARNING:
        return []
    lines = []
    for week in heaviest_weeks(request, seen, MOST_WEEKS):
        day, hours = date_words(week.monday, texts), length_words(week.minutes, texts)
        name = "learning.week_with" if week.title else "learning.week"
        lines.append(say(name, texts, day=day, hours=hours, title=shortened(week.title, TITLE_CHARACTERS)))
    ahead = [say("learning.heaviest", texts), *lines] if lines else [say("learning.light", texts)]
    return [say("learning.why", texts), "\n".join(ahead), say("learning.use", texts)]


def why_lines(kind: str, tier: str, causes: Sequence[Cause], texts: Mapping[str, str]) -> list[str]:
    """The reasons in words, and each measured cause with its numbers."""
    names = dict.fromkeys(name for name in (tier, kind) if f"why.{name}" in TEXTS)
    reasons = [say(f"why.{name}", texts) for name in names]
    reasons += [_reason(cause, texts) for cause in causes[:MOST_CAUSES]]
    return [say("why.line", texts, reason=reason) for reason in dict.fromkeys(reasons)]


def _reason(cause: Cause, texts: Mapping[str, str]) -> str:
    """A cause as the person reads it in a block."""
    own = f"because.{cause.rule}"
    values = _cause_values(cause, texts)
    words = str(values["measure"])
    values["measure"] = words[:1].upper() + words[1:]
    return say(own if own in TEXTS else f"reason.{_judged_by(cause)}", texts, **values)


def cause_words(cause: Cause, texts: Mapping[str, str]) -> str:
    """One cause as a sentence with measured value and threshold, for a terminal."""
    return say(f"cause.{_judged_by(cause)}", texts, **_cause_values(cause, texts))


def _judged_by(cause: Cause) -> str:
    """What the measured value is: ``both`` values' heavier one, a ``forecast``, or just what is there.

    A forecast is no mean of recent weeks, so that a cause that rests on one names none.
    """
    if cause.held is None or cause.held == cause.recent:
        return "line"
    if cause.recent is not None:
        return "both"
    return "line" if cause.measured == cause.held else "forecast"


def _cause_values(cause: Cause, texts: Mapping[str, str]) -> dict[str, object]:
    known = cause.measure in MEASURE_WORDS
    return {
        "rule": cause.rule,
        "measure": say(f"measure.{cause.measure}", texts) if known else cause.measure,
        "measured": quantity(cause.measured, cause.unit, texts),
        "threshold": quantity(cause.threshold, cause.unit, texts),
        "held": quantity(cause.held or 0.0, cause.unit, texts),
        "recent": quantity(cause.recent or 0.0, cause.unit, texts),
    }
