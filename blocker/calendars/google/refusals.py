"""What refusals of Google's sign-in mean: each in a sentence of its own, with the next step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from google.auth.exceptions import GoogleAuthError, ReauthFailError, RefreshError, TransportError

from blocker.values.errors import BlockerError, SignInNeeded
from blocker.values.redaction import redacted

# What the client, its transport and the JSON reader make of an answer that is none: too deep, too large a
# number, an error in a form of its own, a redirect to nowhere.
NONSENSE = (ValueError, LookupError, TypeError, AttributeError, EOFError, RecursionError, ArithmeticError)
CONNECT = "blocker connect google"
# OAuth's words for trouble at the server, which are no refusal.
TROUBLE = frozenset(("internal_failure", "server_error", "temporarily_unavailable"))
_NEW_CLIENT = (
    "in Google's console make a new client (Clients, Create client, Desktop app), download its JSON at once, put it in "
    "the place of credentials.json, and run: {connect}"
)
ALLOW = (
    "ask whoever administers your Google Workspace to allow the client id in credentials.json: Admin console, "
    "Security, Access and data control, API controls, Manage app access"
)

# By OAuth's word for it, or a word of its description: what it means, and the next step.
# Sources: developers.google.com/identity/protocols/oauth2 ("Refresh token expiration") and …/oauth2/native-app ("Errors").
_MEANING = (
    (
        ("short-lived token", "iat and exp", "invalid jwt: token"),
        "this machine's clock is wrong by minutes, so Google takes the service account's request for an old one",
        "set the clock (or have it set from the network), and run again",
    ),
    (
        ("rapt",),
        "your organisation lets a sign-in last for some hours or days only, and this one is over",
        ("run: {connect}. For a daily run, have the administrator exempt this app: Admin console, Security, Google Cloud "
        "session control"),
    ),
    (("deleted_client", "client was deleted", "client was not found"), "the app of this sign-in was deleted in Google's console", _NEW_CLIENT),
    (("disabled_client",), "the app of this sign-in is disabled in Google's console", "its page there says why; or " + _NEW_CLIENT),
    (
        ("invalid_client",),
        "Google does not take the client secret that came with the app",
        f"Google shows a secret only once, when it is made: {_NEW_CLIENT}",
    ),
    (("admin_policy_enforced",), "your organisation's administrator does not let this app in", ALLOW),
    (
        ("org_internal",),
        "the app is “Internal”, and this account is not of its organisation",
        "run: {connect}, and choose an account of it; or set the app to “External” (Audience)",
    ),
    (
        ("using this method", "scopes requested", "client not authorized"),
        "Google lets this service account act for nobody yet, or not with these scopes",
        "allow it in the Admin console: Security, Access and data control, API controls, Domain-wide delegation",
    ),
    (
        ("invalid jwt signature", "invalid signature"),
        "the key of this service account was deleted or replaced",
        "make a new one in Google's console, and name it: blocker connect google --service-account FILE",
    ),
    (
        ("email or user id", "account has been deleted", "account not found"),
        "this Google account is not there any more, or never was",
        "run: {connect}, with an account that is; a service account acts for the one that --subject names",
    ),
    (
        ("auth code", "already redeemed", "code verifier"),
        "what came back from the browser was used before, or is only a part of it",
        "run: {connect}, and go through it once more",
    ),
    (
        ("unauthorized_client",),
        "the sign-in was made for another app than the one it is used with",
        "run: {connect}",
    ),
    (
        ("access_denied",),
        "you said no; or the app is in “Testing”, and this account is not one of its test users",
        "publish the app (Google Auth Platform, Audience, “Publish app”), then run: {connect}",
    ),
    (
        ("invalid_grant",),
        "the Google sign-in has expired or was revoked",
        ("run: {connect}. Google ends one seven days after consent while the app is in “Testing”: publish it. It also ends one "
        "that was not used for six months, the oldest of an account's hundred sign-ins to one app, and one that you "
        "or an administrator took back"),
    ),
)  # fmt: skip


def refused(
    word: str, description: str = "", secrets: Iterable[str] = (), connect: str = CONNECT
) -> SignInNeeded:
    """The failure that an OAuth error stands for. ``connect`` is the command that signs in anew."""
    said = f"{word} {description}".lower()
    words = " ".join(redacted(f"{word}: {description}".strip(": "), secrets).split())[:120]
    for signs, message, hint in _MEANING:
        if any(sign in said for sign in signs):
            return SignInNeeded(f"{message} ({words})", hint.format(connect=connect))
    return SignInNeeded(f"Google did not sign you in: {words or 'without a word'}", f"run: {connect}")


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


def signed_out(error: Exception, secrets: Iterable[str] = (), connect: str = CONNECT) -> BlockerError:
    """A refresh that failed for good: revoked, or expired."""
    answer = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], Mapping) else {}
    words = str(error.args[0]) if error.args else ""
    if not answer and "necessary fields" in words:
        return refused("invalid_grant", connect=connect)
    more = f"{answer.get('error_description', '')} {answer.get('error_subtype', '')}"
    return refused(str(answer.get("error", "") or words), more, secrets, connect)
