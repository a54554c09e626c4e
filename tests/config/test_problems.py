"""What is wrong with a configuration: all of it at once, each with its line and nearest name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from blocker import calendars
from blocker.config.load import load_config
from blocker.values.errors import ConfigError
from blocker.wording.texts import TEXTS

SCHEMES = ", ".join(f"{name}:" for name in calendars.schemes())


def problems(tmp_path: Path, text: str | bytes, **flags: object) -> list[str]:
    file = tmp_path / "blocker.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as caught:
        load_config(file, {"BLOCKER_STATE_DIR": str(tmp_path)}, flags, TEXTS)
    assert caught.value.exit_code == 2
    for problem in caught.value.problems:
        assert problem in caught.value.message
    assert str(file) in caught.value.message
    return list(caught.value.problems)


RULE = '[[rule]]\nname = "amber"\nwhen = "meetings > 9"\nbook = { strategic = 2 }\n'

# A file with one thing wrong, and what is said about it; […] where others choose the words.
ONE_PROBLEM = {
    # names
    '\n[offiste]\nminutes = 240': "line 2: unknown key “offiste”; did you mean “offsite”?",
    "  rol = 'x'": "line 1: unknown key “rol”; did you mean “role”?",
    "Role = 'manager'": "line 1: unknown key “Role”; did you mean “role”?",
    "zzz = 1": "line 1: unknown key “zzz”",
    "offsite.notice = 3": "line 1: unknown key “notice”; did you mean “notice_days”?",
    "[hours]\nmonday = ['09:00-17:00']\nmon = ['09:00-17:00']": "line 2: unknown key “monday”; did you mean “mon”?",
    "[hours]\nmon = ['09:00-17:00']\nprotect = 'busy'": (
        "line 3: unknown key “protect” in [hours]: it belongs above the first [table] of the file"
    ),
    "[hours]\nlunch = { with = '11:00-12:00', minutes = 30 }": (
        "line 2: unknown key “with”; did you mean “within”?"
    ),
    "[count]\ntentativ = true": "line 2: unknown key “tentativ”; did you mean “tentative”?",
    "[blocks.strategic]\nprefers = 'any'": "line 2: unknown key “prefers”; did you mean “prefer”?",
    "blocks.strategic.themes = [{ name = 'a', question = 'b', quest = 'c' }]": (
        "line 1: unknown key “quest”; did you mean “question”?"
    ),
    RULE + "wen = 'x'": "line 5: unknown key “wen”; did you mean “when”?",
    "[blocks.offsite]\nminutes = 240": (
        "line 1: the half day has a table of its own: [offsite]"
    ),
    "[blocks.away]\nminutes = 60": "line 1: “away” is a kind of time that can't be booked",
    "[blocks.'a/b']\nminutes = 60": (
        "line 1: “a/b” can't name a kind: small letters, digits, - and _, a letter first"
    ),
    "[classify]\npersnal = ['title = \"x\"']": (
        "line 2: unknown kind of time “persnal”; did you mean “personal”?"
    ),
    "[classify]\nrole = 'manager'": (
        "line 2: unknown key “role” in [classify]: it belongs above the first [table] of the file"
    ),
    "[blocks]\nprotect = 'busy'": (
        "line 2: unknown key “protect” in [blocks]: it belongs above the first [table] of the file"
    ),
    "[texts]\ncalendar = 'ics:mine.ics'": (
        "line 2: unknown key “calendar” in [texts]: it belongs above the first [table] of the file"
    ),
    "[texts]\nnative_focus = true": (
        "line 2: unknown key “native_focus” in [texts]: it belongs above the first [table] of the file"
    ),
    "[texts]\nsay.skp = 'x'": "line 2: unknown text “say.skp”; did you mean “say.skip”?",
    "[texts]\n'why.flor' = 'x'": "line 2: unknown text “why.flor”; did you mean “why.floor”?",
    # types
    "role = 1": "line 1: expected text in quotes, not a number",
    "native_focus = 'yes'": "line 1: expected true or false, not text",
    "native_focus = 1": "line 1: expected true or false, not a number",
    "buffer_before = true": "line 1: expected a whole number, not true or false",
    "buffer_before = '10'": "line 1: expected a whole number, not text",
    "buffer_before = 7.5": "line 1: expected a whole number, not 7.5",
    "buffer_before = 2026-11-23": "line 1: expected a whole number, not a date or time",
    "timezone = ['Europe/Berlin']": "line 1: expected text in quotes, not a list",
    "me = 'lead@example.org'": 'line 1: expected a list such as ["lead@example.org"], not text',
    "also_read = 'google:a'": 'line 1: expected a list such as ["google:team@group.calendar.google.com"], not text',
    "offsite = 3": "line 1: expected a table such as [offsite], not a number",
    "hours = []": "line 1: expected a table such as [hours], not a list",
    "blocks.strategic = 120": "line 1: expected a table such as [blocks.strategic], not a number",
    "[rule]\nname = 'x'": "line 1: expected a list of tables such as [[rule]], not a table",
    "rule = [1]": "line 1: expected a table, not a number",
    "[classify]\nstrategic = \"title ~ 'x'\"": 'line 2: expected a list such as ["title ~ \'strategy|vision\'"], not text',
    "[texts]\nshift = 1": "line 2: expected text in quotes, not a number",
    # ranges
    "fiscal_start = 13": "line 1: out of range: it is a number from 1 to 12",
    "fiscal_start = 0": "line 1: out of range: it is a number from 1 to 12",
    "buffer_after = -1": "line 1: out of range: it is a number from 0 to 120",
    "offsite.minutes = 100": "line 1: 100 is not a multiple of 15",
    "offsite.notice_days = 999": "line 1: out of range: it is a number from 0 to 180",
    "blocks.strategic.minutes = 0": "line 1: out of range: it is a number from 15 to 480, a multiple of 15",
    "[blocks.strategic]\nminutes = 60\nshortest = 75": (
        "line 3: the shortest length, 75, is more than minutes, 60"
    ),
    f"buffer_after = 0x{'f' * 5000}": "line 1: out of range: it is a number from 0 to 120",
    # choices
    "role = 'manger'": "line 1: unknown value “manger”; did you mean “manager”?",
    "role = 'boss'": "line 1: unknown value “boss”: it is executive, manager or specialist",
    "protect = 'declined'": "line 1: unknown value “declined”; did you mean “decline”?",
    "shift = 'after'": "line 1: unknown value “after”: it is before or inside",
    "[blocks.learning]\nprefer = 'mornings'": (
        "line 2: unknown value “mornings”; did you mean “morning”?"
    ),
    "[blocks.learning]\nvisibility = 'secret'": (
        "line 2: unknown value “secret”: it is default, private or public"
    ),
    # what blocks may take, and when
    "limits.share = '133%'": "line 1: “133%” is not a share such as “33%”",
    "limits.share = 33": "line 1: expected text in quotes, not a number",
    "limits.hours = 41": "line 1: out of range: it is a number from 0 to 40",
    "limits.hours = 5.1": "line 1: 5.1 hours are not in quarters of an hour",
    "limits.notice = -1": "line 1: out of range: it is a number from 0 to 20",
    "quiet = ['12-32']": (
        "line 1: “12-32” is not a day such as “12-24”, or days such as “12-24..01-01”"
    ),
    "quiet = ['24 dec']": (
        "line 1: “24 dec” is not a day such as “12-24”, or days such as “12-24..01-01”"
    ),
    "[blocks.frontline]\nevery = 'fortnight'": (
        "line 2: “fortnight” is not a rhythm such as “week”, “2 weeks” or “quarter”"
    ),
    "[blocks.frontline]\nevery = '0 weeks'": (
        "line 2: “0 weeks” is not a rhythm such as “week”, “2 weeks” or “quarter”"
    ),
    "[blocks.strategic]\nenabled = false": (
        "line 2: a week always has one strategic block: blocker pause --until DATE stops all for a while"
    ),
    "[blocks.strategic]\nevery = '2 weeks'": (
        "line 2: every week has strategic blocks, as many as its level says: write a [[rule]] for more"
    ),
    "[blocks.learning]\nbetween = ['09:00-09:45']": "line 2: no block fits: the shortest takes 60 minutes",
    "[blocks.learning]\ndays = ['monday']": "line 2: unknown value “monday”; did you mean “mon”?",
    # calendars, addresses, zones, holidays
    "calendar = '/home/x/work.ics'": (
        f"line 1: “/home/x/work.ics” has no scheme ({SCHEMES}); "
        "did you mean “ics:/home/x/work.ics”?"
    ),
    "calendar = 'primary'": f"line 1: “primary” has no scheme ({SCHEMES})",
    "calendar = 'gogle:primary'": (
        "line 1: “gogle:” is not supported; did you mean “google”?"
    ),
    "calendar = 'ftp://example.org/cal'": f"line 1: “ftp:” is not supported; use {calendars.offered()}",
    "calendar = 'http://example.org/cal'": (
        "line 1: the link to example.org is not encrypted, so everybody on the way could read it; use https://"
    ),
    "calendar = 'google:'": "line 1: “google:” has no calendar after “google:”",
    "calendar = ''": "line 1: must not be empty",
    "calendar = 'exchange:example.org'": f"line 1: “exchange:” is not supported; use {calendars.offered()}",
    "also_read = ['google:a',\n 'x']": f"line 2: “x” has no scheme ({SCHEMES})",
    "me = ['lead']": "line 1: “lead” is not a mail address",
    "timezone = 'Europe/Berln'": (
        "line 1: unknown time zone “Europe/Berln”; did you mean “Europe/Berlin”?"
    ),
    "timezone = 'sao paulo'": (
        "line 1: unknown time zone “sao paulo”; did you mean “America/Sao_Paulo”?"
    ),
    "timezone = 'Kolkatta'": "line 1: unknown time zone “Kolkatta”; did you mean “Asia/Kolkata”?",
    "timezone = ''": "line 1: unknown time zone “”; a zone has a place, such as “Europe/Berlin”",
    "timezone = '../etc/passwd'": "line 1: unknown time zone “../etc/passwd”; a zone has a place, such as “Europe/Berlin”",
    "timezone = 'CEST'": "line 1: unknown time zone “CEST”; a zone has a place, such as “Europe/Berlin”",
    "holidays = 'Bavaria'": "line 1: unknown holiday code “Bavaria”; did you mean “DE-BY”?",
    "holidays = 'california'": "line 1: unknown holiday code “california”; did you mean “US-CA”?",
    "holidays = 'Germany'": "line 1: unknown holiday code “Germany”; did you mean “DE”?",
    "holidays = 'de-be'": "line 1: unknown holiday code “de-be”; did you mean “DE-BE”?",
    "holidays = 'atuo'": "line 1: unknown holiday code “atuo”; did you mean “auto”?",
    "holidays = 'DE-Berln'": (
        "line 1: DE has no part “Berln” with holidays of its own; did you mean “Berlin”?"
    ),
    "holidays = 'NZ-XYZ'": "line 1: NZ has no part “XYZ” with holidays of its own: there is AUK, […]",
    "holidays = 'DE-'": "line 1: DE has no part “” with holidays of its own: there is BB, BE, […]",
    "holidays = '../x'": "line 1: unknown holiday code “../x”",
    # hours
    "[hours]\nmon = ['9-17']": "line 2: “9” is not a time of day such as “09:00”",
    "[hours]\nmon = ['09:00-25:00']": "line 2: “25:00” is not a time of day such as “09:00”",
    "[hours]\nmon = ['09:00-24:30']": "line 2: “24:30” is not a time of day such as “09:00”",
    "[hours]\nmon = ['morning']": "line 2: “morning” is not a range such as “09:00-17:30”",
    "[hours]\nmon = [9]": "line 2: expected text in quotes, not a number",
    "[hours]\nmon = '09:00-17:30'": (
        'line 2: expected a list such as ["09:00-17:30"], not text'
    ),
    "[hours]\nmon = ['17:00-09:00']": (
        "line 2: “17:00-09:00” ends before it starts; over midnight it is two ranges: “17:00-24:00”, and “00:00-09:00” on the day after"
    ),
    "[hours]\nmon = ['09:00-09:00']": "line 2: “09:00-09:00” is empty",
    "[hours]\nmon = [\n  '13:00-17:00',\n  '09:00-13:30',\n]": (
        "line 3: 13:00-17:00 overlaps 09:00-13:30"
    ),
    "[hours]\nmon = ['09:00-17:00', '09:00-17:00']": "line 2: 09:00-17:00 overlaps 09:00-17:00",
    "[hours]\nmon = []": "line 1: no day has working hours",
    "[hours]\nlunch = true": (
        'line 2: expected { within = "11:30-13:30", minutes = 60 }, or false for no lunch'
    ),
    "[hours]\nlunch = 'no'": (
        'line 2: expected { within = "11:30-13:30", minutes = 60 } or false, not text'
    ),
    "[hours]\nlunch = { within = '12:00-12:30', minutes = 45 }": (
        "line 2: 45 minutes of lunch don't fit into 12:00-12:30 (30 minutes)"
    ),
    "[hours.lunch]\nwithin = '12:00-12:30'": (
        "line 2: 60 minutes of lunch don't fit into 12:00-12:30 (30 minutes)"
    ),
    "[hours]\nlunch = { within = '12:00', minutes = 45 }": (
        "line 2: “12:00” is not a range such as “09:00-17:30”"
    ),
    # goals
    "[[goal]]\nby = 2027-03-31": "line 1: “name” is missing",
    "[[goal]]\nname = ' '": "line 2: must not be empty",
    "[[goal]]\nname = 'x'\nby = 'soon'": "line 3: expected a date such as 2027-03-31, not text",
    "[[goal]]\nname = 'x'\n[[goal]]\nname = 'x'": "line 4: there is a goal “x” above already",
    # rules and conditions
    "[[rule]]\nwhen = 'meetings > 9'\nbook = { strategic = 1 }": "line 1: “name” is missing",
    "[[rule]]\nname = 'x'\nbook = { strategic = 1 }": "line 1: “when” is missing",
    "[[rule]]\nname = 'x'\nwhen = 'meetings > 9'": (
        "line 1: “book” is missing, for example book = { strategic = 2 }"
    ),
    RULE + "\n" + RULE: "line 7: there is a rule “amber” above already",
    RULE.replace("strategic", "stratgic"): (
        "line 4: unknown kind “stratgic”; did you mean “strategic”?"
    ),
    RULE.replace("strategic", "coachng") + "[blocks.coaching]": (
        "line 4: unknown kind “coachng”; did you mean “coaching”?"
    ),
    RULE.replace("= 2", "= '2'"): "line 4: expected a whole number, not text",
    RULE.replace("= 2", "= 99"): "line 4: out of range: it is a number from 0 to 10",
    RULE.replace("meetings >", "metings >"): "line 3: unknown measure 'metings'; did you mean “meetings”[…]",
    RULE.replace("> 9", "> 9 and operational_share > 2h"): "line 3: operational_share is a share[…]",
    RULE.replace("> 9", ">"): "line 3: expected a number[…]",
    '[classify]\nstrategic = ["title ~ \'ok\'", "title ~ \'(\'"]': "line 2: not a valid pattern[…]",
    "[classify]\nstrategic = ['titel = \"x\"']": "line 2: unknown property 'titel'; did you mean “title”?[…]",
    '[classify]\nstrategic = ["title \\u007e \'a\' or calender = \'x\'"]': "line 2: unknown property 'calender'[…]",
    '[classify]\nstrategic = ["""\ntitle = \'a\'\nor x = \'b\'"""]': "line 2: unknown property 'x'[…]",
    "[classify]\nstrategic = ['']": "line 2: must not be empty",
    # texts
    "blocks.strategic.title = 'T: {teme}'": (
        "line 1: unknown placeholder “teme”; did you mean “theme”?"
    ),
    "texts.question = '{theme}: {questoin}'": (
        "line 1: unknown placeholder “questoin”; did you mean “question”?"
    ),
    "texts.shift = 'Half { open'": "line 1: a brace has no partner; write {{ or }} for a brace itself",
    "texts.hours = '{hours:.1f} h'": "line 1: write {hours} with nothing after the name",
    "texts.hours = '{hours!r} h'": "line 1: write {hours} with nothing after the name",
    "texts.hours = '{hours.real} h'": "line 1: unknown placeholder “hours.real”[…]",
    "texts.days = 'Mo Di Mi'": "line 1: expected 7 words, not 3",
    "texts.section.open = 'mine'": (
        "line 1: expected one line that begins and ends with a long dash (—)"
    ),
    'texts.shift = """a\n— b —"""': "line 1: a line that begins and ends with a long dash (—) marks[…]",
    "blocks.strategic.themes = [{ name = 'a' }]": "line 1: “question” is missing",
}  # fmt: skip


