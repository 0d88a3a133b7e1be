"""A run in moto's account, in this process: what a resource module is given."""

import botocore.loaders
import pytest

from fixtures.wire.waiting import Waiter
from tests.faults.pages import every_page_can_be_read

__all__ = ["every_page_can_be_read"]

_models = botocore.loaders.Loader()
botocore.loaders.create_loader = lambda _path=None: _models  # else each session, and moto, reads AWS's models anew


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
