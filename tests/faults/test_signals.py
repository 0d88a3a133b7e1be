"""A signal at any moment, once or twice, ends in the same undo: nothing is left, and the exit code says so."""

import pytest

from tests.faults.calls import MOMENTS, MOMENTS_OF_WRITING
from tests.faults.matrix import Place, launch

INTERRUPTED = pytest.ExitCode.INTERRUPTED
ANSWER = "Nothing aborts that"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("signal", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_signal_leaves_nothing(moment, signal, after, account, tmp_path):
    """It comes before a request, or when AWS has carried it out and nobody knows yet."""
    ended = interrupted(account, Place(tmp_path), moment.fault(signal, after=after))
    assert f"interrupted by {signal}" in ended.output, str(ended)


@pytest.mark.parametrize("signal", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("moment", MOMENTS_OF_WRITING, ids=str)
def test_a_second_signal_aborts_nothing(moment, signal, account, tmp_path):
    """It comes while the first is being obeyed, and is answered."""
    place = Place(tmp_path)
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
