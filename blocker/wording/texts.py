"""Every sentence that goes into a calendar or is said of a block, in one place, as templates.

A person may override any of them by its name in the config's ``[texts]``. No name is also the
beginning of another with a dot after it, so that TOML can hold them all. A line of a template is a
paragraph: calendars break lines themselves, and each in another place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

PARKED_LONG_DAYS = 14  # a question that waits for longer is said to

TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "title.strategic": "Strategic thinking: {theme}",
        "title.frontline": "Front-line time",
        "title.visit": "Front-line time: {visit}",
        "title.learning": "Learning time",
        "title.offsite": "Quarterly offsite: half a day to think",
        "title.note": "In about a week: your half day to think",
        "title.other": "{kind}",
        # The change of mode, before a block or as its first minutes (shift = "inside").
        "shift": "Ten minutes before: close mail and chat, put the phone away, and open only this question.",
        "shift_inside": "The first ten minutes: close mail and chat, put the phone away, and open only this question.",
        "shift_frontline": "Ten minutes before: leave laptop and agenda behind. You come to learn, not to inspect.",
        "shift_frontline_inside": "The first ten minutes: leave laptop and agenda behind. You come to learn, not to inspect.",
        "shift_learning": "Ten minutes before: close mail and chat, put the phone away, and open only what you want to learn.",
        "shift_learning_inside": "The first ten minutes: close mail and chat, put the phone away, and open only what you want to learn.",
        "shift_other": "Ten minutes before: close mail and chat, and put the phone away.",
        "shift_other_inside": "The first ten minutes: close mail and chat, and put the phone away.",
        "question": "{theme}: {question}",
        "start": "A way in: {start}",
        # What later runs keep up to date stands between two lines that begin and end with a long dash.
        "section.open": "— kept up to date by blocker until the block begins —",
        "section.close": "— until here —",
        "parked.head": "Parked for this hour, oldest first:",
        "parked.line": "• {question} [{id}]",
        "parked.line_from": "• {question} ({who}) [{id}]",
        "parked.line_old": "• {question} [{id}], waiting for {weeks} weeks: answer it today, or drop it",
        "parked.line_old_from": "• {question} ({who}) [{id}], waiting for {weeks} weeks: answer it today, or drop it",
        "parked.more": "• and {number} more: blocker parked",
        "parked.none": "Nothing is parked. When a question deserves more than a quick answer: blocker park \"…\"",
        "parked.end": "When one is thought through: blocker parked done {id}",
        "digest.week": "The seven days before, {first} – {last}:",
        "digest.weeks": "Your last four weeks, {first} – {last}:",
        "digest.later": "Once this block is your next one, the seven days before it and the questions you park stand here.",
        "digest.hours": "{operational} of {capacity} went into daily business ({share}), in {meetings} meetings; the fullest day was {weekday} with {most}.",
        "digest.hours_one": "{operational} of {capacity} went into daily business ({share}), in one meeting, on {weekday}.",
        "digest.hours_thin": "{operational} of {capacity} went into daily business ({share}), in {meetings} meetings, never two on a day.",
        "digest.hours_weeks": "{operational} of {capacity} a week went into daily business ({share}), in {meetings} meetings a week.",
        "digest.hours_weeks_few": "{operational} of {capacity} a week went into daily business ({share}), in about one meeting a week.",
        "digest.away": "No working time in those days.",
        "digest.nothing": "No meeting in those days: all of {capacity} was free.",
        "digest.longest": "The longest stretch without a meeting: {length}, {day} {start}–{end}.",
        "digest.longest_none": "No stretch without a meeting.",
        "digest.series": "Where the hours went: {number} recurring meetings, {hours} in all. Most of it:",
        "digest.series_one": "Where the hours went: one recurring meeting.",
        "digest.series_double": "Where the hours went: {number} recurring meetings, {hours} in all, since some lie on others. Most of it:",
        "digest.series_line": "• {hours} {title}",
        "digest.series_line_times": "• {hours} {title} ({times} times)",
        "digest.series_each": "• {hours} each: {titles}",
        "digest.series_each_more": "• {hours} each: {titles} and {number} more",
        "digest.displaced": "What stood in the way of longer free stretches. Could it be shorter, at another hour, or go on without you?",
        "digest.displaced_line": "• {title}: without it {gap} in one piece on {day}",
        "digest.displaced_line_times": "• {title}: on {times} days, {gain} of focus in all, up to {gap} in one piece",
        "digest.overrun": "• {title} took {minutes} of the block on {day}",
        "digest.frontline": "At the front line: {hours}.",
        "digest.frontline_none": "At the front line: nothing on the calendar.",
        "frontline.visit": "Whom to go to: {name}.",
        "frontline.unknown": "Whom to go to: the people nearest to the work that you have not seen for longest.",
        "frontline.ask": "Three questions, and then listen:\n"
        "• What makes this work hard?\n"
        "• What workaround do you use?\n"
        "• What would you change first?",
        "frontline.bring": "Bring one answer into your next thinking block: blocker park \"…\" --from NAME",
        "learning.why": "Learning before the crisis: what will the weeks ahead ask of you and your people that none of you can do yet?",
        "learning.heaviest": "The heaviest weeks of the next two months, as your calendar has them now:",
        "learning.week": "• Week of {day}: {hours} of meetings",
        "learning.week_with": "• Week of {day}: {hours} of meetings, among them {title}",
        "learning.light": "Your calendar has no meetings in the next two months yet.",
        "learning.use": "Choose one thing to know before the first of them. Who knows it already, what do you read or try today, and whom will you show it to within a week?",
        "agenda.back": "First {minutes} minutes: looking back",
        "agenda.hours_weeks": "The {weeks} weeks up to this day as the calendar has them, {first} – {last}: {operational} of {capacity} went into daily business ({share}).",
        "agenda.hours": "The quarter up to this day as the calendar has it, {first} – {last}: {operational} of {capacity} went into daily business ({share}).",
        "agenda.own": "Time of your own: strategic {strategic}, front line {frontline}, learning {learning}. Working days away: {away}.",
        "agenda.kept": "Thinking time: {owed} planned, {kept} kept.",
        "agenda.debt": "Owed and not kept in the last four weeks: {debt}.",
        "agenda.parked": "Questions parked: {parked}, of them thought through: {done}.",
        "agenda.series": "The recurring meetings by hours:",
        "agenda.displaced": "What most often displaced strategic time:",
        "agenda.first": "Then {minutes} minutes, the first question",
        "agenda.second": "Then {minutes} minutes, the second question",
        "agenda.pause": "{minutes} minutes: a break, outdoors if you can",
        "agenda.last": "The last {minutes} minutes: stop, start, delegate",
        "agenda.stop": "Stop: which meeting above would nobody ask for again? Write the sentence that ends it.",
        "agenda.start": "Start: one thing, with the day of its first step.",
        "agenda.delegate": "Delegate: one thing that only you do today, and who would grow by it.",
        "agenda.parked_question": "The question that has waited longest: {question}",
        "shift_offsite": "Half a day outside the daily flow, and outside the office if you can. Ten minutes before: mail and chat closed, phone away, paper on the table.",
        "shift_offsite_inside": "Half a day outside the daily flow, and outside the office if you can. Its first ten minutes: mail and chat closed, phone away, paper on the table.",
        "note.text": "Your quarterly half day to think comes in about a week. Half an hour now makes it worth twice as much:\n"
        "• Ask three people near the work: what should we stop?\n"
        "• Park what you want to think about: blocker park \"…\"\n"
        "• Look where the quarter went: blocker report --text\n"
        "• Find a place without a screen, and tell people that you are away.",
        "why.head": "Why this time is protected:",
        "why.line": "• {reason}",
        "why.floor": "Every working week gets one block of thinking, whatever the load.",
        "why.offsite": "Every quarter gets half a day outside the daily flow.",
        "why.frontline": "Strategy without the lived work is fiction: every two weeks an hour where the work is done.",
        "why.learning": "A week of this quarter is red: learning comes before the heaviest one.",
        "why.debt": "Thinking time was owed and not kept; this pays some of it back.",
        "cause.line": "{rule}: {measure} {measured}, threshold {threshold}",
        "cause.both": "{rule}: {measure} {measured}, threshold {threshold} (this week holds {held}; recent weeks {recent})",
        "cause.forecast": "{rule}: {measure} {measured}, threshold {threshold} (this week holds {held}, the rest is a forecast)",
        "cause.usual": "; the usual line is {usual}",
        "ordinary": "Your ordinary week is past the usual red line: {measure} {measured}, where red begins at {usual}. More blocks do not mend that; fewer meetings do.",
        "reason.line": "{measure}: {measured}, where {rule} begins at {threshold}",
        "reason.both": "{measure}: {measured}, where {rule} begins at {threshold} (its week holds {held}, recent weeks {recent} on average)",
        "reason.forecast": "{measure}: {measured}, where {rule} begins at {threshold} (its week holds {held} so far, the rest is a forecast)",
        "because.floor": "Strategic time of your own in its week: {measured}; less than {threshold} is too little",
        "because.frontline": "Your own front-line time in those two weeks: {measured}; less than {threshold} is too little",
        "because.debt": "Owed and not kept in the last four weeks: {measured}",
        "say.head": "It is yours:",
        "say.move": "Move it, and it stays where you put it. Delete it, and it does not come back. Title, text and colour are yours to change.",
        "say.skip": "Not this one: blocker skip {key}",
        "say.pause": "Nothing new for a while: blocker pause --until DATE",
        "say.leave": "No more of this: blocker leave --remove",
        "theme.1.name": "Alignment",
        "theme.1.question": "Which of our meetings moved the strategy forward, and which only kept us busy?",
        "theme.1.start": "write the strategy in three sentences, from memory. Put each meeting below next to the sentence it serves. Choose one that serves none, and end it, shorten it, or send someone who would grow by it.",
        "theme.2.name": "Root cause",
        "theme.2.question": "Which problem did we fix twice this month, and what would make it impossible?",
        "theme.2.start": "take one, and ask why until the answer is a decision and not a person. Write down the change to make there, who can make it, and what you stop patching meanwhile.",
        "theme.3.name": "People and capability",
        "theme.3.question": "Who on the team is ready for more, and what is in their way?",
        "theme.3.start": "name two people. For each, one of the meetings below that they could hold for you within a month, what they need from you for it, and the day you will offer it.",
        "theme.4.name": "What to stop",
        "theme.4.question": "What would nobody miss if we stopped it on Monday?",
        "theme.4.start": "go down the list below and mark what nobody would ask for again. Choose one, and write the two sentences that end it. Send them when the hour is over.",
        "theme.5.name": "Risk",
        "theme.5.question": "What could hurt us most in the next half year that nobody is looking at?",
        "theme.5.start": "it is half a year later and the plan has failed. Write down the three likeliest reasons. For the one that nobody owns: the first sign you would see, and who watches for it from today.",
        "theme.6.name": "What the front line knows",
        "theme.6.question": "What do the people nearest to the work know that I have not heard yet?",
        "theme.6.start": "write down the last three things they told you themselves, and when. Choose one person to visit this week, and one question to which you do not know the answer.",
        "theme.7.name": "Values lived",
        "theme.7.question": "Which value on the wall did a decision of mine contradict this month?",
        "theme.7.start": "take your last three decisions that cost somebody something, and write down the value each of them showed. Where it is not one on the wall, change the decision or take the value down.",
        "theme.8.name": "The opportunity nobody owns",
        "theme.8.question": "Which opportunity do several of us see that nobody has been asked to take?",
        "theme.8.start": "list what you have heard from two sides at least. For the best of it: what it would be worth, the smallest test within two weeks, and whom you will ask to own it.",
        "measure.capacity_hours": "working time",
        "measure.operational_hours": "operational time",
        "measure.operational_share": "operational share of working time",
        "measure.meetings": "meetings",
        "measure.meetings_max_day": "meetings on the fullest day",
        "measure.focus_hours": "time in free gaps of two hours or more",
        "measure.longest_gap_hours": "longest free gap",
        "measure.fragmentation": "free time in pieces under two hours",
        "measure.back_to_back_hours": "longest run without a break",
        "measure.conflict_share": "operational time that is double-booked",
        "measure.after_hours": "after-hours meetings with others",
        "measure.recurring_share": "recurring share of operational time",
        "measure.strategic_hours": "own strategic time",
        "measure.frontline_hours": "own front-line time",
        "measure.learning_hours": "own learning time",
        "measure.owed_hours": "strategic time owed and not kept",
        "report.head": "The last {weeks} weeks, {first} – {last}:",
        "report.displaced": "What most often cost strategic time: days on which two more free hours in a row would be there without it",
        "report.displaced_line": "• {title}: one day, {own} long, costs {gain} of focus (the longest gap without it: {gap})",
        "report.displaced_line_times": "• {title}: {times} days, {own} long in all, costs {gain} of focus (the longest gap without it: {gap})",
        "report.displaced_none": "No recurring meeting keeps a day from two more free hours in a row.",
        "report.overruns": "What lay on strategic blocks:",
        "report.series": "The recurring meetings by hours:",
        "report.parked": "Parked questions that wait: {open}. Of these for more than two weeks: {old}.",
        "report.untitled": "a recurring meeting ({number})",
        "whatif.free": "{minutes} minutes in a row are free already, {day} {start}–{end}: nothing has to move.",
        "whatif.move": "{minutes} minutes in a row, {day} {start}–{end}, would be free if one meeting of yours moved:",
        "whatif.move_times": "{minutes} minutes in a row, {day} {start}–{end}, would be free if these {times} meetings of yours moved:",
        "whatif.line": "• {title}, {day} {start}–{end}",
        "whatif.none": "No day of {week} has {minutes} minutes in a row, even if every meeting of your own moved.",
        "whatif.unknown_me": "Whose meetings they are is not known: set me = [\"you@example.org\"] in the config.",
        "days": "Mon Tue Wed Thu Fri Sat Sun",
        "months": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        "date": "{weekday} {day} {month}",
        "clock": "{hour}:{minute}",
        "hours": "{hours} h",
        "minutes": "{minutes} min",
        "share": "{percent} %",
        "decimal_point": ".",
        "between": ", ",
    }
)  # fmt: skip

MEASURE_WORDS: Mapping[str, str] = MappingProxyType(
    {name.removeprefix("measure."): words for name, words in TEXTS.items() if name.startswith("measure.")}
)

_MARKUP = str.maketrans("<>", "‹›")  # some calendars take these for HTML
_JOINERS = frozenset("\u200c\u200d")  # inside emoji, and words of several scripts
STEERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def say(name: str, overrides: Mapping[str, str], /, **values: object) -> str:
    """The template ``name``, a person's own wording first, filled in."""
    template = overrides.get(name, TEXTS[name])
    try:
        return template.format(**values)
    except (KeyError, IndexError, ValueError):
        return TEXTS[name].format(**values)


