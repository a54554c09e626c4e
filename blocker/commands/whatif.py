"""``rebalance --what-if MINUTES``: which meetings of the person's own would have to move. Nothing is moved."""

from __future__ import annotations

from argparse import Namespace

from blocker.commands import Answer, Talk, daily
from blocker.config import Setup


def rebalance(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Make one week better, or with ``--what-if`` only say what it would take."""
    return daily.rebalance(args, setup, talk)
