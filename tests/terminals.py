"""A pseudo-terminal with the command in it: what it draws, the keys that are pressed, and its size."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

LONGEST = 60.0
"""Seconds after which a screen that was waited for will not come."""
ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[a-zA-Z]")
ENTER, LEAVE, SHOW_CURSOR = b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[?25h"


class Terminal:
    """A pseudo-terminal with a program in it."""

    def __init__(self, *words: str, lines: int = 24, columns: int = 80) -> None:
        self.master, self.slave = pty.openpty()
        self.resize(lines, columns)
        self.before = termios.tcgetattr(self.slave)
        self.program = subprocess.Popen(
            [sys.executable, "-m", "plainbase", *words],
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES")}
            | {"TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8"},
        )
        self.output = b""

    def resize(self, lines: int, columns: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def wait_for(self, what: bytes, since: int = 0) -> int:
        """Read until this text is on the screen; return where the reading ended."""
        end = monotonic() + LONGEST
        while what not in ESCAPES.sub(b"", self.output[since:]):
            ready, _, _ = select.select([self.master], [], [], max(0.0, end - monotonic()))
            assert ready, f"{what!r} never came: {self.output[since:][-3000:]!r}"
            self.output += os.read(self.master, 65536)
        return len(self.output)

    def press(self, keys: bytes) -> int:
        """Press keys, and read to the end of the program; return its exit code."""
        os.write(self.master, keys)
        end = monotonic() + LONGEST
        while self.program.poll() is None or select.select([self.master], [], [], 0)[0]:
            assert monotonic() < end, "it does not end"
            if select.select([self.master], [], [], 0.05)[0]:
                self.output += os.read(self.master, 65536)
        return self.program.returncode

    def frames(self, head: bytes) -> list[list[str]]:
        """The screens that were drawn, each of which begins with this text, as their lines."""
        drawn = self.output.split(head)[1:]
        return [[line.rstrip() for line in ESCAPES.sub(b"", head + each).decode().split("\r\n")] for each in drawn]

    def close(self) -> None:
        if self.program.poll() is None:
            self.program.kill()
            self.program.wait()
        os.close(self.master)
        os.close(self.slave)


@contextmanager
def terminal(*words: str, lines: int = 24, columns: int = 80) -> Iterator[Terminal]:
    made = Terminal(*words, lines=lines, columns=columns)
    try:
        yield made
    finally:
        made.close()
