"""What stands in a block: the shift first, a question, the reasons with their numbers, and the way out."""

from __future__ import annotations

import tomllib
from collections import Counter
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
from blocker.rules.survey import take_survey
from blocker.showing.report_text import report_text
from blocker.values.events import Block, Event, Ref, StandingBlock
from blocker.values.fingerprint import hash_of_text, mixed_hash, parts_of_text, with_section
from blocker.values.memory import Memory, ParkedQuestion, Remembered
from blocker.values.plan import Cause, Placement
from blocker.values.request import Request
from blocker.values.settings import BlockKind, Settings, Theme
from blocker.values.workweek import Quarter, week_of
from blocker.wording.brief import block_text
from blocker.wording.causes import cause_words, why_lines
from blocker.wording.content import Write, block_title, make_block, moved_block
from blocker.wording.sections import Sources
from blocker.wording.texts import TEXTS, plain, say, shortened
from blocker.wording.themes import topic_for, topics, topics_of_quarter
from tests.tools.calendars_by_hand import MONDAY, at, meeting, request, slot, week_days

KEY = "strategic/2026-W45/1"
LONG = "An endless question, and then some more of it 🤔 " * 40
SHARE = Cause("amber", "operational_share", 0.61, 0.5, "share", 0.4, 0.61)


def sources(asked: Request, next_key: str | None = KEY) -> Sources:
    return Sources(asked, take_survey(asked), next_key)


def writing(asked: Request, next_key: str | None = KEY) -> Write:
    return lambda placement: block_text(placement, sources(asked, next_key))


def placed(key: str = KEY, kind: str = "strategic", **more: object) -> Placement:
    found = Placement(key, kind, "floor", slot(MONDAY + timedelta(days=2), "09:00", "11:00"), causes=(SHARE,))
    return replace(found, **more)  # type: ignore[arg-type]


def text_of(asked: Request, next_key: str | None = KEY, **more: object) -> str:
    return block_text(placed(**more), sources(asked, next_key))  # type: ignore[arg-type]


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


def test_the_text_opens_with_the_shift_and_then_the_question() -> None:
    asked = request(busy_weeks())
    first, second, *_ = text_of(asked).split("\n\n")
    assert first == TEXTS["shift"]
    topic = topic_for(KEY, topics(Settings()))
    assert second.startswith(f"{topic.name}: {topic.question}\nA way in: ")
    assert topic.name in block_title(KEY, "strategic", Settings())


def test_inside_the_block_the_shift_is_its_first_ten_minutes() -> None:
    """The slot is the same: the ten minutes before it stay free, and no limit is touched."""
    inside = request(busy_weeks(), settings=Settings(shift="inside"))
    assert text_of(inside).startswith("The first ten minutes: ")
    usual = make_plan(request(busy_weeks()))
    assert [c.slot for c in make_plan(inside).changes] == [c.slot for c in usual.changes]
    assert text_of(inside, key="frontline/2026-W45/1", kind="frontline").startswith("The first ten minutes: ")


def test_every_cause_is_there_with_its_numbers() -> None:
    text = text_of(request(busy_weeks()))
    assert "Operational share of working time: 61 %, where amber begins at 50 %" in text
    assert "(its week holds 40 %, recent weeks 61 % on average)" in text
    assert TEXTS["why.floor"] in text


@pytest.mark.parametrize("kind", ["strategic", "frontline", "learning", "offsite", "coaching"])
def test_every_block_says_why_and_how_to_get_rid_of_it(kind: str) -> None:
    key = "offsite/2026-Q4" if kind == "offsite" else f"{kind}/2026-W45/1"
    text = text_of(request(busy_weeks()), key=key, kind=kind)
    assert TEXTS["why.head"] in text
    assert f"blocker skip {key}" in text
    assert "blocker pause --until" in text
    assert "blocker leave --remove" in text
    assert "{" not in text


