"""blocker: keeps protected thinking time on a busy leader's calendar."""

__version__ = "0.1.0"
