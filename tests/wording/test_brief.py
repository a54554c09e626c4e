"""What a block says: its question first, a way in, two facts for the next one only, and one last line."""

from __future__ import annotations

import re
import tomllib
from datetime import timedelta
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from msgspec.structs import replace

from blocker.calendars.ics.lexer import writable
from blocker.config.load import load_config
from blocker.engine import make_plan
from blocker.measuring.measures import MEASURES
from blocker.rules.survey import take_survey
from blocker.showing.report_text import report_text
from blocker.values.block_kinds import BlockKind, Theme
from blocker.values.events import Block, Event, Ref, StandingBlock
from blocker.values.fingerprint import hash_of_text, mixed_hash, parts_of_text, with_section
from blocker.values.memory import Decision, Memory, OwnLines, ParkedQuestion, Remembered, WeekRecord
from blocker.values.plan import Cause, Placement, WeekLoad
from blocker.values.request import Request
from blocker.values.settings import Goal, Settings
from blocker.values.workweek import week_of
from blocker.wording.brief import Sources, block_text
from blocker.wording.causes import cause_words, why_booked, why_lines
from blocker.wording.content import block_title, make_block, section_now, with_section_of
from blocker.wording.texts import TEXTS, plain, say, shortened
from blocker.wording.themes import draw, topics
from tests.tools.calendars_by_hand import MONDAY, at, meeting, request, slot, week_days

KEY = "strategic/2026-W45/1"
ALL_KEYS = ("frontline/2026-W45/1", "learning/2026-W45/1", "offsite/2026-Q4", "note/2026-Q4")
LONG = "An endless question, and then some more of it 🤔 " * 40
SHARE = Cause("amber", "operational_share", 0.61, 0.5, "share", 0.4, 0.61)


def sources(asked: Request, next_key: str | None = KEY, *keys: str) -> Sources:
    slots = {key: placed(key).slot for key in (KEY, *ALL_KEYS, *keys)}
    return Sources(asked, take_survey(asked), next_key, draw(slots, (), asked))


def placed(key: str = KEY, **more: object) -> Placement:
    found = Placement(key, key.split("/")[0], "floor", slot(MONDAY + timedelta(days=2), "09:00", "11:00"))
    return replace(found, **more)  # type: ignore[arg-type]


def text_of(
    asked: Request, next_key: str | None = KEY, key: str = KEY, tier: str = "floor", private: bool = True
) -> str:
    one = placed(key)
    return block_text(key, one.kind, tier, one.slot, private, sources(asked, next_key, key))


def title_of(asked: Request, key: str) -> str:
    return block_title(key, key.split("/")[0], sources(asked, KEY, key))


def parked(*texts: str, days_ago: int = 1, asked_by: str = "") -> Memory:
    when = at(MONDAY, "06:00") - timedelta(days=days_ago)
    return Memory(parked=tuple(ParkedQuestion(n, text, asked_by, when) for n, text in enumerate(texts, 1)))


def busy_weeks() -> list[Event]:
    """Five weeks with a meeting in the middle of each morning, and one that fills the afternoons."""
    found = []
    for week in range(-4, 1):
        for number, day in enumerate(week_days(MONDAY + timedelta(weeks=week))):
            if number == 4:
                found.append(meeting(day, "10:30", "11:00", title="Standing call"))
                found.append(meeting(day, "14:00", "17:30", title="Content review"))
                continue
            found.append(meeting(day, "10:30", "11:30", title="Budget round"))
            found.append(meeting(day, "14:00", "17:30", title="Content review"))
    return [replace(event, recurring=True) for event in found]


def words_of(text: str) -> int:
    return len(text.split())


def test_the_question_is_first_and_the_way_to_say_no_last() -> None:
    asked = request(busy_weeks())
    [topic] = sources(asked).themes[KEY]
    first, second, *_, last = text_of(asked).split("\n\n")
    assert first == topic.question
    assert second == f"{TEXTS['shift']} {topic.start}"
    assert last == "Move it or delete it: both are respected."
    assert title_of(asked, KEY) == f"Think: {topic.name}"


