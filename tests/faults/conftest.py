"""What the tests of this folder share: one stage for each process, and an account on it."""

import pytest

from tests.faults.account import Account
from tests.faults.stage import Stage


@pytest.fixture(scope="session")
def stage():
    """This process's stage."""
    with Stage() as own:
        yield own


@pytest.fixture
def account(stage):
    """An account with strangers' things in it. What a test has changed there, the next one does not see."""
    own = stage.set_up_for if isinstance(stage.set_up_for, Account) else Account(stage)
    yield own
    own.leave()
