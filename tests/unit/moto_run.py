"""A run in moto's account, in this process: new for each test, while what takes time is made once for all of them."""

import functools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
from moto import mock_aws
from moto.core.utils import method_names_from_class
from moto.ec2.models import ec2_backends

from fixtures.evidence.recorder import Recorder
from fixtures.ledger.ledger import Ledger
from fixtures.ledger.owner import mark
from fixtures.rehearsal import questions
from fixtures.run import Run
from fixtures.settings.options import OPTIONS
from fixtures.settings.settings import Settings, read_settings
from fixtures.wire.clients import clients_of, connected
from fixtures.wire.waiting import Waiter


class Session(boto3.Session):
    """Makes each client once: one of EC2 takes a tenth of a second."""

    def __init__(self) -> None:
        super().__init__("moto", "moto", region_name="us-east-1")
        self._made: dict[str, Any] = {}

    def client(self, service_name: str, **options: Any) -> Any:
        if service_name not in self._made:
            self._made[service_name] = super().client(service_name, **options)
        return self._made[service_name]

    def forget(self, recorder: Recorder) -> None:
        """Have the clients tell the recorder of no further call."""
        for client in self._made.values():
            client.meta.events.unregister("before-parameter-build.*.*", recorder._before)
            client.meta.events.unregister("after-call.*.*", recorder._after)
            client.meta.events.unregister("after-call-error.*.*", recorder._unanswered)


questions.install()
session = functools.cache(Session)
_method_names = functools.cache(method_names_from_class)


@functools.cache
def _managed_policies() -> str:
    """Two are enough: moto would read all 1,500, for each of six partitions, in each test."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data  # noqa: PLC0415 - five megabytes

    policies = json.loads(aws_managed_policies_data)
    return json.dumps({name: policies[name] for name in ("AmazonECSTaskExecutionRolePolicy", "AdministratorAccess")})


@functools.cache
def _settings(**options: Any) -> Settings:
    """Reading them takes as long as ten calls of AWS, most of it for the schema of the answers."""
    return read_settings({option.dest: option.default for option in OPTIONS} | options, {})


@contextmanager
def moto_run(folder: Path, waiter: Waiter, **options: Any) -> Iterator[Run]:
    """A run with these options in an account in which nobody has done anything; its bundle is in the folder."""
    settings = replace(_settings(**options), reports=folder)
    settings.bundle.mkdir()
    recorder = Recorder(settings.bundle / "evidence")
    with (
        patch.dict("os.environ", MOTO_EC2_LOAD_DEFAULT_AMIS="false"),
        patch("moto.iam.models.aws_managed_policies_data", _managed_policies()),
        patch("moto.core.responses.method_names_from_class", _method_names),
        patch("moto.core.models.RESPONSES_METHODS", ()),  # for what calls AWS without boto3
        mock_aws(config={"iam": {"load_aws_managed_policies": True}}),
    ):
        aws = connected(session(), clients_of(session(), ""), settings.region, recorder)
        own = mark(settings.run_id, aws.now() + timedelta(minutes=settings.max_minutes))
        try:
            yield Run(settings, aws, Ledger(settings.bundle / "ledger.jsonl"), recorder, waiter, own)
        finally:
            session().forget(recorder)
            ec2_backends.clear()  # else moto makes new VPCs before it forgets them
