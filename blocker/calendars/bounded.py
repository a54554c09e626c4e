"""What a server may send, bounded: its size, packed or not, and the time it takes to the last byte.

For whoever speaks HTTP by way of the standard library. Without a bound a server that is broken or hostile
keeps the run, and the calendar's lock, for as long as it likes.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
import zlib
from contextlib import suppress
from typing import Any

MOST_BYTES = 64 * 1024 * 1024
ANSWER_SECONDS = 120.0  # from the request's end to the answer's last byte
SILENCE_SECONDS = 30.0  # between two bytes


class TooLarge(http.client.HTTPException):
    """An answer of more than ``MOST_BYTES``: asking again would not make it smaller."""

    def __init__(self) -> None:
        super().__init__(f"the answer is larger than {MOST_BYTES // 2**20} MB")


class BoundedResponse(http.client.HTTPResponse):
    """A response whose ``read()`` gives the content unpacked, and which ends in time.

    Raises TooLarge, TimeoutError, or HTTPException for what can't be unpacked.
    """

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(_Metered(self.fp.detach(), sock))

    def read(self, amt: int | None = None) -> bytes:
        if self.length is not None and self.length > MOST_BYTES:
            self.close()
            raise TooLarge
        content = super().read(amt)
        if amt is None and self.getheader("content-encoding", "").lower() in ("gzip", "deflate", "zlib"):
            del self.headers["content-encoding"]
            return unpacked(content)
        return content

    def flush(self) -> None:
        """Nothing, as it is only read: closing a response whose file was given up would fail on that else."""


class _Metered(io.RawIOBase):
    """A socket's bytes, counted and timed."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw, self._sock = raw, sock
        self._left = MOST_BYTES + (1 << 20)  # the headers come beside
        self._until = time.monotonic() + ANSWER_SECONDS

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        remaining = self._until - time.monotonic()
        try:
            if remaining <= 0:
                raise TimeoutError("the answer did not end in time")
            self._sock.settimeout(min(SILENCE_SECONDS, remaining))
            got: int | None = self._raw.readinto(buffer)
            self._left -= got or 0
            if self._left < 0:
                raise TooLarge
        except BaseException:
            self._raw.close()  # else the connection stays open until the response is forgotten
            raise
        return got

    def close(self) -> None:
        with suppress(OSError):
            self._sock.settimeout(SILENCE_SECONDS)  # the connection may serve another request
        self._raw.close()
        super().close()


def unpacked(content: bytes) -> bytes:
    """What gzip, zlib or bare deflate has packed. Raises TooLarge, or HTTPException for what is none of them."""
    if not content:
        return content
    for form in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        reader = zlib.decompressobj(form)
        try:
            result = reader.decompress(content, MOST_BYTES + 1)
        except zlib.error:
            continue
        if len(result) > MOST_BYTES:
            raise TooLarge
        if reader.eof:
            return result
    raise http.client.HTTPException("the answer can't be unpacked")
