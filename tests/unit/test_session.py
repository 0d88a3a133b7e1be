"""The session's fixtures: one that is set up before its time is as if it had been set up in it."""

from types import SimpleNamespace

import pytest

from fixtures.report.rubric import RIDES_ALONG
from fixtures.session import pytest_keyboard_interrupt, set_up_ahead


class Request:
    """What pytest gives a fixture; it notes whose evidence is recorded when a fixture is asked for."""

    def __init__(self, *items, error=None):
        self.session = SimpleNamespace(items=[item(*each) for each in items])
        self.recorder = SimpleNamespace(criterion="NET-1")
        self.asked = []
        self._error = error

    def getfixturevalue(self, fixture):
        """Set it up, or fail."""
        self.asked.append((fixture, self.recorder.criterion))
        if self._error:
            raise self._error


def item(criterion, *fixtures):
    """An acceptance test that asks for these fixtures."""
    return SimpleNamespace(fixturenames=fixtures, get_closest_marker=lambda _: SimpleNamespace(args=[criterion]))


def ahead(request):
    """The cluster, set up before its time."""
    set_up_ahead(request, SimpleNamespace(recorder=request.recorder), "cluster")
    return request.asked


def test_what_is_set_up_ahead_is_evidence_of_who_asks_first():
    """A replay asks the same question under the same criterion; what comes after is the present one's again."""
    request = Request(("NET-1",), ("RUN-1", "cluster"), ("RUN-2", "cluster", "launch"))
    assert ahead(request) == [("cluster", "RUN-1")]
    assert request.recorder.criterion == "NET-1"


@pytest.mark.parametrize("items", [[("NET-1",)], [("NET-1",), (RIDES_ALONG, "cluster", "launch")], []])
def test_what_nobody_asks_for_is_not_made(items):
    """`-k NET` makes a security group and nothing else."""
    assert ahead(Request(*items)) == []


@pytest.mark.parametrize("error", [RuntimeError("taken"), pytest.skip.Exception("no answer")], ids=["error", "skip"])
def test_what_fails_ahead_of_its_time_fails_nobody_else(error):
    """pytest keeps the error for whoever asks for the fixture."""
    request = Request(("NET-1",), ("RUN-1", "cluster"), error=error)
    assert ahead(request) == [("cluster", "RUN-1")]
    assert request.recorder.criterion == "NET-1"


def test_an_interruption_is_not_swallowed():
    """Ctrl-C means the run."""
    with pytest.raises(KeyboardInterrupt):
        ahead(Request(("RUN-1", "cluster"), error=KeyboardInterrupt("interrupted")))


def test_an_interruption_where_python_has_no_line_is_shown():
    """As at a function's entry, and once more while that is on its way: pytest alone ends in a traceback of its own."""

    def interrupted():
        raise KeyboardInterrupt

    interrupted.__code__ = interrupted.__code__.replace(co_linetable=b"")
    with pytest.raises(KeyboardInterrupt) as error:
        try:
            interrupted()
        finally:
            interrupted()
    with pytest.raises(TypeError):
        error.getrepr(funcargs=True)
    pytest_keyboard_interrupt(error)
    assert "KeyboardInterrupt" in str(error.getrepr(funcargs=True))
