"""What a container of the rehearsal sees: its task definition, its own network, and nothing else of this machine."""

import hashlib
import io
import os
import socket
import struct
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests

from fixtures.rehearsal.runner import ProcessContainer, moved
from fixtures.wire.offline import is_loopback
from tests.unit.rehearsal.rehearsal_support import (
    World,
    processes_with,
    python,
    rehearsal_of,
    server,
    sockets_of,
    wait,
)

NAMES = ("EMPTY", "MODEL", "dotted.name")
TRIES = """
import socket, urllib.request
for attempt in (
    lambda: socket.create_connection(("192.0.2.1", 80)),
    lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"", ("192.0.2.1", 53)),
    lambda: socket.getaddrinfo("example.com", 80),
    lambda: urllib.request.urlopen("http://169.254.170.2/"),
):
    try:
        attempt()
    except OSError as error:
        print("refused:", "OfflineError" in repr(error) and "offline: " in str(error))
    else:
        print("let through")
"""
TALKS = """
import hashlib, http.server
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = hashlib.sha256(body).hexdigest().encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
    def log_message(self, *_):
        pass
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128
Server(("0.0.0.0", 80), Handler).serve_forever()
"""
RESETS = """
import socket, struct
server = socket.create_server(("0.0.0.0", 80))
while True:
    with server.accept()[0] as client:
        client.recv(1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
"""
ECHOES_AT_THE_END = """
import socket
server = socket.create_server(("0.0.0.0", 80))
while True:
    with server.accept()[0] as client:
        received = b""
        while data := client.recv(1000):
            received += data
        if received:
            client.sendall(b"received " + received)
"""


@pytest.fixture
def world() -> Iterator[World]:
    """AWS answers as fast as it can."""
    with World() as it:
        yield it


def program(world: World, code: str) -> dict[str, object]:
    """A container that runs this and goes on after that."""
    return world.container(command=python(f"{code}\nimport time; time.sleep(1000)"), portMappings=[])


def test_the_environment_is_the_task_definitions(world: World) -> None:
    """Nothing of the caller's is seen, least of all the caller's AWS; names with dots and empty values are."""
    given = [{"name": "MODEL", "value": "v1"}, {"name": "dotted.name", "value": "kept"}, {"name": "EMPTY", "value": ""}]
    container = program(world, "import os; print(sorted(os.environ))\nprint([os.environ[n] for n in " + str(NAMES) + "])")
    task = world.launch(container | {"environment": given})
    names, values = world.lines(task, 2)
    assert values == "['', 'v1', 'kept']"
    ours = {"LAUNCH_CONTROL_TASK", "LC_CTYPE", "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONUNBUFFERED"}
    assert set(names.strip("[]").replace("'", "").split(", ")) - ours == set(NAMES)


def test_the_working_directory_is_the_apps(world: World) -> None:
    """The image's own files are there: app/main.py among them."""
    task = world.launch(program(world, "import pathlib; print(pathlib.Path('app/main.py').exists())"))
    assert world.lines(task) == ["True"]


def test_the_entry_point_comes_before_the_command(world: World) -> None:
    """As Docker builds a container's command line."""
    container = world.container(entryPoint=["python", "-c"], command=["import time; print('hi'); time.sleep(1000)"])
    task = world.launch(container | {"portMappings": []})
    assert world.lines(task) == ["hi"]


def test_nothing_leaves_the_machine(world: World) -> None:
    """Connections, datagrams and look-ups of names fail at once, with the reason."""
    task = world.launch(program(world, TRIES))
    assert world.lines(task, 4) == ["refused: True"] * 4


def test_every_socket_listens_on_loopback_alone(world: World) -> None:
    """The container asked for all interfaces: loopback is the only one of its network; the rehearsal listens there alone."""
    world.launch(world.container(command=[*server(), world.mark]))
    (container,) = processes_with(world.mark)
    interfaces = Path(f"/proc/{container.pid}/net/dev").read_text().splitlines()[2:]
    assert [interface.split(":")[0].strip() for interface in interfaces] == ["lo"]
    listening = [(address, port) for address, port, listens in sockets_of(rehearsal_of(container)) if listens]
    assert moved(80) in {port for _, port in listening}
    assert [address for address, _ in listening if not is_loopback(address)] == []


