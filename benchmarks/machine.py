"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.tables import Table

PACKAGES = ("icalendar", "recurring-ical-events", "click", "khal", "ortools", "highspy")


def machine() -> Table:
    """Processor, memory, system and versions; how busy the machine was when the run began."""
    rows = [
        ("processor", f"{_processor()}, {os.cpu_count()} cores"),
        ("memory", _memory()),
        ("system", f"{platform.system()} {platform.release()}"),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}"),
        *((name, _version(name)) for name in PACKAGES),
        ("load when the run began", ", ".join(f"{load:.1f}" for load in os.getloadavg())),
    ]
    return Table("Machine", ("what", "which"), rows)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    return _line("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()


def _memory() -> str:
    found = _line("/proc/meminfo", "MemTotal").split()
    return f"{int(found[0]) / 1024 / 1024:.1f} GB" if found else "unknown"


def _line(path: str, start: str) -> str:
    try:
        lines = Path(path).read_text("utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(start)), "")
