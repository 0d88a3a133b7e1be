"""A run in moto's account, in this process: what a resource module is given. And what makes a process of tests cheap."""

import functools

import pytest
from botocore import session

from fixtures.wire.waiting import Waiter
from tests.faults.pages import every_page_can_be_read

__all__ = ["every_page_can_be_read"]

session.create_loader = functools.cache(session.create_loader)  # else each session, and moto, reads AWS's models anew
LONGEST = {f"test_{name}.py" for name in ("docker", "load", "patterns", "rehearsal_consistency", "rehearsal_health")}


def pytest_collection_modifyitems(items):
    """What takes the longest begins first, so that nobody waits for it at the end."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


class Clock:
    """Time that passes only in sleep: fifteen minutes of waiting take none."""

    def __init__(self):
        self.now = 0.0

    def sleep(self, seconds):
        """Let the seconds pass."""
        self.now += seconds

    def waiter(self):
        """A waiter that goes by this clock."""
        return Waiter(clock=lambda: self.now, sleep=self.sleep)


@pytest.fixture
def run(tmp_path):
    """A run in moto's account."""
    from tests.unit.moto_run import moto_run  # noqa: PLC0415 - moto takes a second to import

    with moto_run(tmp_path, Clock().waiter(), name_suffix="unit") as it:
        yield it
