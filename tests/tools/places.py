"""Where things are: the checkout, the tests' own files, and real calendars that lie beside the checkout on some machines."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
CORPUS = TESTS / "calendars" / "ics" / "corpus"
GOLDEN = TESTS / "whole" / "golden"
GOOGLE_JSON = TESTS / "calendars" / "google" / "json"
REAL_CALENDARS = ROOT.parent / "shared" / "calendars"
