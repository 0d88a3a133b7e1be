"""A run that is killed at any of its writes, just before or just after AWS carries it out, is swept without a trace."""

import shutil
import signal

import pytest

from tests.faults.account import Account
from tests.faults.matrix import Place, launch, sweep


@pytest.fixture(scope="module")
def account():
    """An account with strangers' things in it."""
    with Account() as own:
        yield own


@pytest.fixture(scope="module")
def writes(account, tmp_path_factory):
    """Every write of a clean run, in order, as it was recorded."""
    place = Place(tmp_path_factory.mktemp("clean"))
    with launch(account, place) as suite:
        ended = suite.wait()
    assert ended.code == 0, str(ended)
    assert account.left_behind() == []
    return [call for call in place.calls() if call.writes]


@pytest.mark.parametrize("ledger", ["kept", "lost"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_what_a_killed_run_leaves_is_swept(moment, ledger, account, writes, tmp_path, subtests):
    """SIGKILL lets nobody clean up; the ledger, or where it is lost too the tags, tell the sweep what there is."""
    for write in writes:
        place = Place(tmp_path / str(write))
        account.without_the_role()
        with subtests.test(f"{moment} {write}, ledger {ledger}"), account.restored():
            with launch(account, place, write.fault("SIGKILL", after=moment == "after")) as suite:
                killed = suite.wait()
            assert killed.code == -signal.SIGKILL, str(killed)
            if ledger == "lost":
                shutil.rmtree(place.reports)
            swept = sweep(account, place)
            assert account.left_behind() == [], str(swept)
            assert swept.code == 0, str(swept)
