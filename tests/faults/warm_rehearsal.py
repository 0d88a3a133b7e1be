"""A standing rehearsal that forks the containers of the course's command, instead of starting Python and uvicorn for each.

`python -m tests.faults.warm_rehearsal` takes the place of `python -m fixtures.rehearsal`.
"""

import ctypes
import gc
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

gc.disable()  # until all is imported, as the rehearsal has it
from fixtures.rehearsal import inside, runner  # noqa: E402
from fixtures.rehearsal.__main__ import main  # noqa: E402

UVICORN = str(Path(sys.executable).with_name("uvicorn"))
_FORKS = Path(__file__).with_name("warm_container.py")
_SHIM = str(Path(runner.__file__).with_name("container"))
_PYTHON = {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": _SHIM}
"""What the rehearsal says to a container's Python."""
_ADOPT_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER


class Forks:
    """The process that has imported uvicorn, and forks. Its `popen` is used like subprocess.Popen."""

    def __init__(self) -> None:
        self._asking, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, str(_FORKS), str(theirs.fileno()), UVICORN, _SHIM, inside.__file__]
            variables = {"PATH": os.environ["PATH"], **_PYTHON, "PYTHONPATH": ""}
            subprocess.Popen(command, env=variables, stdin=subprocess.DEVNULL, pass_fds=(theirs.fileno(),))
        ctypes.CDLL(None).prctl(_ADOPT_ORPHANS, 1, 0, 0, 0)

    def popen(self, started: Sequence[str], **given: Any) -> Any:
        """A process: forked where it is uvicorn and the task definition says nothing to Python itself, else started."""
        command, variables, walls = started, given["env"], None
        if inside.VARIABLE in variables:
            asked = json.loads(variables[inside.VARIABLE])
            command, variables, walls = asked["command"], asked["variables"], asked["walls"]
        if command[0] != UVICORN or {name: variables[name] for name in variables if name.startswith("PYTHON")} != _PYTHON:
            return subprocess.Popen(started, **given)
        ours, theirs = os.pipe()
        asked = {"command": command, "folder": str(given["cwd"]), "variables": variables, "walls": walls}
        socket.send_fds(self._asking, [json.dumps(asked).encode()], [theirs])
        os.close(theirs)
        return _Forked(int(self._asking.recv(64)), os.fdopen(ours, "rb"))


class _Forked:
    """What the rehearsal needs of Popen."""

    def __init__(self, pid: int, stdout: IO[bytes]) -> None:
        self.pid, self.stdout = pid, stdout
        self._code: int | None = None

    def poll(self) -> int | None:
        return self._wait(os.WNOHANG)

    def wait(self) -> int | None:
        return self._wait(0)

    def terminate(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)

    def _wait(self, options: int) -> int | None:
        if self._code is None:
            pid, status = os.waitpid(self.pid, options)
            self._code = os.waitstatus_to_exitcode(status) if pid else None
        return self._code


if __name__ == "__main__":
    runner.subprocess = SimpleNamespace(**vars(subprocess) | {"Popen": Forks().popen})  # type: ignore[assignment]
    main()