def test_uploads_of_ten_megabytes_arrive_whole(world: World) -> None:
    """What a client sends is what the container reads."""
    address = world.address(world.launch(world.container(command=python(TALKS))))
    body = os.urandom(10_000_000)
    answer = requests.post(f"http://{address}:{moved(80)}/", data=body, timeout=20)
    assert answer.text == hashlib.sha256(body).hexdigest()


def test_many_clients_at_once_are_all_served(world: World) -> None:
    """Sixteen clients, each with connections of its own; afterwards the rehearsal holds as many files as before."""
    address = world.address(world.launch(world.container(command=[*python(TALKS), world.mark])))
    rehearsal = rehearsal_of(processes_with(world.mark)[0])
    before = rehearsal.num_fds()
    with ThreadPoolExecutor(16) as clients:
        url = f"http://{address}:{moved(80)}/"
        answers = list(clients.map(lambda number: requests.post(url, data=f"{number}", timeout=20).text, range(200)))
    assert answers == [hashlib.sha256(f"{number}".encode()).hexdigest() for number in range(200)]
    wait("the files' closing", rehearsal.num_fds, lambda now: now <= before)


def test_a_reset_by_the_container_is_a_reset_for_the_client(world: World) -> None:
    """It is not mistaken for the end of an answer."""
    address = world.address(world.launch(world.container(command=python(RESETS))))
    with pytest.raises(requests.ConnectionError, match="Connection reset by peer"):
        requests.get(f"http://{address}:{moved(80)}/", timeout=20)


def test_a_client_that_has_finished_sending_still_hears(world: World) -> None:
    """A connection can be half closed, in both directions."""
    address = world.address(world.launch(world.container(command=python(ECHOES_AT_THE_END))))
    with socket.create_connection((address, moved(80)), timeout=20) as client:
        client.sendall(b"this")
        client.shutdown(socket.SHUT_WR)
        assert client.makefile("rb").read() == b"received this"


def test_clients_that_break_off_leave_nothing_behind(world: World) -> None:
    """Their connections to the container are gone too."""
    address = world.address(world.launch(world.container(command=[*python(TALKS), world.mark])))
    (container,) = processes_with(world.mark)
    for _ in range(20):
        with socket.create_connection((address, moved(80)), timeout=20) as client:
            client.sendall(b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\npart")
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def connections() -> list[object]:
        return [each for each in sockets_of(container) if not each[2]]

    assert sockets_of(container)

    wait("their connections' end", connections, lambda left: not left)


def test_many_starts_and_stops_leave_no_file_open(world: World) -> None:
    """After tasks have come and gone the rehearsal holds no more files than before."""
    world.launch(world.container(command=[*server(), world.mark]))
    rehearsal = rehearsal_of(processes_with(world.mark)[0])
    before = rehearsal.num_fds()
    for count in (0, 3, 1, 4, 1):
        world.update(desiredCount=count)
        world.steady()
    wait("the files' closing", rehearsal.num_fds, lambda now: now <= before)


def test_a_program_that_never_stops_writing_harms_nobody(world: World) -> None:
    """It has to wait until its lines are taken, and AWS still answers."""
    other = world.container(name="noise", command=["yes"], essential=False, portMappings=[])
    task = world.launch(world.container(), other)
    assert world.lines(task, 1, "noise")[0] == "y"
    world.update(desiredCount=0)
    assert world.stopped()["containers"][1]["exitCode"] == 143


def test_a_line_may_be_taken_as_soon_as_it_is_written() -> None:
    """Whoever ships lines to the log is not waited for, and does not wait."""

    class Taken(deque[tuple[float, str]]):
        def append(self, _line: tuple[float, str]) -> None:
            """There it was."""

    output, woken = io.BytesIO(b"one line\nModuleNotFoundError: No module named 'torch'\n"), []
    container = SimpleNamespace(_process=SimpleNamespace(stdout=output), _app=Path(), _guard=None, lines=Taken())
    ProcessContainer._read(container, lambda: woken.append(True))  # type: ignore[arg-type]
    assert woken == [True]
