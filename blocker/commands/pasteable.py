"""A command of ours as a person can paste it: with the options without which it would mean something else."""

from __future__ import annotations

import shlex

from blocker.files.places import config_path
from blocker.running.session import Setup


def pasteable(setup: Setup, *words: str) -> str:
    """``blocker run -y``, with the calendar and the config file where this call's options named them."""
    config = setup.config
    options: list[str] = []
    if config.path is not None and config.path != config_path(setup.environ):
        options += ["-c", str(config.path)]
    if config.origins.get("calendar") == "flag":
        options += ["--calendar", config.settings.calendar]
    return shlex.join(["blocker", *options, *words])
