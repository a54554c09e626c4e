"""The program, judged from outside on whole calendars: ours always, real ones where they are at hand.

The wide sweep over many dates is ``python -m tests.whole.acceptance.judge CALENDAR --dates N --people``.
"""

from __future__ import annotations

import fcntl
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from .drive import ROOT, Answer, Desk, call, moved
from .generate import FOLDER, random_weeks
from .judge import first_run, judge
from .manners import Finding
from .people import everybody
from .reader import foreign_bytes, read
from .worktime import MINUTE, clip, gaps, merge

SHARED = ROOT.parent / "shared" / "calendars"
shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"{SHARED} is not here: no real calendars to judge on"
)

OURS = [
    ("tight_berlin", "2024-11-01T08:00+01:00"),
    ("tight_berlin", "2024-11-12T08:00+01:00"),
    ("mixture_berlin", "2024-09-02T08:00+02:00"),
    ("mixture_berlin", "2024-09-20T08:00+02:00"),
    ("year_end_kolkata", "2024-11-25T08:00+05:30"),
    ("year_end_kolkata", "2024-12-20T18:00+05:30"),
    ("lord_howe", "2024-10-02T08:00+10:30"),
    ("lord_howe", "2025-04-06T01:45+11:00"),
    ("clocks_new_york", "2024-11-02T23:00-04:00"),
    ("clocks_new_york", "2025-03-07T08:00-05:00"),
]
REAL = [
    ("busy/18h_kolkata", "2024-08-30T16:45+05:30"),
    ("busy/25h_berlin", "2024-10-16T22:00+02:00"),
    ("busy/38h_sao_paulo", "2024-09-07T16:45-03:00"),
    ("real/rust_project_2026-08-14", "2025-02-16T11:07-05:00"),
    ("real/galaxy_wg_2026-06-29", "2024-07-29T08:00+00:00"),
    *(
        pytest.param(name, now, marks=pytest.mark.long)
        for name, now in (
            ("busy/18h_kolkata", "2025-03-11T22:00+05:30"),
            ("busy/25h_berlin", "2024-12-20T08:00+01:00"),
            ("busy/38h_sao_paulo", "2025-04-18T06:30-03:00"),
            ("real/kubernetes_sigs_2026-08-21", "2024-10-30T08:00-07:00"),
            ("real/openstack_irc_meetings_2019-04-16", "2024-12-05T22:00+00:00"),
        )
    ),
]


def said(findings: list[Finding]) -> list[str]:
    """What is certainly wrong, as text; what can be read two ways is for the script to show."""
    return [f"{f.rule}: {f.text}" for f in findings if f.sure]


@pytest.mark.parametrize(("name", "now"), OURS)
def test_a_first_run_on_our_calendars(name: str, now: str, tmp_path: Path) -> None:
    _, _, found = first_run(FOLDER / f"{name}.ics", datetime.fromisoformat(now), tmp_path)
    assert said(found) == []


@shared
@pytest.mark.parametrize(("name", "now"), REAL)
def test_a_first_run_on_real_calendars(name: str, now: str, tmp_path: Path) -> None:
    _, _, found = first_run(SHARED / f"{name}.ics", datetime.fromisoformat(now), tmp_path)
    assert said(found) == []


@pytest.mark.parametrize(
    ("seed", "share", "zone"),
    [
        (3, 0.85, "America/Sao_Paulo"),
        pytest.param(2, 0.7, "Asia/Kolkata", marks=pytest.mark.long),
        pytest.param(5, 0.95, "Europe/Berlin", marks=pytest.mark.long),
    ],
)
def test_a_first_run_on_tight_random_weeks(seed: int, share: float, zone: str, tmp_path: Path) -> None:
    calendar = tmp_path / "random.ics"
    calendar.write_bytes(random_weeks(seed, share, zone).text())
    now = datetime(2024, 9, 9, 6, 30, tzinfo=UTC) + timedelta(days=7 * seed)
    assert said(first_run(calendar, now, tmp_path / "desk")[2]) == []


@pytest.mark.parametrize(
    ("name", "now"),
    [("tight_berlin", "2024-11-12T08:00+01:00"), ("clocks_new_york", "2024-10-21T08:00-04:00")],
)
def test_what_people_do_on_our_calendars(name: str, now: str, tmp_path: Path) -> None:
    moment = datetime.fromisoformat(now)
    desk, answer, _ = first_run(FOLDER / f"{name}.ics", moment, tmp_path)
    assert answer.code == 0
    assert said(everybody(desk, moment)) == []


