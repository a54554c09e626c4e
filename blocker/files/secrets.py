"""Where secrets are taken from: files that nobody else can read, and what a person's own command prints, such as a
password store's.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path
from typing import Any

from blocker.files.private import others_may_read, read_small_text
from blocker.values.errors import ConfigError, SignInNeeded

COMMAND_SECONDS = 30


def secret_text(path: Path) -> str:
    """A text file that nobody else can read. Raises ConfigError if somebody can, OSError and UnicodeDecodeError."""
    if others_may_read(path):
        raise ConfigError(
            f"{path} can be read by others on this machine, and has secrets in it, so it is not used",
            f"chmod 600 {path}",
        )
    return read_small_text(path)


def read_secret(path: Path, again: str) -> dict[str, Any] | None:
    """A JSON file that nobody else can read; None if it isn't there. Raises SignInNeeded.

    ``again`` is how to make it anew.
    """
    try:
        found = json.loads(secret_text(path))
    except FileNotFoundError:
        return None
    except ConfigError as problem:
        hint = f"{problem.hint}; if somebody may have read it, also revoke it and sign in again"
        raise SignInNeeded(problem.message, hint) from None
    except OSError as problem:
        raise SignInNeeded(f"{path} can't be read: {problem.strerror}", again) from problem
    except ValueError:
        raise SignInNeeded(f"{path} is damaged", again) from None
    if not isinstance(found, dict):
        raise SignInNeeded(f"{path} is damaged", again)
    return found


def printed_by(command: str, what: str, hint: str) -> str:
    """The output of a command. Raises ConfigError, in words that have nothing of the command in them."""
    try:
        result = subprocess.run(  # noqa: S603 - the person's own command from their own config, no shell
            shlex.split(command), capture_output=True, text=True, check=True, timeout=COMMAND_SECONDS
        )
    except (OSError, ValueError, subprocess.SubprocessError) as problem:
        raise ConfigError(f"the command for {what} failed: {_why(problem)}", hint) from None
    return result.stdout


def _why(problem: Exception) -> str:
    """What became of a command, in words that have nothing of the command in them: it may hold secrets."""
    if isinstance(problem, subprocess.CalledProcessError):
        return f"it ended with code {problem.returncode}"
    if isinstance(problem, subprocess.TimeoutExpired):
        return f"it took more than {COMMAND_SECONDS} seconds"
    if isinstance(problem, FileNotFoundError):
        return "there is no such program"
    if isinstance(problem, OSError):
        return problem.strerror or "the system said no"
    if isinstance(problem, UnicodeDecodeError):
        return "what it printed is not text"
    return "it can't be read; is a quote never closed?"
