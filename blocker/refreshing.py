"""What an update of a standing block changes, in words: its place and time stay as they are."""

from __future__ import annotations

from blocker.values.plan import Change

TEXT = "its text is brought up to date"


def refreshed_words(change: Change) -> str:
    """What differs between the block as it stands and as it will be written."""
    there, fresh = change.standing, change.block
    if there is None or fresh is None:
        return TEXT
    parts = [TEXT] if (there.title, there.text) != (fresh.title, fresh.text) else []
    if there.busy != fresh.busy:
        parts.append("it is shown as busy from now on" if fresh.busy else "it is shown as free from now on")
    return ", and ".join(parts) or TEXT
