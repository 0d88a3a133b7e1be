"""A plugin, `-p tests.faults.signalled`: the process gets a signal just when it opens a file for the so-manieth time.

LAUNCH_CONTROL_SIGNAL says which, when and of what file: `SIGINT 2 requests.csv`.
"""

import os
import signal
import sys

NAME, TIMES, FILE = os.environ["LAUNCH_CONTROL_SIGNAL"].split()
_left = int(TIMES)


def _look(event: str, arguments: tuple[object, ...]) -> None:
    global _left  # noqa: PLW0603 - an audit hook has nowhere else to count
    if event == "open" and str(arguments[0]).endswith(FILE):
        _left -= 1
        if not _left:
            os.kill(os.getpid(), getattr(signal, NAME))


sys.addaudithook(_look)
