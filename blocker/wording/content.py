"""What is written for a block, but for its text: a new one, a moved one, one whose words are brought up to date."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from blocker.values.events import DECLINE_ALL, DECLINE_NEW, DECLINE_NONE, Block, StandingBlock
from blocker.values.fingerprint import hash_of_text, mixed_hash, parts_of_text, with_section
from blocker.values.kinds import NOTE, OFFSITE
from blocker.values.plan import Placement
from blocker.values.request import Request
from blocker.values.settings import Settings
from blocker.values.workweek import DAY
from blocker.wording.fitting import MOST_CHARACTERS, line_of, shorter
from blocker.wording.texts import TEXTS, say
from blocker.wording.themes import topic_of, visit_of

MOST_TITLE = 250
Write = Callable[[Placement], str]


def make_block(placement: Placement, generation: int, busy: bool, request: Request, write: Write) -> Block:
    """A new block; ``write`` gives its text. A note is a free, all-day entry."""
    settings, key, kind = request.settings, placement.key, placement.kind
    look = settings.kind(kind)
    title = line_of(block_title(key, kind, settings), MOST_TITLE)
    text = write(placement)
    first = request.workweek.date_of(placement.slot.start)
    return Block(
        key=key,
        kind=kind,
        slot=placement.slot,
        title=title,
        text=text,
        stamp=request.now,
        generation=generation,
        busy=busy and kind != NOTE,
        focus=wished_focus(settings) if kind != NOTE else "",
        dates=(first, first + DAY) if kind == NOTE else None,
        color=look.color,
        visibility=look.visibility,
        reminder=look.reminder if kind != NOTE else None,
        text_hash=hash_of_text(title, text),
    )


def moved_block(there: StandingBlock, fresh: Block, causes_known: bool) -> Block:
    """The content of a move: what a person changed stays, our own words are refreshed.

    Where the causes are not known any more, only the section that is kept up to date is refreshed.
    """
    kept = with_fresh_section(there, parts_of_text(fresh.text)[1], fresh)
    title, title_hash = fresh.title, fresh.text_hash
    if there.title_edited:
        title, title_hash = there.title, there.text_hash
    text, text_hash = fresh.text, fresh.text_hash
    if there.text_edited or there.section_edited or not causes_known:
        text, text_hash = kept.text, kept.text_hash
    return replace(kept, title=title, text=text, text_hash=mixed_hash((title_hash, text_hash, text_hash)))


def with_fresh_section(there: StandingBlock, fresh_section: str, fresh: Block) -> Block:
    """The block as it is, with this section in place of its own unless a person wrote into that.

    Colour, visibility and reminder are named only when a block is made: they are the person's from then on, and so is
    a sort of focus time that is never ours.
    """
    text, text_hash = there.text, there.text_hash
    old_section = parts_of_text(text)[1]
    if fresh_section and old_section and not there.section_edited:
        room = max(MOST_CHARACTERS - len(text) + len(old_section), len(old_section))
        fresh_section = shorter(fresh_section, room) or old_section
        text = with_section(text, fresh_section)
        text_hash = mixed_hash((text_hash, text_hash, hash_of_text("", fresh_section)))
    return replace(
        fresh,
        title=there.title,
        text=text,
        generation=there.generation,
        busy=there.busy,
        focus=DECLINE_ALL if fresh.focus and there.focus == DECLINE_ALL else fresh.focus,
        color="",
        visibility="",
        text_hash=text_hash,
    )


def wished_focus(settings: Settings) -> str:
    """The sort of native focus time that the person wants; "" for ordinary events."""
    if settings.protect == "decline":
        return DECLINE_NEW
    return DECLINE_NONE if settings.native_focus else ""


def block_title(key: str, kind: str, settings: Settings) -> str:
    look = settings.kind(kind)
    topic = topic_of(key, kind, settings)
    own = settings.offsite.title if kind == OFFSITE else look.title
    if own:
        return own.replace("{theme}", topic.name if topic else "").replace("{kind}", kind)
    visit = visit_of(key, kind, settings)
    if visit:
        return say("title.visit", settings.texts, visit=visit)
    name = f"title.{kind}" if f"title.{kind}" in TEXTS else "title.other"
    return say(name, settings.texts, theme=topic.name if topic else "", kind=kind.capitalize())
