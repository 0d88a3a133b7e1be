"""A sweep is as safe as the run that it sweeps after: killed, interrupted or refused, it is taken up by the next one."""

import signal

import pytest

from tests.faults.account import Account
from tests.faults.aws_faults import EVERYTHING, FOREVER, Fault
from tests.faults.matrix import Place, launch, sweep

DIED = Fault("SIGKILL", "ecs.UpdateService", after=True)
"""When everything is made and the task is being started."""


@pytest.fixture(scope="module")
def account():
    """An account with strangers' things in it."""
    with Account() as own:
        yield own


@pytest.fixture
def stranded(account, tmp_path):
    """Makes a run die in a place of its own, and tells which."""

    def strand(name):
        place = Place(tmp_path / name)
        with launch(account, place, DIED) as suite:
            assert suite.wait().code == -signal.SIGKILL
        return place

    return strand


@pytest.fixture
def writes(account, stranded):
    """Every write of a clean sweep."""
    place = stranded("clean")
    swept = sweep(account, place)
    assert swept.code == 0, str(swept)
    return [call for call in place.calls(place.swept) if call.writes]


def test_a_sweep_that_is_killed_is_swept_by_the_next(account, stranded, writes, subtests):
    """Just after each of its writes: what AWS has carried out may not be noted yet."""
    for write in writes:
        with subtests.test(f"after {write}"), account.restored():
            place = stranded(str(write))
            killed = sweep(account, place, faults=(write.fault("SIGKILL", after=True),))
            assert killed.code == -signal.SIGKILL, str(killed)
            swept = sweep(account, place)
            assert account.left_behind() == [], str(swept)
            assert swept.code == 0, str(swept)


@pytest.mark.parametrize("signal_name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_sweep_that_is_interrupted_says_so(signal_name, account, stranded):
    """What it has begun it ends; its exit code is that of whatever was interrupted."""
    place = stranded("one")
    with account.restored():
        swept = sweep(account, place, faults=(Fault(signal_name, "ecs.DeleteService"),))
        assert "Traceback" not in swept.output, str(swept)
        assert account.left_behind() == [], str(swept)
        assert swept.code == pytest.ExitCode.INTERRUPTED, str(swept)


@pytest.mark.parametrize("kind", ["throttling", "lost_answer"])
def test_every_request_of_a_sweep_may_fail_once(kind, account, stranded):
    """AWS has a bad day there too."""
    place = stranded("one")
    with account.restored():
        swept = sweep(account, place, faults=(Fault(kind, EVERYTHING, last=FOREVER, tries=True),))
        assert account.left_behind() == [], str(swept)
        assert swept.code == 0, str(swept)


def test_a_look_that_is_refused_does_not_keep_the_rest_from_being_swept(account, stranded):
    """The ledger knows what the look would have found; that something could not be looked at is said, and is no success."""
    place = stranded("one")
    with account.restored():
        swept = sweep(account, place, faults=(Fault("access_denied", "ecs.ListClusters", last=FOREVER),))
        assert account.left_behind() == [], str(swept)
        assert swept.code == pytest.ExitCode.TESTS_FAILED, str(swept)
        assert "not authorized to perform: ecs:ListClusters" in swept.output
