"""A signal at any moment, once or twice, ends in the same undo: nothing is left, and the exit code says so."""

import pytest

from tests.faults.account import Account
from tests.faults.aws_faults import EVERYTHING, Fault
from tests.faults.matrix import Place, launch

MOMENTS = 10
INTERRUPTED = pytest.ExitCode.INTERRUPTED


@pytest.fixture(scope="module")
def account():
    """An account with strangers' things in it."""
    with Account() as own:
        yield own


@pytest.fixture(scope="module")
def moments(account, tmp_path_factory):
    """Ten calls of AWS, spread over a clean run, by their number: the first one, the last one, and between them."""
    place = Place(tmp_path_factory.mktemp("clean"))
    with launch(account, place) as suite:
        ended = suite.wait()
    assert ended.code == 0, ended
    last = len(place.calls())
    return [1 + round(moment * (last - 1) / (MOMENTS - 1)) for moment in range(MOMENTS)]


@pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])
@pytest.mark.parametrize("signal", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_leaves_nothing(signal, times, account, moments, tmp_path, subtests):
    """The second comes while the first is being obeyed: it is answered, and aborts nothing."""
    answered = 0
    for moment in moments:
        place = Place(tmp_path / str(moment))
        calls = [moment, moment + 1][:times]
        with subtests.test(f"{signal} {times} times at call {moment}"), account.restored():
            account.without_the_role()
            with launch(account, place, *(Fault(signal, EVERYTHING, call, call) for call in calls)) as suite:
                ended = suite.wait()
            assert account.left_behind() == [], ended
            assert ended.code == INTERRUPTED, ended
            assert f"interrupted by {signal}" in ended.output
            assert "Traceback" not in ended.output
            second = place.record.read_text().count(signal) == 2
            assert ("Nothing aborts that" in ended.output) == second
            answered += second
    assert answered >= (MOMENTS // 2 if times == 2 else 0)
