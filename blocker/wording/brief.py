"""The words inside a block: what to put away and to ask, why it was booked, and how to have the last word."""

from __future__ import annotations

from blocker.rules.survey import Survey
from blocker.values.kinds import FRONTLINE, LEARNING, NOTE, OFFSITE, THINKING
from blocker.values.plan import Placement
from blocker.values.request import Request
from blocker.values.settings import Settings
from blocker.wording.ahead import heaviest_weeks
from blocker.wording.causes import why_lines
from blocker.wording.fitting import MOST_CHARACTERS, text_of
from blocker.wording.sections import Sources, section
from blocker.wording.texts import date_words, length_words, plain, say, shortened
from blocker.wording.themes import topic_of, visit_of

# The change of mode before a block; one with a question opens that, whatever its kind.
SHIFTS = {FRONTLINE: "shift_frontline", LEARNING: "shift_learning", OFFSITE: "shift_offsite"}
MOST_WEEKS, TITLE_CHARACTERS = 3, 70


def block_text(placement: Placement, sources: Sources) -> str:
    """Plain text under 4,000 characters, a line a paragraph: calendars break lines themselves."""
    settings, key, kind = sources.request.settings, placement.key, placement.kind
    texts = settings.texts
    if kind == NOTE:
        parts = [say("note.text", texts)]
    else:
        parts = [*_opening(key, kind, settings), *_body(key, kind, sources.request, sources.seen)]
        if kind in THINKING:
            parts.append(section(kind, key, placement.slot, sources))
        reasons = why_lines(kind, placement.tier, placement.causes, texts)
        parts.append("\n".join([say("why.head", texts), *reasons]))
    commands = [say(f"say.{name}", texts, key=key) for name in ("move", "skip", "pause", "leave")]
    parts.append("\n".join([say("say.head", texts), *commands]))
    return text_of(parts, MOST_CHARACTERS)


def _opening(key: str, kind: str, settings: Settings) -> list[str]:
    """The shift of mindset: what to put away, and the question to open."""
    texts = settings.texts
    topic = topic_of(key, kind, settings)
    name = SHIFTS.get(kind, "shift" if topic is not None else "shift_other")
    parts = [say(f"{name}_inside" if settings.shift == "inside" else name, texts)]
    if topic is not None:
        lines = [say("question", texts, theme=plain(topic.name), question=plain(topic.question))]
        if topic.start:
            lines.append(say("start", texts, start=topic.start))
        parts.append("\n".join(lines))
    return parts


def _body(key: str, kind: str, request: Request, seen: Survey) -> list[str]:
    """What front-line and learning blocks are for."""
    texts = request.settings.texts
    if kind == FRONTLINE:
        visit = visit_of(key, kind, request.settings)
        whom = say("frontline.visit", texts, name=plain(visit)) if visit else say("frontline.unknown", texts)
        return [whom, say("frontline.ask", texts), say("frontline.bring", texts)]
    if kind != LEARNING:
        return []
    lines = []
    for week in heaviest_weeks(request, seen, MOST_WEEKS):
        day, hours = date_words(week.monday, texts), length_words(week.minutes, texts)
        name = "learning.week_with" if week.title else "learning.week"
        lines.append(say(name, texts, day=day, hours=hours, title=shortened(week.title, TITLE_CHARACTERS)))
    ahead = [say("learning.heaviest", texts), *lines] if lines else [say("learning.light", texts)]
    return [say("learning.why", texts), "\n".join(ahead), say("learning.use", texts)]
