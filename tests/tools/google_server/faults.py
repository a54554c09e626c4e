"""What can go wrong between a client and the API, to be asked for by name, and the log of what was asked.

server.faults.next(rate_limited(retry_after=2))                        # the next request, whatever it is
server.faults.next(drop(after=True), on="events.insert", times=2)      # the next two inserts
server.faults.random(0.2, seed=7)                                      # from now on, one request in five
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong.

    `after`: the request is carried out first, and only its answer suffers. `half`: of the answer's body only
    half is sent. `drop`: the connection ends early, with what was sent until then.
    """

    name: str
    after: bool = False
    status: int | None = None
    reason: str = ""
    retry_after: int | str | None = None
    seconds: float = 0.0
    half: bool = False
    drop: bool = False


def rate_limited(retry_after: int | str | None = None) -> Fault:
    """429. `retry_after` is the header's value: seconds, or an HTTP date."""
    return Fault("429", status=429, reason="rateLimitExceeded", retry_after=retry_after)


def forbidden(reason: str = "forbidden") -> Fault:
    """403: a rate limit (`userRateLimitExceeded`), an exhausted quota (`quotaExceeded`) or a real refusal."""
    return Fault(f"403 {reason}", status=403, reason=reason)


def unauthorized() -> Fault:
    """401, as for an access token that was revoked."""
    return Fault("401", status=401, reason="authError")


def backend_error(status: int = 503, *, after: bool = False) -> Fault:
    return Fault(str(status), after=after, status=status, reason="backendError")


def error(status: int, reason: str, *, after: bool = False) -> Fault:
    """Any other refusal, such as 409 conflict."""
    return Fault(f"{status} {reason}", after=after, status=status, reason=reason)


def drop(*, after: bool = False) -> Fault:
    """The connection ends without an answer, before or after the work was done."""
    return Fault("drop after" if after else "drop before", after=after, drop=True)


def slow(seconds: float) -> Fault:
    """The answer is right, and late."""
    return Fault("slow", after=True, seconds=seconds)


def truncated() -> Fault:
    """The answer's JSON ends in the middle, as behind a careless proxy: the transfer itself looks whole."""
    return Fault("truncated", after=True, half=True)


def cut() -> Fault:
    """The connection ends in the middle of the answer's body."""
    return Fault("cut", after=True, half=True, drop=True)


# What `random` draws from: passing faults only, so that a client that keeps trying gets there.
PASSING = (
    rate_limited(),
    rate_limited(1),
    forbidden("userRateLimitExceeded"),
    backend_error(500),
    backend_error(503),
    drop(),
    drop(after=True),
)


class Faults:
    """The faults to come. Planned ones go first, in the order given."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: list[tuple[Fault, str | None]] = []
        self._rate = 0.0
        self._among: Sequence[Fault] = PASSING
        self._dice = random.Random(0)

    def next(self, fault: Fault, *, on: str | None = None, times: int = 1) -> None:
        """For the next request, or the next of that method: `events.insert`, `token`, `batch` …"""
        with self._lock:
            self._planned += [(fault, on)] * times

    def random(self, rate: float, seed: int = 0, among: Sequence[Fault] = PASSING) -> None:
        with self._lock:
            self._rate, self._among, self._dice = rate, among, random.Random(seed)

    def clear(self) -> None:
        with self._lock:
            self._planned.clear()
            self._rate = 0.0

    @property
    def pending(self) -> int:
        """Planned faults that did not strike yet: a test that expects a fault should see this reach zero."""
        return len(self._planned)

    def take(self, method: str) -> Fault | None:
        """The fault for a request that arrived now."""
        with self._lock:
            for index, (fault, on) in enumerate(self._planned):
                if on in (None, method):
                    del self._planned[index]
                    return fault
            return self._dice.choice(self._among) if self._rate and self._dice.random() < self._rate else None


@dataclass(frozen=True)
class Entry:
    """One request. `status` is None where the connection was dropped."""

    name: str
    method: str
    path: str
    query: dict[str, list[str]]
    status: int | None
    fault: str | None = None
    in_batch: bool = False
    body: Json | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def is_write(self) -> bool:
        return self.name in ("events.insert", "events.patch", "events.update", "events.delete")


class Log:
    """All requests in the order of their answers, token requests and the parts of batches included."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self.listener: Callable[[Entry], object] | None = None

    def add(self, entry: Entry) -> None:
        self._entries.append(entry)
        if self.listener:
            self.listener(entry)

    def clear(self) -> None:
        self._entries.clear()

    def __iter__(self) -> Iterator[Entry]:
        return iter(list(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, index: int) -> Entry:
        return self._entries[index]

    def named(self, name: str) -> list[Entry]:
        return [entry for entry in self if entry.name == name]

    def count(self, name: str) -> int:
        return len(self.named(name))

    @property
    def writes(self) -> list[Entry]:
        return [entry for entry in self if entry.is_write]
