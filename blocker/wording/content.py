"""What is written for a block: a new one, and one whose words are brought up to date."""

from __future__ import annotations

from msgspec.structs import replace

from blocker.values.events import DECLINE_ALL, DECLINE_NEW, DECLINE_NONE, Block, StandingBlock
from blocker.values.fingerprint import hash_of_text, mixed_hash, parts_of_text, with_section
from blocker.values.intervals import Interval
from blocker.values.kinds import LEARNING, NOTE, OFFSITE, STRATEGIC
from blocker.values.plan import Placement
from blocker.values.settings import Settings
from blocker.values.workweek import DAY
from blocker.wording.brief import Sources, block_text, section
from blocker.wording.fitting import MOST_CHARACTERS, line_of, shorter
from blocker.wording.texts import TEXTS, say
from blocker.wording.themes import visit_of

MOST_TITLE = 250


def make_block(placement: Placement, generation: int, busy: bool, sources: Sources) -> Block:
    """A new block. A note is a free, all-day entry."""
    request, key, kind = sources.request, placement.key, placement.kind
    settings, look = request.settings, request.settings.kind(kind)
    title = line_of(block_title(key, kind, sources), MOST_TITLE)
    private = look.visibility == "private"
    text = block_text(key, kind, placement.tier, placement.slot, private, sources)
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
        focus=wished_focus(settings, kind) if kind != NOTE else "",
        dates=(first, first + DAY) if kind == NOTE else None,
        color=look.color,
        visibility=look.visibility,
        reminder=look.reminder if kind != NOTE else None,
        text_hash=hash_of_text(title, text),
    )


def section_now(there: StandingBlock, slot: Interval, tier: str, sources: Sources) -> str | None:
    """What the section of a block that stands should say, "" in one that others may read; None to leave it as it is.

    One that a person wrote into is left, and so is a text that has none.
    """
    around, old = parts_of_text(there.text)
    if not old or there.section_edited:
        return None
    if not there.private:
        return ""
    room = max(MOST_CHARACTERS - len(there.text) + len(old), len(old))
    return shorter(section(there.key, there.kind, tier, slot, around, sources), room) or None


def with_section_of(there: StandingBlock, fresh: Block, new: str | None) -> Block:
    """The block as ``fresh`` has it with the title and text that stand, ``new`` in place of the text's section.

    Colour, visibility and reminder are named only when a block is made: they are the person's from then on, and so is
    a sort of focus time that is never ours.
    """
    text, text_hash = there.text, there.text_hash
    if new is not None:
        text = with_section(text, new)
        text_hash = mixed_hash((text_hash, text_hash, hash_of_text("", new)))
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


def with_words_anew(there: StandingBlock, fresh: Block, tier: str, sources: Sources) -> Block:
    """The block as ``fresh`` has it with its text made anew, where nobody changed its words and it still has its title."""
    title = line_of(block_title(there.key, there.kind, sources), MOST_TITLE)
    if there.edited or title != there.title:
        return fresh
    text = block_text(there.key, there.kind, tier, there.when, there.private, sources)
    return replace(fresh, text=text, text_hash=hash_of_text(title, text))


def wished_focus(settings: Settings, kind: str) -> str:
    """The sort of native focus time that the person wants; "" for ordinary events.

    Only time to think declines invitations: never a visit to the front line.
    """
    if settings.protect == "decline" and kind in (STRATEGIC, OFFSITE):
        return DECLINE_NEW
    return DECLINE_NONE if settings.native_focus else ""


def block_title(key: str, kind: str, sources: Sources) -> str:
    settings = sources.request.settings
    about = sources.themes.get(key, ())
    theme = about[0].name if about else ""
    own = settings.offsite.title if kind == OFFSITE else settings.kind(kind).title
    if own:
        return own.replace("{theme}", theme).replace("{kind}", kind)
    visit = visit_of(key, kind, settings)
    if visit:
        return say("title.visit", settings.texts, visit=visit)
    if kind == LEARNING and about:
        return say("title.goal", settings.texts, goal=theme)
    name = f"title.{kind}" if f"title.{kind}" in TEXTS else "title.other"
    return say(name, settings.texts, theme=theme, kind=kind.capitalize())
