"""The report: one safe file with everything in it, and the same data as calendar, table and text."""

from __future__ import annotations

import csv
import io
import os
import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from msgspec.structs import replace

from blocker.commands.sample import meeting as sample_meeting
from blocker.engine import make_plan
from blocker.rules.survey import take_survey
from blocker.showing.page.columns import MOST_LANES, lay_out
from blocker.showing.page.gather import gather
from blocker.showing.page.page import MOST_BYTES, render_page
from blocker.showing.page.values import Report
from blocker.showing.week_view import Item
from blocker.values.events import Event
from blocker.values.memory import Memory, ParkedQuestion
from blocker.values.request import Request
from tests.tools.calendars_by_hand import MONDAY, at, meeting, request, slot
from tests.tools.command_line import CommandLine, sample

NOW = "2026-11-02T06:30"
HOSTILE = [
    "<script>alert(1)</script>",
    "</title><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' style='background:url(http://evil.example)",
    "{{ 7 * 7 }}{% raw %}",
    "\u202egnp.exe",
    "\x1b[2J",
    "&lt;b&gt; &amp; co",
    "]]><!-- ",
    "A" * 20000,
]


class Tags(HTMLParser):
    """Every tag with its attributes, the visible words, and whether all that was opened was closed."""

    VOID = ("meta", "link", "br", "img", "input")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def report_of(asked: Request, titles: bool = True) -> Report:
    seen = take_survey(asked)
    return gather(make_plan(asked, seen), seen, asked, titles)


def page_of(asked: Request, titles: bool = True) -> str:
    seen = take_survey(asked)
    plan = make_plan(asked, seen)
    return render_page(lambda coarse: gather(plan, seen, asked, titles, coarse))


def whole_weeks_of_meetings() -> list[Event]:
    """Half of each day for four weeks: the weeks are red, and there is room for little."""
    return [
        meeting(MONDAY + timedelta(days=n), start, end)
        for n in range(28)
        for start, end in (("09:00", "10:30"), ("11:00", "12:30"), ("13:30", "15:00"), ("15:30", "17:00"))
    ]


def week_of_meetings(title: str = "Standing committee") -> list[Event]:
    return [meeting(MONDAY + timedelta(days=n), "09:00", "12:00", title=title) for n in range(5)]


# One file, and safe


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    page = page_of(request(week_of_meetings()))
    tags = Tags(page)
    assert not tags.open
    assert not {"script", "iframe", "object", "form"} & {tag for tag, _ in tags.tags}
    for tag, attributes in tags.tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            if name in ("src", "href"):
                assert str(value).startswith(("#", "data:")), (tag, value)
    assert "http://" not in page
    assert "https://" not in page
    assert "@import" not in page
    assert "default-src 'none'" in page


@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_stay_words(title: str) -> None:
    clean = {tag for tag, _ in Tags(page_of(request(week_of_meetings()))).tags}
    question = ParkedQuestion(1, title, title, at(MONDAY, "05:00"))
    away = Event("v", "memory:", f"vacation {title}", slot(MONDAY + timedelta(days=9), "00:00", "23:00"),
                 dates=(MONDAY + timedelta(days=9), MONDAY + timedelta(days=10)))  # fmt: skip
    asked = request([*week_of_meetings(title), away], memory=Memory(parked=(question,)))
    page = page_of(asked)
    tags = Tags(page)
    assert not tags.open
    assert {tag for tag, _ in tags.tags} <= clean | {"q", "bdi"}
    assert not any(name.startswith("on") for _, attributes in tags.tags for name in attributes)
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert "49" not in re.findall(r"\{\{.*?\}\}|49(?=\{)", page)


def test_private_titles_are_never_shown() -> None:
    secret = replace(meeting(MONDAY, "10:00", "11:00", title="Doctor Faust"), private=True)
    page = page_of(request([secret]))
    assert "Faust" not in page
    assert "private event" in page


