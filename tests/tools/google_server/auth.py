"""Bearer tokens, the consent screen, and the OAuth token endpoint as far as a desktop app needs it."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import Any
from urllib.parse import urlencode

from .errors import ApiError

Json = dict[str, Any]

SCOPE = "https://www.googleapis.com/auth/"


class Tokens:
    """Off until a token is granted or `required` is set: then each request needs a known bearer token."""

    def __init__(self, *, required: bool = False) -> None:
        self.required = required
        self.lifetime = 3599
        self.client_id = "client-id"
        self.client_secret = "client-secret"  # noqa: S105  # a made-up one
        self._grants: dict[str, frozenset[str]] = {}  # by refresh token
        self._access: dict[str, frozenset[str]] = {}  # by access token
        self._accounts: dict[
            str, str
        ] = {}  # by refresh token and by access token, where it is not the usual one
        self._issued = 0
        self.blocked = ""  # why the consent screen lets nobody through: org_internal, admin_policy_enforced …
        self.refusal: tuple[str, str] | None = (
            None  # what the token endpoint says to all: error and description
        )
        self.consents = ""  # who signs in at the consent screen; "" is the usual account
        self._codes: dict[str, dict[str, str]] = {}  # by authorisation code: what was asked for it

    def grant(self, *scopes: str, account: str = "") -> str:
        """What a user's consent leaves behind: a refresh token. Scopes may be given without their prefix.

        `account` is the user's where it is not the server's usual one.
        """
        self.required = True
        token = f"refresh-{len(self._grants) + 1}"
        self._grants[token] = frozenset(
            s if s.startswith("https:") else SCOPE + s for s in scopes or ("calendar",)
        )
        self._accounts[token] = account
        return token

    def account(self, header: str | None) -> str:
        """Whose token it is; "" is the usual account."""
        return self._accounts.get((header or "").partition(" ")[2], "")

    def revoke(self, account: str | None = None) -> None:
        """The user takes back the consent, or the seven days of a client in testing are over: of all, or of one account."""
        for token in self._grants:
            if account in (None, self._accounts.get(token, "")):
                self._grants[token] = frozenset()
        for token in [one for one in self._access if account in (None, self._accounts.get(one, ""))]:
            del self._access[token]

    def expire(self) -> None:
        """Access tokens end, as they do each hour. Refresh tokens stay good."""
        self._access.clear()

    def answer(self, form: dict[str, list[str]]) -> tuple[int, Json]:
        """The token endpoint. Its errors have OAuth's shape, not the API's."""
        given = {name: values[0] for name, values in form.items()}
        if self.refusal is not None:
            return 400, {"error": self.refusal[0], "error_description": self.refusal[1]}
        if given.get("grant_type") == "authorization_code":
            return self._exchange(given)
        if given.get("grant_type") != "refresh_token":
            return 400, {
                "error": "unsupported_grant_type",
                "error_description": "Only a desktop app's grants are served here.",
            }
        if (given.get("client_id"), given.get("client_secret")) != (self.client_id, self.client_secret):
            return 401, {"error": "invalid_client", "error_description": "The OAuth client was not found."}
        scopes = self._grants.get(given.get("refresh_token", ""))
        if not scopes:
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        self._issued += 1
        token = f"access-{self._issued}"
        self._access[token] = scopes
        self._accounts[token] = self._accounts.get(given["refresh_token"], "")
        return 200, {
            "access_token": token,
            "expires_in": self.lifetime,
            "scope": " ".join(sorted(scopes)),
            "token_type": "Bearer",
        }

    def consent(self, query: dict[str, list[str]], form: dict[str, list[str]]) -> tuple[int, str, str]:
        """The consent screen: status, page, and where the browser is sent. The form is what a person has sent off.

        A single scope is granted with the whole. Of several each has a box, none of which is ticked beforehand.
        """
        asked = {name: values[0] for name, values in query.items()}
        scopes = asked.get("scope", "").split()
        if self.blocked:
            words = f"<h1>Access blocked</h1><p>Error 400: {escape(self.blocked)}</p>"
            return 400, words, ""
        if asked.get("client_id") != self.client_id:
            return 401, "<h1>Access blocked</h1><p>Error 401: deleted_client</p>", ""
        if not form:
            boxes = "".join(
                f'<p><label><input type="checkbox" name="granted" value="{escape(one)}"> {escape(one)}</label></p>'
                for one in scopes
            )
            return (
                200,
                (
                    f'<h1>blocker wants access</h1><form method="post">{boxes if len(scopes) > 1 else escape(scopes[0])}'
                    '<p><button name="answer" value="allow">Continue</button> '
                    '<button name="answer" value="deny">Cancel</button></p></form>'
                ),
                "",
            )
        back = {"state": asked.get("state", "")}
        if form.get("answer") == ["allow"]:
            granted = form.get("granted", []) if len(scopes) > 1 else scopes
            code = f"4/code-{len(self._codes) + 1}"
            self._codes[code] = asked | {"granted": " ".join(granted)}
            back |= {"code": code, "scope": " ".join(granted)}
        else:
            back |= {"error": "access_denied"}
        return 302, "", f"{asked['redirect_uri']}?{urlencode(back)}"

    def _exchange(self, given: dict[str, str]) -> tuple[int, Json]:
        """An authorisation code, good once, for tokens. PKCE's verifier has to fit, and the client's secret."""
        asked = self._codes.pop(given.get("code", ""), None)
        if asked is None or asked["redirect_uri"] != given.get("redirect_uri"):
            return 400, {"error": "invalid_grant", "error_description": "Malformed auth code."}
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked.get("code_challenge"):
            return 400, {"error": "invalid_grant", "error_description": "Invalid code verifier."}
        if (given.get("client_id"), given.get("client_secret")) != (self.client_id, self.client_secret):
            return 401, {
                "error": "invalid_client",
                "error_description": "The provided client secret is invalid.",
            }
        granted = asked["granted"].split()
        if not granted:
            return 200, {
                "access_token": "access-none",
                "expires_in": 3599,
                "scope": "",
                "token_type": "Bearer",
            }
        refresh = self.grant(*granted, account=self.consents)
        form = {"grant_type": ["refresh_token"], "refresh_token": [refresh]}
        client = {"client_id": [self.client_id], "client_secret": [self.client_secret]}
        status, answer = self.answer(form | client)
        return status, answer | {"refresh_token": refresh}

    def check(self, header: str | None, allowed: frozenset[str]) -> frozenset[str]:
        """Those scopes of the token that the method accepts. 401 without a token, 403 without a scope."""
        if not self.required:
            return allowed
        scheme, _, token = (header or "").partition(" ")
        scopes = self._access.get(token) if scheme == "Bearer" else None
        if scopes is None:
            raise ApiError(401, "authError", header="Authorization")
        if not scopes & allowed:
            raise ApiError(403, "insufficientPermissions")
        return scopes & allowed
