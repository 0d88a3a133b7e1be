"""A disk that is full from the n-th write on, wherever that is: a pytest plugin, `-p tests.faults.full_disk`.

Python tells of everything that it opens, also where no mock would look; what is told can be refused.
"""

import errno
import os
import sys
from pathlib import Path

FOLDER, WRITES = "FULL_DISK_FOLDER", "FULL_DISK_AFTER"
_MAKES = ("os.mkdir", "os.symlink")


class Disk:
    """Takes so many writes below the folder, and then none."""

    def __init__(self, folder: str, writes: int) -> None:
        self._folder, self._left = folder, writes

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and not int(str(arguments[2] or 0)) & (os.O_WRONLY | os.O_RDWR):
            return
        if event not in ("open", *_MAKES):
            return
        path = arguments[1 if event == "os.symlink" else 0]
        if isinstance(path, (str, os.PathLike)) and Path(path).absolute().is_relative_to(self._folder):
            self._left -= 1
            if self._left < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


if FOLDER in os.environ:
    sys.addaudithook(Disk(os.environ[FOLDER], int(os.environ[WRITES])))
