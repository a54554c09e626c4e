"""The server as tests hold it: started, stopped, and with people who change calendars by themselves."""

from __future__ import annotations

import threading
from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from html import escape
from types import TracebackType
from typing import Any, Self

from werkzeug.serving import WSGIRequestHandler, make_server

from . import listing, times
from .api import Api
from .app import App
from .auth import Tokens
from .discovery import Discovery
from .errors import ApiError, bad
from .faults import Faults, Log
from .store import Calendar, Store

Json = dict[str, Any]


class _Handler(WSGIRequestHandler):
    disable_nagle_algorithm = True  # head and body are sent apart; do not wait in between

    def log(self, *args: Any) -> None:
        """Nothing on stderr: there is `GoogleServer.log`."""


class GoogleServer:
    """A Calendar API on loopback, with one account, its primary calendar, and whatever tests add.

    with GoogleServer() as server, connected(server) as service:
        ...
    """

    def __init__(
        self,
        *,
        email: str = "lead@example.org",
        zone: str = "Europe/Berlin",
        port: int = 0,
        focus_time: bool = True,
        ineligible: ApiError | None = None,
        restorable: bool = True,
        require_token: bool = False,
        page_size: int | None = None,
        empty_pages: bool = False,
        working_hours: Json | None = None,
        clock: Callable[[], datetime] | None = None,
        certificate: tuple[str, str] | None = None,
    ) -> None:
        """A server, not yet started.

        `focus_time`: whether the account is eligible; if not, such an insert fails with `ineligible`, whose
        true form is nowhere documented. `restorable`: whether a deleted event can be updated back to life;
        reports differ. `page_size` caps what clients ask for; `empty_pages` puts an empty page after each
        full one. `certificate` (a file with it, a file with its key): the server speaks https.
        """
        refusal = ineligible or bad("eventTypeRestriction", "Focus time is not available for this account.")
        self.discovery = Discovery()
        self.store = Store(email, clock or times.TickingClock(), self.discovery, ineligible=refusal)
        self.store.focus_time, self.store.restorable = focus_time, restorable
        self.api = Api(self.store, self.discovery)
        self.api.page_size, self.api.empty_pages = page_size, empty_pages
        self.tokens = Tokens(required=require_token)
        self.app = App(self.api, self.discovery, self.tokens)
        self.add_calendar(email, zone=zone, primary=True, working_hours=working_hours)
        self.store.settings |= {"timezone": zone, "weekStart": "1", "format24HourTime": "true"}
        self._port, self._certificate = port, certificate

    # Starting and stopping

    def start(self) -> Self:
        """Again after a stop, the server comes back at the same address with all it held."""
        self.app.ending.clear()
        self._server = make_server(
            "127.0.0.1",
            self._port,
            self.app,
            threaded=True,
            request_handler=_Handler,
            ssl_context=self._certificate,
        )
        self._server.daemon_threads = False  # type: ignore[attr-defined]  # closing waits for the last answers
        self._port = self._server.port
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, name="google-server"
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        self.app.ending.set()
        self._server.shutdown()
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self.app.bugs and error is None:
            raise AssertionError("the test server itself failed") from self.app.bugs[0]

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._port}"

    @property
    def root_url(self) -> str:
        return f"http{'s' if self._certificate else ''}://{self.host}/"

    @property
    def token_uri(self) -> str:
        """On a host of its own, as Google has it: no connection to one serves the other."""
        return self.root_url.replace("127.0.0.1", "localhost") + "token"

    @property
    def faults(self) -> Faults:
        return self.app.faults

    @property
    def log(self) -> Log:
        return self.app.log

    def credentials(self) -> Json:
        """What Google's console gives to download for a desktop app, with this server in place of Google."""
        return {
            "installed": {
                "client_id": self.tokens.client_id,
                "client_secret": self.tokens.client_secret,
                "auth_uri": self.root_url + "o/oauth2/auth",
                "token_uri": self.token_uri,
                "redirect_uris": ["http://localhost"],
            }
        }

    def document(self) -> Json:
        """The discovery document with this server in place of Google."""
        return self.discovery.pointed_at(self.root_url)

    # The people behind the calendars

    def add_calendar(
        self,
        calendar_id: str,
        *,
        summary: str | None = None,
        zone: str = "Europe/Berlin",
        access_role: str = "owner",
        primary: bool = False,
        hidden: bool = False,
        working_hours: Json | None = None,
    ) -> None:
        self.store.calendars[calendar_id] = Calendar(
            calendar_id,
            summary or calendar_id,
            times.zone_named(zone),
            access_role,
            primary,
            hidden,
            working_hours,
        )

    def put_event(self, calendar_id: str, body: Json) -> Json:
        """A new event, as a person or another program would make it: any id, organizer and type."""
        for problem in self.discovery.problems({"$ref": "Event"}, body, "event", words=False):
            raise ValueError(problem)
        with self.app.busy:
            return deepcopy(self.store.insert(self._calendar(calendar_id), body, human=True))

    def edit(self, calendar_id: str, event_id: str, changes: Json) -> Json:
        """A person's change, merged like a patch. The id of an instance makes an exception of it."""
        with self.app.busy:
            return deepcopy(self.store.patch(self._calendar(calendar_id), event_id, changes, human=True))

    def remove(self, calendar_id: str, event_id: str) -> None:
        """A person's deletion: the event stays as a tombstone."""
        with self.app.busy:
            self.store.delete(self._calendar(calendar_id), event_id)

    def format(self, calendar_id: str, event_id: str) -> Json:
        """A person opens the description in the web client, formats a word of it, and saves: it is HTML from then on."""
        with self.app.busy:
            there = self._calendar(calendar_id).records[event_id].body
            lines = [escape(line, quote=False) for line in there.get("description", "").split("\n")]
            lines[0] = f"<b>{lines[0]}</b>"
        return self.edit(calendar_id, event_id, {"description": "<br>".join(lines)})

    def remove_calendar(self, calendar_id: str) -> None:
        """It was deleted, or is not shared with the account any more."""
        with self.app.busy:
            del self.store.calendars[calendar_id]

    def purge(self, calendar_id: str, event_id: str) -> None:
        """The end of a tombstone: the event can no longer be found, and its id stays taken."""
        with self.app.busy:
            calendar = self._calendar(calendar_id)
            del calendar.records[event_id]
            calendar.purged.add(event_id)

    def events(self, calendar_id: str = "primary", *, deleted: bool = False) -> list[Json]:
        """What is stored, by start: series as series, times as written."""
        with self.app.busy:
            calendar = self._calendar(calendar_id)
            bodies = [
                deepcopy(record.body)
                for record in calendar.records.values()
                if deleted or record.body["status"] != "cancelled"
            ]
            return sorted(bodies, key=lambda body: (listing.span(body, calendar.zone), body["id"]))

    def expire_sync_tokens(self) -> None:
        self.store.oldest_sync = self.store.revision + 1

    def _calendar(self, calendar_id: str) -> Calendar:
        return self.store.calendars[self.store.owner if calendar_id == "primary" else calendar_id]