def test_only_the_next_block_has_the_questions_and_the_week_behind_it() -> None:
    asked = request(busy_weeks(), memory=parked("What for?"))
    assert "• What for? [1]" in text_of(asked)
    assert "The seven days before, Wed 28 Oct – Tue 3 Nov:" in text_of(asked)
    later = text_of(asked, next_key="another")
    assert "What for?" not in later
    assert "Your last four weeks, Mon 5 Oct – Sun 1 Nov:" in later
    assert TEXTS["digest.later"] in later


def test_questions_stand_oldest_first_and_an_old_one_is_said_so() -> None:
    old = parked("Old one", days_ago=15, asked_by="VP Sales").parked
    new = parked("New one", days_ago=2).parked
    asked = request(memory=Memory(parked=(*old, replace(new[0], id=2))))
    lines = text_of(asked).split("\n")
    first = lines.index(TEXTS["parked.head"])
    assert lines[first + 1] == "• Old one (VP Sales) [1], waiting for 2 weeks: answer it today, or drop it"
    assert lines[first + 2] == "• New one [2]"
    assert lines[first + 3] == "When one is thought through: blocker parked done 1"


def test_many_long_questions_are_cut_and_counted() -> None:
    text = text_of(request(busy_weeks(), memory=parked(*[LONG] * 60)))
    assert len(text) < 4000
    shown = text.count("\n• An endless")
    assert f"• and {60 - shown} more: blocker parked" in text
    assert text.endswith(TEXTS["say.leave"])


def test_all_of_it_stays_under_four_thousand_characters() -> None:
    long = [replace(event, title=LONG + event.title) for event in busy_weeks()]
    causes = tuple(Cause("a rule of one's own", "operational_share", 0.6, 0.5, "share", n, 0.6) for n in (0.1, 0.2, 0.3, 0.4, 0.5))  # fmt: skip
    asked = request(long, memory=parked(*[LONG] * 9, asked_by=LONG, days_ago=90))
    for kind, key in (("strategic", KEY), ("frontline", "frontline/2026-W45/1"), ("learning", "learning/2026-W45/1"), ("offsite", "offsite/2026-Q4")):  # fmt: skip
        text = text_of(asked, key=key, kind=kind, causes=causes, next_key=key)
        assert len(text) < 4000
        assert text.endswith(TEXTS["say.leave"])


def test_nothing_private_is_in_any_text() -> None:
    secret = [
        replace(event, private=True, title="Severance talks", attendees=("lawyer@example.org",))
        for event in busy_weeks()
    ]
    asked = request(secret, memory=parked("A question"))
    for kind in ("strategic", "frontline", "learning", "offsite"):
        key = "offsite/2026-Q4" if kind == "offsite" else f"{kind}/2026-W45/1"
        text = text_of(asked, key=key, kind=kind, next_key=key).casefold()
        assert "severance" not in text
        assert "lawyer" not in text
        assert "private event" not in text


def test_markup_and_direction_marks_of_others_do_not_get_into_a_text() -> None:
    odd = [replace(e, title="<b>Sync</b> \u202egnitekram\x07") for e in busy_weeks()]
    text = text_of(request(odd, memory=parked("Is 3 < 4 & 5 > 4?\n— a line —\nmore")))
    assert "<" not in text
    assert "\u202e" not in text
    assert "\x07" not in text
    assert "• Is 3 ‹ 4 & 5 › 4? — a line — more [1]" in text
    assert parts_of_text(text)[1].endswith(TEXTS["section.close"])


# Themes


def test_themes_take_turns_fairly() -> None:
    among = topics(Settings())
    assert len(among) == 8
    for ranks in ((1,), (1, 2), (1, 2, 3)):
        weeks = [week_of(MONDAY + timedelta(weeks=n)) for n in range(16)]
        count = Counter(topic_for(f"strategic/{week}/{rank}", among).name for week in weeks for rank in ranks)
        assert set(count.values()) == {2 * len(ranks)}
        for week in weeks:
            named = [topic_for(f"strategic/{week}/{rank}", among).name for rank in ranks]
            assert len(set(named)) == len(ranks)