def test_titles_can_be_left_out() -> None:
    question = ParkedQuestion(1, "Is the Zebra project right?", "Zebra VP", at(MONDAY, "05:00"))
    own = Event("o", "memory:", "Zebra vacation", slot(MONDAY + timedelta(days=8), "00:00", "23:00"),
                dates=(MONDAY + timedelta(days=8), MONDAY + timedelta(days=9)))  # fmt: skip
    behind = [
        replace(
            meeting(MONDAY - timedelta(days=7 * n), "13:30", "14:30", "z", "Zebra weekly"), recurring=True
        )
        for n in range(1, 9)
    ]
    asked = request([*week_of_meetings("Zebra board"), own, *behind], memory=Memory(parked=(question,)))
    assert "Zebra" in page_of(asked)
    hidden = page_of(asked, titles=False)
    assert "Zebra" not in hidden
    assert "Titles are left out" in hidden


@pytest.mark.parametrize(
    "form",
    [("--html",), ("--ics",), ("--csv",), ("--text",), ("--json",)],
    ids=lambda form: form[0].removeprefix("--"),
)
def test_no_form_of_a_report_without_titles_shows_one(
    form: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every event, theme, question and renamed block is called Zebra; some lie on blocks, some have no place."""
    path = sample(tmp_path)
    path.write_bytes(re.sub(rb"SUMMARY:", b"SUMMARY:Zebra ", path.read_bytes()))
    config = tmp_path / "c.toml"
    theme = '[[blocks.strategic.themes]]\nname = "Zebra merger"\nquestion = "Zebra?"\n'
    config.write_text("[blocks.strategic]\n" + theme)
    line = CommandLine(capsys, path, NOW)
    line.call("park", "Zebra question?", "--from", "Zebra VP")
    options = ("--config", str(config))
    assert line.call("run", "-y", options=options).code == 0
    blocks = [c for c in line.document("plan")["changes"] if c["kind"] == "strategic"]
    start, end = (
        f"{datetime.fromisoformat(blocks[0][edge]).astimezone(UTC):%Y%m%dT%H%M%SZ}"
        for edge in ("start", "end")
    )
    urgent = sample_meeting("urgent@x", "Zebra urgent", start, end, start)
    content = line.content.replace(b"SUMMARY:Learning time", b"SUMMARY:Zebra of mine", 1)
    path.write_bytes(content.replace(b"END:VCALENDAR", urgent + b"END:VCALENDAR"))
    file = tmp_path / "out"

    def written(*words: str) -> str:
        file.unlink(missing_ok=True)
        named = (words[0], str(file), *words[1:]) if words[0] in ("--html", "--ics") else words
        as_json = (*options, "--json") if words[0] == "--json" else options
        said = line.call("report", *(word for word in named if word != "--json"), options=as_json)
        assert said.code == 0, said
        return (file.read_text() if file.exists() else "") + said.out

    shown = written(*form)
    assert "Zebra" in shown or form == ("--csv",)
    assert "zebra" not in written(*form, "--no-titles").lower()


def test_a_crammed_calendar_stays_small() -> None:
    events = [
        meeting(MONDAY + timedelta(days=day), f"{8 + n // 12:02d}:{n % 12 * 5:02d}", f"{9 + n // 12:02d}:{n % 12 * 5:02d}",
                f"{day}-{n}", f"Meeting {n} " + "long " * 30)
        for day in range(35) for n in range(100)
    ]  # fmt: skip
    assert len(page_of(request(events)).encode()) < MOST_BYTES


# What is on it


def test_every_block_has_its_reason_and_every_box_its_line() -> None:
    asked = request(week_of_meetings())
    report = report_of(asked)
    plan = make_plan(asked)
    lines = [*(block for week in report.weeks for block in week.blocks), *report.later]
    assert {block.key for block in lines} == {c.key for c in plan.changes if c.action != "forget"}
    assert len(lines) == len({block.number for block in lines})
    assert all(block.why for block in lines)
    page = page_of(asked)
    boxes = set(re.findall(r'href="#(b\d+)"', page))
    assert boxes
    assert boxes <= set(re.findall(r'id="(b\d+)"', page))


def test_each_week_is_drawn_once() -> None:
    report = report_of(request(week_of_meetings()))
    assert [picture.name for picture in report.pictures] == ["This week", "Next week"]
    boxes = [box for column in report.pictures[0].columns for box in column.boxes]
    assert [box.title for box in boxes if not box.sign] == ["Standing committee"] * 5
    assert any(box.sign == "+" for box in boxes)
    assert len(report.weeks) == 5
    assert len(report.bars) == 17


def test_what_is_the_same_is_said_once() -> None:
    report = report_of(request(whole_weeks_of_meetings()))
    for week in report.weeks:
        said = [(item.what, item.minutes, item.why) for item in week.missing]
        assert len(said) == len(set(said))
    assert sum(item.times for week in report.weeks for item in week.missing) > sum(
        len(week.missing) for week in report.weeks
    )


def test_before_the_first_run_it_is_a_proposal_and_then_no_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = CommandLine(capsys, sample(tmp_path), NOW)
    page = tmp_path / "r.html"

    def words() -> str:
        assert line.call("report", "--html", str(page)).code == 0
        return " ".join(" ".join(Tags(page.read_text()).words).split())

    assert "A proposal: nothing of it is on your calendar yet." in words()
    assert line.call("run", "-y").code == 0
    after = words()
    assert "proposal" not in after
    assert "On the calendar" in after
    assert not re.search(r"\bW\d\d\b|20\d\d-W|strategic/", after)


def test_a_bar_has_the_level_of_its_own_weeks_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Hour lines scale with a week's capacity: the week with a holiday has lower ones than the others."""
    bars = CommandLine(capsys, sample(tmp_path), NOW).document("report")["bars"]
    lines = {tuple(map(tuple, bar["focus_lines"])) for bar in bars if bar["capacity"]}
    assert len(lines) > 1
    assert {bar["share_level"] for bar in bars} > {"calm"}
    for bar in bars:
        share, focus = ["calm"], ["calm"]
        share += [level for level, at in bar["share_lines"] if bar["share"] >= at]
        focus += [level for level, at in bar["focus_lines"] if bar["focus"] < at]
        assert (bar["share_level"], bar["focus_level"]) == (share[-1], focus[-1])


def test_lists_are_sorted_by_what_they_show(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = CommandLine(capsys, sample(tmp_path), NOW).document("report")
    hours = [meeting["focus"] for meeting in report["displacing"]]
    assert len(set(hours)) > 1
    assert hours == sorted(hours, reverse=True)
    numbers = [block["number"] for week in report["weeks"] for block in week["blocks"]]
    assert numbers == sorted(numbers)


def test_boxes_stand_in_proportion() -> None:
    report = report_of(request([meeting(MONDAY, "09:00", "10:00")]))
    first = report.pictures[0].columns[0]
    assert [hour for hour, _ in report.clock] == [f"{h:02d}" for h in range(9, 18)]
    assert first.boxes[0].place == "top:0.0%;height:11.11%"  # an hour of nine
    assert first.lunch is not None
    assert first.off[-1].height == pytest.approx(100 / 18, abs=0.01)


def test_parked_questions_wait_on_the_page_until_they_end() -> None:
    waiting = ParkedQuestion(
        1, "Is certification the right goal?", "VP Sales", at(MONDAY - timedelta(days=20), "09:00")
    )
    done = ParkedQuestion(2, "Answered already", "x", at(MONDAY, "05:00"), at(MONDAY, "06:00"), "done")
    page = page_of(request(memory=Memory(parked=(waiting, done))))
    assert "Is certification the right goal?" in page
    assert "waiting for 19 days" in page
    assert "Answered already" not in page


def test_owed_and_kept_come_from_the_ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = CommandLine(capsys, sample(tmp_path), NOW)
    assert line.call("run", "-y").code == 0
    line.now = "2026-11-16T06:30"
    page = tmp_path / "r.html"
    assert line.call("report", "--html", str(page)).code == 0
    words = " ".join(Tags(page.read_text()).words)
    assert re.search(r"[\d.]+ of [\d.]+\sh owed were kept", words)
    rows = list(csv.DictReader(io.StringIO(line.call("report", "--csv").out)))
    assert sum(float(row["kept_hours"]) for row in rows) > 0
    assert sum(float(row["owed_hours"]) for row in rows) > 0


@given(
    st.lists(
        st.tuples(st.integers(0, 1400), st.integers(1, 300), st.sampled_from(["", "", "", "+", "="])),
        max_size=30,
    ),
    st.booleans(),
)
def test_nothing_lies_on_anything(spans: list[tuple[int, int, str]], coarse: bool) -> None:
    items = [
        Item(a, min(1440, a + b), "operational", f"t{n}", sign=s, key=f"k{n}")
        for n, (a, b, s) in enumerate(spans)
    ]
    placed = lay_out(items, lambda item: item.title, coarse)
    for n, (one, lane, lanes) in enumerate(placed):
        assert 0 <= lane < lanes
        for other, other_lane, other_lanes in placed[n + 1 :]:
            if one.start < other.end and other.start < one.end:
                assert lanes == other_lanes
                assert lane != other_lane
    blocks = {item.key for item in items if item.sign}
    assert blocks == {item.key for item, _, _ in placed if item.sign}
    assert all(lanes <= MOST_LANES or len(blocks) >= MOST_LANES for _, _, lanes in placed)


# Files


def test_the_file_is_written_whole_and_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = CommandLine(capsys, sample(tmp_path), NOW)
    page = tmp_path / "report.html"
    before = line.content
    assert line.call("report", "--html", str(page)).code == 0
    first = page.read_bytes()
    assert line.call("report", "--html", str(page)).code == 0
    assert page.read_bytes() == first
    assert line.content == before
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    assert page.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("form", ["--html", "--ics"])
def test_no_report_takes_the_place_of_anything_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    line = CommandLine(capsys, sample(tmp_path), NOW)
    other = tmp_path / "other.ics"
    other.write_bytes(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    notes = tmp_path / "notes.txt"
    notes.write_text("mine")
    link = tmp_path / "link.html"
    link.symlink_to(line.calendar)
    hard = tmp_path / "hard.html"
    os.link(line.calendar, hard)
    before = line.content
    for target in (line.calendar, other, notes, link, hard, tmp_path, tmp_path / "none" / "x.html"):
        said = line.call("report", form, str(target))
        assert said.code == 2, (target, said)
        assert said.err
    assert line.content == before
    assert notes.read_text() == "mine"
    assert other.read_bytes().startswith(b"BEGIN:VCALENDAR")


def test_a_proposal_that_became_a_calendar_is_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = CommandLine(capsys, sample(tmp_path), NOW)
    proposal = tmp_path / "proposal.ics"
    assert line.call("report", "--ics", str(proposal)).code == 0
    assert line.call("report", "--ics", str(proposal)).code == 0
    assert line.call("report", "--html", str(proposal)).code == 2
    mine = b"BEGIN:VEVENT\r\nUID:a\r\nDTSTART:20261102T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR"
    proposal.write_bytes(proposal.read_bytes().replace(b"END:VCALENDAR", mine))
    assert line.call("report", "--ics", str(proposal)).code == 2


def test_a_full_disk_leaves_the_old_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = CommandLine(capsys, sample(tmp_path), NOW)
    page = tmp_path / "r.html"
    assert line.call("report", "--html", str(page)).code == 0
    before = page.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    said = line.call("report", "--html", str(page))
    assert said.code == 1
    assert "No space left" in said.err
    assert page.read_bytes() == before
    assert [p for p in tmp_path.iterdir() if p.suffix == ".tmp"] == []


# The other forms


def test_the_plan_as_a_calendar(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = CommandLine(capsys, sample(tmp_path), NOW)
    proposal = tmp_path / "proposal.ics"
    said = line.document("report", "--ics", str(proposal))
    words = line.call("report", "--ics", str(proposal)).out
    plan = line.document("plan")
    calendar = Calendar.from_ical(proposal.read_bytes())
    events = calendar.walk("VEVENT")
    created = [change for change in plan["changes"] if change["action"] == "create"]
    assert said["proposed"] == len(created) == len(events)
    assert {str(event["STATUS"]) for event in events} == {"TENTATIVE"}
    assert len({str(event["UID"]) for event in events}) == len(events)
    timed = {datetime.fromisoformat(c["start"]).astimezone(UTC) for c in created if c["kind"] != "note"}
    assert timed <= {e["DTSTART"].dt for e in events if isinstance(e["DTSTART"].dt, datetime)}
    assert line.call("run", "-y").code == 0
    assert f"{len(created)} blocks proposed, tentative until you say yes" in words
    assert "already" not in words
    document = line.document("report", "--ics", str(proposal))
    assert (document["proposed"], document["standing"]) == (0, len(created))
    words = line.call("report", "--ics", str(proposal)).out
    assert f"{len(created)} blocks on the calendar already" in words
    assert "proposed" not in words.partition(": ")[2]
    again = Calendar.from_ical(proposal.read_bytes()).walk("VEVENT")
    assert {str(event["UID"]) for event in again} == {str(event["UID"]) for event in events}
    assert {str(event["STATUS"]) for event in again} == {"CONFIRMED"}


def test_the_table_has_a_line_for_each_week(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = CommandLine(capsys, sample(tmp_path), NOW).call("report", "--csv")
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert len(rows) == 17
    assert [row["position"] for row in rows].count("now") == 1
    now = next(row for row in rows if row["position"] == "now")
    assert now["week"] == "2026-W45"
    assert date.fromisoformat(now["monday"]) == MONDAY
    assert float(now["operational_hours"]) > 0
    assert not re.search(r"(^|,)[=+@]", said.out)


def test_the_table_is_a_document_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli = CommandLine(capsys, sample(tmp_path), NOW)
    rows = list(csv.DictReader(io.StringIO(cli.call("report", "--csv").out)))
    document = cli.document("report", "--csv")
    assert document["schema"] == 1
    assert [{name: str(value) for name, value in row.items()} for row in document["rows"]] == rows
    assert isinstance(document["rows"][0]["operational_hours"], float)


@pytest.mark.parametrize("form", ["--html", "--ics", "--bug"])
def test_a_dash_is_no_file(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = CommandLine(capsys, sample(tmp_path), NOW).call("report", form, "-")
    assert (said.code, said.out) == (2, "")
    assert "a report goes into a file, and - names none" in said.err
    assert not Path("-").exists()


def test_the_report_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = CommandLine(capsys, sample(tmp_path), NOW)
    said = line.call("report")
    assert said.code == 0
    assert "2–6 Nov" in said.out
    assert "Half day, October to December 2026" in said.out
    assert line.call("report", "--text").out == said.out
    assert "Budget round" in said.out
    assert "Budget round" not in line.call("report", "--no-titles").out
    document = line.document("report")
    assert document["schema"] == 1
    assert len(document["bars"]) == 17


def test_open_needs_a_page_and_uses_the_browser(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = CommandLine(capsys, sample(tmp_path), NOW)
    assert line.call("report", "--open").code == 2
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: bool(opened.append(url)) or True)
    page = tmp_path / "with space.html"
    assert line.call("report", "--html", str(page), "--open").code == 0
    assert opened == [page.as_uri()]


def test_the_legend_has_every_sign_of_a_persons_own_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    assert CommandLine(capsys, sample(tmp_path), NOW).call("report", "--html", str(page)).code == 0
    legend = page.read_text(encoding="utf-8").partition('aria-label="Legend"')[2].partition("</ul>")[0]
    for sign in "◇○△":
        assert sign in legend
    assert "your own thinking, front line, learning" in legend
