"""What the tests of this folder share: a stage for each process, an account on it, and a look at every page they make."""

import pytest

from tests.faults.account import Account
from tests.faults.pages import every_page_can_be_read
from tests.faults.stage import Stage

__all__ = ["every_page_can_be_read"]


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
