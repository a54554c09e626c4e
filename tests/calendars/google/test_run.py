"""The whole command line on the Google test server: what is asked, what is written, and what a person does meanwhile."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from blocker.calendars.google import connections
from blocker.calendars.servers import ATTEMPTS
from blocker.files.places import state_dir
from blocker.values.errors import PartlyApplied, SignInNeeded, Temporary
from tests.tools.command_line import sample
from tests.tools.google_days import (
    MONDAY,
    blocks,
    busy_weeks,
    call,
    document,
    key,
    meeting,
    others,
    requests_of,
)
from tests.tools.google_server import Fault, GoogleServer, backend_error, drop, error, forbidden, rate_limited
from tests.tools.google_server.errors import bad

NOW = "2026-11-02T06:30"
LATER = "2026-11-03T06:30"


@pytest.fixture
def server(server: GoogleServer, busy: None) -> Iterator[GoogleServer]:
    """Busy, and whatever is done there, nothing of the person's changes."""
    before = others(server)
    yield server
    assert before.items() <= others(server).items()


def keys(server: GoogleServer) -> list[str]:
    return sorted(key(event) for event in blocks(server))


def test_the_first_run_wants_a_yes_and_writes_what_it_showed(server: GoogleServer) -> None:
    planned = document("plan", now=NOW)
    assert call("run", now=NOW).code == 4
    assert server.log.writes == []
    done = document("run", "-y", now=NOW)
    wanted = sorted(c["key"] for c in done["changes"] if c["action"] == "create")
    assert wanted == sorted(c["key"] for c in planned["changes"] if c["action"] == "create") == keys(server)
    assert len(wanted) > 4
    assert done["calendar"] == "google:primary"
    assert done["zone"] == "Europe/Berlin"


def test_n_writes_are_n_and_two_requests_and_an_idle_day_is_two(server: GoogleServer) -> None:
    first = requests_of(server, lambda: call("run", "-y", now=NOW))
    assert first == ["calendars.get"] + ["events.list"] * 2 + ["events.insert"] * len(blocks(server))
    for now in (NOW, "2026-11-02T18:00", LATER):
        assert requests_of(server, lambda: call("run", now=now)) == ["events.list"] * 2  # noqa: B023


