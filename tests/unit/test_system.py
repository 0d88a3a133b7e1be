"""The two systems have the same names, and each does what it says; Windows' is tried on one that is made up."""

import ast
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from fixtures.settings.options import ROOT

FOLDER = ROOT / "fixtures" / "system"
ON = {"here": "from fixtures.system import system"}
if sys.platform != "win32":
    ON["on Windows"] = "from tests.windows import install; install(); from fixtures.system import system"
SECONDS = 60


def names(path):
    """The public names of a module, with the arguments of its functions."""
    found = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = [argument.arg.lstrip("_") for argument in node.args.args]
        targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
        for target in targets:
            found |= {each.id: [] for each in ast.walk(target) if isinstance(each, ast.Name)}
    return {name: arguments for name, arguments in found.items() if not name.startswith("_")}


def test_both_have_the_same_names():
    """Whoever adds one to the one has to add it to the other."""
    assert names(FOLDER / "posix.py") == names(FOLDER / "windows.py")
    assert len(names(FOLDER / "posix.py")) > 10


def test_nothing_else_asks_which_system_it_is():
    """An `if` in the middle of something else is tried on one system and forgotten on the other."""
    asking = ("sys.platform", "os.name", "platform.system() ==")
    modules = [*ROOT.glob("fixtures/**/*.py"), *ROOT.glob("load/*.py")]
    found = [path for path in modules if any(word in path.read_text(encoding="utf-8") for word in asking)]
    assert [path for path in found if path.parent != FOLDER and "rehearsal" not in path.parts] == []


def run(system, code, **options):
    """A process that runs the code on that system, with what it has printed."""
    source = f"{ON[system]}\n{textwrap.dedent(code)}"
    return subprocess.run(
        [sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=True, **options
    ).stdout.split()


@pytest.fixture(params=ON)
def system(request):
    """Each system."""
    return request.param


def test_the_alarm_rings_and_can_be_called_off(system):
    """The first never does, the second soon."""
    code = """
        import signal, threading
        rung = threading.Event()
        signal.signal(system.ALARM, lambda *_: (print("rung"), rung.set()))
        system.ring(0.05); system.ring(0); print(rung.wait(0.3))
        system.ring(0.05)
        while not rung.wait(0.05): pass
        """
    assert run(system, code) == ["False", "rung"]


def test_a_group_ends_as_one(system):
    """What a program has started ends with it, and its output with them."""
    code = """
        import subprocess, sys
        inner = "import time; print('begun', flush=True); time.sleep(600)"
        outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
        process = subprocess.Popen([sys.executable, "-c", outer], stdout=subprocess.PIPE, **system.OWN_GROUP)
        print(process.stdout.readline().decode())
        system.end_group(process)
        print(process.stdout.read().decode() or "closed", process.wait() != 0)
        """
    assert run(system, code) == ["begun", "closed", "True"]


def test_a_link_is_not_opened(system, tmp_path):
    """A ledger may be a stranger's."""
    (tmp_path / "file").write_text("content")
    try:
        (tmp_path / "link").symlink_to(tmp_path / "file")
    except OSError:
        pytest.skip("nobody may make a link here")
    code = f"""
        import pathlib
        for name in ("file", "link"):
            try:
                with open(pathlib.Path({str(tmp_path)!r}, name), opener=system.open_plain) as file:
                    print(file.read())
            except OSError as error:
                print(type(error).__name__)
        """
    assert run(system, code) == ["content", "OSError"]


def test_a_process_goes_on_with_few_variables(system):
    """None of the others is there any more."""
    code = """
        import os, sys
        if "SECRET" in os.environ:
            system.become({name: text for name, text in os.environ.items() if name != "SECRET"})
        print(os.environ.get("SECRET"), os.environ["KEPT"])
        """
    assert run(system, code, env={**os.environ, "SECRET": "x", "KEPT": "y"}) == ["None", "y"]


@pytest.mark.skipif("on Windows" not in ON, reason="this is Windows itself")
def test_windows_has_no_posix_module():
    """The made-up one is as poor as it says: what a room of ours would import is not there."""
    code = """
        import importlib, types
        module = types.ModuleType("fixtures.made_up")
        sources = "import resource", "from os import killpg", "import os; os.O_NOFOLLOW", "import signal; signal.SIGHUP"
        for source in sources:
            try:
                exec(source, module.__dict__)
                print("there")
            except (ImportError, AttributeError):
                print("missing")
        """
    assert run("on Windows", code) == ["missing"] * 4


def test_a_path_on_another_drive_is_told_whole(monkeypatch):
    """Windows knows no way from one drive to another."""
    from fixtures.report import text  # noqa: PLC0415

    def no_way(_path):
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr(text.os.path, "relpath", no_way)
    assert text.near(Path("x")) == "x"
