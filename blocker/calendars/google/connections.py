"""The connections that all requests to Google go over: answers are bounded, and certificates checked as on the whole machine."""

from __future__ import annotations

import http.client
import ssl
from typing import Any

import httplib2  # type: ignore[import-untyped]

from blocker.calendars.bounded import SILENCE_SECONDS, BoundedResponse
from blocker.calendars.port import Surroundings
from blocker.calendars.servers import proxy_to, trusted
from blocker.values.errors import Unreachable

# The certificate is not valid yet, or not any more (OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID, …_HAS_EXPIRED).
_WRONG_TIME = (9, 10)


class _Plain(httplib2.HTTPConnectionWithTimeout):  # type: ignore[misc]
    response_class = BoundedResponse


class _Encrypted(httplib2.HTTPSConnectionWithTimeout):  # type: ignore[misc]
    response_class = BoundedResponse
    host: str
    port: int
    trusted: ssl.SSLContext

    def __init__(self, host: str, port: int | None = None, **options: Any) -> None:
        super().__init__(host, port, **options)
        self._context = self.trusted
        proxy = proxy_to(host)
        if proxy is not None:
            self.set_tunnel(self.host, self.port, proxy.head)
            self.host, self.port = proxy.host, proxy.port

    def connect(self) -> None:
        """The standard library's, which knows tunnels: httplib2's passes a proxy over in silence, for want of a package."""
        http.client.HTTPSConnection.connect(self)


class BoundedHttp(httplib2.Http):  # type: ignore[misc]
    """httplib2's, for the connections above. ``certificates`` as in :class:`Surroundings`."""

    def __init__(self, certificates: str = "") -> None:
        super().__init__(timeout=SILENCE_SECONDS, proxy_info=None)
        self._certificates = certificates
        self._encrypted: type[_Encrypted] | None = None

    def request(self, uri: str, *args: Any, **options: Any) -> Any:
        # Whatever is wished: the client that signs in wishes for None, which is httplib2's own.
        kind = self._trusting() if uri.lower().startswith("https:") else _Plain
        return super().request(uri, *args, **options | {"connection_type": kind})

    def _trusting(self) -> type[_Encrypted]:
        if self._encrypted is None:
            self._encrypted = type("_Trusting", (_Encrypted,), {"trusted": trusted(self._certificates)})
        return self._encrypted


def bounded_http(around: Surroundings) -> BoundedHttp:
    return BoundedHttp(around.certificates)


def untrusted(error: BaseException) -> Unreachable | None:
    """What to say where it was the server's certificate that failed; None for any other trouble."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    if cause is None:
        return None
    if cause.verify_code in _WRONG_TIME:
        return Unreachable(
            f"the certificate of Google's server is not valid today: {cause.verify_message}",
            "is this machine's clock right?",
        )
    return Unreachable(
        f"the certificate of Google's server is not trusted on this machine: {cause.verify_message}",
        "a company's proxy? Have its certificate put into the system's store, or name its file: "
        "SSL_CERT_FILE=/path/to/company.pem",
    )
