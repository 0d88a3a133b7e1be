"""`python -m tests.course.one_address`: the rehearsal on a machine that has 127.0.0.1 alone, and no walls, as macOS."""

import errno
import os
import socket
import sys

from fixtures.rehearsal import walls
from fixtures.rehearsal.__main__ import main


def refuse_others(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook: no other address can be bound."""
    address = arguments[1] if event == "socket.bind" else None
    if isinstance(address, tuple) and str(address[0]).startswith("127.") and address[0] != "127.0.0.1":
        raise OSError(errno.EADDRNOTAVAIL, "Can't assign requested address")


def no_walls(self: walls.Walls) -> str:
    """There are no namespaces either."""
    self.fall()
    return "this machine has one address"


def never_full(address: tuple[str, int], **_: int) -> socket.socket:
    """A listener whose queue takes every connection."""
    return create_server(address, backlog=128)


if __name__ == "__main__":
    sys.addaudithook(refuse_others)
    walls.Walls._try = no_walls  # type: ignore[method-assign]
    if os.environ.get("LAUNCH_CONTROL_LOUD"):  # and its queues never fill
        create_server, socket.create_server = socket.create_server, never_full  # type: ignore[assignment]
    main()
