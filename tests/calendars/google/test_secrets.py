"""A server that repeats what it was sent: its words are shown, kept and logged without the secrets in them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from blocker.calendars.google.identity import token_path
from blocker.calendars.google.sign_in import keep_sign_in
from tests.calendars.google.test_hostile import instead
from tests.tools.google_days import busy_weeks, call
from tests.tools.google_server import GoogleServer
from tests.tools.google_server.app import Answer, Call
from tests.tools.google_world import google_answers, signed_in, surroundings

FEED = "https://calendar.google.com/calendar/ical/me/private-0123456789abcdef/basic.ics"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleServer]:
    with google_answers(monkeypatch, require_token=True) as running:
        busy_weeks(running)
        keep_sign_in(token_path(surroundings()), signed_in(running))
        yield running


def repeat(server: GoogleServer, name: str, status: int, reason: str = "forbidden") -> list[str]:
    """These requests are refused in words that hold all that they were made with; the secrets, as they come."""
    real, secrets = server.app.answer, [FEED, FEED.rpartition("/private-")[2]]

    def answer(request: Call) -> Answer:
        right = real(request)
        if server.log[-1].name != name:
            return right
        headers = {key.lower(): value for key, value in request.headers.items()}
        bearer = headers.get("authorization", "")
        form = request.body.decode()
        secrets.extend(
            part.partition("=")[2] for part in form.split("&") if "secret=" in part or "token=" in part
        )
        secrets.extend(word for word in bearer.split()[1:])
        words = f"No: {bearer} {form} {bearer.partition(' ')[2]} see {FEED}"
        if name == "token":
            body: object = {"error": reason, "error_description": words}
        else:
            body = {
                "error": {"code": status, "message": words, "errors": [{"reason": reason, "message": words}]}
            }
        return instead(body, status)(right)

    server.app.answer = answer  # type: ignore[method-assign, assignment]
    return secrets


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("token", 400, "invalid_grant"),
        ("token", 401, "invalid_client"),
        ("events.list", 403, "forbidden"),
        ("events.list", 403, "quotaExceeded"),
        ("events.list", 400, "badRequest"),
        ("events.insert", 403, "forbidden"),
        ("events.insert", 400, "invalid"),
        ("calendars.get", 404, "notFound"),
    ],
)
def test_what_a_refusal_repeats_is_nowhere(server: GoogleServer, name: str, status: int, reason: str) -> None:
    secrets = repeat(server, name, status, reason)
    said = []
    for day in ("02", "03", "04"):
        for words in (("run", "-y"), ("--json", "run", "-y"), ("check",), ("run", "--cron")):
            said.append(call(*words, now=f"2026-11-{day}T06:30"))
    shown = "".join(one.out + one.err for one in said)
    assert "defect" not in shown
    assert "[secret]" in shown, "the words themselves are shown"
    kept = [path for path in Path(os.environ["BLOCKER_STATE_DIR"]).rglob("*") if path.is_file()]
    assert kept
    for secret in filter(None, secrets):
        assert secret not in shown
        assert not [path for path in kept if secret.encode() in path.read_bytes()]