def test_each_calendar_that_is_also_read_is_one_request_more(
    server: GoogleServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.add_calendar("team@group.calendar.google.com", access_role="reader")
    config = tmp_path / "config.toml"
    config.write_text('also_read = ["google:team@group.calendar.google.com"]\n')
    monkeypatch.setenv("BLOCKER_CONFIG", str(config))
    call("run", "-y", now=NOW)
    assert requests_of(server, lambda: call("run", now=NOW)) == ["events.list"] * 3


def test_all_calendars_are_read_on_one_connection(
    server: GoogleServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [f"google:{name}@group.calendar.google.com" for name in ("team", "board")]
    for address in others:
        server.add_calendar(address.removeprefix("google:"), access_role="reader")
    config = tmp_path / "config.toml"
    monkeypatch.setenv("BLOCKER_CONFIG", str(config))
    made = []

    class Counted(connections.BoundedHttp):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            made.append(self)

    monkeypatch.setattr(connections, "BoundedHttp", Counted)
    config.write_text(f"also_read = {others!r}\n")
    names = requests_of(server, lambda: call("run", "-y", now=NOW))
    assert names == ["calendars.get"] + ["events.list"] * 4 + ["events.insert"] * len(blocks(server))
    assert len(made) == 1
    made.clear()
    mine = f"ics:{sample(tmp_path)}"
    assert requests_of(server, lambda: call("plan", now=NOW, calendar=mine)) == ["events.list"] * 2
    assert len(made) == 1


def test_a_deleted_block_stays_deleted(server: GoogleServer) -> None:
    call("run", "-y", now=NOW)
    gone = blocks(server)[2]
    server.remove("primary", gone["id"])
    done = document("run", now=LATER)
    assert [c["key"] for c in done["changes"] if c["action"] == "tombstone"] == [key(gone)]
    assert key(gone) not in keys(server)
    assert requests_of(server, lambda: call("run", now=LATER)) == ["events.list"] * 2


def test_a_moved_block_stays_moved_and_an_edited_one_edited(server: GoogleServer) -> None:
    call("run", "-y", now=NOW)
    moved, edited = blocks(server)[2:4]
    server.edit("primary", edited["id"], {"summary": "My own words", "colorId": "5"})
    day = date.fromisoformat(moved["start"]["dateTime"][:10])
    to = meeting(day, "17:00", "18:00")
    server.edit("primary", moved["id"], {"start": to["start"], "end": to["end"]})
    before = {event["id"]: event["etag"] for event in blocks(server)}
    done = document("run", now=LATER)
    (pinned,) = [c for c in done["changes"] if c["pinned"]]
    assert (pinned["key"], pinned["action"]) == (key(moved), "keep")
    assert before.items() <= {event["id"]: event["etag"] for event in blocks(server)}.items()


def test_a_block_that_a_meeting_lands_on_is_moved_in_place(server: GoogleServer) -> None:
    call("run", "-y", now=NOW)
    hit = next(e for e in blocks(server) if key(e).startswith("strategic/2026-W46"))
    day = date.fromisoformat(hit["start"]["dateTime"][:10])
    server.put_event("primary", meeting(day, "09:00", "11:00", "Urgent"))
    names = requests_of(server, lambda: call("run", now=LATER))
    assert names == ["events.list"] * 2 + ["events.patch"]
    assert next(e for e in blocks(server) if e["id"] == hit["id"])["start"] != hit["start"]


def test_a_skipped_week_is_cleared(server: GoogleServer) -> None:
    call("run", "-y", now=NOW)
    before = blocks(server)
    assert call("skip", "2026-W47", now=NOW).code == 0
    call("run", now=NOW)
    cleared = [e for e in before if e["id"] not in {b["id"] for b in blocks(server)}]
    assert cleared
    assert all("2026-W47" in key(event) for event in cleared)


def test_a_lost_ledger_makes_no_duplicates(server: GoogleServer, tmp_path: Path) -> None:
    call("run", "-y", now=NOW)
    before = [(e["id"], e["etag"]) for e in blocks(server)]
    for file in (tmp_path / "state").glob("ledger*"):
        file.unlink()
    assert call("run", "-y", now=NOW).code == 0
    assert [(e["id"], e["etag"]) for e in blocks(server)] == before


def lose_the_ledger() -> None:
    shutil.rmtree(state_dir(os.environ))


def test_who_left_may_come_back_on_a_new_machine(server: GoogleServer) -> None:
    """The identities are used up, and nobody remembers by whom: that is no answer of the person's."""
    for _ in range(3):
        assert call("run", "-y", now=NOW).code == 0
        first = {key(e): e["start"] for e in blocks(server)}
        assert len(first) > 4
        assert call("leave", "--remove", "-y", now=NOW).code == 0
        lose_the_ledger()
        said = call("run", "-y", now=NOW)
        assert said.code == 0
        assert "Up to date" not in said.out
        assert {key(e): e["start"] for e in blocks(server)} == first
        assert requests_of(server, lambda: call("run", now=LATER)) == ["events.list"] * 2


def test_without_a_ledger_a_deletion_is_no_answer(server: GoogleServer) -> None:
    call("run", "-y", now=NOW)
    gone = next(e for e in blocks(server) if key(e) == "strategic/2026-W47/1")
    server.remove("primary", gone["id"])
    lose_the_ledger()
    done = document("run", "-y", now=NOW)
    assert [c["key"] for c in done["changes"] if c["action"] == "create"] == [key(gone)]
    (again,) = [e for e in blocks(server) if key(e) == key(gone)]
    assert again["id"] == gone["id"].removesuffix("g1") + "g2"


def test_a_block_deleted_before_its_run_was_over_is_an_answer_and_said(
    server: GoogleServer,
) -> None:
    """The insert went through, the answer did not, and the person was faster than the next run."""
    planned = document("plan", now=NOW)["summary"]["create"]
    server.faults.next(drop(after=True), on="events.insert")
    server.faults.next(backend_error(), on="events.insert", times=99)
    assert call("run", "-y", now=NOW).code == Temporary.exit_code
    server.faults.clear()
    (made,) = blocks(server)
    server.remove("primary", made["id"])
    said = call("run", "-y", now=NOW)
    assert said.code == 0
    assert "you deleted it; it will not come back" in said.out
    assert len(keys(server)) == planned - 1
    assert key(made) not in keys(server)


def test_an_id_that_somebody_else_has_is_left_to_them(
    server: GoogleServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("run", "-y", now=NOW)
    event = blocks(server)[2]
    planned = {key(e) for e in blocks(server)}
    with GoogleServer() as fresh:
        busy_weeks(fresh, MONDAY - timedelta(weeks=5), 11)
        theirs = fresh.put_event(
            "primary", meeting(date(2026, 11, 7), "09:00", "10:00", "Theirs", id=event["id"])
        )
        monkeypatch.setenv("BLOCKER_GOOGLE_ROOT", fresh.root_url)
        monkeypatch.setenv(
            "BLOCKER_STATE_DIR", str(tmp_path / "another")
        )  # the calendar is the same to a ledger
        other = call("run", "-y", now=NOW)
        assert other.code == 0
        assert {key(e) for e in blocks(fresh)} == planned
        assert next(e for e in fresh.events() if e["id"] == event["id"])["etag"] == theirs["etag"]


def test_undo_and_leave_take_back_what_was_written(server: GoogleServer) -> None:
    call("run", "-y", now=NOW)
    hit = next(e for e in blocks(server) if key(e).startswith("strategic/2026-W46"))
    server.put_event("primary", meeting(date.fromisoformat(hit["start"]["dateTime"][:10]), "09:00", "11:00"))
    call("run", now=LATER)
    moved = next(e for e in blocks(server) if e["id"] == hit["id"])
    assert call("undo", now=LATER).code == 0
    back = next(e for e in blocks(server) if e["id"] == hit["id"])
    assert moved["start"] != back["start"] == hit["start"]
    assert call("leave", "--remove", "-y", now=LATER).code == 0
    assert blocks(server) == []


def test_who_left_may_come_back(server: GoogleServer) -> None:
    """The identities of the blocks that were are used up: Google knows them as cancelled for ever."""
    call("run", "-y", now=NOW)
    first = {key(e): e["start"] for e in blocks(server)}
    assert call("leave", "--remove", "-y", now=NOW).code == 0
    assert blocks(server) == []
    again = call("run", "-y", now=NOW)
    assert again.code == 0, again
    assert {key(e): e["start"] for e in blocks(server)} == first
    assert "deleted" not in call("plan", now=NOW).out


def move_by_a_meeting(server: GoogleServer) -> tuple[dict[str, Any], dict[str, Any]]:
    """A block before and after a run that had to move it."""
    hit = next(e for e in blocks(server) if key(e).startswith("strategic/2026-W46"))
    server.put_event("primary", meeting(date.fromisoformat(hit["start"]["dateTime"][:10]), "09:00", "11:00"))
    assert call("run", now=LATER).code == 0
    moved = next(e for e in blocks(server) if key(e) == key(hit))
    assert moved["start"] != hit["start"]
    return hit, moved


def alike(event: dict[str, Any]) -> dict[str, Any]:
    """What a person sees of an event, whatever its identity."""
    names = ("summary", "description", "start", "end", "transparency", "eventType", "focusTimeProperties")
    return {name: event.get(name) for name in names}


@pytest.mark.parametrize(
    ("config", "mode"),
    [('protect = "decline"', "declineOnlyNewConflictingInvitations"), ("native_focus = true", "declineNone")],
)
def test_undo_puts_focus_time_back_as_it_was(
    server: GoogleServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: str, mode: str
) -> None:
    (tmp_path / "config.toml").write_text(config)
    monkeypatch.setenv("BLOCKER_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.delenv("BLOCKER_PROTECT")
    call("run", "-y", now=NOW)
    hit, moved = move_by_a_meeting(server)
    assert moved["id"] == hit["id"]
    said = call("undo", now=LATER)
    assert said.code == 0, said
    back = next(e for e in blocks(server) if e["id"] == hit["id"])
    assert alike(back) == alike(hit)
    assert back["focusTimeProperties"]["autoDeclineMode"] == mode
    assert call("skip", key(hit), now=LATER).code == 0
    assert key(hit) not in keys(server)
    assert call("undo", now=LATER).code == 0
    (again,) = [e for e in blocks(server) if key(e) == key(hit)]
    assert alike(again) == alike(hit)


def test_undo_takes_back_a_change_of_type(server: GoogleServer, monkeypatch: pytest.MonkeyPatch) -> None:
    call("run", "-y", now=NOW)
    monkeypatch.setenv("BLOCKER_PROTECT", "decline")
    hit, moved = move_by_a_meeting(server)
    assert moved["eventType"] == "focusTime"
    assert call("undo", now=LATER).code == 0
    (back,) = [e for e in blocks(server) if key(e) == key(hit)]
    assert alike(back) == alike(hit)
    assert call("run", now=LATER).code == 0
    assert len([e for e in blocks(server) if key(e) == key(hit)]) == 1


def test_what_was_skipped_and_put_back_can_be_skipped_again(server: GoogleServer) -> None:
    call("run", "-y", now=NOW)
    before = [alike(e) for e in blocks(server)]
    hit = next(e for e in blocks(server) if key(e).startswith("strategic/2026-W46"))
    for _ in range(3):
        assert call("skip", key(hit), now=LATER).code == 0
        assert key(hit) not in keys(server)
        assert call("undo", now=LATER).code == 0
        assert [alike(e) for e in blocks(server)] == before
    assert requests_of(server, lambda: call("run", now=LATER)) == ["events.list"] * 2


def test_a_moved_block_gets_its_parked_questions_and_stays_moved(server: GoogleServer) -> None:
    call("run", "-y", now=NOW)
    ahead = [e for e in blocks(server) if key(e).startswith("strategic/")]
    following = min(ahead, key=lambda e: str(e["start"]["dateTime"]))
    day = date.fromisoformat(following["start"]["dateTime"][:10])
    for hour, question in (("17:00", "Is certification the goal?"), ("16:45", "Whom do we serve?")):
        to = meeting(day, hour, "18:00")
        edit = {"start": to["start"] | {"timeZone": "Asia/Kolkata"}, "end": to["end"], "colorId": "4"}
        edited = server.edit("primary", following["id"], edit)
        call("park", question, now=NOW)
        names = requests_of(server, lambda: call("run", now=NOW))
        assert names == ["events.list"] * 2 + ["events.patch"]
        for _ in range(2):
            assert requests_of(server, lambda: call("run", now=NOW)) == ["events.list"] * 2
        (there,) = [e for e in blocks(server) if e["id"] == following["id"]]
        assert question in there["description"]
        assert all(there[side] == edited[side] for side in ("start", "end", "colorId"))
        (told,) = [c for c in document("plan", now=NOW)["changes"] if c["key"] == key(following)]
        assert (told["action"], told["pinned"]) == ("keep", True)
    assert call("undo", now=NOW).code == 0
    (there,) = [e for e in blocks(server) if e["id"] == following["id"]]
    assert "Whom do we serve?" not in there["description"]
    assert "Is certification the goal?" in there["description"]
    assert there["start"] == edited["start"]


# Faults


@pytest.mark.parametrize(
    "fault", [backend_error(), rate_limited(), forbidden("quotaExceeded"), drop()], ids=lambda f: f.name
)
def test_a_calendar_that_does_not_answer_is_exit_75(server: GoogleServer, fault: Fault) -> None:
    server.faults.next(fault, times=99)
    assert call("run", "-y", now=NOW).code == Temporary.exit_code
    server.faults.clear()
    server.faults.next(fault, on="events.insert", times=99)
    assert call("run", "-y", now=NOW).code == Temporary.exit_code
    assert blocks(server) == []
    server.faults.clear()
    assert call("run", "-y", now=NOW).code == 0
    assert len(keys(server)) == len(set(keys(server))) > 4


@pytest.mark.parametrize(
    "fault", [backend_error(), backend_error(after=True), drop(after=True)], ids=lambda f: f.name
)
def test_a_run_cut_short_is_exit_3_and_the_next_completes_it(server: GoogleServer, fault: Fault) -> None:
    planned = document("plan", now=NOW)["summary"]["create"]
    seen = {"inserts": 0}
    take = server.faults.take

    def from_the_third_on(name: str) -> Fault | None:
        seen["inserts"] += name == "events.insert"
        return fault if seen["inserts"] > 2 and name != "events.list" else take(name)

    server.faults.take = from_the_third_on  # type: ignore[method-assign]
    assert call("run", "-y", now=NOW).code == PartlyApplied.exit_code
    server.faults.take = take  # type: ignore[method-assign]
    assert call("run", now=NOW).code == 0
    assert len(keys(server)) == len(set(keys(server))) == planned
    assert requests_of(server, lambda: call("run", now=LATER)) == ["events.list"] * 2


def test_a_version_that_moves_by_itself_is_taken_along(server: GoogleServer) -> None:
    call("run", "-y", now=NOW)
    hit = next(e for e in blocks(server) if key(e).startswith("strategic/2026-W46"))
    server.put_event("primary", meeting(date.fromisoformat(hit["start"]["dateTime"][:10]), "09:00", "11:00"))
    server.faults.next(error(412, "conditionNotMet"), on="events.patch")
    names = requests_of(server, lambda: call("run", now=LATER))
    assert names == [
        "events.list",
        "events.list",
        "events.patch",
        "events.get",
        "events.patch",
    ]


def test_a_sign_in_that_ends_on_the_way_is_exit_6(server: GoogleServer) -> None:
    server.faults.next(error(401, "authError"), on="events.insert")
    said = call("run", "-y", now=NOW)
    assert said.code == SignInNeeded.exit_code
    assert "blocker connect google" in said.err


# Focus time


def test_a_refused_focus_time_is_said_and_the_block_is_there(
    server: GoogleServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.store.focus_time, server.store.ineligible = False, bad("eventTypeRestriction")
    monkeypatch.setenv("BLOCKER_PROTECT", "decline")
    said = call("run", "-y", now=NOW)
    assert said.code == 0
    assert said.out.count("this account takes no focus time") == 1
    assert {e["eventType"] for e in blocks(server)} == {"default"}
    assert "takes no native focus time" in call("check", now=NOW).out


def test_another_type_is_made_again_when_the_block_moves(
    server: GoogleServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("run", "-y", now=NOW)
    hit = next(e for e in blocks(server) if key(e).startswith("strategic/2026-W46"))
    server.put_event("primary", meeting(date.fromisoformat(hit["start"]["dateTime"][:10]), "09:00", "11:00"))
    monkeypatch.setenv("BLOCKER_PROTECT", "decline")
    names = requests_of(server, lambda: call("run", now=LATER))
    assert names == ["events.list"] * 2 + ["events.patch", "events.delete", "events.insert"]
    (again,) = [e for e in blocks(server) if key(e) == key(hit)]
    assert again["eventType"] == "focusTime"
    assert again["id"] == hit["id"].removesuffix("g1") + "g2"
    assert requests_of(server, lambda: call("run", now=LATER)) == ["events.list"] * 2


def test_a_change_of_type_that_is_cut_short_is_completed(
    server: GoogleServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("run", "-y", now=NOW)
    hit = next(e for e in blocks(server) if key(e).startswith("strategic/2026-W46"))
    server.put_event("primary", meeting(date.fromisoformat(hit["start"]["dateTime"][:10]), "09:00", "11:00"))
    monkeypatch.setenv("BLOCKER_PROTECT", "decline")
    server.faults.next(backend_error(), on="events.insert", times=ATTEMPTS)
    assert call("run", now=LATER).code == PartlyApplied.exit_code
    assert key(hit) not in keys(server)
    assert call("run", now=LATER).code == 0
    (again,) = [e for e in blocks(server) if key(e) == key(hit)]
    assert again["eventType"] == "focusTime"


def test_native_focus_is_a_setting(
    server: GoogleServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.toml"
    config.write_text("native_focus = true\n")
    monkeypatch.setenv("BLOCKER_CONFIG", str(config))
    call("run", "-y", now=NOW)
    held = [e for e in blocks(server) if e.get("transparency") != "transparent"]
    assert {e["focusTimeProperties"]["autoDeclineMode"] for e in held} == {"declineNone"}


# Working hours


def test_the_accounts_working_hours_hold_where_none_are_set(server: GoogleServer, tmp_path: Path) -> None:
    days = ("monday", "tuesday", "wednesday", "thursday")
    server.store.calendars["lead@example.org"].working_hours = {
        "workingHoursEnabled": True,
        "availableTimes": [{"dayOfWeek": day, "periodStart": 480, "periodEnd": 960} for day in days],
    }
    assert "Mon 08:00–16:00" in call("check", now=NOW).out
    week = document("plan", now=NOW)["weeks"][1]
    assert week["load"]["capacity_hours"] == 4 * 7
    config = tmp_path / "config.toml"
    config.write_text('[hours]\nmon = ["09:00-17:30"]\n')
    said = call("-c", str(config), "--json", "plan", now=NOW)
    assert said.json["weeks"][1]["load"]["capacity_hours"] == 7.5


# What it costs


@pytest.mark.parametrize("words", [["--help"], ["run", "-y"]])
def test_nothing_of_googles_is_imported_without_need(tmp_path: Path, words: list[str]) -> None:
    calendar = sample(tmp_path)
    program = (
        "import sys\nfrom blocker.cli import main\n"
        f"try:\n    code = main(['--calendar', 'ics:{calendar}', '--now', '{NOW}', *{words!r}])\n"
        "except SystemExit as end:\n    code = end.code\n"
        "bad = [m for m in sys.modules if m.split('.')[0] in ('google', 'googleapiclient', 'httplib2', "
        "'google_auth_oauthlib', 'google_auth_httplib2', 'oauthlib', 'requests')]\n"
        "sys.exit(f'{code} {bad}' if code or bad else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_attempts_are_bounded(server: GoogleServer) -> None:
    server.faults.next(backend_error(), times=99)
    assert len(requests_of(server, lambda: call("run", now=NOW))) == ATTEMPTS


def test_moments_without_an_offset_are_in_the_users_zone(server: GoogleServer) -> None:
    at = datetime.fromisoformat(document("plan", now=NOW)["now"])
    assert at.utcoffset() == timedelta(hours=1)