def test_inside_the_block_the_shift_is_its_first_ten_minutes() -> None:
    """The slot is the same: the ten minutes before it stay free, and no limit is touched."""
    inside = request(busy_weeks(), settings=Settings(shift="inside"))
    assert "\n\nFirst ten minutes: close mail and chat. " in text_of(inside)
    usual = make_plan(request(busy_weeks()))
    assert [c.slot for c in make_plan(inside).changes] == [c.slot for c in usual.changes]


def test_each_kind_has_its_own_title_and_question() -> None:
    asked = request(busy_weeks())
    titles = [title_of(asked, key) for key in ALL_KEYS]
    [listening] = sources(asked).themes[ALL_KEYS[0]]
    assert titles[0] == f"Front line: {listening.name}"
    assert text_of(asked, key=ALL_KEYS[0]).startswith(f"{listening.question}\n\nGo to the people ")
    assert "you come to learn, not to inspect" in text_of(asked, key=ALL_KEYS[0])
    assert titles[1] == "Learn: what the coming weeks need"
    assert titles[2] == f"Half day: {sources(asked).themes['offsite/2026-Q4'][0].name}"
    assert text_of(asked, key=ALL_KEYS[1]).startswith(TEXTS["learning.question"] + "\n\n")
    assert text_of(asked, key=ALL_KEYS[2]).startswith(
        sources(asked).themes["offsite/2026-Q4"][0].question + "\n\n"
    )


def test_only_the_next_block_has_the_questions_and_the_facts() -> None:
    asked = request(busy_weeks(), memory=parked("What for?"))
    assert parts_of_text(text_of(asked))[1].split("\n") == [
        "———",
        "Parked questions:",
        "• What for?",
        "",
        "The week before had 22 h of meetings.",
        "“Content review” cost you a free stretch on 5 days.",
        "Booked because this week leaves you 0 h of unbroken time.",
        "———",
    ]
    later = parts_of_text(text_of(asked, next_key="another"))[1]
    assert later.split("\n") == ["———", TEXTS["later"], "———"]


def test_the_week_behind_says_what_took_the_last_block() -> None:
    there = slot(MONDAY, "10:00", "11:30")
    past = StandingBlock("strategic/2026-W44/9", "strategic", there, there, "", "", Ref("p", "1"))
    asked = request([meeting(MONDAY, "10:30", "11:30", title="Board call")], [past], now=at(MONDAY, "18:00"))
    assert "\n“Board call” took 1 h of your block on Mon 2 Nov.\n" in text_of(asked)


def test_one_sentence_says_why_the_next_block_was_booked() -> None:
    week = week_of(MONDAY)

    def load(level: str, *causes: Cause) -> WeekLoad:
        return WeekLoad(week, {"operational_hours": 12.0}, None, 5, 5, level, causes=causes)

    def why(load: WeekLoad | None, key: str = KEY, tier: str = "floor") -> str:
        return why_booked(key, tier, load, {})

    assert why(load("amber", SHARE)) == "Booked because meetings fill 61 % of a usual week."
    assert why(load("amber", replace(SHARE, held=0.61))) == "Booked because meetings fill 61 % of this week."
    for measure in MEASURES:
        words = why(load("amber", replace(SHARE, measure=measure, held=None)))
        assert words.startswith("Booked because ")
        assert "_" not in words
    assert why(load("calm")) == why(None) == TEXTS["why.floor"]
    assert why(load("calm"), "strategic/2026-W45/2", "amber") == (
        "Booked when this week looked fuller: it has 12 h of meetings now."
    )
    assert why(load("red", replace(SHARE, rule="red")), tier="debt") == TEXTS["why.debt"]


# How long it is


