"""A run in moto's account, in this process: what a resource module is given."""

from datetime import timedelta

import boto3
import pytest
from moto import mock_aws

from fixtures.evidence.recorder import Recorder
from fixtures.ledger.ledger import Ledger
from fixtures.ledger.owner import mark
from fixtures.run import Run
from fixtures.settings.options import OPTIONS
from fixtures.settings.settings import read_settings
from fixtures.wire.clients import connected
from fixtures.wire.waiting import Waiter
from tests.faults.pages import every_page_can_be_read

__all__ = ["every_page_can_be_read"]


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
def run(tmp_path, monkeypatch):
    """A run in moto's account."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "moto")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "moto")
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    options = {option.dest: option.default for option in OPTIONS} | {"reports": tmp_path, "name_suffix": "unit"}
    settings = read_settings(options, {})
    settings.bundle.mkdir()
    with mock_aws(config={"iam": {"load_aws_managed_policies": True}}):
        session = boto3.Session(region_name="us-east-1")
        recorder = Recorder(settings.bundle / "evidence")
        aws = connected(session, settings.region, "", recorder)
        own = mark(settings.run_id, aws.now() + timedelta(minutes=settings.max_minutes))
        yield Run(settings, aws, Ledger(settings.bundle / "ledger.jsonl"), recorder, Clock().waiter(), own)
