"""The bundle as files: for its user alone, and nobody is blamed for a full disk or for what stands in the way."""

import os
import re

import pytest

from fixtures.report.html_plugin import latest_link
from tests.faults.aws_faults import variables
from tests.faults.full_disk import FOLDER, WRITES
from tests.faults.matrix import BRIEFLY, EVERYTHING_MADE, Place
from tests.faults.suite import Suite

FULL = "the disk is full where --reports points to, so the bundle is not whole"
MOMENTS = {"the ledger": 1, "the middle": 40, "the undo": 75, "the report": 100}


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS.keys())
def test_a_full_disk_is_told_once_and_blames_nobody(moment, account, tmp_path):
    """What was made is undone all the same; a criterion that needs the disk is ERROR, and none is FAIL."""
    place = Place(tmp_path)
    place.reports.mkdir()
    words = ["tests/acceptance", "--live", "-q", f"--reports={place.reports}", *BRIEFLY, "-k", EVERYTHING_MADE]
    words += ["-p", "tests.faults.full_disk"]
    full = {FOLDER: str(place.reports), WRITES: str(moment)}
    account.without_the_role()
    account.as_found = False
    with Suite(words, account.variables | variables(place.record) | full, place.folder) as suite:
        ended = suite.wait()
    assert account.left_behind() == [], str(ended)
    assert "Traceback" not in ended.output, str(ended)
    assert not re.search(r"^\S+ +FAIL ", ended.output, re.MULTILINE), str(ended)
    assert ended.output.count("No space left on device") + ended.output.count(f"PROBLEM  {FULL}") <= 1, str(ended)
    assert FULL in ended.output or "No space left on device" in ended.output, str(ended)
    assert ended.code != 0, str(ended)


IN_THE_WAY = {
    "a folder": lambda latest: latest.mkdir(),
    "a folder with something in it": lambda latest: (latest / "mine").mkdir(parents=True),
    "a file of somebody's": lambda latest: latest.write_text("mine\n"),
    "an empty file": lambda latest: latest.touch(),
    "a pipe": os.mkfifo,
}


def what_is(path):
    """What a writer would change of it; the time of the last access is not of it, as a reader changes that."""
    kept = path.lstat()
    return kept.st_ino, kept.st_mode, kept.st_uid, kept.st_size, kept.st_mtime_ns


@pytest.mark.parametrize("put", IN_THE_WAY.values(), ids=IN_THE_WAY.keys())
def test_what_is_somebodys_is_not_replaced_by_the_newest_run(put, tmp_path):
    """It is told in one line, and stays as it is."""
    put(tmp_path / "latest")
    before = what_is(tmp_path / "latest")
    told = latest_link(tmp_path, tmp_path / "20260101T000000Z-abcd")
    assert told.endswith("latest does not point to this run: it is somebody else's; move it away")
    assert len(told.splitlines()) == 1
    assert what_is(tmp_path / "latest") == before
    assert [path.name for path in tmp_path.iterdir()] == ["latest"]


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """A whole run of the suite with umask 000, where `latest` is a folder of somebody's: how it ended, and its reports."""
    place = Place(tmp_path_factory.mktemp("judged"))
    (place.reports / "latest" / "mine").mkdir(parents=True)
    words = ["tests/acceptance", "-q", f"--reports={place.reports}", "--load-seconds=1", "--steady=0.1", "--bundle-zip"]
    before = os.umask(0)
    try:
        with Suite([*words, "-k", "NET-2 or LOAD-1"], {}, place.folder) as suite:
            return suite.wait(), place.reports
    finally:
        os.umask(before)


def test_a_bundle_is_for_its_user_alone(judged):
    """Whatever the umask, and whichever process writes: the suite, the rehearsal's or Locust's."""
    _, reports = judged
    modes = {path: path.stat().st_mode & 0o777 for path in reports.glob("2*/**/*")}
    modes |= {path: path.stat().st_mode & 0o777 for path in reports.glob("2*")}
    written = {path.name for path in modes}
    assert {"rehearsal.log", "requests.csv", "locust.log", "ledger.jsonl", "criteria.json", "report.html"} <= written
    assert [path for path in modes if path.suffix == ".zip"]
    assert {path: oct(mode) for path, mode in modes.items() if mode != (0o700 if path.is_dir() else 0o600)} == {}


def test_what_stands_in_the_way_of_the_newest_run_turns_nothing_red(judged):
    """The criteria are judged as ever; the run says that its link could not be made."""
    ended, reports = judged
    assert ended.code == 0, str(ended)
    assert "2 PASS" in ended.output, str(ended)
    assert ended.output.count("latest does not point to this run") == 1, str(ended)
    assert "PROBLEM" not in ended.output, str(ended)
    assert (reports / "latest" / "mine").is_dir()