@pytest.mark.parametrize("number", range(3, 12))
def test_themes_of_ones_own_differ_within_a_week(number: int) -> None:
    own = tuple(Theme(f"T{n}", "?") for n in range(number))
    among = topics(Settings(blocks={"strategic": BlockKind(themes=own)}))
    named = {topic_for(f"strategic/2026-W45/{rank}", among).name for rank in (1, 2, 3)}
    assert len(named) == 3


def test_two_quarters_in_a_row_have_four_questions() -> None:
    among = topics(Settings())
    one, two = Quarter(2026, 4), Quarter(2027, 1)
    assert len({t.name for q in (one, two) for t in topics_of_quarter(q, among)}) == 4


# Words of one's own


def test_every_text_can_be_overridden_and_all_of_them_at_once(tmp_path: Path) -> None:
    own = {name: f"X {name} {' '.join(_fields(text))}" for name, text in TEXTS.items()}
    own |= {f"section.{name}": f"— X {name} —" for name in ("open", "close")}
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


@pytest.mark.parametrize("kind", ["strategic", "frontline", "learning", "offsite", "note", "coaching"])
@pytest.mark.parametrize("next_one", [True, False])
def test_no_word_comes_from_the_code(kind: str, next_one: bool) -> None:
    """With empty templates nothing is left but the calendar's own words, the config's, and numbers."""
    key = f"{kind}/2026-Q4" if kind in ("offsite", "note") else f"{kind}/2026-W45/1"
    events = [replace(e, attendees=("ann@example.org", "bob@example.org")) for e in busy_weeks()]
    events += [replace(e, attendees=()) for e in busy_weeks()]
    memory = parked("Q", "Q", days_ago=90, asked_by="ann")
    asked = request(events, settings=Settings(texts=bare_texts()), memory=memory)
    causes = (
        SHARE,
        replace(SHARE, held=0.2, recent=None),
        replace(SHARE, rule="debt", unit="hours", measured=2.5),
    )
    text = text_of(asked, next_key=key if next_one else None, key=key, kind=kind, causes=causes)
    title = block_title(key, kind, asked.settings)
    left = f"{title}\n{text}\n" + "\n".join(report_text(asked, take_survey(asked)))
    for word in (
        key,
        "Budget round",
        "Content review",
        "Standing call",
        "amber",
        "debt",
        "ann",
        "bob",
        "Coaching",
        "Q",
    ):
        left = left.replace(word, "")
    assert set(left) <= set("¤— \n0123456789"), left


def test_a_broken_template_of_ones_own_falls_back() -> None:
    assert say("digest.longest_none", {"digest.longest_none": "{nothing}"}) == TEXTS["digest.longest_none"]


def _fields(text: str) -> list[str]:
    return [f"{{{name}}}" for _, name, _, _ in Formatter().parse(text) if name]


def test_a_kind_of_ones_own_has_its_themes() -> None:
    mine = BlockKind(title="Coaching: {theme}", themes=(Theme("Mara", "What would she try?"),))
    settings = Settings(blocks={"coaching": mine})
    text = text_of(request(settings=settings), key="coaching/2026-W45/1", kind="coaching")
    assert "Mara: What would she try?" in text
    assert block_title("coaching/2026-W45/1", "coaching", settings) == "Coaching: Mara"


def test_a_forecast_is_called_one() -> None:
    cause = Cause("amber", "operational_hours", 22.5, 20, "hours", held=8.0)
    assert why_lines("strategic", "amber", (cause,), {})[-1] == (
        "• Operational time: 22.5 h, where amber begins at 20 h (its week holds 8 h so far, the rest is a forecast)"
    )
    assert cause_words(cause, {}) == (
        "amber: operational time 22.5 h, threshold 20 h (this week holds 8 h, the rest is a forecast)"
    )
    assert "forecast" not in cause_words(replace(cause, held=22.5), {})  # it is what the week holds


