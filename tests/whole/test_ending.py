"""How the process ends: its exit code, and nothing but a sentence when nobody can be told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.command_line import sample

FULL = Path("/dev/full")  # every write to it fails as on a full disk


def ended(tmp_path: Path, *words: str, streams: str = "") -> subprocess.CompletedProcess[str]:
    """Run it as a shell would, with its streams as ``streams`` says."""
    calendar = tmp_path / "calendar.ics"
    if not calendar.exists():
        sample(tmp_path)
    command = [sys.executable, "-m", "blocker", "--calendar", f"ics:{calendar}", *words]
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {streams}', "sh", *command],
        capture_output=True, text=True, check=False, timeout=60,
        env={"BLOCKER_STATE_DIR": str(tmp_path / "state"), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )  # fmt: skip


@pytest.mark.parametrize("words", [("plan",), ("--json", "plan")])
@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
def test_an_output_that_is_full_is_said(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = ended(tmp_path, *words, streams=f">{FULL}")
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("options", [(), ("--json",)])
@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
def test_what_was_done_and_can_not_be_printed_is_no_failure_of_it(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    for words in (("run", "-y"), ("park", "Why?"), ("skip", "2026-W46")):
        done = ended(tmp_path, *options, *words, "--now", "2026-11-02T06:30", streams=f">{FULL}")
        assert done.returncode == 3
        assert "it is done, but what came of it can't be printed: No space left" in done.stderr
        assert "Traceback" not in done.stderr
    calendar = (tmp_path / "calendar.ics").read_text()
    assert "X-BLOCKER-KEY" in calendar
    parked = ended(tmp_path, "--json", "parked")
    assert parked.stdout.count('"id"') == 1
    log = (tmp_path / "state" / "log" / "blocker.log").read_text()
    assert "defect" not in log
    assert "exit=0" in log


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("run", "--help")])
@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
def test_a_help_that_nobody_gets_is_a_failure(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = ended(tmp_path, *words, streams=f">{FULL}")
    assert done.returncode == 1
    assert "No space left" in done.stderr


@pytest.mark.parametrize("words", [("plan",), ("--json", "plan")])
def test_without_an_output_it_does_its_work(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = ended(tmp_path, *words, streams=">&-")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_reader_that_has_enough_is_no_failure(tmp_path: Path) -> None:
    done = ended(tmp_path, "--json", "plan", streams="| head -n 1")
    assert (done.stdout, done.stderr) == ("{\n", "")


@pytest.mark.parametrize(
    ("words", "code"), [(("plan",), 0), (("plan", "--exit-code"), 5), (("explain", "x"), 2)]
)
def test_the_exit_code_is_the_commands(tmp_path: Path, words: tuple[str, ...], code: int) -> None:
    done = ended(tmp_path, *words)
    assert done.returncode == code
    assert bool(done.stdout) == (code != 2)


def test_help_comes_whole(tmp_path: Path) -> None:
    done = ended(tmp_path, "--help")
    assert done.returncode == 0
    assert done.stdout.endswith("says more.\n")
