"""What fails once is tried again, at every operation of AWS: all is proved, and what was done twice is one thing."""

import pytest

from tests.faults.aws_faults import EVERYTHING, FOREVER, Fault
from tests.faults.calls import JUDGED, OPERATIONS
from tests.faults.matrix import BRIEFLY, Place, launch

KINDS = ("throttling", "server_error", "time_out", "lost_answer")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_fails_once_is_tried_again(operation, kind, account, tmp_path):
    """AWS fails now and then: once at each operation in turn."""
    place = Place(tmp_path)
    all_is_proved(account, place, Fault(kind, operation), OPERATIONS[operation])
    assert f"{operation} {kind}" in place.record.read_text()


@pytest.mark.parametrize("kind", KINDS)
def test_every_request_may_fail_once(kind, account, tmp_path):
    """AWS has a bad day: the first try of every single request fails, and its second one does not."""
    all_is_proved(account, Place(tmp_path), Fault(kind, EVERYTHING, last=FOREVER, tries=True), JUDGED)


def all_is_proved(account, place, fault, selection):
    """The run ends green, says nothing of the suite's insides, and leaves nothing behind."""
    account.without_the_role()
    with launch(account, place, fault, selection=selection, options=BRIEFLY) as suite:
        ended = suite.wait()
    assert account.left_behind() == [], str(ended)
    assert ended.code == 0, str(ended)
    assert {outcome["status"] for outcome in place.outcomes().values()} == {"PASS", "NOT RUN"}
    assert "Traceback" not in ended.output, str(ended)