WORDS = st.text(max_size=3000)
SOME_WORDS = st.text(max_size=30)


@given(
    texts=st.dictionaries(
        st.sampled_from(["shift", "start", "say.move", "why.floor", "parked.head", "digest.later"]), WORDS
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
    made = make_block(placed(key=key, kind=kind), 1, True, asked, writing(asked, key))
    assert len(made.text) < 4000
    assert len(made.title) <= 250
    for words in (made.title, made.text):
        assert words == writable(words)
        words.encode()
    assert "\n" not in made.title


def test_a_question_of_ones_own_is_no_markup_either() -> None:
    own = (Theme("R&D", "Is cost < value, or > it?"),)
    asked = request(settings=Settings(blocks={"strategic": BlockKind(themes=own)}))
    assert "R&D: Is cost ‹ value, or › it?" in text_of(asked)
    assert "R&D: Is cost ‹ value, or › it?" in text_of(asked, key="offsite/2026-Q4", kind="offsite")


def test_reasons_are_not_said_twice() -> None:
    lines = why_lines("strategic", "floor", (SHARE, SHARE), {})
    assert len(lines) == len(set(lines)) == 2


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
    asked = request(busy_weeks())
    return make_block(placed(), 1, True, asked, writing(asked))


def test_a_move_keeps_what_a_person_wrote_and_refreshes_the_rest() -> None:
    fresh = fresh_block()
    old = fresh.text.replace("Budget round", "Old round")
    made = hash_of_text(fresh.title, old)
    plainly = moved_block(standing(fresh.title, old, made), fresh, causes_known=True)
    assert (plainly.text, plainly.text_hash) == (fresh.text, fresh.text_hash)
    renamed = moved_block(standing("Mine", old, made), fresh, causes_known=True)
    assert (renamed.title, renamed.text) == ("Mine", fresh.text)
    assert replace_title(renamed).title_edited
    noted = moved_block(standing(fresh.title, "My note\n" + old, made), fresh, causes_known=True)
    assert noted.text == "My note\n" + fresh.text
    inside = moved_block(
        standing(fresh.title, old.replace("Old round", "MINE"), made), fresh, causes_known=True
    )
    assert "MINE" in inside.text
    assert standing(inside.title, inside.text, inside.text_hash).section_edited


def replace_title(block: Block) -> StandingBlock:
    return standing(block.title, block.text, block.text_hash)


def test_without_its_causes_a_text_is_not_written_anew() -> None:
    fresh = fresh_block()
    old = fresh.text.replace("61 %", "77 %")
    moved = moved_block(standing(fresh.title, old, hash_of_text(fresh.title, old)), fresh, causes_known=False)
    assert "77 %" in moved.text


def test_visits_take_turns_each_time_the_rhythm_comes_round() -> None:
    look = BlockKind(every="2 weeks", visits=("Help desk", "Registration", "A customer"))
    asked = request(settings=Settings(blocks={"frontline": look}))
    weeks = [f"frontline/2026-W{number}/1" for number in (45, 47, 49, 51)]
    titles = [block_title(key, "frontline", asked.settings) for key in weeks]
    assert len(set(titles[:3])) == 3
    assert titles[3] == titles[0]
    visit = titles[0].removeprefix("Front-line time: ")
    assert visit in look.visits
    assert f"Whom to go to: {visit}." in text_of(asked, key=weeks[0], kind="frontline")


def test_colour_and_visibility_are_the_persons_once_a_block_stands() -> None:
    look = BlockKind(color="red", visibility="private")
    asked = request(settings=Settings(blocks={"strategic": look}))
    fresh = make_block(placed(), 1, True, asked, writing(asked))
    assert (fresh.color, fresh.visibility) == ("red", "private")
    moved = moved_block(standing(fresh.title, fresh.text, fresh.text_hash), fresh, causes_known=True)
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
    assert "• Why? [1]" in parts_of_text(update.block.text)[1]
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
