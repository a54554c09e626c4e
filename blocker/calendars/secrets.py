"""Sign-ins in files: read only where nobody else can read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from blocker.files.private import others_may_read, read_small_text
from blocker.values.errors import SignInNeeded


def read_secret(path: Path, again: str) -> dict[str, Any] | None:
    """A JSON file that nobody else can read; None if it isn't there. Raises SignInNeeded.

    ``again`` is how to make it anew.
    """
    try:
        if others_may_read(path):
            raise SignInNeeded(
                f"{path} can be read by others on this machine, so it is not used",
                f"chmod 600 {path}; if somebody may have read it, also revoke it and sign in again",
            )
        found = json.loads(read_small_text(path))
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise SignInNeeded(f"{path} can't be read: {problem.strerror}", again) from problem
    except ValueError:
        raise SignInNeeded(f"{path} is damaged", again) from None
    if not isinstance(found, dict):
        raise SignInNeeded(f"{path} is damaged", again)
    return found
