"""Locust, imported once and forked for each load test: its import takes longer than a load of one second.

`WarmLocust` starts such a process; a run of the suite whose environment names it takes its load tests from there.
"""

import _socket
import contextlib
import gc
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any, Self

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = "WARM_LOCUST"
"""Names the socket at which the warm process listens."""


class WarmLocust:
    """The warm process. A context manager; `variables` is the environment of a run that loads by it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.variables = {VARIABLE: str(Path(self._folder.name, "socket"))}
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.variables[VARIABLE])
            listener.listen()
            command = [sys.executable, "-m", __name__, str(listener.fileno())]
            self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, pass_fds=(listener.fileno(),))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()


class _Forked:
    """What `load_test` needs of Popen: a process that the warm one has forked. Our end of the socket is its stdin."""

    def __init__(self, command: Sequence[str], *, stdout: IO[bytes], env: Mapping[str, str], cwd: Path, **_: Any) -> None:
        assert list(command[:3]) == [sys.executable, "-m", "locust"]
        self.stdin = socket.socket(socket.AF_UNIX)
        self.stdin.connect(os.environ[VARIABLE])
        asked = {"arguments": command[3:], "log": stdout.name, "variables": dict(env), "folder": str(cwd)}
        self.stdin.sendall(json.dumps(asked).encode() + b"\n")
        self._answers = self.stdin.makefile("r", encoding="ascii")
        self.pid = int(self._answers.readline())
        self._code: int | None = None

    def poll(self) -> int | None:
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code. Raises TimeoutExpired after `timeout` seconds."""
        if self._code is None:
            self.stdin.settimeout(timeout)
            try:
                self._code = int(self._answers.readline())
            except TimeoutError:
                raise subprocess.TimeoutExpired("locust", timeout or 0.0) from None
        return self._code


def _serve(listener: int) -> None:
    """In the warm process: fork for each that asks. Returns in the fork that is to load."""
    fork, waitpid = os.fork, os.waitpid
    gc.disable()
    import locust.main  # noqa: F401, PLC0415 - it replaces these, and the sockets and threads of the whole process

    gc.freeze()
    gc.enable()
    ours = _socket.socket(fileno=listener)
    while True:
        asking, _ = ours._accept()
        if fork() == 0:
            asked = json.loads(_line(asking))
            loading = os.fork()  # as locust has replaced it: what waits there has a loop of its own
            if loading == 0:
                return _become(asked, asking)
            os.write(asking, f"{loading}\n".encode())
            code = os.waitstatus_to_exitcode(waitpid(loading, 0)[1])
            os.write(asking, f"{code}\n".encode())
            os._exit(0)
        os.close(asking)
        with contextlib.suppress(ChildProcessError):
            while waitpid(-1, os.WNOHANG)[0]:
                pass  # one that has told its exit code


def _line(asking: int) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        line += os.read(asking, 65536)
    return line


def _become(asked: Mapping[str, Any], asking: int) -> None:
    """In the fork: be what a fresh process would be that is to run `python -m locust`."""
    os.setsid()
    log = os.open(asked["log"], os.O_WRONLY | os.O_APPEND)
    for number, target in enumerate((asking, log, log)):
        os.dup2(target, number)
    for target in (asking, log):
        os.close(target)
    os.environ.clear()
    os.environ.update(asked["variables"])
    os.chdir(asked["folder"])
    sys.path.insert(0, asked["variables"]["PYTHONPATH"])
    sys.argv = ["locust", *asked["arguments"]]


def install() -> None:
    """In a run of the suite: take its load tests from the warm process, where there is one."""
    from load import load_test  # noqa: PLC0415 - it imports requests, and Locust wants to come first

    if VARIABLE in os.environ:
        load_test.subprocess = SimpleNamespace(**vars(subprocess) | {"Popen": _Forked})  # type: ignore[assignment]


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
    try:
        sys.modules["locust.main"].main()
    except SystemExit as _ended:
        sys.stdout.flush()
        os._exit(int(_ended.code or 0))  # to take down what was imported takes as long as the rest
