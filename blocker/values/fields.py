"""What the settings are made of: tables, what a field is annotated with, and texts that mean something.

A ``format`` names a check in ``config.checks``: these texts are of one type, and of many kinds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Annotated, Any

from msgspec import Meta, Struct

# From the table to a key in it: names, and numbers within lists. Where a problem is, and what a file gives.
KeyPath = tuple[str | int, ...]
Problems = Iterator[tuple[KeyPath, str]]


class Section(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file. What is wrong with it as a whole, and what it means, is for the tables to say."""

    def problems(self, given: Collection[KeyPath]) -> Problems:
        """What is wrong between the fields: where (from this table on) and what. ``given`` is what the file gives."""
        yield from ()

    def completed(self, given: Collection[KeyPath]) -> Any:
        """The table as it is meant, where what is given decides about what is not."""
        return self


def setting(
    words: str,
    *examples: Any,
    ge: int | None = None,
    le: int | None = None,
    unset: str = "",
    environment: bool = False,
) -> Meta:
    """What a field is annotated with: a sentence, examples where its default shows nothing, its bounds.

    ``unset`` is what holds where it is not set; ``environment``: BLOCKER_ and its name sets it too.
    """
    more = {"unset": unset, "environment": environment}
    return Meta(description=words, examples=list(examples) or None, extra=more, ge=ge, le=le)


def _text(form: str, *examples: str) -> Meta:
    return Meta(extra_json_schema={"format": form}, examples=list(examples) or None)


Words = Annotated[str, Meta(min_length=1)]
Address = Annotated[str, _text("calendar-address")]
MailAddress = Annotated[str, _text("email")]
TimeZone = Annotated[str, _text("time-zone")]
HolidayCode = Annotated[str, _text("holiday-code")]
TimeRange = Annotated[str, _text("time-range", "09:00-17:30")]
Share = Annotated[str, _text("share", "33%")]
QuietDays = Annotated[str, _text("days-of-year", "12-24..01-01")]
TimeOfWeek = Annotated[str, _text("time-of-week", "mon 07:00")]
Every = Annotated[str, _text("rhythm", "2 weeks")]
Title = Annotated[str, _text("title")]
TextName = Annotated[str, _text("text-name")]
Text = Annotated[str, _text("text")]
KindName = Annotated[str, _text("kind-name")]
RuleCondition = Annotated[str, _text("rule-condition")]
EventCondition = Annotated[str, _text("event-condition", "title ~ 'strategy|vision'")]