@shared
@pytest.mark.long
def test_what_people_do_on_a_real_calendar(tmp_path: Path) -> None:
    now = datetime.fromisoformat("2024-10-30T08:00-03:00")
    desk, answer, _ = first_run(SHARED / "busy/38h_sao_paulo.ics", now, tmp_path)
    assert answer.code == 0
    assert said(everybody(desk, now)) == []


NOW = datetime.fromisoformat("2024-09-02T08:00+02:00")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, FOLDER / "mixture_berlin.ics")


def test_the_first_run_wants_a_yes(desk: Desk) -> None:
    before = desk.raw
    for words in (["run"], ["--json", "run"]):
        answer = desk.call(*words, now=NOW)
        assert answer.code == 4
        assert desk.raw == before
    assert set(answer.doc["error"]) >= {"kind", "message", "hint"}
    assert answer.doc["schema"] == 1


def test_looking_never_writes(desk: Desk) -> None:
    for again in (False, True):
        before = desk.raw
        for words in (["plan"], ["load"], ["load", "next", "--events"], ["explain", "2024-09-03"], ["check"],
                      ["explain", "strategic/2024-W36/1"], ["run", "-n"], ["rebalance", "next", "-n"]):  # fmt: skip
            answer = desk.call(*words, now=NOW)
            assert answer.code in ({0} if again else {0, 1, 2}), (words, answer.err)
            assert "Traceback" not in answer.err
            assert desk.raw == before, words
        assert desk.call("plan", "--exit-code", now=NOW).code == (0 if again else 5)
        assert desk.run(NOW).code == 0
        assert (desk.raw == before) == again


def test_the_plan_is_what_run_does(desk: Desk) -> None:
    plan, done = desk.call("--json", "plan", now=NOW), desk.run(NOW)
    assert plan.doc["applied"] is False
    assert not any(c["done"] for c in plan.doc["changes"])
    keep = ("action", "key", "start", "end", "causes")
    assert [[c[k] for k in keep] for c in plan.doc["changes"]] == [
        [c[k] for k in keep] for c in done.doc["changes"]
    ]
    assert plan.doc["unplaced"] == done.doc["unplaced"]


def test_load_says_what_the_plan_says(desk: Desk) -> None:
    load, plan = (
        desk.call("--json", "load", "next", "--events", now=NOW),
        desk.call("--json", "plan", now=NOW),
    )
    (week,) = load.doc["weeks"]
    assert load.doc["schema"] == 1
    assert week["load"] == plan.doc["weeks"][1]["load"]
    assert week["level"] == plan.doc["weeks"][1]["level"]
    assert all(set(e) >= {"title", "start", "end", "kind", "why"} for e in week["events"])
    kinds = {e["title"]: e["kind"] for e in week["events"]}
    wanted = {"Canceled: Steering": "ignored", "Free": "ignored", "Not for me": "ignored"}
    wanted |= {"Operations": "operational", "Thinking time": "strategic"}
    assert {title: kinds.get(title, "ignored") for title in wanted} == wanted


