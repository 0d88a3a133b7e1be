"""What fails once is tried again, at every operation of AWS: all is proved, and what was done twice is one thing."""

import pytest

from tests.faults.account import Account
from tests.faults.aws_faults import EVERYTHING, FOREVER, Fault
from tests.faults.matrix import BRIEFLY, JUDGED, Place, launch, operations

KINDS = ("throttling", "server_error", "time_out", "lost_answer")


@pytest.fixture(scope="module")
def account():
    """An account with strangers' things in it."""
    with Account() as own:
        yield own


@pytest.fixture(scope="module")
def called(account, tmp_path_factory):
    """Every operation that the suite calls, each with the smallest selection that makes it do so."""
    return operations(account, tmp_path_factory.mktemp("clean"))


@pytest.mark.parametrize("kind", KINDS)
def test_what_fails_once_is_tried_again(kind, account, called, tmp_path, subtests):
    """AWS fails now and then: once at each operation in turn."""
    for operation, selection in called.items():
        place = Place(tmp_path / operation)
        with subtests.test(f"{kind} at {operation}"), account.restored():
            all_is_proved(account, place, Fault(kind, operation), selection)
            assert f"{operation} {kind}" in place.record.read_text()


@pytest.mark.parametrize("kind", KINDS)
def test_every_request_may_fail_once(kind, account, tmp_path):
    """AWS has a bad day: the first try of every single request fails, and its second one does not."""
    with account.restored():
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
