"""Every sentence that goes into a calendar or is said of a block, in one place, as templates.

A person may override any of them by its name in the config's ``[texts]``. No name is also the
beginning of another with a dot after it, so that TOML can hold them all. A line of a template is a
paragraph: calendars break lines themselves, and each in another place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

QUESTION_CHARACTERS = 240
PARKED_LONG_DAYS = 14  # a question that waits for longer is said to

TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "title.strategic": "Think: {theme}",
        "title.frontline": "Front line: {theme}",
        "title.visit": "Front line: {visit}",
        "title.learning": "Learn: what the coming weeks need",
        "title.goal": "Learn: {goal}",
        "title.offsite": "Half day: {theme}",
        "title.team": "Learning team: {theme}",
        "title.note": "In about a week: your half day to think",
        "title.other": "{kind}",
        # A block: its question, a way in, what is kept up to date, the last line.
        "ask": "{question}",
        "question": "{theme}: {question}",
        "start": "{shift} {start}",
        # The change of mode, before a block or as its first minutes (shift = "inside").
        "shift": "Close mail and chat.",
        "shift_inside": "First ten minutes: close mail and chat.",
        # What later runs keep up to date is between two lines that begin and end with a long dash.
        "section.open": "———",
        "section.close": "———",
        "later": "Your week's facts and parked questions appear here when this is your next block.",
        # What comes after "Decided:" is the person's, and read by that word.
        "decide": "One sentence before you go:\nDecided:",
        "decided.line": "Decided: {text}",
        "parked.head": "Parked questions:",
        "parked.line": "• {question}",
        "parked.line_from": "• {question} ({who})",
        "parked.line_id": "• {question} [{id}]",
        "parked.line_from_id": "• {question} ({who}) [{id}]",
        "parked.more": "• and {number} more",
        "parked.end": "When one is thought through: blocker parked done {id}",
        "fact.hours": "The week before had {operational} of meetings.",
        "fact.nothing": "The week before had not one meeting.",
        "fact.away": "You were away the week before.",
        "fact.overrun": "“{title}” took {minutes} of your block on {day}.",
        "fact.displaced": "“{title}” cost you a free stretch of {gap} on {day}.",
        "fact.displaced_times": "“{title}” cost you a free stretch on {times} days.",
        "fact.longest": "The longest free stretch was {length}, on {day}.",
        "fact.longest_none": "There was not one free stretch.",
        "why.floor": "Every working week gets one block, however full it is.",
        "why.offsite": "Every quarter gets half a day outside the daily flow.",
        "why.frontline": "Every two weeks an hour is for the place where the work is done.",
        "why.learning": "A week of this quarter is red: learning comes before the heaviest one.",
        "why.debt": "Booked to make up for one block that was lost.",
        "why.because": "Booked because {cause}.",
        "why.fuller": "Booked when this week looked fuller: it has {operational} of meetings now.",
        "week.this": "this week",
        "week.usual": "a usual week",
        "because.operational_share": "meetings fill {measured} of {week}",
        "because.operational_hours": "{week} has {measured} of meetings",
        "because.focus_hours": "{week} leaves you {measured} of unbroken time",
        "because.fragmentation": "{measured} of the free time in {week} is in short pieces",
        "because.meetings_max_day": "{week} has a day with {measured} meetings",
        "because.back_to_back_hours": "{week} has {measured} of meetings without a break",
        "because.after_hours": "{week} has {measured} of meetings after hours",
        "because.conflict_share": "{measured} of the meetings in {week} overlap",
        "because.meetings": "{week} has {measured} meetings",
        "because.longest_gap_hours": "the longest free stretch of {week} is {measured}",
        "because.recurring_share": "{measured} of the meetings in {week} are recurring ones",
        "because.capacity_hours": "{week} has {measured} of working time",
        "because.strategic_hours": "{week} has {measured} of thinking time of your own",
        "because.frontline_hours": "{week} has {measured} of front-line time of your own",
        "because.learning_hours": "{week} has {measured} of learning time of your own",
        "frontline.visit": "Go to: {name}. Ask, and listen: you come to learn, not to inspect. Before you leave, write down one answer that you did not expect.",
        "frontline.before": "Last time you brought back: “{text}”. Say what became of it.",
        "frontline.unknown": "Go to the people nearest to the work whom you have not seen for longest. Ask, and listen: you come to learn, not to inspect. Before you leave, write down one answer that you did not expect.",
        "listen.1.name": "what makes the work hard",
        "listen.1.question": "What makes this work hard on an ordinary day?",
        "listen.2.name": "the workarounds",
        "listen.2.question": "Which workaround do you use that nobody planned?",
        "listen.3.name": "what to change first",
        "listen.3.question": "What would you change first if it were yours to decide?",
        "listen.4.name": "what never reaches you",
        "listen.4.question": "What should I know about this work that nobody tells me?",
        "learning.question": "What will the coming weeks ask of you and your people that none of you can do yet?",
        "learning.week": "The heaviest is the week of {day}, with {hours} of meetings.",
        "learning.week_with": "The heaviest is the week of {day}, with {hours} of meetings, among them “{title}”.",
        "goal.question": "For “{goal}”, due on {day}: who must be able to do what by then, and who can already?",
        "goal.ability": "It needs this: {ability}.",
        "goal.start": "{ability} Make two lists: who can already, and who still has to learn it. Choose the smallest thing that one of them can try this week. Write down who, with whom and when, and ask them today.",
        "goal.rotating": "Your goal “{goal}”: are we working in line with it?",
        "goal.past": "“{goal}” was due on {day}. Did we reach it, and what did we learn?",
        "learning.use": "Choose one thing to know before then. Read or try it now, and write down whom you will show it to within a week.",
        "team.question": "How does this work really get done, and what makes it hard?",
        "team.start": "Invite three to five people who do this work, and none of their managers; ask them yourself. You come to learn, not to judge.\n"
        "• 30 minutes: how does this work really get done, on a good day and on a bad one? Listen.\n"
        "• 10 minutes: a pause. Solve nothing yet.\n"
        "• 25 minutes: what makes it hard?\n"
        "• 10 minutes: what would we try? With them, not to them.\n"
        "Thank them, and say when they will hear from you.",
        "team.from": "{who} asked for this.",
        "team.next": "what we try after “{what}”",
        "team.next_question": "What do we try, who does it, and by when?",
        "team.next_start": "The same people again. Say back what you heard, and let them correct it. Choose one small thing or two, each with a name and a day. Agree how all of you will see whether it helped.",
        "offsite.question": "What should be different in three months, and what ends for it?",
        "offsite.start": "Leave the office if you can, and take paper.",
        "agenda.back": "{minutes} minutes: look back",
        "agenda.hours": "The quarter so far: {operational} of meetings in {capacity} of work.",
        "agenda.hours_weeks": "The {weeks} weeks before: {operational} of meetings in {capacity} of work.",
        "agenda.frontline": "You spent {hours} at the front line.",
        "agenda.frontline_none": "No front-line time in these weeks.",
        "agenda.brought": "Last from {visit}: “{text}”",
        "agenda.kept": "Of {owed} of thinking time, {kept} took place.",
        "agenda.ordinary": "For most people your usual week would be a red one: it needs fewer meetings, not more blocks.",
        "agenda.decided": "What became of your decisions?",
        "agenda.decision": "• {text} ({day})",
        "agenda.middle": "{minutes} minutes: the question above, goals, questions",
        "agenda.goals": "On course, at risk, or drop it?",
        "agenda.goal": "• {goal}, {day}",
        "agenda.waited": "What has waited longest:",
        "agenda.pause": "{minutes} minutes: a break, outdoors",
        "agenda.stopping": "{minutes} minutes: stop, start, delegate",
        "agenda.stop": "Stop: what nobody would ask for again. Write the sentence that ends it.",
        "agenda.stop_with": "Stop: “{title}” costs most, {hours}. Who would miss it? Write the sentence that ends it.",
        "agenda.start": "Start: one thing, and the day it begins.",
        "agenda.delegate": "Delegate: one thing only you do, to somebody who would grow.",
        "agenda.last": "{minutes} minutes: next quarter",
        "agenda.next": "Three goals at most: what, by when, who must learn what.",
        "note.text": "Your half day to think is in about a week. Half an hour now makes it worth twice as much:\n"
        "• Ask three people near the work what we should stop.\n"
        "• Write down what you want to think about.\n"
        "• Find a place without a screen, and tell people that you are away.",
        "say.last": "Move it or delete it: both are respected.",
        # Only with commands_in_text.
        "say.skip": "Not this one: blocker skip {key}",
        "say.pause": "Nothing new for a while: blocker pause --until DATE",
        "say.leave": "No more of this: blocker leave --remove",
        "theme.1.name": "what our meetings are for",
        "theme.1.question": "Which of our meetings moved the strategy forward, and which only kept us busy?",
        "theme.1.start": "Write the strategy in three sentences. Find one meeting that serves none of them, and end it, shorten it, or send someone in your place.",
        "theme.2.name": "root causes",
        "theme.2.question": "Which problem did we fix twice this month, and what would make it impossible?",
        "theme.2.start": "Ask why until the answer is a decision, not a person. Write down what to change, who can, and what you stop patching meanwhile.",
        "theme.3.name": "who is ready for more",
        "theme.3.question": "Who on the team is ready for more, and what is in their way?",
        "theme.3.start": "Name two people. For each, write down one meeting they could run for you within a month, and the day you will offer it.",
        "theme.4.name": "what to stop",
        "theme.4.question": "What would nobody miss if we stopped it on Monday?",
        "theme.4.start": "Mark what nobody would ask for again. Choose one, and write the two sentences that end it. Send them when the hour is over.",
        "theme.5.name": "what could hurt us",
        "theme.5.question": "What could hurt us most in the next half year that nobody is looking at?",
        "theme.5.start": "The plan has failed: write down three likely reasons. For the one nobody owns, add the first sign of it and who will watch.",
        "theme.6.name": "what the front line knows",
        "theme.6.question": "What do the people nearest to the work know that I have not heard yet?",
        "theme.6.start": "Write down the last three things they told you, and when. Choose one person to visit this week, and one question for them.",
        "theme.7.name": "the values we live",
        "theme.7.question": "Which of our values did a decision of mine contradict this month?",
        "theme.7.start": "Take three decisions that cost somebody something. Write down the value each showed. If it is not one of ours, change the decision or drop the value.",
        "theme.8.name": "the opportunity nobody owns",
        "theme.8.question": "Which opportunity do several of us see that nobody has been asked to take?",
        "theme.8.start": "List what you heard from at least two sides. For the best, write down a test of two weeks and whom you will ask to own it.",
        "theme.9.name": "the decision that waits",
        "theme.9.question": "Which decision have I put off for longest, and what does that cost us?",
        "theme.9.start": "Write down the two real options, and what would make you choose. Choose now, or write down the day on which you will.",
        "theme.10.name": "what others could do",
        "theme.10.question": "What do I do every week that somebody else could do as well?",
        "theme.10.start": "List last week's work that did not need you. Choose one piece, and write the message that hands it over, decisions included.",
        "theme.11.name": "the people we serve",
        "theme.11.question": "What would the people we serve say we have become worse at?",
        "theme.11.start": "Write down three complaints in their own words. Choose the one you would make yourself, and write to somebody who made it.",
        "theme.12.name": "what we take for granted",
        "theme.12.question": "What do we believe about our work that we have not checked for a year?",
        "theme.12.start": "Write down three such beliefs. Choose the one that matters most if it is wrong, and the cheapest way to check it this week.",
        "theme.13.name": "what we learned",
        "theme.13.question": "What did we learn this quarter that changed how we work?",
        "theme.13.start": "Find one lesson that never left the room. Write down who needs it, what they would do differently, and when you will show them.",
        "theme.14.name": "what nobody says",
        "theme.14.question": "What does everybody know that nobody says in our meetings?",
        "theme.14.start": "Write it down in one sentence. Then write how you would begin, and to whom you will say it this week.",
        "theme.15.name": "where to say no",
        "theme.15.question": "What should I have said no to in the last month?",
        "theme.15.start": "Write down three, and what each of them pushed aside. One like them is coming: write the friendly no now.",
        "theme.16.name": "a year from now",
        "theme.16.question": "What will we wish in a year that we had begun today?",
        "theme.16.start": "Write the good news of that day in three sentences. Add the first step, whose it is, and what makes room for it.",
        "theme.17.name": "what we measure",
        "theme.17.question": "Which of our numbers looks good and leads us the wrong way?",
        "theme.17.start": "Take the one you report most. Write down what people do to make it look good, and what you would count in its place.",
        "theme.18.name": "who we depend on",
        "theme.18.question": "Which other team would we have to work with differently to succeed?",
        "theme.18.start": "Write down what you need from them and they from you. Choose what to offer first, and ask them for half an hour.",
        "digest.hours_weeks": "{operational} of {capacity} a week went into daily business ({share}), in {meetings} meetings a week.",
        "digest.hours_weeks_few": "{operational} of {capacity} a week went into daily business ({share}), in about one meeting a week.",
        "digest.series_line": "• {hours} {title}",
        "digest.series_line_times": "• {hours} {title} ({times} times)",
        "digest.series_each": "• {hours} each: {titles}",
        "digest.series_each_more": "• {hours} each: {titles} and {number} more",
        "digest.overrun": "• {title} took {minutes} of the block on {day}",
        "cause.line": "{rule}: {measure} {measured}, threshold {threshold}",
        "cause.both": "{rule}: {measure} {measured}, threshold {threshold} (this week has {held}; recent weeks {recent})",
        "cause.forecast": "{rule}: {measure} {measured}, threshold {threshold} (this week has {held}, the rest is a forecast)",
        "cause.goal": "“{goal}” is due in {weeks} weeks",
        "cause.usual": "; the usual line is {usual}",
        "ordinary": "For most people your usual week would be a red one ({measure}: {measured}, and {usual} is red). Fewer meetings would help; more blocks would not.",
        "red_weeks": "{number} red weeks in a row. A learning team about a normal week would show what makes the work hard: blocker learn books the time.",
        "measure.capacity_hours": "working time",
        "measure.operational_hours": "operational time",
        "measure.operational_share": "operational share of working time",
        "measure.meetings": "meetings",
        "measure.meetings_max_day": "meetings on the fullest day",
        "measure.focus_hours": "unbroken time (two hours or more)",
        "measure.longest_gap_hours": "longest free stretch",
        "measure.fragmentation": "free time in pieces under two hours",
        "measure.back_to_back_hours": "longest run without a break",
        "measure.conflict_share": "operational time that is double-booked",
        "measure.after_hours": "after-hours meetings with others",
        "measure.recurring_share": "recurring share of operational time",
        "measure.strategic_hours": "your own thinking time",
        "measure.frontline_hours": "your own front-line time",
        "measure.learning_hours": "your own learning time",
        "measure.owed_hours": "thinking time owed and not kept",
        "report.head": "The last {weeks} weeks, {first} – {last}:",
        "report.displaced": "What most often broke up two free hours or more:",
        "report.displaced_line": "• {title}: one day; without it, {gain} more of unbroken time",
        "report.displaced_line_times": "• {title}: {times} days; without it, {gain} more of unbroken time",
        "report.displaced_none": "No recurring meeting breaks up two free hours or more.",
        "report.overruns": "What overlapped thinking blocks:",
        "report.series": "The recurring meetings, longest in all first:",
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


def in_words(text: str, most: int) -> str:
    """A text on one line, cut after so many words where it is long."""
    words = plain(text).split()
    return shortened(" ".join(words[:most]) + ("…" if len(words) > most else ""), QUESTION_CHARACTERS)


def _short(value: float, overrides: Mapping[str, str]) -> str:
    words = f"{value:.1f}".removesuffix(".0")
    return words.replace(".", say("decimal_point", overrides))