@pytest.mark.parametrize(
    ("words", "codes", "names"),
    [
        (["--calendar", "ics:/nowhere/at/all.ics", "run", "-y"], {1, 2}, "/nowhere/at/all.ics"),
        (["--calendar", "ews:https://example.org/", "run", "-y"], {2}, "not supported"),
        (["--calendar", "pigeon:loft", "run", "-y"], {2}, "pigeon"),
        (["frobnicate"], {2}, "frobnicate"),
        (["-c", "/nowhere/config.toml", "plan"], {1, 2}, "/nowhere/config.toml"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    words: list[str], codes: set[int], names: str, tmp_path: Path
) -> None:
    (tmp_path / "home").mkdir()
    answer = call(words, tmp_path)
    assert answer.code in codes
    assert names in answer.err
    assert "Traceback" not in answer.err


def test_rebalance_without_a_terminal_wants_a_yes(desk: Desk) -> None:
    desk.run(NOW)
    before = desk.raw
    assert desk.call("rebalance", now=NOW).code == 2
    assert desk.call("rebalance", "2024-W99", "-y", now=NOW).code == 2
    assert desk.raw == before


def test_another_run_holds_the_lock(desk: Desk) -> None:
    desk.run(NOW)
    before = desk.raw
    locks = [p for p in desk.folder.rglob("*lock*") if p.is_file() and p.name.endswith("lock")]
    assert locks
    with ExitStack() as stack:
        for path in locks:
            fcntl.flock(stack.enter_context(path.open("a")), fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert desk.run(NOW + timedelta(days=14)).code == 75
    assert desk.raw == before


def test_an_emptied_calendar_is_refused(desk: Desk) -> None:
    desk.run(NOW)
    desk.write(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nEND:VCALENDAR\r\n")
    before = desk.raw
    assert desk.run(NOW).code == 4
    assert desk.raw == before


ODD = sorted((SHARED / "odd").rglob("*.ics"))[::18] if SHARED.is_dir() else []


@shared
@pytest.mark.parametrize("path", ODD, ids=lambda p: p.name[:40])
def test_odd_files_are_planned_on_or_refused(path: Path, tmp_path: Path) -> None:
    assert odd(path, tmp_path) == []


def odd(path: Path, folder: Path, now: datetime = NOW) -> list[str]:
    """What is wrong with a run on a hostile file."""
    desk = Desk(folder, path)
    before = desk.raw
    answer = desk.call("--json", "run", "-y", now=now)
    wrong = []
    if answer.code not in {0, 1, 2} or "Traceback" in answer.err or "defect" in answer.err:
        wrong.append(f"exit {answer.code}: {answer.err.strip()[-200:]}")
    if answer.code and (not answer.err.strip() or desk.raw != before):
        wrong.append("refused without a sentence, or written in spite of it")
    if answer.code == 0 and foreign_bytes(desk.raw) != foreign_bytes(before):
        wrong.append("other people's bytes changed")
    return wrong


# The judge itself: it must notice what is wrong, or its silence means nothing.


def spoil(desk: Desk, key: str, by: int) -> tuple[bytes, Answer]:
    """The same run, had it put one block elsewhere, in the file and in what it said."""
    answer = desk.run(NOW)
    raw = moved(desk.raw, key, by * MINUTE)
    book = read(raw, NOW, NOW + timedelta(days=1))
    doc = answer.out
    for block in book.blocks:
        if block.key == key:
            raw = raw.replace(
                block.slot.encode(), f"{block.start:%Y%m%dT%H%M%SZ}/{block.end:%Y%m%dT%H%M%SZ}".encode()
            )
            for change in answer.doc["changes"]:
                if change["key"] == key:
                    for end, at in (("start", block.start), ("end", block.end)):
                        doc = doc.replace(change[end], at.astimezone(book.zone).isoformat())
    return raw, Answer(0, doc, "")


@pytest.mark.parametrize(
    ("by", "rule"),
    [(-210, "overlap"), (-30, "lunch"), (7, "grid"), (300, "hours"), (-2 * 24 * 60, "notice"), (4 * 24 * 60, "day off"), (7 * 24 * 60, "week")],
)  # fmt: skip
def test_the_judge_notices(by: int, rule: str, desk: Desk) -> None:
    before = desk.raw
    raw, answer = spoil(desk, "strategic/2024-W36/1", by)
    assert rule in {f.rule for f in judge(before, answer, raw, NOW) if f.sure}


def test_the_judge_notices_what_the_file_does_not_hold(desk: Desk) -> None:
    before, answer = desk.raw, desk.run(NOW)
    assert said(judge(before, answer, desk.raw, NOW)) == []
    assert {f.rule for f in judge(before, answer, before, NOW)} >= {"json"}
    spoiled = desk.raw.replace(b"Operations", b"operations")
    assert {f.rule for f in judge(before, answer, spoiled, NOW)} >= {"bytes"}


def test_the_reader_agrees_with_recurring_ical_events() -> None:
    library = pytest.importorskip("recurring_ical_events")
    from icalendar import Calendar

    for path in sorted(FOLDER.glob("*.ics")):
        if path.stem == "mixture_berlin":
            continue  # its floating and whole-day events are the user's zone's, which the library does not know
        start, end = datetime(2024, 7, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC)
        book = read(path.read_bytes(), start, end)
        mine = {(e.uid, e.start) for e in book.events if not e.all_day}
        found = library.of(Calendar.from_ical(path.read_bytes())).between(start, end)
        theirs = {(str(o["UID"]), o.start.astimezone(UTC)) for o in found if isinstance(o.start, datetime)}
        assert mine == theirs, path.name


def test_interval_arithmetic() -> None:
    day = [datetime(2024, 9, 2, hour, tzinfo=UTC) for hour in range(24)]
    assert merge([(day[3], day[4]), (day[1], day[2]), (day[2], day[3])]) == [(day[1], day[4])]
    assert gaps([(day[3], day[4])], day[2], day[6]) == [(day[2], day[3]), (day[4], day[6])]
    assert clip([(day[1], day[5])], day[2], day[3]) == [(day[2], day[3])]
