"""The ledger for those who only look: where there is none yet, none is made, and SQLite is not even imported."""

from __future__ import annotations

from pathlib import Path

from blocker.values.memory import Memory

NAME = "ledger.sqlite3"


def ledger_path(state_dir: Path) -> Path:
    return state_dir / NAME


def read_memory(state_dir: Path, calendar: str) -> Memory:
    """What is remembered of a calendar; nothing where there is no ledger yet. Raises LedgerError."""
    if not ledger_path(state_dir).exists():
        return Memory()
    from blocker.ledger import open_ledger

    with open_ledger(state_dir, calendar) as ledger:
        return ledger.memory()
