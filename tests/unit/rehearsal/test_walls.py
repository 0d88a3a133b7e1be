"""What a stranger's application can reach of this machine: nothing behind walls, and it is told where there are none."""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fixtures.rehearsal import walls as walls_module
from fixtures.rehearsal.walls import Walls
from fixtures.settings.options import REFERENCE_APP
from tests.unit.rehearsal.rehearsal_support import ROOT, ChildRehearsal, World, python, server, wait

CANARY = "canary-in-the-callers-hands"
HARMLESS = 18  # SIGCONT
TRIES = f"""
import json, os, socket
targets = json.loads(os.environ["TARGETS"])
def attempt(what, act):
    try:
        act()
    except OSError:
        return
    print(what)
for path in targets["read"]:
    attempt("read " + path, lambda: open(path, "rb").close())
for path in targets["written"]:
    attempt("wrote " + path, lambda: open(path, "wb").close())
for number in targets["killed"]:
    attempt("killed " + number, lambda: os.kill(int(number), {HARMLESS}))
for number in targets["reached"]:
    attempt("reached " + number, lambda: socket.create_connection(("127.0.0.1", int(number)), 1))
attempt("left the machine", lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"", ("192.0.2.1", 53)))
print("tried")
"""
BY_C = f"""
import ctypes, json, os
targets = json.loads(os.environ["TARGETS"])
c = ctypes.CDLL(None)
for mine in (False, True):  # as it is, and as the master of namespaces of its own, where alone it touches mounts
    master = mine and c.unshare(0x10020000) == 0
    if master and c.umount2(targets["home"][0].encode(), 2) == 0:
        print("took down home")
    for path in targets["read"]:
        if c.open(path.encode(), 0) >= 0:
            print("read", path)
    for path in targets["written"]:
        if master:
            c.mount(None, b"/", None, 0x1020, None)  # writable, please
        if c.open(path.encode(), 0o101, 0o600) >= 0:
            print("wrote", path)
    for number in targets["killed"]:
        if c.kill(int(number), {HARMLESS}) == 0:
            print("killed", number)
print("tried")
"""
BY_SHELL = f"""
targets() {{ echo "$TARGETS" | tr -d '[]",{{}}' | tr ' ' '\\n' | sed -n "/^$1:/,/^[a-z]*:/p" | grep -v :; }}
for path in $(targets read); do cat "$path" > /dev/null 2>&1 && echo read "$path"; done
for path in $(targets written); do touch "$path" 2> /dev/null && echo wrote "$path"; done
for number in $(targets killed); do kill -{HARMLESS} "$number" 2> /dev/null && echo killed "$number"; done
echo tried
"""
WAYS: dict[str, list[str]] = {
    "python": python(TRIES),
    "python -I": ["python", "-I", "-c", TRIES],
    "a child": python(f"import subprocess, sys; subprocess.run([sys.executable, '-I', '-S', '-c', {TRIES!r}])"),
    "ctypes": python(BY_C),
    "sh": ["/bin/sh", "-c", BY_SHELL],
}
NOT_ALLOWED = """
from fixtures.rehearsal import walls
walls._PROGRAM = ["/bin/sh", "-c", "echo unshare: Operation not permitted >&2; exit 1"]
from fixtures.rehearsal.__main__ import main; main()
"""


@dataclass(frozen=True)
class Machine:
    """A rehearsal on a machine with something to lose."""

    rehearsal: ChildRehearsal
    said: Path
    targets: dict[str, list[str]]
    """What an application may try, by what it would do to it."""

    def tried(self, command: list[str]) -> list[str]:
        """What an application of that command has managed to do; what it wrote into a folder of its own is nowhere."""
        world = World(url=self.rehearsal.url)
        environment = [{"name": "TARGETS", "value": json.dumps(self.targets)}]
        other = world.container(name="other", command=command, environment=environment, essential=False, portMappings=[])
        task = world.launch(world.container(command=server()), other)
        lines: Callable[[], list[str]] = lambda: [event["message"] for event in world.log(task, "other")]  # noqa: E731
        managed = wait("the attempts' end", lines, lambda seen: "tried" in seen)
        world.delete()
        return [did for did in managed[:-1] if not did.startswith("wrote ") or Path(did.removeprefix("wrote ")).exists()]

    def walls(self) -> str:
        """What the rehearsal has said of them."""
        wait("the walls' line", self.said.read_text, lambda text: "walls:" in text)
        return next(line for line in self.said.read_text().splitlines() if line.startswith("walls:"))


