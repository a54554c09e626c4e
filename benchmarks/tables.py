"""A table of figures, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct


class Table(Struct, frozen=True):
    """``notes`` stand under the table, one sentence or more each."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()

    def lines(self) -> list[str]:
        made = [f"## {self.title}", "", _row(self.head), _row(["---"] * len(self.head))]
        made += map(_row, self.rows)
        for note in self.notes:
            made += ["", note]
        return made


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def milliseconds(seconds: float) -> str:
    value = seconds * 1000
    return f"{value:.0f} ms" if value >= 10 else f"{value:.2g} ms"


def times(ratio: float) -> str:
    return f"{ratio:,.0f} ×" if ratio >= 10 else f"{ratio:.1f} ×"


def per_cent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"
