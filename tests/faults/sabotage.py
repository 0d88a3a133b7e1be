"""Faults of a deployment, brought about while the suite provisions it. A pytest plugin: `-p tests.faults.sabotage`."""

import os

import pytest


def listen_on_another_port(patch):
    """The command serves port 8000; the course's port 80 stays closed."""
    command = ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000"]
    patch.setattr("fixtures.resources.task_definition.COMMAND", command)


def open_a_second_port(patch):
    """Somebody lets ssh in as well."""
    from fixtures.resources import network  # noqa: PLC0415 - pytest has to load it first, to rewrite its asserts

    allow_http = network.authorize

    def authorize(aws, group_id):
        allow_http(aws, group_id)
        aws.ec2.authorize_security_group_ingress(
            GroupId=group_id, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0"
        )

    patch.setattr(network, "authorize", authorize)


FAULTS = {fault.__name__: fault for fault in (listen_on_another_port, open_a_second_port)}


def pytest_configure(config):
    """Bring about the fault that the environment names."""
    patch = pytest.MonkeyPatch()
    FAULTS[os.environ["LAUNCH_CONTROL_SABOTAGE"]](patch)
    config.add_cleanup(patch.undo)
