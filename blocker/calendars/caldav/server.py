"""A server and the calendars on it: found from its address, from a person's own page there, or from one of them."""

from __future__ import annotations

from urllib.parse import urljoin

from msgspec import Struct

from blocker.calendars.caldav import dav
from blocker.calendars.caldav.sign_in import SignIn, connect_with, sign_in_for
from blocker.calendars.caldav.urls import host_of, may_be_trusted_too, origin, without_user
from blocker.calendars.caldav.wire import Answer, SentElsewhere, Wire
from blocker.calendars.port import Surroundings
from blocker.calendars.servers import Pace
from blocker.values.errors import Unreachable, Unreadable

WELL_KNOWN = "/.well-known/caldav"  # RFC 6764
ATTEMPTS = 4  # small servers are up or down: what fails that often fails for longer than a run should wait


class NotCalDav(Unreachable):
    """An answer that no calendar server gives: a sign-in page, or half of one."""


class Found(Struct, frozen=True):
    """A calendar on a server."""

    url: str
    name: str
    can_be_written: bool
    holds_events: bool


class Server:
    """Questions to the server of one address, with the sign-in for it."""

    def __init__(
        self, url: str, around: Surroundings, pace: Pace | None = None, sign_in: SignIn | None = None
    ) -> None:
        """``sign_in`` in place of the one that is kept. Raises SignInNeeded."""
        self.sign_in = sign_in or sign_in_for(url, around)
        self._wire = Wire(
            without_user(url),
            self.sign_in,
            pace or Pace(attempts=ATTEMPTS),
            connect_with(around),
            around.certificates,
        )

    def ask(self, method: str, url: str, body: str | bytes = b"", **head: str) -> Answer:
        return self._wire.ask(method, url, body, **head)

    def close(self) -> None:
        self._wire.close()

    def listed(self, method: str, url: str, body: str, **head: str) -> list[dav.Resource]:
        """What a PROPFIND or a REPORT lists. Raises Unreadable, and Unreachable for an answer that is none."""
        answer = self.ask(method, url, body, Content_Type=dav.XML, **head)
        if answer.status == 207:
            try:
                found = dav.resources(answer.body, answer.url)
            except dav.NonsenseError as problem:
                raise nonsense(url, str(problem)) from None
            if any(one.status == 507 for one in found):
                raise Unreadable(
                    f"{host_of(url)} gives only a part of {url}", "move what is old to another calendar"
                )
            return found
        if answer.status in (404, 410):
            raise Unreadable(
                f"there is nothing at {url}", "blocker connect caldav lists the calendars of the server"
            )
        if answer.status == 403:
            raise Unreadable(
                f"{host_of(url)} does not show you {url}",
                "may this user see it? blocker connect caldav lists what it may",
            )
        if answer.done:
            try:
                dav.resources(answer.body, answer.url)
            except dav.NonsenseError as problem:
                raise nonsense(url, str(problem)) from None
        raise Unreadable(
            f"{host_of(url)} does not speak CalDAV at {url} (status {answer.status} to {method})",
            "blocker connect caldav finds the address",
        )

    def described(self, url: str) -> dav.Resource | None:
        """What the server says of one address; None where it says nothing."""
        found = self.listed("PROPFIND", url, dav.propfind("collection"), Depth="0")
        return next((one for one in found if one.status == 200), None)

    def calendars(self, url: str) -> list[Found]:
        """The calendar at ``url``; else all those of the person whom ``url`` leads to. Raises Unreadable."""
        url = without_user(url)
        homes: list[str] = []
        elsewhere: SentElsewhere | None = None
        for start in (url, urljoin(url, WELL_KNOWN), urljoin(url, "/")):
            try:
                there = self.described(start)
            except SentElsewhere as problem:
                elsewhere = elsewhere or problem
                continue
            except (Unreadable, NotCalDav):
                continue
            if there is None:
                continue
            if there.is_calendar:
                return [_found(there)]
            homes = self._homes(there)
            if homes:
                break
        else:
            raise elsewhere or Unreadable(
                f"no calendars were found at {url}",
                "the address that your server's help gives for CalDAV is the right one",
            )
        members = (
            one
            for home in homes
            for one in self.listed("PROPFIND", home, dav.propfind("collection"), Depth="1")
        )
        found = {one.url: _found(one) for one in members if one.is_calendar}
        return list(found.values())

    def _homes(self, there: dav.Resource) -> list[str]:
        """Where a person's calendars are, as the principal says whom ``there`` names, or which it is."""
        homes = there.hrefs(f"{dav.C}calendar-home-set")
        for principal in () if homes else there.hrefs(f"{dav.D}current-user-principal"):
            self._trust(principal, there.url)
            named = self.described(principal)
            homes += named.hrefs(f"{dav.C}calendar-home-set") if named else []
        for home in homes:
            self._trust(home, there.url)
        return homes

    def _trust(self, url: str, named_by: str) -> None:
        """Ask another server too, since the person's own names it as the place of their calendars."""
        if may_be_trusted_too(url, named_by):
            self._wire.trusted.add(origin(url))


def _found(there: dav.Resource) -> Found:
    name = there.text(f"{dav.D}displayname") or there.url.rstrip("/").rpartition("/")[2]
    url = there.url if there.url.endswith("/") else f"{there.url}/"
    return Found(url, name, there.can_be_written, there.holds_events)


def nonsense(url: str, what: str) -> NotCalDav:
    """An answer that no calendar server gives."""
    return NotCalDav(
        f"something that is not a calendar answered at {host_of(url)}: {what}",
        "a proxy, or a network that wants a sign-in of its own? Open a web page, then try again",
    )