@pytest.mark.parametrize("text", ONE_PROBLEM)
def test_one_problem(tmp_path: Path, text: str) -> None:
    (found,) = problems(tmp_path, text)
    expected, more, _ = ONE_PROBLEM[text].partition("[…]")
    assert found.startswith(expected) if more else found == expected


# A text that is not TOML at all, and what is said about it.
NO_TOML = {
    "role = manager": "line 1: text needs quotes",
    "a = 1\nrole = 'x": "line 2: a quote is never closed, at the end of the file",
    "a = 1\nrole = 'x\n": "line 2: a quote is never closed, at the end of the file",
    'a = 1\nrole = "x\n': "line 2: a quote is never closed in this line",
    'a = """x\n': "line 1: a quote is never closed, at the end of the file",
    "a = '''x\n": "line 1: a quote is never closed, at the end of the file",
    "role = 'a'\nrole = 'b'\n": "line 2: this key is set twice",
    "[hours]\n[hours]\n": "line 2: this table is there twice; add to the first one",
    "role 'x'\n": "line 1: expected '=' after a key in a key/value pair",
    "a = " + "[" * 5000: "the file is nested too deeply",
    "\n" + "a." * 50_000 + "a = 1": "line 2: a name of more than 30 parts, which no setting has",
    "x = {" + "'a' . " * 50_000 + "a = 1}": "line 1: a name of more than 30 parts, which no setting has",
    "a = " + "9" * 5000: "a value can't be read: Exceeds the limit",
    "a = 2026-02-30": "line 1: invalid date or datetime",
}


