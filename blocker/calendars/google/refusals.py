"""What Google's refusals mean: each as one of the port's failures, with the next step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from google.auth.exceptions import GoogleAuthError, ReauthFailError, RefreshError, TransportError

from blocker.values.errors import BlockerError, SignInNeeded
from blocker.values.redaction import redacted

# What the client, its transport and the JSON reader make of an answer that is none: too deep, too large a
# number, an error in a form of its own, a redirect to nowhere.
NONSENSE = (ValueError, LookupError, TypeError, AttributeError, EOFError, RecursionError, ArithmeticError)


def said_no(error: GoogleAuthError) -> bool:
    """True if the sign-in server itself refused, in OAuth's words, or there was nothing to ask it with.

    Anything else is trouble that passes: an answer that is no answer may come from whatever is in between.
    """
    if error.retryable or isinstance(error, TransportError | ValueError):
        return False
    if not isinstance(error, RefreshError) or isinstance(error, ReauthFailError):
        return True
    if len(error.args) > 1:
        return isinstance(error.args[1], Mapping) and isinstance(error.args[1].get("error"), str)
    return "necessary fields" in str(error)  # the client library's own words: no refresh token


def signed_out(error: Exception, secrets: Iterable[str] = ()) -> BlockerError:
    """A refresh that failed for good: revoked, or expired."""
    said = redacted(str(error.args[0]), secrets) if error.args else type(error).__name__
    if "unauthorized_client" in said:
        return SignInNeeded(
            "Google lets this service account act for nobody yet, or not with these scopes",
            "allow it in the Admin console: Security, API controls, Domain-wide delegation",
        )
    return SignInNeeded(
        f"the Google sign-in has expired or was revoked ({said[:120]})",
        f"{CONNECT}. If it ends every seven days, the consent screen is in “Testing”: publish it",
    )


CONNECT = "run: blocker connect google"
