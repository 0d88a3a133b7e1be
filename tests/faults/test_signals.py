"""A signal at any moment, once or twice, ends in the same undo: nothing is left, and the exit code says so."""

import pytest

from tests.faults.account import Account
from tests.faults.matrix import Place, launch

MOMENTS = 10
INTERRUPTED = pytest.ExitCode.INTERRUPTED
ANSWER = "Nothing aborts that"


@pytest.fixture(scope="module")
def account():
    """An account with strangers' things in it."""
    with Account() as own:
        yield own


@pytest.fixture(scope="module")
def moments(account, tmp_path_factory):
    """Ten calls of AWS, spread over a clean run: of those that every run makes, however often it has to look."""
    place = Place(tmp_path_factory.mktemp("clean"))
    account.without_the_role()
    with launch(account, place) as suite:
        ended = suite.wait()
    assert ended.code == 0, str(ended)
    calls = [call for call in place.calls() if call.writes or call.number == 1]
    return [calls[round(moment * (len(calls) - 1) / (MOMENTS - 1))] for moment in range(MOMENTS)]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("signal", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_leaves_nothing(signal, after, account, moments, tmp_path, subtests):
    """It comes before a request, or when AWS has carried it out and nobody knows yet."""
    for number, moment in enumerate(moments):
        with subtests.test(f"{signal} at {moment}"), account.restored():
            ended = interrupted(account, Place(tmp_path / str(number)), moment.fault(signal, after=after))
            assert f"interrupted by {signal}" in ended.output, str(ended)


@pytest.mark.parametrize("signal", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_second_signal_aborts_nothing(signal, account, moments, tmp_path, subtests):
    """It comes while the first is being obeyed, and is answered."""
    for number, moment in enumerate(moment for moment in moments if moment.writes):
        place = Place(tmp_path / str(number))
        with subtests.test(f"{signal} twice from {moment} on"), account.restored():
            ended = interrupted(account, place, moment.fault(signal, again=1))
            came = place.record.read_text().count(signal)
            assert came == 2, str(ended)
            assert ANSWER in ended.output, str(ended)


def interrupted(account, place, fault):
    """How a run with that signal ended; it has left nothing, and told it without a traceback."""
    account.without_the_role()
    with launch(account, place, fault) as suite:
        ended = suite.wait()
    assert fault.kind in place.record.read_text(), str(ended)
    assert account.left_behind() == [], str(ended)
    assert ended.code == INTERRUPTED, str(ended)
    assert "Traceback" not in ended.output, str(ended)
    return ended