@pytest.mark.parametrize("shift", ["before", "inside"])
@pytest.mark.parametrize("key", [KEY, *ALL_KEYS])
def test_no_block_has_more_words_than_a_phone_shows(key: str, shift: str) -> None:
    """Every shipped theme in turn, with the most that there may be beside it."""
    long = [replace(event, title=LONG + event.title) for event in busy_weeks()]
    owed = WeekRecord(week_of(MONDAY).plus(-1), "amber", owed_minutes=240, kept_minutes=90)
    memory = replace(parked(*[LONG] * 9, asked_by=LONG, days_ago=90), weeks=(owed,))
    goals = tuple(Goal(f"{LONG} {day}", day, LONG) for day in (None, MONDAY - timedelta(days=9)))
    decided = tuple(Decision(n, LONG, at(MONDAY - timedelta(days=n), "09:00")) for n in range(9))
    memory = replace(memory, decisions=decided)
    asked = request(long, memory=memory, settings=Settings(shift=shift, goals=goals))  # type: ignore[arg-type]
    base, one = sources(asked, key), placed(key)
    ordinary = OwnLines(MONDAY, "manager", 20, "", "", (replace(SHARE, measure="meetings_max_day"),))
    base = replace(base, seen=replace(base.seen, lines=ordinary))
    shipped = topics("strategic", asked.settings)
    all_of_them = key == KEY and shift == "inside"  # the longer of the two
    for topic in shipped if all_of_them else shipped[:2]:
        made = replace(base, themes={KEY: (topic,), "offsite/2026-Q4": (topic, topic)})
        text = block_text(key, one.kind, "debt", one.slot, True, made)
        assert words_of(text) <= (250 if one.kind == "offsite" else 120), text


def test_five_questions_are_there_and_the_others_are_counted() -> None:
    asked = request(busy_weeks(), memory=parked(*(f"Question {n}, " + "and so on " * 9 for n in range(8))))
    lines = text_of(asked).split("\n")
    first = lines.index("Parked questions:") + 1
    assert all(lines[first + n].startswith(f"• Question {n}, ") for n in range(5))
    assert all(lines[first + n].endswith("…") for n in range(5))
    assert lines[first + 5] == "• and 3 more"
    assert words_of(text_of(asked)) > 110, "the room is used"


def test_whole_questions_come_before_the_facts() -> None:
    questions = (
        "Why do we certify people at all?",
        "Should we teach managers before we teach staff?",
        "What if we gave each region its own budget for learning?",
    )
    text = text_of(request(busy_weeks(), memory=parked(*questions, asked_by="VP Sales")))
    assert [words for words in questions if f"• {words} (VP Sales)" not in text] == [], text
    assert words_of(text) <= 120


def test_three_questions_that_can_be_read_come_before_five_that_can_not() -> None:
    """A goal's last question and a long way in leave little room."""
    words = "Should we teach our managers the new way of working before the next quarter begins?"
    gone = (Goal("The goal of this year", MONDAY - timedelta(days=1)),)
    memory = parked(*(f"{n}: {words}" for n in range(9)), asked_by="VP Sales")
    text = text_of(request(busy_weeks(), memory=memory, settings=Settings(goals=gone)))
    *questions, more = [line for line in text.split("\n") if line.startswith("• ")]
    assert 3 <= len(questions) < 5, text
    assert more == f"• and {9 - len(questions)} more"
    assert all(len(line.split()) >= 6 for line in questions)
    assert words_of(text) <= 120


def test_a_short_list_is_shown_whole_with_who_asked() -> None:
    asked = request(busy_weeks(), memory=parked("Is certification the right lever?", asked_by="VP Sales"))
    assert "• Is certification the right lever? (VP Sales)\n" in text_of(asked)


@pytest.mark.parametrize("key", [KEY, *ALL_KEYS])
def test_it_names_no_command_key_or_week_number_unless_asked_to(key: str) -> None:
    memory = parked("What for?", days_ago=40)
    plainly = text_of(request(busy_weeks(), memory=memory), key, key)
    assert not re.search(r"blocker |2026|W\d\d|\[1\]|/|amber|red week|[{}_]", plainly), plainly
    asked = request(busy_weeks(), memory=memory, settings=Settings(commands_in_text=True))
    text = text_of(asked, key, key)
    assert f"blocker skip {key}" in text
    assert "blocker pause --until" in text
    assert "blocker leave --remove" in text
    if key == KEY:
        assert "• What for? [1]\nWhen one is thought through: blocker parked done 1" in text


