"""Makes the pictures of this folder again: ``week.svg``, ``week.txt`` and ``report.png``.

From the checkout, with Chromium and ``npm install --prefix tests/showing/browser``: python docs/pictures.py
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from datetime import date, datetime
from io import StringIO
from pathlib import Path

from msgspec.structs import replace
from rich.console import Console
from rich.theme import Theme

from blocker.commands.sample import sample_calendar
from blocker.config.load import Config
from blocker.engine import make_plan
from blocker.rules.survey import Survey
from blocker.running.session import Session, Setup
from blocker.showing.grid import change_list, week_lines
from blocker.showing.page.gather import gather
from blocker.showing.page.page import render_page
from blocker.showing.paint import STYLES, as_text
from blocker.showing.picture import Canvas, Line, Piece, beside, text_of
from blocker.showing.plan_text import to_ascii
from blocker.showing.week_view import week_views
from blocker.values.memory import Memory
from blocker.values.request import Request
from blocker.values.settings import Settings

DOCS = Path(__file__).parent
TODAY = date(2026, 11, 9)
HALF = 71
SHOT = """
const { chromium } = require('playwright-core');
(async () => {
  const [chrome, page, out] = process.argv.slice(1);
  const browser = await chromium.launch({ executablePath: chrome, args: ['--no-sandbox', '--disable-gpu'] });
  const tab = await browser.newPage({ viewport: { width: 1200, height: 948 } });
  await tab.goto('file://' + page);
  await tab.screenshot({ path: out });
  await browser.close();
})();
"""


def look(folder: Path) -> tuple[Request, Survey]:
    calendar = folder / "calendar.ics"
    calendar.write_bytes(sample_calendar(TODAY))
    config = Config(Settings(calendar=f"ics:{calendar}"), {}, None)
    now = datetime(TODAY.year, TODAY.month, TODAY.day, 6, 30)  # noqa: DTZ001 - read in the calendar's zone
    with Session(Setup(config, folder, now, {})) as session:
        sight = session.read(Memory())
    return sight.request, sight.survey()


def week(
    request: Request, seen: Survey, width: int, unicode: bool
) -> tuple[list[Line], list[Line], list[Line]]:
    """The running week before the plan, after it, and what changes."""
    plan = make_plan(request, seen)
    after = week_views(plan, seen, request)[0]
    before = week_views(replace(plan, changes=()), seen, request)[0]
    canvas, zone = Canvas(width, unicode), request.workweek.zone
    return week_lines(before, canvas, zone), week_lines(after, canvas, zone), change_list(after, width, zone)


def svg(lines: list[Line], width: int) -> str:
    """The picture as rich draws it, without the fonts that it would fetch from elsewhere."""
    console = Console(
        file=StringIO(), record=True, width=width, force_terminal=True, color_system="truecolor",
        theme=Theme(STYLES, inherit=False), highlight=False, markup=False, soft_wrap=True,
    )  # fmt: skip
    for line in lines:
        console.print(as_text(line))
    drawn = console.export_svg(title="blocker plan", unique_id="week")
    drawn = re.sub(r"<!--.*?-->|@font-face \{.*?\}", "", drawn, flags=re.DOTALL)
    return re.sub(r"(?m)^\s*\n", "", drawn).replace(
        "Fira Code", "ui-monospace, Menlo, Consolas, DejaVu Sans Mono"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        request, seen = look(folder)
        before, after, _ = week(request, seen, HALF, unicode=True)
        changes = week(request, seen, 2 * HALF + 3, unicode=True)[2]
        heads = beside([[Piece("Before", "strong")], []], [[Piece("After", "strong")], []], HALF + 3)
        lines = [*heads, *beside(before, after, HALF + 3), [], *changes]
        (DOCS / "week.svg").write_text(svg(lines, 2 * HALF + 3), encoding="utf-8")
        before, after, changes = week(request, seen, 76, unicode=False)
        grid = before.index([])  # the heading and the load are the same before and after
        text = [*text_of(before[:grid]), "", "BEFORE", *text_of(before[grid + 1 :])]
        text += ["", "AFTER", *text_of(after[grid + 1 :]), "", *text_of(changes)]
        (DOCS / "week.txt").write_text(to_ascii("\n".join(text)) + "\n", encoding="ascii")
        page = folder / "report.html"
        plan = make_plan(request, seen)
        shown = replace(plan, calendar="dana.ics")
        page.write_text(
            render_page(lambda coarse: gather(shown, seen, request, coarse=coarse)), encoding="utf-8"
        )
        chrome = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
        environ = {
            **os.environ,
            "NODE_PATH": str(DOCS.parent / "tests" / "showing" / "browser" / "node_modules"),
        }
        subprocess.run(  # noqa: S603
            [shutil.which("node") or "node", "-e", SHOT, chrome, str(page), str(DOCS / "report.png")],
            env=environ,
            check=True,
        )


if __name__ == "__main__":
    main()
