"""The dependency rule: folders import downwards, pure folders stay pure, backends and commands are imported on use."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "blocker"

# The house by its story, from the ground up: a folder imports itself and what stands on a lower floor.
FLOORS = {
    "values": 1,
    "measuring": 2, "files": 2,
    "calendars": 3, "rules": 3, "ledger": 3,
    "placing": 4,
    "planning": 5, "config": 5,
    "wording": 6,
    "engine": 7,
    "running": 8, "showing": 8,
    "commands": 9,
    "cli": 10,
    "__main__": 11,
}  # fmt: skip

# No clock, no files, no network, no printing: these import small pure libraries and each other.
PURE = {"values", "measuring", "rules", "placing", "planning", "wording", "engine", "showing"}
PURE_BUT_FOR = {"showing/paint.py", "showing/page"}
PURE_LIBRARIES = {
    "__future__", "abc", "bisect", "collections", "datetime", "difflib", "enum", "functools", "hashlib", "heapq", "html",
    "itertools", "json", "math", "msgspec", "operator", "re", "rich.cells", "statistics", "string", "textwrap", "types", "typing", "unicodedata",
    "urllib.parse", "zoneinfo",
}  # fmt: skip


def modules() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "__init__.py")


def area(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def pure() -> list[Path]:
    return [
        path
        for path in modules()
        if area(path) in PURE and not path.relative_to(PACKAGE).as_posix().startswith(tuple(PURE_BUT_FOR))
    ]


def imports(path: Path) -> set[str]:
    """Every module a file imports, those only for the type checker left out."""
    found: set[str] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            skipped.update(ast.walk(node))
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_folder_imports_only_itself_and_lower_floors(path: Path) -> None:
    own = area(path)
    for name in imports(path):
        top, _, rest = name.partition(".")
        inside = rest.partition(".")[0]
        if top == "blocker" and inside not in ("", own) and {own, inside} <= FLOORS.keys():
            assert FLOORS[inside] < FLOORS[own], f"{path.relative_to(PACKAGE)} imports {name}"


@pytest.mark.parametrize("path", pure(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_pure_folders_import_only_small_pure_libraries(path: Path) -> None:
    for name in imports(path):
        top = name.partition(".")[0]
        assert top == "blocker" or {top, name} & PURE_LIBRARIES, f"{path.relative_to(PACKAGE)} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_only_the_command_line_reads_the_clock_and_prints(path: Path) -> None:
    if path == PACKAGE / "cli.py":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            words = ast.unparse(node.func)
            assert words not in ("print", "input"), f"{path.name}:{node.lineno} calls {words}"
            assert not words.endswith(("datetime.now", "date.today", "datetime.today", "time.time")), (
                f"{path.name}:{node.lineno} reads the clock"
            )


# Our own modules that are imported inside a function: commands by their registry, backends by theirs, and what needs
# libraries that a person may not have installed.
LATE = {
    "commands/registry.py",
    "commands/page/__init__.py",
    "calendars/__init__.py",
}

# Libraries that only some calls want: Google's, the dates of a country that are not kept yet, and what sends notices.
LATE_LIBRARIES = {
    "calendars/google/consent.py",
    "calendars/google/sign_in.py",
    "calendars/holidays.py",
    "running/notify.py",
}


def late_imports(path: Path) -> set[str]:
    """The top names of what a file imports inside its functions; of a name that is put together it can only be ours."""
    found: set[str] = set()
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                found.add(node.module or "blocker")
            elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
                ("import_module", "__import__")
            ):
                name = node.args[0]
                found.add(name.value if isinstance(name, ast.Constant) else "blocker")
    return {name.partition(".")[0] for name in found}


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_stand_at_the_top_of_a_module(path: Path) -> None:
    late, name = late_imports(path), path.relative_to(PACKAGE).as_posix()
    assert ("blocker" in late) == (name in LATE)
    assert bool(late - {"blocker"}) == (name in LATE_LIBRARIES)
    assert not late & sys.stdlib_module_names


def loaded_after(*words: str, environ: dict[str, str]) -> set[str]:
    code = (
        "import sys\nfrom blocker.cli import main\n"
        f"try:\n    main({list(words)!r})\nexcept SystemExit:\n    pass\n"
        "sys.stderr.write('\\n'.join(sorted(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environ, check=True
    )
    return set(result.stderr.splitlines())


HEAVY = {
    "googleapiclient",
    "google",
    "google_auth_oauthlib",
    "icalendar",
    "jinja2",
    "rich.console",
    "shtab",
    "holidays",
    "tomlkit",
}


def test_help_imports_nothing_heavy() -> None:
    loaded = loaded_after("--help", environ={"PATH": ""})
    assert not loaded & (HEAVY | {"msgspec", "platformdirs", "zoneinfo", "tomllib"})
    assert not loaded & {"blocker.engine", "blocker.calendars.port", "blocker.values.settings"}


def test_a_plan_imports_nothing_of_what_writes(tmp_path: Path) -> None:
    calendar = tmp_path / "c.ics"
    calendar.write_bytes(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-TIMEZONE:Etc/UTC\r\nEND:VCALENDAR\r\n")
    environ = {"PATH": "", "HOME": str(tmp_path), "BLOCKER_STATE_DIR": str(tmp_path / "state")}
    words = ("--calendar", f"ics:{calendar}", "--now", "2026-11-02T06:30", "plan")
    loaded = loaded_after(*words, environ=environ)
    assert "blocker.engine" in loaded
    assert not loaded & (HEAVY - {"holidays"} | {"filelock", "subprocess", "dateutil.parser", "ssl", "http"})
    assert not loaded & {"blocker.running.apply", "blocker.running.notify", "blocker.calendars.google.about"}


def test_a_run_on_a_file_imports_no_network_client(tmp_path: Path) -> None:
    calendar = tmp_path / "c.ics"
    calendar.write_bytes(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-TIMEZONE:Etc/UTC\r\nEND:VCALENDAR\r\n")
    environ = {"PATH": "", "HOME": str(tmp_path), "BLOCKER_STATE_DIR": str(tmp_path / "state")}
    words = ("--calendar", f"ics:{calendar}", "--now", "2026-11-02T06:30", "run", "-y")
    loaded = loaded_after(*words, environ=environ)
    assert "blocker.running.apply" in loaded
    assert not loaded & (HEAVY - {"holidays"} | {"requests", "httplib2", "ssl", "http", "asyncio"})