def test_all_of_it_stays_under_four_thousand_characters() -> None:
    long = [replace(event, title="x" * 500 + event.title) for event in busy_weeks()]
    asked = request(long, memory=parked(*["y" * 900] * 9, asked_by="z" * 900))
    for key in (KEY, *ALL_KEYS):
        text = text_of(asked, key, key)
        assert len(text) < 4000
        assert text.endswith(TEXTS["say.last"])


# Who may read it


@pytest.mark.parametrize("key", [KEY, *ALL_KEYS[:3]])
def test_a_block_that_others_may_read_says_its_theme_question_and_last_line(key: str) -> None:
    asked = request(busy_weeks(), memory=parked("A question of mine"))
    first, last = text_of(asked, key, key, private=False).split("\n\n")
    about = sources(asked).themes.get(key, ())
    name = about[0].name if about else ""
    expected = (
        f"{name[:1].upper()}{name[1:]}: {about[0].question}"
        if about
        else TEXTS[f"{key.split('/')[0]}.question"]
    )
    assert (first, last) == (expected, TEXTS["say.last"])


def test_every_block_of_a_plan_is_private_unless_the_config_says_otherwise() -> None:
    made = [change.block for change in make_plan(request(busy_weeks())).changes if change.block]
    assert {"strategic", "offsite"} <= {block.kind for block in made}
    assert {block.visibility for block in made} == {"private"}
    shared = Settings(blocks={"strategic": BlockKind(visibility="default")})
    asked = request(busy_weeks(), memory=parked("A question of mine"), settings=shared)
    for change in make_plan(asked).changes:
        if change.block and change.kind == "strategic":
            assert change.block.visibility == "default"
            assert "A question of mine" not in change.block.text
            assert not parts_of_text(change.block.text)[1]


def test_a_block_that_a_person_shared_says_no_more_than_its_question() -> None:
    after, _ = run_twice(request(busy_weeks(), memory=parked("A question of mine")))
    blocks = tuple(replace(block, private=block.kind == "frontline") for block in after.snapshot.blocks)
    asked = replace(after, snapshot=replace(after.snapshot, blocks=blocks))
    changed = {c.key: c.block.text for c in make_plan(asked).writes if c.block}
    assert set(changed) == {block.key for block in blocks if block.kind in ("strategic", "offsite")}
    assert not any(parts_of_text(text)[1] or "A question" in text for text in changed.values())


def test_nothing_private_is_in_any_text() -> None:
    secret = [
        replace(event, private=True, title="Severance talks", attendees=("lawyer@example.org",))
        for event in busy_weeks()
    ]
    asked = request(secret, memory=parked("A question"))
    for key in (KEY, *ALL_KEYS):
        text = text_of(asked, key, key).casefold()
        assert "severance" not in text
        assert "lawyer" not in text
        assert "private event" not in text


def test_markup_and_direction_marks_of_others_do_not_get_into_a_text() -> None:
    odd = [replace(e, title="<b>Sync</b> \u202egnitekram\x07") for e in busy_weeks()]
    text = text_of(request(odd, memory=parked("Is 3 < 4 & 5 > 4?\n— a line —\nmore")))
    assert "<" not in text
    assert "\u202e" not in text
    assert "\x07" not in text
    assert "• Is 3 ‹ 4 & 5 › 4? — a line — more\n" in text
    assert parts_of_text(text)[1].endswith(TEXTS["section.close"])


# Words of one's own


def test_every_text_can_be_overridden_and_all_of_them_at_once(tmp_path: Path) -> None:
    own = {name: f"X {name} {' '.join(_fields(text))}" for name, text in TEXTS.items()}
    own |= {f"section.{name}": f"— X {name} —" for name in ("open", "close")}
    own |= {"decide": "X decide Decided:"}
    own |= {"days": "a b c d e f g", "months": "a b c d e f g h i j k l"}
    lines = [f'{name} = "{text}"' for name, text in own.items()]
    file = tmp_path / "config.toml"
    file.write_text("[texts]\n" + "\n".join(lines))
    tomllib.loads(file.read_text())
    texts = load_config(file, {}, {}, TEXTS).settings.texts
    assert set(texts) == set(TEXTS)
    asked = request(busy_weeks(), settings=Settings(texts=texts), memory=parked("Q"))
    text = text_of(asked)
    shipped = [words for words in TEXTS.values() if len(words) > 25 and "{" not in words and words in text]
    assert shipped == []


