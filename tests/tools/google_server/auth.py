"""Bearer tokens and the OAuth token endpoint, as far as a refresh needs them."""

from __future__ import annotations

from typing import Any

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

    def revoke(self) -> None:
        """The user takes back the consent, or the seven days of a client in testing are over."""
        self._grants = dict.fromkeys(self._grants, frozenset())
        self._access.clear()

    def expire(self) -> None:
        """Access tokens end, as they do each hour. Refresh tokens stay good."""
        self._access.clear()

    def answer(self, form: dict[str, list[str]]) -> tuple[int, Json]:
        """The token endpoint. Its errors have OAuth's shape, not the API's."""
        given = {name: values[0] for name, values in form.items()}
        if given.get("grant_type") != "refresh_token":
            return 400, {
                "error": "unsupported_grant_type",
                "error_description": "Only refresh_token is served here.",
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
