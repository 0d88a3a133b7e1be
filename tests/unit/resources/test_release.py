"""A service is released when nothing more is asked of its task: AWS is told once, and the undo waits for the rest."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from fixtures.ledger.ledger import LeftBehind
from fixtures.resources import service
from fixtures.run import refused


class Ecs:
    """An ECS that writes down what it is told, and refuses what a test names."""

    exceptions = SimpleNamespace(
        AccessDeniedException=type("AccessDeniedException", (ClientError,), {}),
        ClusterNotFoundException=type("ClusterNotFoundException", (ClientError,), {}),
    )

    def __init__(self, tags):
        self.told, self.refused, self.tags = [], "", tags

    def update_service(self, **_):
        self._tell("update")

    def delete_service(self, **_):
        self._tell("delete")

    def describe_services(self, **_):
        status = "INACTIVE" if "delete" in self.told else "ACTIVE"
        return {"services": [{"serviceName": "s", "status": status, "tags": self.tags}]}

    def describe_tasks(self, **_):
        return {"tasks": []}

    def get_paginator(self, _):
        return SimpleNamespace(paginate=lambda **_: [])

    def _tell(self, what):
        if self.refused:
            raise ClientError({"Error": {"Code": self.refused, "Message": "no"}}, what)
        self.told.append(what)


@pytest.fixture
def ecs(run):
    """An ECS that obeys, and whose service bears the run's tags."""
    return Ecs(run.tag_list("key", "value"))


@pytest.fixture
def launched(run, ecs):
    """A run whose ledger has a service."""
    with run.ledger.creating(service.KIND, "s", cluster="c"):
        pass
    return replace(run, aws=SimpleNamespace(ecs=ecs, region="us-east-1"))


def test_what_is_released_is_told_once(launched, ecs):
    """The undo only waits for its end; without a release it tells AWS itself."""
    service.release(launched)
    assert ecs.told == ["update", "delete"]
    service.undo(launched)
    assert ecs.told == ["update", "delete"]
    assert launched.ledger.open_entries() == ()


def test_what_was_not_released_is_told_by_the_undo(launched, ecs):
    """As where no criterion waits for the log."""
    service.undo(launched)
    assert ecs.told == ["update", "delete"]


def test_a_refused_release_fails_nobody(launched, ecs):
    """The undo tries again, and tells what AWS says."""
    ecs.refused = "ServerException"
    service.release(launched)
    with pytest.raises(LeftBehind, match="ServerException"):
        service.undo(launched)
    ecs.refused = ""
    service.undo(launched)
    assert ecs.told == ["update", "delete"]


def test_what_is_kept_is_not_released(launched, ecs):
    """--keep leaves it up."""
    service.release(replace(launched, settings=replace(launched.settings, keep=True)))
    assert ecs.told == []


def test_a_refusal_that_is_expected_is_told_and_any_other_is_raised(ecs):
    """Empty means that AWS has obeyed."""
    assert refused(ecs.delete_service, "DependencyViolation") == ""
    ecs.refused = "DependencyViolation"
    assert "DependencyViolation" in refused(ecs.delete_service, "NotFound", "DependencyViolation")
    with pytest.raises(ClientError, match="DependencyViolation"):
        refused(ecs.delete_service, "NotFound")


def test_what_is_not_the_runs_is_not_released(launched, ecs):
    """A namesake that somebody else has put in its place is left alone."""
    ecs.tags = []
    service.release(launched)
    assert ecs.told == []
