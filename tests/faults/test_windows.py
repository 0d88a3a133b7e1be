"""The suite on a Windows that is made up: it launches, adopts, replays and stops there, and says what it cannot do."""

import os
import signal
import subprocess
import sys

import pytest

from fixtures.settings.options import ROOT
from tests.faults.suite import catch
from tests.windows import BREAK

SECONDS = 120


class OnWindows:
    """pytest with these words, at work there, on a console of 256 characters. A context manager: leaving it ends it."""

    def __init__(self, folder, *words, **variables):
        base = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        command = [sys.executable, "-m", "tests.windows", "tests/acceptance", f"--reports={folder / 'reports'}", *words]
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=base | variables | {"PYTHONIOENCODING": "cp1252"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()

    @property
    def running(self):
        return self._process.poll() is None

    def signal(self, number):
        self._process.send_signal(number)

    def wait(self):
        """Its exit code and what it printed."""
        printed, _ = self._process.communicate(timeout=SECONDS)
        return self._process.returncode, printed.decode("cp1252")


BRIEFLY = ("--load-seconds=1", "--steady=0.1")


def test_a_launch_is_judged_and_its_bundle_again(account, tmp_path):
    """All criteria, with Locust and the undo; then the replay of its zip, which agrees."""
    account.as_found = False
    with OnWindows(tmp_path, "--live", "--bundle-zip", *BRIEFLY, **account.variables) as suite:
        code, printed = suite.wait()
    assert code == 0, printed
    assert "27 PASS" in printed
    assert account.left_behind() == []
    latest = tmp_path / "reports" / "latest"
    assert latest.is_file()  # no link can be made
    (packed,) = (tmp_path / "reports").glob("*.zip")
    assert packed.stem == latest.read_text(encoding="utf-8").strip()
    with OnWindows(tmp_path, "--replay", str(packed)) as suite:
        code, printed = suite.wait()
    assert code == 0, printed
    assert printed.splitlines()[-1].startswith("AGREES: ")


def test_what_a_console_cannot_show_is_told_all_the_same(tmp_path):
    """Such characters as what they are; nothing ends in an error. A file of that name has been added to a bundle."""
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    (bundle / "manifest-sha256.txt").write_text("", encoding="utf-8")
    (bundle / "\u2713 \u4e2d.txt").write_text("", encoding="utf-8")
    with OnWindows(tmp_path, "--replay", str(bundle)) as suite:
        code, printed = suite.wait()
    assert code == 6, printed
    assert printed.startswith("INVALID ("), printed
    assert "\\u2713 \\u4e2d.txt" in printed


@pytest.mark.parametrize(
    ("words", "number", "reason"),
    [((), BREAK, "interrupted by SIGUSR1"), (("--max-minutes=0.05",), None, "stopped at its limit of 0.05 minutes")],
    ids=["CTRL_BREAK", "time limit"],
)
def test_it_stops_there_too(words, number, reason, account, tmp_path):
    """Without SIGHUP and SIGALRM: everything is undone."""
    account.as_found = False
    with OnWindows(tmp_path, "--live", "--load-seconds=30", *words, **account.variables) as suite:
        if number:
            catch(suite, "the service", lambda: any(tmp_path.glob("reports/*/evidence/*CreateService.json")))
            suite.signal(number)
        code, printed = suite.wait()
    assert code == pytest.ExitCode.INTERRUPTED, printed
    assert reason in printed
    assert account.left_behind() == [], printed


THERE = "on Windows use WSL or the development container. Here there are --live, --live --adopt and --replay"


def test_what_is_not_to_be_had_is_said_in_one_sentence(tmp_path):
    """A rehearsal: with what to do instead, and before anything is made."""
    with OnWindows(tmp_path) as suite:
        code, printed = suite.wait()
    assert code == pytest.ExitCode.USAGE_ERROR
    assert [line for line in printed.splitlines() if line] == [
        f"ERROR: rehearsals and gradebooks are for Linux and macOS: {THERE}"
    ]
