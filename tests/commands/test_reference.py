"""The pages that are made of the parser: docs/commands.md, the manual page, and what shells finish on Tab."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shlex
import shutil
import struct
import subprocess
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from blocker.commands.parser import Parser
from blocker.commands.program import program, read_words
from blocker.commands.reference import commands_page, manual_page
from blocker.commands.registry import COMMANDS
from tests.tools.command_line import CommandLine

DOCS = Path(__file__).parents[2] / "docs"


def every_option() -> Iterator[str]:
    def of(parser: Parser) -> Iterator[str]:
        yield from (name for name, action in parser.options.items() if action.help != "==SUPPRESS==")
        for command in (parser.commands or {}).values():
            yield from of(command)

    return of(program(complete=True))


def test_the_pages_of_the_docs_are_those_of_the_parser() -> None:
    again = "python -m blocker.commands.reference > docs/commands.md; … man > docs/blocker.1"
    assert (DOCS / "commands.md").read_text(encoding="utf-8") == commands_page(), again
    assert (DOCS / "blocker.1").read_text(encoding="utf-8") == manual_page(), again


@pytest.mark.parametrize("page", [commands_page, manual_page])
def test_both_pages_name_every_command_and_option(page: object) -> None:
    text = page().replace("\\-", "-")  # type: ignore[operator]
    for name in COMMANDS:
        assert f"blocker {name}" in text
    for option in every_option():
        assert option in text


def test_every_command_in_the_readme_can_be_typed() -> None:
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^ *(blocker .*)$", readme, re.MULTILINE)
    assert len(lines) >= 5
    for line in lines:
        read_words(shlex.split(line, comments=True)[1:])
    assert readme.count("\n") <= 120


@pytest.mark.skipif(shutil.which("man") is None, reason="no man: apt-get install man-db")
def test_the_manual_page_is_read_without_a_warning() -> None:
    environ = {**os.environ, "MANWIDTH": "80", "LC_ALL": "C.UTF-8"}
    words = ["man", "--warnings", "-l", str(DOCS / "blocker.1")]
    read = subprocess.run(words, capture_output=True, text=True, env=environ, check=True)
    assert read.stderr == ""
    assert "blocker run" in read.stdout
    assert "\\" not in read.stdout


# Each asks a real shell for what follows the words of a line, as Tab would.
ASK = {
    "bash": 'source "$1"; COMP_WORDS=({words} {last!r}); COMP_CWORD={count}; '
    'COMP_LINE="{words} {last}"; COMP_POINT=${{#COMP_LINE}}; '
    'name=$(complete -p blocker | sed "s/.*-F \\([^ ]*\\).*/\\1/"); '
    '"$name" blocker {last!r} x; printf "%s\\n" "${{COMPREPLY[@]}}"',
    "fish": 'source $argv[1]; complete -C "{words} {last}"',
}


def finished(shell: str, script: Path, words: str, last: str) -> set[str]:
    code = ASK[shell].format(words=words, last=last, count=len(words.split()))
    call = {"bash": ["bash", "--norc", "-c", code, "bash"], "fish": ["fish", "--no-config", "-c", code]}[
        shell
    ]
    home = {**os.environ, "HOME": str(script.parent)}
    said = subprocess.run([*call, str(script)], capture_output=True, text=True, env=home, check=True)
    assert said.stderr == ""
    return {line.split("\t")[0].strip() for line in said.stdout.splitlines()}


@pytest.fixture
def script(request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    shell = request.param
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell}: apt-get install {shell}")
    said = CommandLine(capsys, tmp_path / "none.ics", "2026-11-02T06:30").call("completion", shell)
    assert said.code == 0, said
    path = tmp_path / shell
    path.write_text(said.out)
    return path


@pytest.mark.parametrize("script", ["bash", "fish"], indirect=True)
def test_a_shell_finishes_every_command_and_its_options(script: Path) -> None:
    shell = script.name
    assert set(COMMANDS) <= finished(shell, script, "blocker", "")
    assert finished(shell, script, "blocker", "reb") == {"rebalance"}
    assert "--no-titles" in finished(shell, script, "blocker report", "--no")
    assert {"install", "show", "remove"} <= finished(shell, script, "blocker cron", "")


@pytest.mark.parametrize("script", ["zsh"], indirect=True)
def test_zsh_finishes_every_command_and_its_options(script: Path) -> None:
    """In a terminal, as zsh finishes nothing without one."""
    folder = script.parent / "functions"
    folder.mkdir()
    script.rename(folder / "_blocker")
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 200, 0, 0))
    environ = {"HOME": str(script.parent), "PATH": os.environ["PATH"], "TERM": "xterm", "LC_ALL": "C.UTF-8"}
    with subprocess.Popen(["zsh", "-f", "-i"], stdin=slave, stdout=slave, stderr=slave, env=environ) as zsh:
        try:
            typed(master, f"fpath=({folder} $fpath); autoload -U compinit; compinit -u -D\n", "compinit")
            typed(master, "echo rea''dy\n", "ready")
            said = typed(master, "blocker \t\t", *COMMANDS)
            assert all(name in said for name in COMMANDS), said
            said = typed(master, "\x15blocker report --no-t\t", "--no-titles")
            assert "--no-titles" in said
        finally:
            zsh.kill()
            os.close(master)
            os.close(slave)


def typed(master: int, words: str, *wanted: str) -> str:
    """What the terminal shows after ``words``, read until all that is wanted is there or nothing more comes."""
    os.write(master, words.encode())
    said = ""
    while not all(word in said for word in wanted) and select.select([master], [], [], 20)[0]:
        said += os.read(master, 65536).decode(errors="replace")
    return said
