"""The words inside a block: its question, a way in, what is kept up to date, and that one may say no."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from blocker.measuring.thinking import MOST_SHOWN, in_no_block
from blocker.rules.goals import goals_ahead, goals_past
from blocker.rules.survey import Survey
from blocker.values.intervals import Interval
from blocker.values.kinds import FRONTLINE, LEARNING, NOTE, OFFSITE, STRATEGIC, TEAM, THINKING
from blocker.values.request import Request
from blocker.values.workweek import week_of
from blocker.wording.agenda import GOAL_WORDS, agenda_lines
from blocker.wording.causes import why_booked
from blocker.wording.digest import heaviest_week, week_behind
from blocker.wording.digest_words import READABLE, ROOMY, TIGHT, count_words, facts, named, parked_lines
from blocker.wording.fitting import MOST_CHARACTERS, text_of
from blocker.wording.texts import TEXTS, date_words, in_words, length_words, plain, say
from blocker.wording.themes import Themes, visit_behind, visit_of

MOST_PAST_GOALS = 2  # whose days are past, in one block
BROUGHT_WORDS = 25  # of what was last brought back from a visit
DECIDED_WORDS = 15  # of what was decided by command
MOST_WORDS = {STRATEGIC: 120, OFFSITE: 250}  # design 4.8


class Sources(Struct, frozen=True):
    """What the words are made from. ``next_key`` names the next block that questions go into."""

    request: Request
    seen: Survey
    next_key: str | None
    themes: Themes


def block_text(key: str, kind: str, tier: str, slot: Interval, private: bool, sources: Sources) -> str:
    """Plain text, a line a paragraph: calendars break lines themselves. One that others may read says little."""
    settings = sources.request.settings
    opening = _opening(key, kind, slot, private, sources)
    last = [say("say.last", settings.texts)]
    if settings.commands_in_text:
        last += [say(f"say.{name}", settings.texts, key=key) for name in ("skip", "pause", "leave")]
    ending = ["\n".join(last)]
    kept = ""
    if private and kind in THINKING:
        ending = [say("decide", settings.texts), *ending]
        around = text_of([*opening, *ending], MOST_CHARACTERS)
        kept = section(key, kind, tier, slot, around, sources)
    return text_of([*opening, kept, *ending], MOST_CHARACTERS)


def _opening(key: str, kind: str, slot: Interval, private: bool, sources: Sources) -> list[str]:
    """The question; where nobody else reads it, the shift of mindset and a way in as well."""
    settings = sources.request.settings
    texts = settings.texts
    if kind == NOTE:
        return [say("note.text", texts)]
    about = sources.themes.get(key, ())
    theme = plain(about[0].name) if about else ""
    question = plain(about[0].question) if about else ""
    if not about and f"{kind}.question" in TEXTS:
        question = say(f"{kind}.question", texts)
    if not private and theme:
        return [say("question", texts, theme=theme[:1].upper() + theme[1:], question=question)]
    if not private:
        return [question]
    shift = (
        ""
        if kind in (FRONTLINE, TEAM)
        else say("shift_inside" if settings.shift == "inside" else "shift", texts)
    )
    start = _way_in(key, kind, slot, sources) or (about[0].start if about else "")
    return [say("ask", texts, question=question), say("start", texts, shift=shift, start=start).strip()]


def _way_in(key: str, kind: str, slot: Interval, sources: Sources) -> str:
    """How to begin on what a kind is for; "" where the theme says it."""
    settings = sources.request.settings
    texts = settings.texts
    if kind == OFFSITE:
        return say("offsite.start", texts)
    if kind == FRONTLINE:
        visit = visit_of(key, kind, settings)
        if not visit:
            return say("frontline.unknown", texts)
        brought = [q for q in sources.request.memory.parked if visit_behind(q, settings) == visit]
        last = in_words(brought[-1].text, BROUGHT_WORDS) if brought else ""
        before = [say("frontline.before", texts, text=last)] if last else []
        return " ".join([say("frontline.visit", texts, name=plain(visit)), *before])
    if kind != LEARNING or any(topic.start for topic in sources.themes.get(key, ())):
        return ""
    use = say("learning.use", texts)
    own_day = sources.request.workweek.date_of(slot.start)
    heavy = heaviest_week(own_day, sources.request, sources.seen)
    if heavy is None:
        return use
    name = "learning.week_with" if heavy.title else "learning.week"
    day, hours = date_words(heavy.first, texts), length_words(heavy.minutes, texts)
    return f"{say(name, texts, day=day, hours=hours, title=named(heavy.title))} {use}"


def _given(request: Request) -> list[str]:
    """The newest decisions that were given by command and stand in no block yet."""
    found = in_no_block(request.memory.decisions, request.snapshot.blocks, request.now)[:MOST_SHOWN]
    texts = request.settings.texts
    return [say("decided.line", texts, text=in_words(one.text, DECIDED_WORDS)) for one in found]


def section(key: str, kind: str, tier: str, slot: Interval, around: str, sources: Sources) -> str:
    """What later runs keep up to date, with its two lines; ``around`` is the rest of the text.

    Only the next block has the parked questions, two facts and why it was booked; a half day has its agenda always.
    """
    if kind not in THINKING:
        return ""
    request, seen = sources.request, sources.seen
    texts, is_next = request.settings.texts, key == sources.next_key
    beside = count_words([around, say("section.open", texts), say("section.close", texts)])
    room = MOST_WORDS[kind] - min(beside, MOST_WORDS[kind] * 2 // 3)  # a person's notes may be long
    waiting = [question for question in request.memory.parked if is_next and not question.how]
    if kind == OFFSITE:
        lines = agenda_lines(key, slot, request, seen, sources.themes[key], waiting, room)
    elif is_next:
        day = request.workweek.date_of(slot.start)
        told = facts(week_behind(day, request, seen), request.workweek, texts)
        why = why_booked(key, tier, seen.loads.get(week_of(day)), texts)
        goal = _goal_lines(key, day, request)
        given = _given(request)
        lines = list[str]()
        for below, decided, forms in (
            ([*told, why], given, ROOMY),
            ([*told[:1], why], given, ROOMY),
            ([why], given, ROOMY),
            ([], given, ROOMY),
            ([], given[:1], READABLE),
            ([], [], TIGHT),
        ):  # the person's own words come before the facts
            left = room - count_words([*goal, *decided, *below])
            parked = parked_lines(waiting, request.settings, left, forms)
            own = [*goal, *parked, *decided]
            lines = [*own, *([""] if below and own else []), *below]
            if count_words(lines) <= room:
                break
    else:
        lines = [say("later", texts)]
    return "\n".join([say("section.open", texts), *lines, say("section.close", texts)])


def _goal_lines(key: str, day: date, request: Request) -> list[str]:
    """What the next strategic block, on ``day``, asks about a goal: one whose day is past and that no
    block has asked about, or else of those without a day another one each time.
    """
    texts, today = request.settings.texts, request.workweek.date_of(request.now)
    others = [b.text for b in request.snapshot.blocks if b.key != key and b.when.start <= request.now]
    past = [
        say("goal.past", texts, goal=in_words(goal.name, GOAL_WORDS), day=date_words(by, texts))
        for goal, by in goals_past(request.settings, today)
    ]
    lines = [line for line in past if not any(line in text for text in others)][:MOST_PAST_GOALS]
    lasting = [goal for goal in goals_ahead(request.settings, today) if goal.by is None]
    if lasting and not lines:
        turn = day.toordinal() // 7 + day.weekday()  # the next one each week, another one on another day
        name = lasting[turn % len(lasting)].name
        lines.append(say("goal.rotating", texts, goal=in_words(name, GOAL_WORDS)))
    return lines
