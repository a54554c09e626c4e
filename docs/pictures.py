"""Makes the pictures of this folder again: ``week.svg``, ``week.txt`` and ``report.png``.

From the checkout, with Chromium and ``npm install --prefix tests/showing/browser``: python docs/pictures.py
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.theme import Theme

from blocker.commands.sample import sample_calendar
from blocker.config.load import Config
from blocker.engine import make_plan
from blocker.running.session import Session, Setup
from blocker.showing.grid import plan_picture
from blocker.showing.paint import STYLES, as_text
from blocker.showing.picture import Canvas, Line, text_of
from blocker.showing.printable import to_ascii
from blocker.showing.week_view import week_views
from blocker.values.memory import Memory
from blocker.values.settings import Settings

DOCS = Path(__file__).parent
FIRST = date(2026, 11, 2)  # the sample's first Monday; the report is made two weeks of daily runs later
WIDTH, NARROW = 110, 76
SHOT = """
const { chromium } = require('playwright-core');
(async () => {
  const [chrome, page, out] = process.argv.slice(1);
  const browser = await chromium.launch({ executablePath: chrome, args: ['--no-sandbox', '--disable-gpu'] });
  const tab = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  await tab.goto('file://' + page);
  const height = await tab.evaluate(() => Math.ceil(document.querySelector('.spread').getBoundingClientRect().bottom));
  await tab.screenshot({ path: out, clip: { x: 0, y: 0, width: 1200, height: height + 16 }, fullPage: true });
  await browser.close();
})();
"""


def plan_lines(calendar: Path, width: int, unicode: bool) -> Sequence[Line]:
    """What ``blocker plan`` shows on a terminal before the first run."""
    now = datetime(FIRST.year, FIRST.month, FIRST.day, 6, 30)  # noqa: DTZ001 - read in the calendar's zone
    setup = Setup(Config(Settings(calendar=f"ics:{calendar}"), {}, None), calendar.parent, now, {})
    with Session(setup) as session:
        sight = session.read(Memory())
    plan, seen = make_plan(sight.request), sight.survey()
    return plan_picture(plan, week_views(plan, seen, sight.request), Canvas(width, unicode))


def svg(lines: Sequence[Line], width: int) -> str:
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


def report(calendar: Path) -> Path:
    """The page after two weeks of daily runs."""
    page = calendar.with_name("report.html")
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(calendar.parent),
        "BLOCKER_STATE_DIR": str(calendar.parent),
    }
    days = [FIRST + timedelta(days=n) for n in range(15)]
    for day, words in [*((day, ("run", "-y")) for day in days), (days[-1], ("report", "--html", str(page)))]:
        call = [
            sys.executable,
            "-m",
            "blocker",
            "--calendar",
            f"ics:{calendar}",
            "--now",
            f"{day}T06:30",
            *words,
        ]
        subprocess.run(call, env=environ, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program
    return page


def photograph(page: Path, picture: Path) -> None:
    """The upper part of the page, as Chromium shows it."""
    chrome = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
    modules = DOCS.parent / "tests" / "showing" / "browser" / "node_modules"
    words = [shutil.which("node") or "node", "-e", SHOT, chrome, str(page), str(picture)]
    subprocess.run(words, env={**os.environ, "NODE_PATH": str(modules)}, check=True)  # noqa: S603


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        calendar = Path(name) / "dana.ics"
        calendar.write_bytes(sample_calendar(FIRST))
        (DOCS / "week.svg").write_text(
            svg(plan_lines(calendar, WIDTH, unicode=True), WIDTH), encoding="utf-8"
        )
        text = "\n".join(text_of(plan_lines(calendar, NARROW, unicode=False)))
        (DOCS / "week.txt").write_text(to_ascii(text) + "\n", encoding="ascii")
        photograph(report(calendar), DOCS / "report.png")


if __name__ == "__main__":
    main()