def bare_texts() -> dict[str, str]:
    """Every template without a word: its placeholders between signs of ours."""
    bare = {name: "¤" + "¤".join(_fields(text)) for name, text in TEXTS.items()}
    bare |= {"days": "¤ " * 7, "months": "¤ " * 12, "section.open": "—¤—", "section.close": "—¤—"}
    return bare


@pytest.mark.parametrize("key", [KEY, *ALL_KEYS, "coaching/2026-W45/1"])
@pytest.mark.parametrize("next_one", [True, False])
@pytest.mark.parametrize("tier", ["floor", "debt"])
def test_no_word_comes_from_the_code(key: str, next_one: bool, tier: str) -> None:
    """With empty templates nothing is left but the calendar's own words, the config's, and numbers."""
    events = [replace(e, attendees=("ann@example.org", "bob@example.org")) for e in busy_weeks()]
    events += [replace(e, attendees=()) for e in busy_weeks()]
    memory = parked("Q", "Q", days_ago=90, asked_by="ann")
    settings = Settings(texts=bare_texts(), commands_in_text=True)
    asked = request(events, settings=settings, memory=memory)
    text = text_of(asked, key if next_one else None, key, tier)
    left = f"{title_of(asked, key)}\n{text}\n" + "\n".join(report_text(asked, take_survey(asked)))
    for word in (key, "Budget round", "Content review", "Standing call", "ann", "bob", "Coaching", "Q"):
        left = left.replace(word, "")
    assert set(left) <= set("¤— \n0123456789"), left


def test_a_broken_template_of_ones_own_falls_back() -> None:
    assert say("say.last", {"say.last": "{nothing}"}) == TEXTS["say.last"]


def _fields(text: str) -> list[str]:
    return [f"{{{name}}}" for _, name, _, _ in Formatter().parse(text) if name]


def test_a_kind_of_ones_own_has_its_themes() -> None:
    mine = BlockKind(title="Coaching: {theme}", themes=(Theme("Mara", "What would she try?"),))
    asked = request(settings=Settings(blocks={"coaching": mine}))
    assert text_of(asked, key="coaching/2026-W45/1").startswith("What would she try?\n\n")
    assert title_of(asked, "coaching/2026-W45/1") == "Coaching: Mara"


def test_a_forecast_is_called_one() -> None:
    cause = Cause("amber", "operational_hours", 22.5, 20, "hours", held=8.0)
    assert cause_words(cause, {}) == (
        "amber: operational time 22.5 h, threshold 20 h (this week has 8 h, the rest is a forecast)"
    )
    assert "forecast" not in cause_words(replace(cause, held=22.5), {})  # it is what the week holds


WORDS = st.text(max_size=3000)
SOME_WORDS = st.text(max_size=30)


@given(
    texts=st.dictionaries(
        st.sampled_from(["shift", "start", "say.last", "why.floor", "parked.head", "later"]), WORDS
    ),
    questions=st.lists(WORDS, max_size=5),
    who=SOME_WORDS,
    kind=st.sampled_from(["strategic", "frontline", "learning", "offsite"]),
)
@hypothesis_settings(max_examples=60)
def test_no_text_is_too_long_or_has_what_a_calendar_takes_away(
    texts: dict[str, str], questions: list[str], who: str, kind: str
) -> None:
    own = {name: text.replace("{", "").replace("}", "") for name, text in texts.items()}
    asked = request(busy_weeks(), settings=Settings(texts=own), memory=parked(*questions, asked_by=who))
    key = "offsite/2026-Q4" if kind == "offsite" else f"{kind}/2026-W45/1"
    made = make_block(placed(key), 1, True, sources(asked, key))
    assert len(made.text) < 4000
    assert len(made.title) <= 250
    for words in (made.title, made.text):
        assert words == writable(words)
        words.encode()
    assert "\n" not in made.title


