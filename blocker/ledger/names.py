"""One calendar, one memory: what was kept under a calendar's other names is brought under its identity.

Older versions kept a calendar's rows by its address as it was spelt, so that one file could have two memories.
"""

from __future__ import annotations

import sqlite3

from blocker.values.memory import Identity


def carry_over(database: sqlite3.Connection, calendar: Identity) -> None:
    """Bring the rows of its other names under ``calendar.name``; to be run in a transaction.

    Of two rows with one key that of the name that ran last holds; every other row stays.
    """
    names = " UNION ".join(f"SELECT calendar FROM {table}" for table in _by_calendar(database))  # noqa: S608 - our own names
    rows = database.execute(f"SELECT address FROM calendar UNION {names}")  # noqa: S608 - the same
    others = [name for (name,) in rows if name != calendar.name and calendar.answers_to(name)]
    if not others:
        return
    ran = {name: _last_run(database, name) for name in (calendar.name, *others)}
    everyone = [calendar.name, *others]
    _keep_used_identities(database, everyone)
    _join_answers(database, calendar.name, others)
    older = [name for name in others if ran[name] <= ran[calendar.name]]
    newer = [name for name in others if ran[name] > ran[calendar.name]]
    for name in sorted(older, key=ran.__getitem__, reverse=True):
        _rename(database, name, calendar.name, "IGNORE")
    for name in sorted(newer, key=ran.__getitem__):
        _rename(database, name, calendar.name, "REPLACE")


def _by_calendar(database: sqlite3.Connection) -> list[str]:
    """The tables that have rows of every calendar."""
    query = (
        "SELECT made.name FROM sqlite_master AS made JOIN pragma_table_info(made.name) AS column "
        "WHERE made.type = 'table' AND column.name = 'calendar'"
    )
    return [name for (name,) in database.execute(query)]


def _last_run(database: sqlite3.Connection, name: str) -> int:
    return int(
        database.execute("SELECT coalesce(max(id), 0) FROM run WHERE calendar = ?", (name,)).fetchone()[0]
    )


def _keep_used_identities(database: sqlite3.Connection, names: list[str]) -> None:
    """What is gone or was deleted under one name may have been written later under another."""
    holes = ", ".join("?" * len(names))
    database.execute(
        "UPDATE block SET generation = (SELECT max(generation) FROM block AS other "  # noqa: S608 - holes only
        f"WHERE other.key = block.key AND other.calendar IN ({holes})) "
        f"WHERE state IN ('gone', 'tombstone', 'displaced') AND calendar IN ({holes})",
        (*names, *names),
    )


def _join_answers(database: sqlite3.Connection, name: str, others: list[str]) -> None:
    """A yes to one name is a yes to the calendar; the longest pause holds."""
    for other in others:
        database.execute(
            "INSERT INTO calendar SELECT ?, confirmed_at, paused_until, undone_under, own_lines FROM calendar WHERE address = ? "
            "ON CONFLICT (address) DO UPDATE SET confirmed_at = coalesce(confirmed_at, excluded.confirmed_at), "
            "paused_until = nullif(max(coalesce(paused_until, ''), coalesce(excluded.paused_until, '')), ''), "
            "undone_under = coalesce(nullif(excluded.undone_under, ''), undone_under), "
            "own_lines = coalesce(nullif(excluded.own_lines, ''), own_lines)",
            (name, other),
        )
        database.execute("DELETE FROM calendar WHERE address = ?", (other,))


def _rename(database: sqlite3.Connection, name: str, to: str, on_two: str) -> None:
    for table in _by_calendar(database):
        database.execute(f"UPDATE OR {on_two} {table} SET calendar = ? WHERE calendar = ?", (to, name))  # noqa: S608 - our own names
        database.execute(f"DELETE FROM {table} WHERE calendar = ?", (name,))  # noqa: S608 - the same