@pytest.mark.parametrize("text", NO_TOML, ids=range(len(NO_TOML)))
def test_text_that_is_not_toml(tmp_path: Path, text: str) -> None:
    (found,) = problems(tmp_path, text)
    assert found.startswith(NO_TOML[text])


def test_all_problems_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        "role = 'manger'\n"
        "timezone = 'Berlin'\n"
        "[hours]\n"
        "mon = ['09:00-17:00', '16:00-18:00', '9']\n"
        "lunch = { within = '12:00-12:15' }\n"
        "[offiste]\n"
        "[[rule]]\n"
        "name = 'x'\n"
        "when = 'metings > 3'\n"
        "book = { strategc = 1 }\n"
        "[classify]\n"
        "away = ['title ~ \"[\"']\n"
        "[blocks.strategic]\n"
        "minutes = 50\n",
        protect="bsy",
    )
    assert [line.split(":")[0] for line in found] == [
        "line 1",
        "line 2",
        "line 4",
        "line 4",
        "line 5",
        "line 6",
        "line 9",
        "line 10",
        "line 12",
        "line 14",
        "--protect",
    ]


def test_every_overlap_names_what_it_overlaps(tmp_path: Path) -> None:
    hours = "'12:00-13:00', '09:00-16:00', '10:00-11:00', '15:00-18:00', '17:00-19:00', '19:00-20:00'"
    assert problems(tmp_path, f"[hours]\nmon = [{hours}]") == [
        "line 2: 12:00-13:00 overlaps 09:00-16:00",
        "line 2: 10:00-11:00 overlaps 09:00-16:00",
        "line 2: 15:00-18:00 overlaps 09:00-16:00",
        "line 2: 17:00-19:00 overlaps 15:00-18:00",
    ]


