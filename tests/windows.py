"""The suite's own modules on a Windows that is made up: `python -m tests.windows ARGUMENTS` is pytest on it.

What they import of the standard library lacks what Windows lacks, and has what Windows has instead; libraries keep the real
one. What this cannot show is Windows itself: its processes, its files that are open, its paths with a drive.
"""

import builtins
import os
import signal
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

BREAK = signal.SIGUSR1
"""What stands for CTRL_BREAK, which Python on Windows calls SIGBREAK."""
_ABSENT = {"fcntl", "grp", "pty", "pwd", "resource", "select", "termios", "tty"}
"""Modules that there are not; `select` is there, but takes sockets alone."""
_WITHOUT = {
    "os": (
        *(
            "chown",
            "fchmod",
            "fork",
            "geteuid",
            "getgid",
            "getpgid",
            "getuid",
            "killpg",
            "mkfifo",
            "mknod",
            "openpty",
            "setsid",
        ),
        *("O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "WNOHANG", "pidfd_open", "symlink", "uname", "waitid"),
    ),
    "signal": (
        *("ITIMER_REAL", "SIGALRM", "SIGCHLD", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGUSR1", "SIGUSR2"),
        *("alarm", "pthread_kill", "pthread_sigmask", "setitimer", "sigwait"),
    ),
    "subprocess": (),
    "socket": ("AF_UNIX", "socketpair", "send_fds", "recv_fds"),
}
_INSTEAD: dict[str, Mapping[str, Any]] = {
    "os": {"name": "nt"},
    "signal": {"SIGBREAK": BREAK, "CTRL_BREAK_EVENT": BREAK, "CTRL_C_EVENT": signal.SIGINT},
    "subprocess": {"CREATE_NEW_PROCESS_GROUP": 0},  # any other number would be refused on this machine
}
_OURS = ("fixtures", "load")


class OnWindows(ModuleType):
    """A module as it is on Windows."""

    def __init__(self, real: ModuleType) -> None:
        super().__init__(real.__name__)
        self._real = real

    def __getattr__(self, name: str) -> Any:
        if name in _WITHOUT[self.__name__]:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r} on Windows")
        instead = _INSTEAD.get(self.__name__, {})
        return instead[name] if name in instead else getattr(self._real, name)


def install() -> None:
    """From now on the suite's modules are on Windows. Raises ImportError where some of them are loaded already."""
    loaded = [name for name in sys.modules if name.startswith("fixtures.") and name != "fixtures.way_in"]
    if loaded:
        raise ImportError(f"too late, there is {loaded[0]}")
    import psutil  # noqa: F401, PLC0415 - by the real platform

    real = builtins.__import__
    stand_ins = {name: OnWindows(real(name)) for name in _WITHOUT}

    def imported(name: str, globals_: Any = None, locals_: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        importer = (globals_ or {}).get("__name__", "")
        if level == 0 and importer.split(".")[0] in _OURS:
            if name in _ABSENT:
                raise ModuleNotFoundError(f"No module named {name!r} on Windows", name=name)
            if name in stand_ins:
                return stand_ins[name]
        return real(name, globals_, locals_, fromlist, level)

    def no_links(*_: Any, **__: Any) -> None:
        raise OSError(1314, "A required privilege is not held by the client")

    builtins.__import__ = imported
    os.symlink = no_links
    platform, sys.platform = sys.platform, "win32"
    try:
        import fixtures.system  # noqa: PLC0415
    finally:
        sys.platform = platform
    if fixtures.system.system.__name__ != "fixtures.system.windows":
        raise ImportError("this is not Windows")


if __name__ == "__main__":
    install()
    import pytest

    sys.exit(pytest.main(sys.argv[1:]))
