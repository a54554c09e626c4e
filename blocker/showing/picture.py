"""A picture for a terminal as a value: lines of styled pieces. Widths are counted in cells, as rich counts them.

Nothing here knows how a style looks; ``paint`` does, which is imported only to write on a terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct
from rich.cells import cell_len, set_cell_size

WIDEST = 200


class Piece(Struct, frozen=True):
    """A piece of a line; ``style`` is a name such as ``red`` or ``block.new``, empty for plain text."""

    text: str
    style: str = ""


Line = Sequence[Piece]


class Canvas(Struct, frozen=True):
    """What a picture is drawn for: cells across, and whether more than ASCII can be shown."""

    width: int
    unicode: bool = True


Picture = Callable[[Canvas], Sequence[Line]]


def fit(text: str, width: int, more: str = "…") -> str:
    """The text cut to ``width`` cells, ``more`` in place of what is cut off, and filled up with blanks."""
    if cell_len(text) > width:
        text = cut(text, max(0, width - cell_len(more))) + more
    return set_cell_size(text, width)


def cut(text: str, width: int) -> str:
    """As much of the text as goes into ``width`` cells, without blanks at its end where it was cut."""
    return text if cell_len(text) <= width else set_cell_size(text, width).rstrip()


def wrap(text: str, width: int, rows: int, more: str = "…") -> list[str]:
    """The text in at most ``rows`` rows of ``width`` cells; a word too long is cut."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < rows:
        if len(lines) == rows - 1:
            lines.append(fit(" ".join(words), width, more).rstrip())
            break
        line = words.pop(0)
        while words and cell_len(line) + 1 + cell_len(words[0]) <= width:
            line += " " + words.pop(0)
        lines.append(fit(line, width, more).rstrip())
    return lines


def flow(pieces: Iterable[Piece], width: int, indent: int) -> list[Line]:
    """Styled words in lines of ``width`` cells, the second and later ones indented. A hard space holds."""
    lines: list[list[Piece]] = [[]]
    used = 0
    for piece in pieces:
        for word in filter(None, piece.text.split(" ")):
            word = cut(word, width - indent)
            if used and used + 1 + cell_len(word) > width:
                lines.append([Piece(" " * indent)])
                used = indent
            elif used:
                word = " " + word
            _append(lines[-1], word, piece.style)
            used += cell_len(word)
    return [line for line in lines if line]


def _append(line: list[Piece], text: str, style: str) -> None:
    """Add to a line; a blank before it takes no style unless both sides have it."""
    if line and line[-1].style == style:
        line[-1] = Piece(line[-1].text + text, style)
    elif style and text.startswith(" "):
        line += [Piece(" "), Piece(text[1:], style)]
    else:
        line.append(Piece(text, style))


def beside(left: Sequence[Line], right: Sequence[Line], width: int) -> list[Line]:
    """Two pictures side by side; the left one takes ``width`` cells."""
    rows = max(len(left), len(right))
    return [
        [
            *(left[n] if n < len(left) else ()),
            Piece(" " * (width - (length(left[n]) if n < len(left) else 0))),
            *(right[n] if n < len(right) else ()),
        ]
        for n in range(rows)
    ]


def length(line: Line) -> int:
    return sum(cell_len(piece.text) for piece in line)


def text_of(lines: Iterable[Line]) -> list[str]:
    """The lines without their styles."""
    return ["".join(piece.text for piece in line).rstrip() for line in lines]