def test_a_question_of_ones_own_is_no_markup_either() -> None:
    own = (Theme("R&D", "Is cost < value, or > it?"),)
    asked = request(settings=Settings(blocks={"strategic": BlockKind(themes=own)}))
    assert text_of(asked).startswith("Is cost ‹ value, or › it?\n\n")
    assert text_of(asked, private=False).startswith("R&D: Is cost ‹ value, or › it?\n\n")
    assert "\nIs cost ‹ value, or › it?\n" in text_of(asked, key="offsite/2026-Q4")


def test_reasons_are_not_said_twice() -> None:
    assert why_lines("strategic", "floor", {}) == [TEXTS["why.floor"]]
    assert len(why_lines("learning", "learning", {})) == 1


# Telling our words from a person's


def standing(title: str, text: str, text_hash: str) -> StandingBlock:
    span = slot(MONDAY + timedelta(days=2), "09:00", "11:00")
    return StandingBlock(KEY, "strategic", span, span, title, text, Ref("x", "1"), text_hash=text_hash)


SECTION = "— kept —\ninside\n— until here —"
TEXT = f"before\n\n{SECTION}\n\nafter"


@given(
    st.text(),
    st.text(alphabet=st.characters(exclude_characters="—")),
    st.text(alphabet=st.characters(exclude_characters="—")),
)
@hypothesis_settings(max_examples=200)
def test_white_space_is_no_edit(title: str, before: str, after: str) -> None:
    text = f"{before}\n{SECTION}\n{after}"
    folded = text.replace("\n", "\r\n") + "  \n"
    assert hash_of_text(title, text) == hash_of_text(f" {title} ", folded)


def test_an_edit_is_known_by_its_place() -> None:
    made = hash_of_text("Title", TEXT)
    assert not standing("Title", TEXT, made).edited
    for title, text, edited in (
        ("Mine", TEXT, (True, False, False)),
        ("Title", "note\n" + TEXT, (False, True, False)),
        ("Title", TEXT.replace("inside", "inside, and my note"), (False, False, True)),
        ("Title", "mine alone", (False, True, True)),
        ("Title", TEXT.replace("\n", "<br>"), (False, True, True)),
    ):
        there = standing(title, text, made)
        assert (there.title_edited, there.text_edited, there.section_edited) == edited
        assert there.edited


def test_a_section_is_replaced_and_nothing_else() -> None:
    assert with_section(TEXT, "— new —\nx\n— y —") == "before\n\n— new —\nx\n— y —\n\nafter"
    assert with_section("no section", "— new —\n— y —") == "no section"
    one, two, three = (hash_of_text(f"t{n}", f"a{n}\n— x —\ns{n}\n— y —") for n in range(3))
    assert mixed_hash((one, two, three)) == one[:8] + two[8:16] + three[16:]


def fresh_block() -> Block:
    return make_block(placed(), 1, True, sources(request(busy_weeks())))


def test_a_move_keeps_what_a_person_wrote_and_refreshes_the_rest() -> None:
    asked = request(busy_weeks())
    fresh = fresh_block()
    old = fresh.text.replace("Content review", "Old review")
    made = hash_of_text(fresh.title, old)

    def moved(title: str, text: str) -> Block:
        there = standing(title, text, made)
        return with_section_of(there, fresh, section_now(there, fresh.slot, "floor", sources(asked)))

    plainly = moved(fresh.title, old)
    assert (plainly.text, plainly.text_hash) == (fresh.text, fresh.text_hash)
    renamed = moved("Mine", old)
    assert (renamed.title, renamed.text) == ("Mine", fresh.text)
    assert replace_title(renamed).title_edited
    noted = moved(fresh.title, "Mine.\n" + old)
    assert noted.text.startswith("Mine.\n")
    assert "Content review" in noted.text
    inside = moved(fresh.title, old.replace("Old review", "MINE"))
    assert "MINE" in inside.text
    assert standing(inside.title, inside.text, inside.text_hash).section_edited


def replace_title(block: Block) -> StandingBlock:
    return standing(block.title, block.text, block.text_hash)


