"""Something between us and Google that spoils its answers: nothing of the person's changes, nothing of ours doubles.

BLOCKER_TEST_LIES sets the number of days lived through for each kind of lie, BLOCKER_TEST_SEED other lies.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httplib2
import pytest

from tests.tools.google_days import MONDAY, blocks, busy_weeks, call, key, others
from tests.tools.google_server import GoogleServer
from tests.tools.google_world import google_answers

DAYS = int(os.environ.get("BLOCKER_TEST_LIES", "3"))
SEED = os.environ.get("BLOCKER_TEST_SEED", "1")
EXITS = {0, 1, 3, 4, 75}
Lie = Callable[[random.Random, bytes], bytes]


def bits(dice: random.Random, content: bytes) -> bytes:
    spoilt = bytearray(content)
    for _ in range(dice.randint(1, 3)):
        if spoilt:
            spoilt[dice.randrange(len(spoilt))] ^= 1 << dice.randrange(8)
    return bytes(spoilt)


def half(dice: random.Random, content: bytes) -> bytes:
    return content[: dice.randint(0, len(content))]


def page(dice: random.Random, content: bytes) -> bytes:
    """A captive portal, or nothing that was asked for."""
    return dice.choice(
        (b"", b"<html><body>Please sign in to the hotel</body></html>", b"null", b"[]", b"{}", b"0", b'"ok"', b"\xff\xfe\x00")
    )  # fmt: skip


def values(dice: random.Random, content: bytes) -> bytes:
    """Some value somewhere in the answer is another, or gone."""
    try:
        body = json.loads(content)
    except ValueError:
        return content
    places = list(_places(body))
    for holder, name in dice.sample(places, min(len(places), dice.randint(1, 3))):
        if dice.random() < 0.3:
            holder.pop(name, None)
        else:
            holder[name] = dice.choice(
                (None, "", "x", 0, -1, [], {}, [None], {"x": 1}, True, "9999-99-99", 1e400)
            )
    return json.dumps(body).encode()


def items(dice: random.Random, content: bytes) -> bytes:
    """An event is told twice, or not at all."""
    body = json.loads(content) if content[:1] == b"{" else {}
    told = body.get("items")
    if not told:
        return content
    if dice.random() < 0.5:
        told.append(dice.choice(told))
    else:
        told.remove(dice.choice(told))
    return json.dumps(body).encode()


def pages(dice: random.Random, content: bytes) -> bytes:
    """There is always one page more."""
    body = json.loads(content) if content[:1] == b"{" else {}
    if "items" not in body:
        return content
    return json.dumps(body | {"nextPageToken": dice.choice(("again", str(dice.random()), 7, ["x"]))}).encode()


def _places(value: Any) -> Iterator[tuple[dict[str, Any], str]]:
    if isinstance(value, dict):
        for name, inner in list(value.items()):
            yield value, name
            yield from _places(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _places(inner)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleServer]:
    with google_answers(monkeypatch, clock=lambda: datetime(2026, 11, 2, tzinfo=UTC)) as running:
        busy_weeks(running)
        yield running


@pytest.mark.parametrize("lie", [bits, half, page, values, items, pages], ids=lambda lie: lie.__name__)
def test_spoilt_answers_harm_nothing(server: GoogleServer, monkeypatch: pytest.MonkeyPatch, lie: Lie) -> None:
    assert call("run", "-y", now=f"{MONDAY}T06:30").code == 0
    theirs = others(server)
    dice = random.Random(f"{lie.__name__} {SEED}")  # the same lies each time
    honest = httplib2.Http.request
    rate = 0.0

    def request(self: Any, *args: Any, **kwargs: Any) -> Any:
        response, content = honest(self, *args, **kwargs)
        if dice.random() < rate:
            content = lie(dice, content)
        return response, content

    monkeypatch.setattr(httplib2.Http, "request", request)
    said = []
    for number in range(DAYS):
        rate = dice.choice((0.1, 0.5, 1.0))
        now = f"{MONDAY + timedelta(days=7 * (number % 3))}T06:{30 + number % 20}"
        words = dice.choice(
            (
                ("run",),
                ("run", "--force"),
                ("rebalance", "next", "-y"),
                ("check",),
                ("skip", "2026-W49"),
                ("undo",),
            )
        )
        said.append(call(*words, now=now))
        where = (number, words, said[-1])
        assert said[-1].code in EXITS, where
        assert "defect" not in said[-1].err + said[-1].out, where
        if said[-1].code in (1, 75) and words[0] != "check":
            assert 1 <= len(said[-1].err.strip().splitlines()) <= 3, where
        assert others(server) == theirs, where
        assert max(Counter(key(event) for event in blocks(server)).values(), default=1) == 1, where
    rate = 0.0
    last = call("run", now=f"{MONDAY + timedelta(days=14)}T07:30")
    assert last.code in (0, 4), last
    if last.code == 4:
        assert "--force" in last.err
    assert others(server) == theirs
    assert max(Counter(key(event) for event in blocks(server)).values(), default=1) == 1
