"""A run that is killed at any of its writes, just before or just after AWS carries it out, is swept without a trace."""

import shutil
import signal

import pytest

from tests.faults.calls import WRITES
from tests.faults.matrix import Place, launch, sweep


@pytest.mark.parametrize("ledger", ["kept", "lost"])
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("write", WRITES, ids=str)
def test_what_a_killed_run_leaves_is_swept(write, moment, ledger, account, tmp_path):
    """SIGKILL lets nobody clean up; the ledger, or where it is lost too the tags, tell the sweep what there is."""
    place = Place(tmp_path)
    account.without_the_role()
    with launch(account, place, write.fault("SIGKILL", after=moment == "after")) as suite:
        killed = suite.wait()
    assert killed.code == -signal.SIGKILL, str(killed)
    if ledger == "lost":
        shutil.rmtree(place.reports)
    swept = sweep(account, place)
    assert account.left_behind() == [], str(swept)
    assert swept.code == 0, str(swept)
