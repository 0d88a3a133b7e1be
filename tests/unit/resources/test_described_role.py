"""The role that a task definition names, where it names none."""

from types import SimpleNamespace

import pytest

from fixtures.resources.iam import described_role
from fixtures.settings.trouble import Missing


def test_a_definition_without_a_role_is_told_so_with_the_role_to_make() -> None:
    """AWS takes such a definition where nothing of ECR or CloudWatch is asked for; IAM is not asked for an empty name."""
    run = SimpleNamespace(settings=SimpleNamespace(own_role=False))
    describe = described_role._get_wrapped_function()
    with pytest.raises(Missing, match="there is no execution role in the task definition") as caught:
        describe(run, SimpleNamespace(execution_role_arn=""))
    assert "--role-name ecsTaskExecutionRole" in caught.value.advice