def machine(program: tuple[str, ...]) -> Iterator[Machine]:
    """Its home lies in the checkout, so that neither hides the other by chance."""
    with (
        tempfile.TemporaryDirectory(prefix=".home-", dir=ROOT) as home,
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        read = [Path(home, ".aws", "credentials"), Path(home, "canary"), Path(folder, "canary")]
        for path in read:
            path.parent.mkdir(exist_ok=True)
            path.write_text(CANARY)
        patch.setenv("HOME", home)
        patch.setenv("CANARY", CANARY)
        said = Path(folder, "said.txt")
        with said.open("w") as output, ChildRehearsal(program=program, stdout=output.fileno()) as rehearsal:
            killed = [str(os.getpid()), str(rehearsal.process.pid)]
            targets = {
                "read": [*map(str, read), *(f"/proc/{number}/environ" for number in killed)],
                "written": [str(Path(place, f"written-by-{os.getpid()}")) for place in (ROOT, sys.prefix, home + "/.aws")],
                "killed": killed,
                "reached": [rehearsal.url.rpartition(":")[2]],
                "home": [home],
            }
            try:
                yield Machine(rehearsal, said, targets)
            finally:
                for path in targets["written"]:
                    Path(path).unlink(missing_ok=True)


@pytest.fixture(scope="module")
def walled() -> Iterator[Machine]:
    """Where this machine has walls."""
    tried = Walls(REFERENCE_APP)
    tried.fall()
    if tried.missing:
        pytest.skip(f"this machine allows no walls: {tried.missing}")
    yield from machine(("-m", "fixtures.rehearsal"))


@pytest.fixture(scope="module")
def open_to_all() -> Iterator[Machine]:
    """On a machine that allows none."""
    yield from machine(("-c", NOT_ALLOWED))


@pytest.mark.parametrize("command", WAYS.values(), ids=WAYS.keys())
def test_an_application_finds_and_does_nothing(walled: Machine, command: list[str]) -> None:
    """Not in the caller's home, /tmp, checkout, virtualenv or processes, by whatever program it tries."""
    assert walled.tried(command) == []
    assert [path for path in walled.targets["written"] if Path(path).exists()] == []
    assert walled.walls() == (
        "walls: own processes, files read-only but for the application's, home, /tmp empty; network: its own"
    )


def test_an_application_writes_into_its_folder_and_a_tmp_of_its_own(walled: Machine) -> None:
    """What it leaves in its folder is there as ever; what it writes to /tmp and home nobody else sees."""
    name = f"left-{os.getpid()}"
    places = [f"/tmp/{name}", f"{os.path.expanduser('~root')}/{name}", f"/dev/shm/{name}", name]  # noqa: PTH111
    program = f"for path in {places}:\n    open(path, 'w').write('left')\nprint('tried')"
    assert walled.tried(python(program)) == []
    assert [path for path in places if Path(path).exists()] == []
    assert (walled.rehearsal.app / name).read_text() == "left"


def test_the_callers_dotfiles_are_empty(walled: Machine) -> None:
    """What lies beside app/ and begins with a dot is not in the course's image; a name like it is."""
    for name in (".env", ".netrc", "model.env"):
        (walled.rehearsal.app / name).write_text(f"{name} of the caller")
    program = "import os\nfor name in ('.env', '.netrc', 'model.env'):\n    print(os.path.isfile(name), open(name).read())"
    assert walled.tried(python(program + "\nprint('tried')")) == ["False ", "False ", "True model.env of the caller"]
    walls = Walls(walled.rehearsal.app)
    assert "home, /tmp, .env, .netrc empty" in str(walls)
    walls.fall()


def test_where_none_are_to_be_had_the_end_is_as_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """They have fallen when the rehearsal ends, and it says so a second time."""
    monkeypatch.setattr(walls_module, "_PROGRAM", [sys.executable, "-c", "raise OSError('no namespaces here')"])
    walls = Walls(REFERENCE_APP)
    assert walls.missing == "OSError: no namespaces here"
    walls.fall()


@pytest.mark.parametrize("command", [WAYS["python -I"], WAYS["ctypes"], WAYS["sh"]], ids=["python -I", "ctypes", "sh"])
def test_where_none_are_allowed_the_rehearsal_goes_on_and_says_so(open_to_all: Machine, command: list[str]) -> None:
    """The very same attempts succeed there: it is the walls that held."""
    managed = open_to_all.tried(command)
    assert {line.split()[0] for line in managed} >= {"read", "wrote", "killed"}
    assert {f"read {path}" for path in open_to_all.targets["read"]} <= set(managed)
    assert open_to_all.walls() == (
        "walls: none here (unshare: Operation not permitted); network: only Python programs are kept on this machine"
    )
