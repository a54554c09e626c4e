"""The connections that Google's client makes, with answers that are bounded."""

from __future__ import annotations

from typing import Any

import httplib2  # type: ignore[import-untyped]

from blocker.calendars.bounded import BoundedResponse


class _Plain(httplib2.HTTPConnectionWithTimeout):  # type: ignore[misc]
    response_class = BoundedResponse


class _Encrypted(httplib2.HTTPSConnectionWithTimeout):  # type: ignore[misc]
    response_class = BoundedResponse


class BoundedHttp(httplib2.Http):  # type: ignore[misc]
    """httplib2's, for the connections above."""

    def request(self, uri: str, *args: Any, **options: Any) -> Any:
        kind = _Encrypted if uri.lower().startswith("https:") else _Plain
        return super().request(uri, *args, **{"connection_type": kind} | options)