def test_the_message_of_one_and_of_several(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("role = 'manger'\nx = 1")
    with pytest.raises(ConfigError) as caught:
        load_config(file, {}, {})
    assert caught.value.message == (
        f"2 problems in {file}:\n"
        "  line 1: unknown value “manger”; did you mean “manager”?\n"
        "  line 2: unknown key “x”"
    )
    file.write_text("x = 1")
    with pytest.raises(ConfigError) as caught:
        load_config(file, {}, {})
    assert caught.value.message == f"{file}, line 1: unknown key “x”"


@pytest.mark.parametrize(
    ("environ", "flags", "expected"),
    [
        (
            {"BLOCKER_ROLE": "boss"},
            {},
            "BLOCKER_ROLE: unknown value “boss”: it is executive, manager or specialist",
        ),
        ({"BLOCKER_ME": "a@b.example,c"}, {}, "BLOCKER_ME: “c” is not a mail address"),
        ({"BLOCKER_TIMEZONE": "Mars"}, {}, "BLOCKER_TIMEZONE: unknown time zone “Mars”"),
        ({}, {"calendar": "work"}, f"--calendar: “work” has no scheme ({SCHEMES})"),
        ({"BLOCKER_CALENDAR": "a\nb"}, {}, f"BLOCKER_CALENDAR: “a b” has no scheme ({SCHEMES})"),
    ],
)
def test_outside_a_file(
    environ: dict[str, str], flags: dict[str, object], expected: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(None, {"BLOCKER_STATE_DIR": str(tmp_path), **environ}, flags)
    assert caught.value.message.startswith(expected)


@pytest.mark.parametrize("by", ["flag", "environment"])
def test_a_named_file_that_is_missing(tmp_path: Path, by: str) -> None:
    file = tmp_path / "no.toml"
    with pytest.raises(ConfigError) as caught:
        load_config(file if by == "flag" else None, {"BLOCKER_CONFIG": str(file)} if by != "flag" else {}, {})
    assert caught.value.message == f"there is no config file {file}"
    assert caught.value.hint


def test_files_that_are_none(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    with pytest.raises(ConfigError, match="is a directory, not a config file"):
        load_config(tmp_path, {}, {})
    file.write_text("")
    with pytest.raises(ConfigError, match=r"can't read the config file .*: Not a directory"):
        load_config(file / "x", {}, {})
    with pytest.raises(ConfigError, match="can't name a file"):
        load_config(Path("a\0b"), {}, {})
    file.write_bytes(b"role = 'manager'\nme = ['\xff@x']")
    with pytest.raises(ConfigError, match=r"c.toml, line 2: the file is not UTF-8 text"):
        load_config(file, {}, {})
    file.write_bytes("\ufeffrole = 'manager'".encode())
    with pytest.raises(ConfigError, match=r"c.toml begins with a byte order mark"):
        load_config(file, {}, {})
    file.write_bytes("role = 'manager'".encode("utf-16"))
    with pytest.raises(ConfigError, match=r"c.toml, line 1: the file is not UTF-8 text"):
        load_config(file, {}, {})


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="modes stop nobody here")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("")
    file.chmod(0)
    with pytest.raises(ConfigError, match=r"can't read the config file .*: Permission denied"):
        load_config(file, {}, {})


def test_a_code_that_gave_holidays_before_is_not_looked_up(tmp_path: Path) -> None:
    """Looking it up imports a large library; what was kept under that name shows that it is known."""
    kept = tmp_path / "holidays"
    kept.mkdir()
    (kept / "QQ-1-2026.json").write_text("")
    environ = {"BLOCKER_STATE_DIR": str(tmp_path), "BLOCKER_HOLIDAYS": "QQ-1"}
    assert load_config(None, environ, {}).settings.holidays == "QQ-1"
    with pytest.raises(ConfigError, match="unknown holiday code “QQ”"):
        load_config(None, {**environ, "BLOCKER_HOLIDAYS": "QQ"}, {})
