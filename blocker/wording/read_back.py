"""Parked questions read back from a block: a ledger that is new finds there what a lost one knew."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta

from msgspec.structs import replace

from blocker.measuring.thinking import is_shown_as, plain_lines
from blocker.values.events import StandingBlock
from blocker.values.fingerprint import parts_of_text
from blocker.values.kinds import STRATEGIC, THINKING
from blocker.values.memory import Memory, ParkedQuestion
from blocker.values.request import Request
from blocker.wording.digest_words import MOST_PARKED
from blocker.wording.texts import QUESTION_CHARACTERS, say, shortened

DAY = timedelta(days=1)
_LINES = ("parked.line_from_id", "parked.line_id", "parked.line_from", "parked.line")
_PARTS = {"question": "\ue000", "who": "\ue001", "id": "\ue002", "number": "\ue003"}
_PATTERNS = {"question": "(?P<question>.+)", "who": "(?P<who>.{1,30})", "id": r"\d+", "number": r"\d+"}


def with_read_back(request: Request) -> Memory:
    """The memory with what the next block asks and it does not know, open or ended, if the ledger is new.

    They have the number 0 until the ledger gives them theirs. Who asked is known again where the block says it, and a
    long question comes back as it was cut.
    """
    memory = request.memory
    block = None if memory.generations else _last_brought_up_to_date(request)
    for question, who in _listed(block, request.settings.texts) if block else ():
        as_shown = (question, f"{question} ({who})")
        if not any(is_shown_as(one.text, words) for one in memory.parked for words in as_shown):
            memory = replace(memory, parked=(*memory.parked, ParkedQuestion(0, question, who, request.now)))
    return memory


def _last_brought_up_to_date(request: Request) -> StandingBlock | None:
    """The block that had the questions at the last run: one ahead; or the last that has begun, if since then there was
    no run that would have written them into the next.
    """
    texts, now = request.settings.texts, request.now
    thinking = sorted(
        (b for b in request.snapshot.blocks if b.kind in THINKING), key=lambda block: block.when
    )
    ahead = [block for block in thinking if block.when.start > now]
    for block in ahead:
        lines = _section(block)
        written = block.kind == STRATEGIC and lines and say("later", texts) not in lines
        if written or any(_listed(block, texts)):
            return block
    begun = [block for block in thinking if block.when.start <= now]
    no_run_since = ahead and ahead[0].kind == STRATEGIC  # that one still says what it said before it was next
    return begun[-1] if begun and (no_run_since or now - begun[-1].when.start < DAY) else None


def _section(block: StandingBlock) -> list[str]:
    return parts_of_text(plain_lines(block.text))[1].splitlines()


def _listed(block: StandingBlock, texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The questions in a block's list, each with who asked; "" where it does not say."""
    lines = _section(block)
    head = next(
        (
            n
            for n, line in enumerate(lines)
            if line in (say("parked.head", texts), say("agenda.waited", texts))
        ),
        None,
    )
    if head is None:
        return
    more = _pattern("parked.more", texts)
    for line in lines[head + 1 : head + 1 + MOST_PARKED]:
        match = next(filter(None, (_pattern(name, texts).fullmatch(line) for name in _LINES)), None)
        if match is None or more.fullmatch(line):
            return
        parts = match.groupdict()
        if "question" in parts:
            yield (
                shortened(parts["question"], QUESTION_CHARACTERS),
                shortened(parts.get("who") or "", QUESTION_CHARACTERS),
            )


def _pattern(name: str, texts: Mapping[str, str]) -> re.Pattern[str]:
    """What finds the parts of a line that was made from a template."""
    pattern = re.escape(say(name, texts, **_PARTS))
    for part, mark in _PARTS.items():
        pattern = pattern.replace(mark, _PATTERNS[part], 1)
    return re.compile(pattern)
