"""A server, or something in front of it, that does not do what it should: one sentence each, and nothing is lost."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from hashlib import md5 as insecure_md5
from urllib.parse import quote, unquote

import pytest

from blocker.calendars.caldav.guards import find_guards, guards_in_words
from blocker.calendars.caldav.sign_in import SignIn, keep
from blocker.values.errors import (
    AlreadyExists,
    BlockerError,
    Conflict,
    Missing,
    Refused,
    SignInNeeded,
    Temporary,
    Unreachable,
    Unreadable,
)
from tests.calendars.caldav.conftest import CalDavWorld, around
from tests.tools.caldav_proxy import Asked, Reply, proxy_to
from tests.tools.contract import MONDAY, WINDOW, block, slot

md5 = partial(insecure_md5, usedforsecurity=False)  # what RFC 7616 has for old servers
LISTING = ("PROPFIND", "REPORT")


def without(*names: str) -> Callable[[Asked], Asked]:
    return lambda asked: Asked(
        asked.method, asked.path, {k: v for k, v in asked.head.items() if k not in names}, asked.body
    )


def said(problem: pytest.ExceptionInfo[BlockerError]) -> str:
    """The whole of an error, which is a sentence and a next step, and never the password."""
    error = problem.value
    assert error.message
    assert error.hint
    assert "\n" not in error.message
    text = f"{error.message} | {error.hint}"
    assert "correct horse" not in text
    return text


def deaf(asked: Asked) -> Asked:
    """A server that lets every write through: preconditions are not heard."""
    return without("if-match", "if-none-match")(asked)


def test_what_a_server_guards_is_found_out_with_an_event_of_ours(world: CalDavWorld) -> None:
    before = world.server.etags(world.path)
    calendar = world.open()
    assert find_guards(calendar, MONDAY) == {"create", "update", "delete"}
    assert guards_in_words(frozenset(("create", "update", "delete")))[0] == "ok"
    assert world.server.etags(world.path) == before
    again = world.open()
    again.read(WINDOW)
    assert again.guards == {"create", "update", "delete"}
    assert "GET" in world.proxy.methods(lambda: again.create(block()))[:1]
    assert world.proxy.methods(lambda: again.create(block("strategic/2026-W48/2"))) == ["GET", "PUT"]


def test_a_server_that_guards_nothing_is_read_after_each_write(world: CalDavWorld) -> None:
    world.proxy.before = deaf
    calendar = world.open()
    assert find_guards(calendar, MONDAY) == frozenset()
    state, words = guards_in_words(frozenset())
    assert (state, "a new event and a change and a removal" in words) == ("note", True)
    assert world.server.etags(world.path) == {}
    ref = calendar.create(block())
    world.move(ref.id, slot("14:00", "15:30", 2))
    with pytest.raises(Conflict):
        calendar.update(ref, block(title="newer"))
    with pytest.raises(Conflict):
        calendar.delete(ref)

    def meddle(asked: Asked, reply: Reply) -> Reply:
        if asked.method == "PUT":
            world.proxy.honest()
            world.retitle("strategic-2026-W48-2.g1@calendar-blocker", "Theirs")
        return reply

    world.proxy.after = meddle
    calendar.create(block("strategic/2026-W48/2"))
    (standing,) = [b for b in calendar.read(WINDOW).blocks if b.key == "strategic/2026-W48/2"]
    assert (standing.title, standing.title_edited) == ("Theirs", True)

    def replace_it(asked: Asked, reply: Reply) -> Reply:
        if asked.method == "PUT":
            world.proxy.honest()
            world.person.add("Something else", slot("09:00", "10:00"), uid=uid_of(3))
        return reply

    world.proxy.after = replace_it
    with pytest.raises(Conflict):
        calendar.create(block("strategic/2026-W48/3"))
    assert "Something else" in world.person.text(uid_of(3))


def uid_of(number: int) -> str:
    return f"strategic-2026-W48-{number}.g1@calendar-blocker"


def changing(pattern: bytes, by: bytes) -> Callable[[Asked], Asked]:
    """A server that keeps something else than it was sent."""
    return lambda asked: Asked(
        asked.method, asked.path, without("content-length")(asked).head, re.sub(pattern, by, asked.body)
    )


def test_a_server_that_rewrites_what_it_is_sent_is_taken_as_it_is(world: CalDavWorld) -> None:
    world.proxy.before = changing(rb"\r\nSUMMARY:|\r\nCLASS:PRIVATE", b"\r\nSUMMARY:[ext] ")
    calendar = world.open()
    ref = calendar.create(block())
    (standing,) = calendar.read(WINDOW).blocks
    assert (standing.ref, standing.title_edited) == (ref, True)
    ref = calendar.update(standing.ref, block(when=slot("13:00", "15:00")))
    (standing,) = calendar.read(WINDOW).blocks
    assert (standing.ref, standing.when, standing.pinned) == (ref, slot("13:00", "15:00"), False)
    calendar.delete(ref)


def test_a_server_that_drops_our_mark_gets_no_blocks(world: CalDavWorld) -> None:
    world.add_event("Standup", slot("09:00", "09:15"))
    before = world.person.others()
    world.proxy.before = changing(rb"X-BLOCKER-[^\r]*\r\n", b"")
    calendar = world.open()
    with pytest.raises(Refused) as problem:
        find_guards(calendar, MONDAY)
    assert "drops what marks a block" in said(problem)
    for key in ("strategic/2026-W48/1", "strategic/2026-W48/2"):
        with pytest.raises(Refused) as problem:
            calendar.create(block(key))
        assert "drops what marks a block" in said(problem)
    assert [asked.method for asked in world.proxy.asked].count("PUT") == 3 + 1
    assert world.server.etags(world.path) == before


def test_an_event_at_our_address_is_never_overwritten(world: CalDavWorld) -> None:
    uid = "strategic-2026-W48-1.g1@calendar-blocker"
    world.person.add("Theirs", slot("09:00", "10:00"), uid=uid)
    before = world.person.text(uid)
    world.proxy.before = deaf
    with pytest.raises(AlreadyExists) as problem:
        world.open().create(block())
    assert problem.value.taken_by == "other"
    assert world.person.text(uid) == before


def test_the_same_identity_at_another_address_is_the_next_generations(world: CalDavWorld) -> None:
    uid = "strategic-2026-W48-1.g1@calendar-blocker"
    world.person.add("Theirs", slot("09:00", "10:00"), uid=uid)
    text = world.person.text(uid)
    world.remove(uid)
    world.person.put(f"{world.path}elsewhere.ics", text)
    with pytest.raises(AlreadyExists) as problem:
        world.open().create(block())
    assert problem.value.taken_by == "other"
    assert world.open().create(block(generation=2)).id.endswith(".g2@calendar-blocker")


def test_etags_made_weak_on_the_way_are_strong_at_the_server(world: CalDavWorld) -> None:
    def weaken(asked: Asked, reply: Reply) -> Reply:
        head = {k: f"W/{v}" if k.lower() == "etag" else v for k, v in reply.head.items()}
        return reply.but(head=head)

    world.proxy.after = weaken
    calendar = world.open()
    ref = calendar.create(block())
    calendar.read(WINDOW)
    ref = calendar.update(ref, block(title="newer"))
    assert calendar.read(WINDOW).blocks[0].ref == ref
    world.retitle(ref.id, "Theirs")
    with pytest.raises(Conflict):
        calendar.delete(ref)


def test_without_etags_nothing_is_changed(world: CalDavWorld) -> None:
    calendar = world.open()
    ref = calendar.create(block())
    world.proxy.after = lambda asked, reply: reply.but(
        head={k: v for k, v in reply.head.items() if k.lower() != "etag"}
    )
    with pytest.raises((Refused, Conflict)):
        calendar.update(ref, block(title="newer"))
    with pytest.raises((Refused, Conflict)):
        calendar.delete(ref)
    assert "Strategic thinking" in world.person.text(ref.id)


def test_a_server_that_does_not_know_its_own_etags(world: CalDavWorld) -> None:
    calendar = world.open()
    ref = calendar.create(block())
    world.proxy.instead = lambda asked: Reply(412) if asked.method in ("PUT", "DELETE") else None
    for write in (lambda: calendar.update(ref, block(title="newer")), lambda: calendar.delete(ref)):
        with pytest.raises(Refused) as problem:
            write()
        assert "does not take its own etags back" in said(problem)


def test_the_password_never_follows_a_redirect_to_another_server(world: CalDavWorld) -> None:
    with proxy_to(world.server.root) as other:
        world.proxy.instead = lambda asked: Reply(301, head={"Location": f"{other.root}{asked.path}"})
        with pytest.raises(Unreadable) as problem:
            world.open().read(WINDOW)
        assert f"sends on to {other.root}" in said(problem)
        assert other.asked == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_at_home_is_followed_as_it_was_asked(world: CalDavWorld, status: int) -> None:
    world.add_event("Standup", slot("09:00", "09:15"))

    def move(asked: Asked) -> Reply | None:
        if not asked.path.startswith("/old"):
            return None
        return Reply(status, head={"Location": asked.path.removeprefix("/old")})

    world.proxy.instead = move
    asked = world.proxy.methods(lambda: world.open(f"/old{world.path}").read(WINDOW))
    assert asked[:2] == ["PROPFIND", "PROPFIND"]
    assert world.proxy.asked[1].body == world.proxy.asked[0].body


def test_a_redirect_in_circles_ends(world: CalDavWorld) -> None:
    world.proxy.instead = lambda asked: Reply(302, head={"Location": asked.path})
    with pytest.raises(Unreadable) as problem:
        world.open().read(WINDOW)
    assert "in circles" in said(problem)


@pytest.mark.parametrize("method", ["PROPFIND", "REPORT"])
def test_an_answer_that_is_cut_off_is_no_answer(world: CalDavWorld, method: str) -> None:
    world.add_event("Standup", slot("09:00", "09:15"))
    world.proxy.after = lambda asked, reply: reply.but(cut=asked.method == method)
    with pytest.raises(Unreachable) as problem:
        world.open().read(WINDOW)
    assert "cut off, 3 attempts" in said(problem)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<!DOCTYPE html>\n<html><body>Please sign in</body></html>", "a web page, such as a sign-in page"),
        (b"<html><head><title>Hotel</title></head></html>", "a web page, such as a sign-in page"),
        (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><d:multistatus xmlns:d="DAV:">&a;</d:multistatus>', "declarations of its own"),
        (b"<!-- <d:x> --><!DOCTYPE x><x/>", "declarations of its own"),
        (b"", "an empty answer"),
        (b'<d:multistatus xmlns:d="DAV:"><d:response>', "half a document"),
        (b"<other/>", "another document"),
        (b"\xff\xfe\x00", "no text"),
        (b"hello", "no document"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", LISTING)
def test_an_answer_that_is_none_is_said_to_be_none(
    world: CalDavWorld, body: bytes, words: str, method: str
) -> None:
    world.add_event("Standup", slot("09:00", "09:15"))
    world.proxy.instead = lambda asked: Reply(207, body) if asked.method == method else None
    with pytest.raises(Unreachable) as problem:
        world.open().read(WINDOW)
    assert words in said(problem)


@pytest.mark.parametrize("method", [*LISTING, "GET"])
def test_a_sign_in_page_is_never_a_free_week(world: CalDavWorld, method: str) -> None:
    calendar = world.open()
    ref = calendar.create(block())
    page = b"<!DOCTYPE html><html><body>Sign in to the hotel</body></html>"
    world.proxy.instead = lambda asked: (
        Reply(200, page, {"Content-Type": "text/html"}) if asked.method == method else None
    )
    work = (lambda: calendar.delete(ref)) if method == "GET" else (lambda: calendar.read(WINDOW))
    with pytest.raises(Unreachable) as problem:
        work()
    assert "a web page" in said(problem)


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_to_wait_is_waited_for(world: CalDavWorld, status: int) -> None:
    calendar = world.open()
    calendar.read(WINDOW)
    busy = [1]

    def refuse(asked: Asked) -> Reply | None:
        return (
            Reply(status, head={"Retry-After": "7"})
            if asked.method == "PUT" and busy and busy.pop()
            else None
        )

    world.proxy.instead = refuse
    calendar.create(block())
    assert world.naps == [7.0]
    world.proxy.instead = lambda asked: Reply(status, head={"Retry-After": "3600"})
    with pytest.raises(Unreachable) as problem:
        calendar.create(block("strategic/2026-W48/2"))
    assert f"status {status}, one attempt" in said(problem)
    assert world.naps == [7.0]


def test_a_server_that_is_full_stops_the_run(world: CalDavWorld) -> None:
    calendar = world.open()
    world.proxy.instead = lambda asked: Reply(507) if asked.method == "PUT" else None
    with pytest.raises(Temporary) as problem:
        calendar.create(block())
    assert "no room left" in said(problem)


def same_snapshot(world: CalDavWorld, lie: Callable[[Asked, Reply], Reply]) -> None:
    calendar = world.open()
    calendar.create(block())
    world.add_event("Standup & more", slot("09:00", "09:15"))
    plain = world.open().read(WINDOW)
    world.add_event("Another", slot("11:00", "11:15", 3))
    world.proxy.after = lie
    lied = world.open().read(WINDOW)
    assert lied.blocks == plain.blocks
    assert [event.title for event in lied.events] == ["Standup & more", "Another"]
    assert lied.complete


def test_calendar_data_may_be_cdata(world: CalDavWorld) -> None:
    def wrap(asked: Asked, reply: Reply) -> Reply:
        def cdata(found: re.Match[bytes]) -> bytes:
            plain = found[2].replace(b"&#13;", b"").replace(b"&amp;", b"&").replace(b"&lt;", b"<")
            return found[1] + b"<![CDATA[" + plain + b"]]>" + found[3]

        pattern = rb"(<(?:\w+:)?calendar-data[^>]*>)(?!<!\[CDATA)(.*?)(</(?:\w+:)?calendar-data>)"
        body = re.sub(pattern, cdata, reply.body, flags=re.DOTALL)
        assert asked.method != "REPORT" or b"CDATA" in body
        return reply.but(body=body)

    same_snapshot(world, wrap)


def test_addresses_may_be_spelt_otherwise(world: CalDavWorld) -> None:
    def spell(asked: Asked, reply: Reply) -> Reply:
        def other(found: re.Match[bytes]) -> bytes:
            path = quote(unquote(found[2].decode()), safe="/").encode()
            return found[1] + path.replace(b"-", b"%2d") + found[3]

        return reply.but(body=re.sub(rb"(<(?:\w+:)?href>)(.*?)(</(?:\w+:)?href>)", other, reply.body))

    same_snapshot(world, spell)


def test_addresses_may_be_on_the_servers_other_name(world: CalDavWorld) -> None:
    def elsewhere(asked: Asked, reply: Reply) -> Reply:
        body = re.sub(rb"(<(?:\w+:)?href>)(/.*?)(</)", rb"\1https://p42.example.org\2\3", reply.body)
        return reply.but(body=body)

    same_snapshot(world, elsewhere)


def test_a_list_that_is_only_a_part_is_not_taken_for_all(world: CalDavWorld) -> None:
    def part(asked: Asked, reply: Reply) -> Reply:
        more = b"<x:response xmlns:x='DAV:'><x:href>/</x:href><x:status>HTTP/1.1 507 Full</x:status></x:response>"
        return reply.but(body=re.sub(rb"(</(?:\w+:)?multistatus>)", more + rb"\1", reply.body))

    world.add_event("Standup", slot("09:00", "09:15"))
    world.proxy.after = part
    with pytest.raises(Unreadable) as problem:
        world.open().read(WINDOW)
    assert "only a part" in said(problem)


def test_what_the_server_lists_and_does_not_give_makes_it_incomplete(world: CalDavWorld) -> None:
    world.add_event("Standup", slot("09:00", "09:15"))
    pattern = rb"(<(?:\w+:)?calendar-data)(/?>| [^>]*>)(.*?</(?:\w+:)?calendar-data>)?"

    def hollow(asked: Asked, reply: Reply) -> Reply:
        return reply.but(body=re.sub(pattern, b"", reply.body, flags=re.DOTALL))

    world.proxy.after = hollow
    one_by_one = world.open().read(WINDOW)
    assert ([event.title for event in one_by_one.events], one_by_one.complete) == (["Standup"], True)
    world.proxy.instead = lambda asked: Reply(403) if asked.method == "GET" else None
    world.add_event("Another", slot("10:00", "10:15"))
    snapshot = world.open().read(WINDOW)
    assert not snapshot.complete
    assert "does not give it" in snapshot.skipped[0].why
    world.proxy.honest()
    assert len(world.open().read(WINDOW).events) == 2


def test_a_block_of_which_a_list_is_silent_is_not_taken_for_deleted(world: CalDavWorld) -> None:
    calendar = world.open()
    calendar.read(WINDOW)
    ref = calendar.create(block())

    def silent(asked: Asked, reply: Reply) -> Reply:
        pattern = rb"<((?:\w+:)?response)>(?:(?!</\1>).)*strategic(?:(?!</\1>).)*</\1>"
        return (
            reply.but(body=re.sub(pattern, b"", reply.body, flags=re.DOTALL))
            if asked.method == "REPORT"
            else reply
        )

    world.proxy.after = silent
    assert [standing.ref for standing in world.open().read(WINDOW).blocks] == [ref]


def rights(*names: str) -> Callable[[Asked, Reply], Reply]:
    granted = "".join(f"<x:privilege><x:{name}/></x:privilege>" for name in names)
    fresh = f"<x:current-user-privilege-set xmlns:x='DAV:'>{granted}</x:current-user-privilege-set>".encode()
    pattern = rb"<((?:\w+:)?current-user-privilege-set)[^/]*?>.*?</\1>"
    return lambda asked, reply: reply.but(body=re.sub(pattern, fresh, reply.body, flags=re.DOTALL))


def test_a_calendar_to_read_only_is_never_asked_to_change(world: CalDavWorld) -> None:
    calendar = world.open()
    ref = calendar.create(block())
    world.proxy.after = rights("read")
    calendar.read(WINDOW)
    world.proxy.asked.clear()
    for write in (lambda: calendar.create(block("strategic/2026-W48/2")), lambda: calendar.delete(ref)):
        with pytest.raises(Refused) as problem:
            write()
        assert "is read-only" in said(problem)
    assert world.proxy.asked == []


def test_a_calendar_that_turns_out_to_be_read_only_says_so(world: CalDavWorld) -> None:
    calendar = world.open()
    calendar.read(WINDOW)
    world.refuse_writes(True)
    with pytest.raises(Refused) as problem:
        calendar.create(block())
    assert "shared with you to read only" in said(problem)


def test_a_list_of_tasks_is_no_calendar_for_blocks(world: CalDavWorld) -> None:
    path = world.server.make_calendar("Tasks", "VTODO")
    with pytest.raises(Unreadable) as problem:
        world.open(path).read(WINDOW)
    assert "for tasks only" in said(problem)


def test_an_address_where_no_calendar_is(world: CalDavWorld) -> None:
    for path in (world.server.home, f"{world.server.home}nothing-here/"):
        with pytest.raises(Unreadable) as problem:
            world.open(path).read(WINDOW)
        assert "connect caldav" in said(problem)


def test_a_wrong_password_and_none_at_all(world: CalDavWorld) -> None:
    world.proxy.instead = lambda asked: Reply(401, head={"WWW-Authenticate": 'Basic realm="x"'})
    if not world.server.user:
        with pytest.raises(SignInNeeded) as problem:
            world.open().read(WINDOW)
        assert "not signed in" in said(problem)
    keep(SignIn(world.proxy.root, world.user, "correct horse"), around())
    with pytest.raises(SignInNeeded) as problem:
        world.open().read(WINDOW)
    assert f"does not accept the password of {world.user}" in said(problem)
    assert "app password" in said(problem)


def test_a_server_may_want_a_digest(world: CalDavWorld) -> None:
    keep(SignIn(world.proxy.root, world.user, "correct horse"), around())
    signed: list[str] = []

    def challenge(asked: Asked) -> Reply | None:
        given = asked.head.get("authorization", "")
        if given.startswith("Digest "):
            parts = dict(re.findall(r'(\w+)="?([^",]*)"?', given))
            first = md5(f"{world.user}:cal:correct horse".encode()).hexdigest()
            second = md5(f"{asked.method}:{asked.path}".encode()).hexdigest()
            text = f"{first}:{parts['nonce']}:{parts['nc']}:{parts['cnonce']}:auth:{second}"
            if parts["response"] == md5(text.encode()).hexdigest():
                signed.append(asked.method)
                return None
        return Reply(
            401, head={"WWW-Authenticate": 'Digest realm="cal", qop="auth", nonce="n1", algorithm=MD5'}
        )

    def as_basic(asked: Asked) -> Asked:
        if not world.server.user:
            return asked
        pair = b64encode(f"{world.user}:correct horse".encode()).decode()
        return Asked(asked.method, asked.path, {**asked.head, "authorization": f"Basic {pair}"}, asked.body)

    world.proxy.instead, world.proxy.before = challenge, as_basic
    calendar = world.open()
    calendar.read(WINDOW)
    ref = calendar.create(block())
    calendar.delete(ref)
    assert {"PROPFIND", "REPORT", "GET", "PUT", "DELETE"} <= set(signed)


def test_what_vanishes_between_look_and_write_is_missing(world: CalDavWorld) -> None:
    calendar = world.open()
    ref = calendar.create(block())

    def vanish(asked: Asked) -> Asked:
        if asked.method in ("PUT", "DELETE"):
            world.proxy.honest()
            world.remove(ref.id)
        return asked

    world.proxy.before = vanish
    with pytest.raises(Missing):
        calendar.update(ref, block(title="newer"))
    assert world.server.etags(world.path) == {}
