"""What a person's own command prints, such as a password store's: a secret need not be in any file of ours."""

from __future__ import annotations

import shlex
import subprocess

from blocker.values.errors import ConfigError

COMMAND_SECONDS = 30


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
