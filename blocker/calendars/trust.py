"""Whom an encrypted connection trusts: the same for every backend, as on the whole machine."""

from __future__ import annotations

import ssl
from pathlib import Path

import certifi
import truststore

from blocker.values.errors import ConfigError


def trusted(certificates: str) -> ssl.SSLContext:
    """Whoever the system trusts and the usual authorities, or the named ones alone. Raises ConfigError.

    ``certificates`` is a file or a folder, as in :class:`Surroundings`; "" names none.
    """
    if not certificates:
        context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(certifi.where())  # for a machine that has none of its own
        return context
    named = Path(certificates)
    try:
        if named.is_dir():
            return ssl.create_default_context(capath=certificates)
        return ssl.create_default_context(cafile=certificates)
    except OSError as problem:
        raise ConfigError(
            f"the certificates in {certificates} can't be read: {problem.strerror or problem}",
            "SSL_CERT_FILE or REQUESTS_CA_BUNDLE names them: a file in PEM form",
        ) from None
