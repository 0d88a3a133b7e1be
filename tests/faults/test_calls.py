"""The matrices' cells are those of every call that the suite makes: their list is what clean runs record."""

import pytest

from tests.faults.calls import CALLS, EVERYTHING_MADE, OF_A_RUN, OPERATIONS, SELECTIONS, WRITES
from tests.faults.matrix import BRIEFLY, Place, launch


@pytest.fixture
def recorded(account, tmp_path):
    """What a clean run of each selection has called."""
    calls = {}
    for number, selection in enumerate(SELECTIONS):
        place = Place(tmp_path / str(number))
        account.without_the_role()
        with launch(account, place, selection=selection, options=BRIEFLY) as suite:
            ended = suite.wait()
        assert account.left_behind() == [], str(ended)
        assert ended.code == 0, str(ended)
        calls[selection] = place.calls()
    return calls


def test_every_call_of_a_clean_run_is_in_the_list(recorded):
    """Every operation, with the smallest selection that makes the suite call it; every write, in order."""
    found = {}
    for selection, calls in recorded.items():
        for call in calls:
            found.setdefault(call.operation, selection)
    assert found == OPERATIONS
    of_a_run = recorded[EVERYTHING_MADE]
    assert [str(call) for call in of_a_run if call.writes] == [str(call) for call in WRITES]
    assert {str(call) for call in of_a_run if call.writes or call.number == 1} == {str(call) for call in OF_A_RUN}


def test_no_call_is_listed_twice():
    """A cell is named by its call."""
    assert len({str(call) for call in CALLS}) == len(CALLS)