def test_visits_take_turns_each_time_the_rhythm_comes_round() -> None:
    look = BlockKind(every="2 weeks", visits=("Help desk", "Registration", "A customer"))
    asked = request(settings=Settings(blocks={"frontline": look}))
    weeks = [f"frontline/2026-W{number}/1" for number in (45, 47, 49, 51)]
    titles = [title_of(asked, key) for key in weeks]
    assert len(set(titles[:3])) == 3
    assert titles[3] == titles[0]
    visit = titles[0].removeprefix("Front line: ")
    assert visit in look.visits
    assert f"\nGo to: {visit}. " in text_of(asked, key=weeks[0])


def test_colour_and_visibility_are_the_persons_once_a_block_stands() -> None:
    look = BlockKind(color="red", visibility="private")
    asked = request(settings=Settings(blocks={"strategic": look}))
    fresh = make_block(placed(), 1, True, sources(asked))
    assert (fresh.color, fresh.visibility) == ("red", "private")
    moved = with_section_of(standing(fresh.title, fresh.text, fresh.text_hash), fresh, None)
    assert (moved.color, moved.visibility) == ("", "")


# When a text is written again


def run_twice(asked: Request) -> tuple[Request, list[str]]:
    """The request after its plan was carried out, and what a second plan would write."""
    plan = make_plan(asked)
    blocks = [standing_from(c.block) for c in plan.changes if c.block is not None]
    known = tuple(
        Remembered(
            c.key, c.kind, "placed", c.slot, causes=c.causes, tier=c.placement.tier if c.placement else ""
        )
        for c in plan.changes
    )
    snapshot = replace(asked.snapshot, blocks=tuple(blocks))
    after = replace(asked, snapshot=snapshot, memory=replace(asked.memory, blocks=known))
    return after, [f"{c.action} {c.key}" for c in make_plan(after).writes]


def standing_from(block: Block) -> StandingBlock:
    return StandingBlock(
        block.key, block.kind, block.slot, block.slot, block.title, block.text, Ref(block.key, "1"),
        busy=block.busy, dates=block.dates, text_hash=block.text_hash,
    )  # fmt: skip


def test_a_second_run_writes_nothing() -> None:
    assert run_twice(request(busy_weeks(), memory=parked("Q")))[1] == []


def test_an_idle_day_writes_at_most_the_next_blocks_text() -> None:
    after, _ = run_twice(request(busy_weeks()))
    for hours in range(0, 24 * 8, 7):
        later = replace(after, now=after.now + timedelta(hours=hours))
        updates = [c for c in make_plan(later).changes if c.action == "update"]
        assert len(updates) <= 1
        if updates:
            ahead = [b for b in after.snapshot.blocks if b.kind == "strategic" and b.when.start > later.now]
            assert updates[0].key == min(ahead, key=lambda b: b.when).key


def test_an_update_changes_the_section_and_nothing_else() -> None:
    after, _ = run_twice(request(busy_weeks()))
    asked = replace(after, memory=replace(after.memory, parked=parked("Why?").parked))
    [update] = make_plan(asked).writes
    assert update.action == "update"
    assert update.block is not None
    assert update.standing is not None
    assert parts_of_text(update.block.text)[0] == parts_of_text(update.standing.text)[0]
    assert "• Why?" in parts_of_text(update.block.text)[1]
    assert (update.block.title, update.block.slot) == (update.standing.title, update.standing.slot)
    assert (update.block.color, update.block.visibility) == ("", "")


def test_rebalance_and_half_a_calendar_refresh_no_text() -> None:
    after, _ = run_twice(request(busy_weeks()))
    asked = replace(after, memory=replace(after.memory, parked=parked("Why?").parked))
    assert not make_plan(replace(asked, snapshot=replace(asked.snapshot, complete=False))).writes
    assert not [c for c in make_plan(replace(asked, policy="rebalance")).writes if c.action == "update"]


def test_shortening_stops_at_a_word() -> None:
    assert shortened("one two three", 100) == "one two three"
    assert shortened("one two three", 10) == "one two…"
    assert shortened("x" * 50, 10) == "x" * 9 + "…"
    assert plain("👩‍💻 a\tb\n c") == "👩‍💻 a b c"
