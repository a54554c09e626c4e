"""The configuration: flags, environment, file and defaults made into one validated ``Settings``.

Each value knows where it came from. Every problem of a file is reported at once, in one ConfigError.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from blocker.calendars import root_variables
from blocker.calendars.addresses import default_calendar, exposed
from blocker.config.checks import Around
from blocker.config.decode import Reading
from blocker.config.described import Field, fields_of, is_address, is_list
from blocker.config.toml import line_of, lines_of
from blocker.files.places import config_path, holiday_dir
from blocker.files.private import read_small
from blocker.values.errors import ConfigError, did_you_mean, quoted
from blocker.values.settings import Settings

PLACES = ("BLOCKER_CONFIG", "BLOCKER_STATE_DIR")
PLAINER = {
    "illegal character '\\n'": "a quote is never closed in this line",
    "unterminated string": "a quote is never closed",
    "expected \"'": "a quote is never closed",
    "invalid value": "text needs quotes",
    "cannot overwrite a value": "this key is set twice",
    "cannot declare": "this table is there twice; add to the first one",
}
# Settings have three parts at most. tomllib takes time by the square of their number: half a minute for 100 kB.
MOST_PARTS = 30
_DEEP = rf"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{MOST_PARTS}}}"""
NO_TEXTS: Mapping[str, str] = MappingProxyType({})
DEBUG = "BLOCKER_DEBUG"


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
    here = Around(Path(), shipped_texts, holiday_dir(environ))
    settings, origins, problems = Settings(), dict[str, str](), list[str]()
    if raw is not None:
        settings, origins, problems = _from_file(raw, file, replace(here, base=file.absolute().parent))
    for field, value, culprit, origin in _outside(environ, overrides):
        reading = Reading(Settings, here)
        plain = reading.value((field.key,), value, field.type, getattr(settings, field.attribute))
        problems += [f"{culprit}: {message}" for _, message in reading.problems]
        if is_address(field.type) and not reading.problems and (why := exposed(plain)):
            problems.append(f"{culprit}: {why}")
        settings = replace(settings, **{field.attribute: plain})
        origins[field.key] = origin
    if problems:
        raise _failure(read, problems)
    calendar = settings.calendar or default_calendar()
    others = tuple(dict.fromkeys(other for other in settings.also_read if other != calendar))
    settings = replace(settings, calendar=calendar, also_read=others)
    return Config(settings, origins, read, _warnings(environ))


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
    """The settings of a file, the origins of what it gives, and its problems in the order of their lines."""
    deep = re.search(_DEEP, raw)
    if deep is not None:
        line = raw.count("\n", 0, deep.start()) + 1
        raise _failure(file, [f"line {line}: a name of more than {MOST_PARTS} parts, which no setting has"])
    try:
        data = tomllib.loads(raw)
    except tomllib.TOMLDecodeError as error:
        raise _failure(file, [_syntax(str(error), raw)]) from None
    except RecursionError:
        raise _failure(file, ["the file is nested too deeply"]) from None
    except ValueError as error:  # a number of thousands of digits, a date that does not exist
        raise _failure(file, [f"a value can't be read: {error}"]) from None
    reading = Reading(Settings, around)
    settings: Settings = reading.document(data)
    lines = lines_of(raw)
    origins = {
        ".".join(map(str, path)): f"file, line {line_of(at, lines)}" for path, at in reading.given.items()
    }
    found = [(line_of(path, lines), message) for path, message in reading.problems]
    problems = sorted(found, key=lambda problem: problem[0])
    return settings, origins, [f"line {line}: {message}" for line, message in problems]


def _syntax(message: str, raw: str) -> str:
    """What ``tomllib`` says about a text that is not TOML, with the place in front."""
    match = re.fullmatch(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", message, re.DOTALL)
    if match is None:
        return message
    what = match[1][:1].lower() + match[1][1:]
    for theirs, ours in PLAINER.items():
        what = ours if what.startswith(theirs) else what
    if match[2]:
        return f"line {match[2]}: {what}"
    line = raw.rstrip("\n").count("\n") + 1
    return f"line {line}: {what}, at the end of the file"


def _outside(
    environ: Mapping[str, str], overrides: Mapping[str, object]
) -> list[tuple[Field, object, str, str]]:
    """What environment and flags set, in order of precedence: setting, raw value, culprit and origin."""
    fields = fields_of(Settings)
    found: list[tuple[Field, object, str, str]] = []
    for variable, field in _variables().items():
        value = environ.get(variable)
        if value:  # a list has commas between its items
            items = [item.strip() for item in value.split(",") if item.strip()]
            given = items if is_list(field.type) else value
            found.append((field, given, variable, f"environment, {variable}"))
    flags = [
        (fields[name], value, f"--{name}", "flag") for name, value in overrides.items() if value is not None
    ]
    return found + flags


def _variables() -> dict[str, Field]:
    """The settings that the environment may set, by the names of their variables."""
    found = fields_of(Settings).values()
    return {f"BLOCKER_{field.key.upper()}": field for field in found if field.facts.get("environment")}


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
    known = [*PLACES, *root_variables(), DEBUG, *_variables()]
    return tuple(
        f"unknown environment variable {quoted(name)}{did_you_mean(name, known)}"
        for name in sorted(environ)
        if name.startswith("BLOCKER_") and not name.startswith("BLOCKER_LIVE_") and name not in known
    )
