"""Any bundle whatsoever ends in AGREES, DISAGREES or INVALID: real ones, changed at random, never raise and never hang.

LAUNCH_CONTROL_FUZZ_CASES makes more of them than the test run has time for.
"""

import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from fixtures.replay.session import prepared
from fixtures.replay.unpacking import InvalidError
from tests.faults.bounded import within
from tests.faults.fuzzing import CASES, SUBTLE, changed
from tests.faults.suite import Suite

MOST = int(os.environ.get("LAUNCH_CONTROL_FUZZ_CASES", "0"))
READ, JUDGED = MOST or 150, MOST // 10 or 6
"""How many are read in this process, and how many are judged by a replay of their own."""
EXITS = {"AGREES": 0, "DISAGREES": 1, "INVALID": 6}
LONGEST = 60
"""Seconds: whatever takes longer hangs."""
FUZZED = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def scratch():
    """A folder for each case."""
    with tempfile.TemporaryDirectory() as name:
        yield lambda: Path(tempfile.mkdtemp(dir=name))


def test_any_bundle_is_read_or_invalid(bundle, scratch):
    """Nothing but InvalidError comes out of reading it."""
    found = Counter()

    @settings(FUZZED, max_examples=READ)
    @given(CASES)
    def read(case):
        found[_read(bundle, scratch(), case)] += 1

    read()
    print(dict(found))
    assert found[True]
    assert found[False]


def test_any_bundle_that_is_read_is_judged(bundle, scratch):
    """A replay says how in its last line and by its exit code, without a traceback."""
    found = Counter()

    @settings(FUZZED, max_examples=JUDGED * 20)
    @given(SUBTLE)
    def judge(case):
        if found.total() < JUDGED and _read(bundle, folder := scratch(), case, keep=True):
            found[_judged(folder / bundle.name, folder)] += 1

    judge()
    print(dict(found))
    assert found.total() == JUDGED


def _read(bundle, folder, case, keep=False):
    """Whether it is worth judging."""
    try:
        with within(LONGEST):
            prepared(changed(bundle, folder, case), folder / "prepared")
    except InvalidError as error:
        assert "\n" not in str(error)
        shutil.rmtree(folder)
        return False
    if not keep:
        shutil.rmtree(folder)
    return True


def _judged(bundle, folder):
    words = ["tests/acceptance", "-q", f"--replay={bundle}", f"--replay-out={folder / 'out'}"]
    with Suite(words, {}, folder / "printed") as suite:
        ended = suite.wait(LONGEST)
    verdict = ended.output.rstrip().splitlines()[-1].split(" ")[0].rstrip(":")
    assert ended.code == EXITS[verdict], ended
    assert "Traceback" not in ended.output, ended
    shutil.rmtree(folder)
    return verdict
