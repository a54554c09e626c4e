"""The configuration: flags, environment, file and defaults made into one validated ``Settings``.

Each value knows where it came from. Every problem of a file is reported at once, in one ConfigError.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from blocker.calendars.holidays import is_kept
from blocker.config.checks import BadValueError, Check, did_you_mean, holiday_code, mails, words
from blocker.config.places import Lines
from blocker.config.schema import Around, read_settings, scalars
from blocker.config.table import Problem, Report
from blocker.files.places import config_path, default_calendar, holiday_dir
from blocker.files.private import read_small
from blocker.values.errors import ConfigError, quoted
from blocker.values.settings import Settings

PLACES = ("BLOCKER_CONFIG", "BLOCKER_STATE_DIR")
OVERRIDES = ("calendar", "timezone", "role", "holidays", "me", "protect")
PLAINER = {
    "illegal character '\\n'": "a quote is never closed in this line",
    "unterminated string": "a quote is never closed",
    "expected \"'": "a quote is never closed",
    "invalid value": "this is no value; text stands in quotes",
    "cannot overwrite a value": "this key is set twice",
    "cannot declare": "this table is there twice",
}
NO_TEXTS: Mapping[str, str] = MappingProxyType({})
OTHERS = ("BLOCKER_GOOGLE_ROOT", "BLOCKER_DEBUG")


class Config(Struct, frozen=True):
    """Settings, where each value came from, and the file that was read (None if there was none).

    ``origins`` has the dotted names of values that are not defaults, such as ``offsite.minutes``;
    ``warnings`` are sentences about things that are odd but do no harm.
    """

    settings: Settings
    origins: Mapping[str, str]
    path: Path | None
    warnings: tuple[str, ...] = ()


def load_config(
    path: Path | None,
    environ: Mapping[str, str],
    overrides: Mapping[str, object],
    shipped_texts: Mapping[str, str] = NO_TEXTS,
    must_exist: bool = True,
) -> Config:
    """Read everything that a person has set: flag before environment before file before default.

    ``path`` is the one a flag named; ``overrides`` are flags by setting, None for one that was not
    given; ``shipped_texts`` are the texts that ``[texts]`` may change (none: any name is allowed).
    A file that was named has to exist unless ``must_exist`` is False (for ``init``, which makes it).
    Raises ConfigError with every problem.
    """
    file = path if path is not None else config_path(environ)
    named = path is not None or bool(environ.get("BLOCKER_CONFIG"))
    raw = read_text(file, must_exist and named)
    read = file if raw is not None else None
    here = Around(Path(), _holiday_check(environ), shipped_texts)
    settings, origins, problems = Settings(), dict[str, str](), list[str]()
    if raw is not None:
        around = replace(here, base=file.absolute().parent)
        settings, origins, problems = _from_file(raw, file, around)
    given: dict[str, Any] = {}
    checks = {**scalars(here), "me": mails}
    for name, value, origin in _outside(environ, overrides):
        try:
            given[name] = checks[name](value)
            origins[name] = origin
        except BadValueError as error:
            problems.append(f"{_culprit(name, origin)}: {error.message}")
    if problems:
        raise _failure(read, problems)
    settings = replace(settings, **given)
    calendar = settings.calendar or default_calendar()
    others = tuple(other for other in settings.also_read if other != calendar)
    settings = replace(settings, calendar=calendar, also_read=others)
    return Config(settings, origins, read, _warnings(environ))


def _holiday_check(environ: Mapping[str, str]) -> Check[str]:
    """The check of a holiday code; one that gave holidays before need not be looked up again."""

    def check(value: object) -> str:
        code = words(value)
        if code in ("auto", "off"):
            return code
        return code if is_kept(code, holiday_dir(environ)) else holiday_code(code)

    return check


def read_text(file: Path, must_exist: bool) -> str | None:
    """The text of the file; None if it is missing and may be. Raises ConfigError."""
    try:
        raw = read_small(file)
    except FileNotFoundError:
        if not must_exist:
            return None
        raise ConfigError(f"there is no config file {file}", "blocker init writes one") from None
    except IsADirectoryError:
        raise ConfigError(f"{file} is a directory, not a config file") from None
    except OSError as error:
        raise ConfigError(f"can't read the config file {file}: {error.strerror}") from None
    except ValueError:  # a null character in the name
        raise ConfigError(f"{str(file)!r} can't name a file") from None
    try:
        text = raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"{file}, line {line}: the file is not UTF-8 text", "save it as UTF-8 in your editor"
        ) from None
    if text.startswith("\ufeff"):
        raise ConfigError(f"{file} begins with a byte order mark", "save it as UTF-8 without one (no BOM)")
    return text


def _from_file(raw: str, file: Path, around: Around) -> tuple[Settings, dict[str, str], list[str]]:
    """The settings of a file, the origins of what it gives, and its problems in order of place."""
    try:
        data = tomllib.loads(raw)
    except tomllib.TOMLDecodeError as error:
        raise _failure(file, [_syntax(str(error), raw)]) from None
    except RecursionError:
        raise _failure(file, ["the file is nested too deeply"]) from None
    except ValueError as error:  # a number of thousands of digits, a date that does not exist
        raise _failure(file, [f"a value can't be read: {error}"]) from None
    report = Report()
    settings = read_settings(data, around, report)
    lines = Lines(raw)
    origins = {
        ".".join(str(part) for part in path): f"file, line {lines.key(path).line}" for path in report.given
    }
    return settings, origins, _in_order(report.problems, lines)


def _in_order(problems: list[Problem], lines: Lines) -> list[str]:
    placed = []
    for problem in problems:
        if problem.at_key:
            place = lines.key(problem.path)
        elif problem.index is not None:
            place = lines.inside(problem.path, problem.index)
        else:
            place = lines.value(problem.path)
        placed.append((place, f"{place}: {problem.message}"))
    return [line for _, line in sorted(placed)]


def _syntax(message: str, raw: str) -> str:
    """What ``tomllib`` says about a text that is not TOML, with the place in front."""
    match = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", message, re.DOTALL)
    if match is None:
        return message
    what = match[1][:1].lower() + match[1][1:]
    for theirs, ours in PLAINER.items():
        what = ours if what.startswith(theirs) else what
    if match[2]:
        return f"line {match[2]}, column {match[3]}: {what}"
    last = raw.rstrip("\n")
    column = len(last) - last.rfind("\n")
    return f"line {last.count(chr(10)) + 1}, column {column}: {what}, at the end of the file"


def _outside(environ: Mapping[str, str], overrides: Mapping[str, object]) -> list[tuple[str, object, str]]:
    """What environment and flags set, in order of precedence: setting, raw value, origin."""
    found: list[tuple[str, object, str]] = []
    for name in OVERRIDES:
        variable = f"BLOCKER_{name.upper()}"
        if environ.get(variable):
            found.append((name, environ[variable], f"environment, {variable}"))
    return found + [(name, value, "flag") for name, value in overrides.items() if value is not None]


def _culprit(name: str, origin: str) -> str:
    return f"--{name}" if origin == "flag" else origin.removeprefix("environment, ")


def _failure(file: Path | None, problems: list[str]) -> ConfigError:
    """One error with all problems, the message complete in itself."""
    if len(problems) > 1:
        place = file or "the settings"
        message = "\n  ".join([f"{len(problems)} problems in {place}:", *problems])
    elif file is not None and not problems[0].startswith(("BLOCKER_", "--")):
        message = f"{file}{', ' if problems[0].startswith('line ') else ': '}{problems[0]}"
    else:
        message = problems[0]
    return ConfigError(message, problems=tuple(problems))


def _warnings(environ: Mapping[str, str]) -> tuple[str, ...]:
    known = [*PLACES, *OTHERS, *(f"BLOCKER_{name.upper()}" for name in OVERRIDES)]
    return tuple(
        f"unknown environment variable {quoted(name)}{did_you_mean(name, known)}"
        for name in sorted(environ)
        if name.startswith("BLOCKER_") and not name.startswith("BLOCKER_LIVE_") and name not in known
    )
