"""Firefox without a window, driven over Marionette, the protocol that it brings along: no driver has to be installed."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ENTER, TAB = "\ue007", "\ue004"  # as WebDriver writes them
# The person's page has to work without script; nothing of Firefox's own goes to the network.
PREFERENCES = {
    "javascript.enabled": False,
    "marionette.port": 0,
    "app.update.disabledForTesting": True,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "http://127.0.0.1:9/",
    "toolkit.telemetry.enabled": False,
}


class Firefox:
    """One tab. Raises RuntimeError with Firefox's own words where a command fails."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._stream = connection.makefile("rb")
        self._sent = 0
        self._received()  # its greeting
        self._say("WebDriver:NewSession", {"capabilities": {}})

    def go(self, address: str) -> None:
        self._say("WebDriver:Navigate", {"url": address})

    @property
    def address(self) -> str:
        return str(self._say("WebDriver:GetCurrentURL")["value"])

    def ask(self, script: str) -> Any:
        """What a script of ours says of the page."""
        return self._say("WebDriver:ExecuteScript", {"script": script, "args": []})["value"]

    def press(self, keys: str) -> None:
        strokes = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._say(
            "WebDriver:PerformActions", {"actions": [{"type": "key", "id": "keys", "actions": strokes}]}
        )

    def reach(self, name: str) -> None:
        """Tab to the control that is called so."""
        for _ in range(300):
            self.press(TAB)
            called = self.ask(
                "const at = document.activeElement;"
                "return at.getAttribute('aria-label') || at.id || at.textContent || ''"
            )
            if called.strip().startswith(name):
                return
        raise AssertionError(f"the keyboard does not reach “{name}”")

    def told(self) -> str:
        """What the page says was done, once it is there."""
        for _ in range(600):
            words = self.ask(
                "const told = document.querySelector('.told'); return told ? told.textContent : ''"
            )
            if words and words.strip():  # None while one page gives way to the next
                return str(words).strip()
            time.sleep(0.05)
        raise AssertionError("nothing is said of what was done")

    def _say(self, command: str, given: dict[str, Any] | None = None) -> Any:
        self._sent += 1
        words = json.dumps([0, self._sent, command, given or {}]).encode()
        self._connection.sendall(b"%d:%s" % (len(words), words))
        _, _, error, answer = self._received()
        if error:
            raise RuntimeError(f"{command}: {error['message']}")
        return answer

    def _received(self) -> Any:
        length = b""
        while (byte := self._stream.read(1)) != b":":
            if not byte:
                raise RuntimeError("Firefox has gone")
            length += byte
        return json.loads(self._stream.read(int(length)))


@contextmanager
def firefox(folder: Path) -> Iterator[Firefox]:
    """A Firefox of its own, with its profile in ``folder``; skips the test where there is none."""
    program = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
    if program is None:
        pytest.skip("no Firefox: apt-get install firefox-esr")
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
    (folder / "user.js").write_text("\n".join(lines), "utf-8")
    process = subprocess.Popen(
        [program, "--headless", "--no-remote", "--marionette", "--profile", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin", "MOZ_HEADLESS": "1"},
    )
    try:
        with socket.create_connection(("127.0.0.1", _port(folder, process)), timeout=60) as connection:
            yield Firefox(connection)
    finally:
        process.kill()
        process.wait()


def _port(folder: Path, process: subprocess.Popen[bytes]) -> int:
    """The port that it took, once it listens."""
    said = folder / "MarionetteActivePort"
    for _ in range(1200):
        if process.poll() is not None:
            pytest.skip("Firefox does not start here")
        if said.is_file() and (port := said.read_text("utf-8").strip()):
            return int(port)
        time.sleep(0.05)
    raise AssertionError("Firefox does not answer")
