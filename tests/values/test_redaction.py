"""What a server says is shown without the secrets that it may repeat."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.values.redaction import redacted

CANARY = "s3cr3t-4711"


@pytest.mark.parametrize(
    "said",
    [
        "invalid_grant: Bad token 1//0{0}",
        "the token ya29.a0{0} has expired",
        "Authorization: Bearer {0}",
        '{{"Authorization": "Basic {0}=="}}',
        "authorization=Digest {0}, nonce",
        "you sent Bearer {0}",
        '"refresh_token": "{0}"',
        "grant_type=refresh_token&refresh_token={0}&client_secret={0}",
        "client_secret: {0}",
        "client secret = '{0}'",
        "redirect?code={0}&state=x",
        "code 4/0Ax{0}",
        "GOCSPX-{0}",
        "key=AIza{0}",
        "eyJhbGciOiJSUzI1NiJ9.{0}.{0}",
        "-----BEGIN PRIVATE KEY-----\n{0}\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n{0}",
        "https://calendar.google.com/calendar/ical/a%40b.org/private-{0}/basic.ics",
        "webcal://p42-caldav.icloud.com/published/2/{0}",
        "see https://user:{0}@example.org",
        "see https://example.org?{0}",
        "password={0}",
        "Set-Cookie: {0}",
        "0123456789{0}0123456789",
    ],
)
def test_a_secret_is_struck_out_in_whatever_form_it_is_repeated(said: str) -> None:
    assert CANARY in said.format(CANARY)
    assert CANARY not in redacted(said.format(CANARY))


@pytest.mark.parametrize(
    "said",
    [
        "invalid_grant: Token has been expired or revoked.",
        "403 rateLimitExceeded: Rate Limit Exceeded",
        "Google Calendar API has not been used in project 1234 before or it is disabled.",
        "Not Found (code: 404)",
        "Event type restriction: eventTypeRestriction",
        "calendar team1@group.calendar.google.com is not yours",
        "see https://example.org",
        "The requested identifier already exists.",
    ],
)
def test_plain_words_stay(said: str) -> None:
    assert redacted(said) == said


LETTERS = st.characters(exclude_characters="[]")


@given(
    before=st.text(max_size=40), secret=st.text(LETTERS, min_size=4, max_size=40), after=st.text(max_size=40)
)
def test_a_known_secret_is_never_shown(before: str, secret: str, after: str) -> None:
    assert f"\0{secret}\0" not in redacted(f"{before}\0{secret}\0{after}", (secret,))
