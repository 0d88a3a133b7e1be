"""A standing rehearsal, started as a person starts it: `python -m fixtures.rehearsal`, used with what it prints."""

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
_STOP_SECONDS = 20


class Standing:
    """A context manager; `welcome` is the text that it greets with. Raises RuntimeError when it does not start."""

    def __init__(self, *options: str, module: str = "fixtures.rehearsal") -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *options], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        self.welcome = self._greeting()
        self._reader = threading.Thread(target=self._drain, daemon=True)
        self._reader.start()

    @property
    def export_lines(self) -> str:
        """The lines that a person is told to paste into the shell."""
        return "".join(line + "\n" for line in self.welcome.splitlines() if line.startswith(("export ", "unset ")))

    @property
    def exports(self) -> dict[str, str]:
        """What those lines export, by name."""
        pairs = [line.removeprefix("export ") for line in self.export_lines.splitlines() if line.startswith("export ")]
        return dict(pair.split("=", 1) for pair in pairs)

    @property
    def url(self) -> str:
        return self.exports["AWS_ENDPOINT_URL"]

    @property
    def address(self) -> str:
        """How a shell reaches a task: with a port only where the welcome says that port 80 cannot be had."""
        moved = re.search(r"http://\$PUBLIC_IP:\d+", self.welcome)
        return moved[0] if moved else "http://$PUBLIC_IP"

    def children(self) -> list[int]:
        """The processes that it runs now: the containers of its tasks."""
        threads = Path("/proc", str(self._process.pid), "task")
        found = [Path("/proc", pid) for told in threads.glob("*/children") for pid in _read(told).split()]
        return [int(process.name) for process in found if not _keeps_the_network(process)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_STOP_SECONDS)
        finally:
            self._process.kill()
            self._reader.join()

    def _greeting(self) -> str:
        assert self._process.stdout
        text = ""
        while not text.endswith("\n\n"):  # it is printed at once, and a blank line is its end
            chunk = os.read(self._process.stdout.fileno(), 65536)
            if not chunk:
                raise RuntimeError(f"the rehearsal did not start: exit code {self._process.wait()}, printed {text!r}")
            text += chunk.decode()
        return text

    def _drain(self) -> None:
        assert self._process.stdout
        with self._process.stdout as events:  # unread, they would fill the pipe, and it would stand still
            for _ in events:
                pass


def _keeps_the_network(process: Path) -> bool:
    """Whether it is the one that stands as long as the walls do: it has no environment at all."""
    try:
        return b"inside.py" in (process / "cmdline").read_bytes() and not (process / "environ").read_bytes()
    except OSError:
        return False


def _read(told: Path) -> str:
    """What it says; nothing when that thread has ended meanwhile."""
    try:
        return told.read_text()
    except OSError:
        return ""
