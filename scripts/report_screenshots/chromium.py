"""Chromium without a window, told what to do through a pipe: its DevTools protocol, messages that end with NUL."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = (
    "there is no Chromium: install one (Debian and Ubuntu: apt-get install chromium; macOS: brew install --cask "
    "chromium), or name it by CHROMIUM=/path/to/it"
)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)


class Page:
    """One page of a running browser."""

    def __init__(self, written: int, read: int) -> None:
        self._written, self._read = written, read
        self._number = 0
        self._rest = b""
        self._session: str | None = None
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._call("Page.enable")

    def open(self, path: Path, *, width: int, dark: bool) -> None:
        """Show a file at this width in CSS pixels, and wait until it is loaded."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[scheme])
        self._call(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600
        )
        self._call("Page.navigate", url=path.resolve().as_uri())
        while self._message().get("method") != "Page.loadEventFired":
            pass

    def wider_than_shown(self) -> int:
        """How many pixels stand out sideways; 0 is as it should be."""
        script = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        found: int = self._call("Runtime.evaluate", expression=script)["result"]["value"]
        return found

    def picture(self) -> bytes:
        """The whole page as a PNG."""
        size = self._call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        return base64.b64decode(self._call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"])

    def printed(self) -> bytes:
        """The page as it is printed, a PDF."""
        return base64.b64decode(self._call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"])

    def _call(self, method: str, **params: object) -> dict[str, Any]:
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._written, data) :]
        while (answer := self._message()).get("id") != self._number:
            pass
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    def _message(self) -> dict[str, Any]:
        parts = [self._rest]
        while b"\0" not in parts[-1]:
            data = os.read(self._read, 1 << 20)
            if not data:
                raise RuntimeError("Chromium ended")
            parts.append(data)
        message, _, self._rest = b"".join(parts).partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found


@contextmanager
def running() -> Iterator[Page]:
    """A browser with a profile of its own, gone afterwards. Raises RuntimeError where none is installed."""
    given = os.environ.get("CHROMIUM")
    program = given or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise RuntimeError(MISSING)
    commands, written = os.pipe()
    read, answers = os.pipe()

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # The browser reads from its descriptor 3 and answers on 4; a shell puts them there.
        script = f'exec "$0" "$@" 3<&{commands} 4>&{answers}'
        browser = subprocess.Popen(  # noqa: S603 - what the user installed
            ["/bin/bash", "-c", script, program, *FLAGS, f"--user-data-dir={profile}"],
            pass_fds=(commands, answers),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands)
        os.close(answers)
        try:
            yield Page(written, read)
        finally:
            browser.terminate()
            browser.wait()
            os.close(written)
            os.close(read)