def say_times(name: str, overrides: Mapping[str, str], times: int, /, **values: object) -> str:
    """The same for something that happened once, or (``name`` with ``_times``) several times."""
    if times == 1:
        return say(name, overrides, **values)
    return say(f"{name}_times", overrides, times=times, **values)


def quantity(value: float, unit: str, overrides: Mapping[str, str] = MappingProxyType({})) -> str:
    """A measured value as people say it: 60 %, 4.5 h, 6."""
    if unit == "share":
        return say("share", overrides, percent=f"{value * 100:.0f}")
    if unit == "hours":
        return say("hours", overrides, hours=_short(value, overrides))
    return _short(value, overrides)


def length_words(minutes: float, overrides: Mapping[str, str]) -> str:
    """``45 min``, ``1 h``, ``2.5 h``."""
    if 0 < minutes < 60:
        return say("minutes", overrides, minutes=f"{minutes:.0f}")
    return say("hours", overrides, hours=_short(minutes / 60, overrides))


def date_words(day: date, overrides: Mapping[str, str]) -> str:
    """``Tue 24 Nov``."""
    months = overrides.get("months", TEXTS["months"]).split()
    month = months[day.month - 1] if len(months) == 12 else f"{day:%b}"
    return say("date", overrides, weekday=weekday_words(day, overrides), day=day.day, month=month)


def weekday_words(day: date, overrides: Mapping[str, str]) -> str:
    days = overrides.get("days", TEXTS["days"]).split()
    return days[day.weekday()] if len(days) == 7 else f"{day:%a}"


def clock_words(local: datetime, overrides: Mapping[str, str]) -> str:
    """``14:30``."""
    return say("clock", overrides, hour=f"{local:%H}", minute=f"{local:%M}")


def plain(text: str) -> str:
    """Other people's words on one line, without what steers a terminal or looks like HTML to a calendar."""
    kept = (c for c in " ".join(text.split()) if c in _JOINERS or (c.isprintable() and c not in STEERING))
    return "".join(kept).translate(_MARKUP)


def shortened(text: str, most: int) -> str:
    """The same, cut at a word where it is long."""
    text = plain(text)
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    return (cut.rpartition(" ")[0] if " " in cut[most // 2 :] else cut).rstrip() + "…"


def _short(value: float, overrides: Mapping[str, str]) -> str:
    words = f"{value:.1f}".removesuffix(".0")
    return words.replace(".", say("decimal_point", overrides))
