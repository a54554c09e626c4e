"""Pictures onto a terminal, by rich: the only module that knows how a style looks.

Every filled style sets its own text and background colour, so that it can be read on a dark and on a
light terminal alike; without colour the signs in the cells say the same.
"""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.text import Text
from rich.theme import Theme

from blocker.showing.picture import Canvas, Line, Picture
from blocker.showing.printable import NARROWEST

STYLES = {
    "strong": "bold",
    "quiet": "dim",
    "today": "bold reverse",
    "calm": "bold white on rgb(46,110,70)",
    "amber": "bold black on rgb(240,173,50)",
    "red": "bold white on rgb(190,40,40)",
    "bar.calm": "green",
    "bar.amber": "yellow",
    "bar.red": "red",
    "mark": "bold",
    "lunch": "dim",
    "away": "dim",
    "event.operational": "rgb(226,231,238) on rgb(70,80,96)",
    "event.operational.2": "rgb(226,231,238) on rgb(96,108,126)",
    "event.personal": "rgb(40,46,56) on rgb(190,196,206)",
    "event.strategic": "rgb(0,40,36) on rgb(150,214,204)",
    "event.frontline": "rgb(64,32,0) on rgb(240,200,150)",
    "event.learning": "rgb(40,20,80) on rgb(208,194,240)",
    "event.away": "dim",
    "edge.operational": "rgb(150,162,180) on rgb(70,80,96)",
    "edge.personal": "rgb(90,98,110) on rgb(190,196,206)",
    "edge.strategic": "rgb(0,100,90) on rgb(150,214,204)",
    "edge.frontline": "rgb(140,70,0) on rgb(240,200,150)",
    "edge.learning": "rgb(80,40,160) on rgb(208,194,240)",
    "edge.away": "dim",
    "block.strategic": "bold white on rgb(15,118,110)",
    "block.frontline": "bold white on rgb(164,74,8)",
    "block.learning": "bold white on rgb(109,40,217)",
    "block.offsite": "bold white on rgb(29,78,216)",
    "block.other": "bold white on rgb(71,85,105)",
    "block.-": "dim strike",
    "block.!": "bold white on rgb(190,40,40)",
    "sign.+": "bold cyan",
    "sign.~": "bold yellow",
    "sign.-": "dim",
    "sign.=": "bold blue",
    "sign.!": "bold red",
}
_SAMPLE = "▌◆●▲┊╱█░┃‖…–—·"


def screen(stream: TextIO, color: bool, width: int | None = None) -> Console:
    """A console that knows what the terminal behind ``stream`` can do."""
    return Console(
        file=stream,
        width=width,
        no_color=not color or None,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
        theme=Theme(STYLES, inherit=False),
    )


def paint(picture: Picture, stream: TextIO, color: bool = True) -> str | None:
    """The picture as the terminal behind ``stream`` wants it; None where it is too narrow for one."""
    console = screen(stream, color)
    if console.width < NARROWEST:
        return None
    with console.capture() as captured:
        for line in picture(Canvas(console.width, _can_write(stream))):
            console.print(as_text(line))
    return captured.get().rstrip("\n")


def as_text(line: Line) -> Text:
    """One line for rich, its trailing blanks left out unless they are filled."""
    return Text.assemble(*((piece.text, piece.style) if piece.style else piece.text for piece in line))


def _can_write(stream: TextIO) -> bool:
    try:
        _SAMPLE.encode(stream.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
