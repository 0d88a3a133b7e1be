"""Step 2: what runs, how big it is, where it logs, and in whose name."""

import json

import pytest

from fixtures.resources.container import flaws_of, logging_flaws, ports_of, server_of
from fixtures.resources.iam import PRINCIPAL, role_flaws
from fixtures.resources.logs import find_group
from fixtures.resources.task_definition import COMMAND, how_to_deploy


@pytest.mark.criterion("TASK-1")
def test_the_task_definition_is_active(task_definition, claim):
    """The task definition is registered and ACTIVE.

    Only an ACTIVE revision can be started; a deregistered one cannot even be restarted.
    """
    claim(
        expected=f"a revision of {task_definition.family} with status ACTIVE",
        observed=f"{task_definition.arn}: {task_definition.status}",
        advice="register it: `aws ecs register-task-definition --cli-input-json file://build/configs/task-def.json`",
    )
    assert task_definition.status == "ACTIVE"


@pytest.mark.criterion("TASK-2")
def test_the_task_asks_for_the_smallest_fargate_size(settings, task_definition, claim):
    """It asks for Fargate, awsvpc, 0.25 vCPU and 0.5 GB: the smallest size.

    Fargate is billed by size and second, so a bigger one costs more for the same answers.
    """
    claim(
        expected=f"FARGATE, awsvpc, cpu {settings.cpu}, memory {settings.memory}",
        observed=f"{', '.join(task_definition.compatibilities) or 'no launch type'}, {task_definition.network_mode}, "
        f"cpu {task_definition.cpu}, memory {task_definition.memory}",
        advice='in task-def.json set "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", '
        f'"cpu": "{settings.cpu}", "memory": "{settings.memory}"; {how_to_deploy(settings.names)}',
    )
    assert "FARGATE" in task_definition.compatibilities
    assert task_definition.network_mode == "awsvpc"
    assert (task_definition.cpu, task_definition.memory) == (str(settings.cpu), str(settings.memory))


@pytest.mark.criterion("TASK-3")
def test_the_container_serves_the_ecr_image_on_port_80(settings, task_definition, claim):
    """It runs the ECR image with uvicorn on container port 80/tcp.

    The port of the command, the port mapping and the security group's rule have to be the same one.
    """
    container = task_definition.container
    flaws, command = list(flaws_of(container)), list(server_of(container).command)
    claim(
        expected="an image in ECR, port 80/tcp mapped, command uvicorn … --host 0.0.0.0 --port 80",
        observed="; ".join(flaws)
        or f"{task_definition.image}, ports {', '.join(ports_of(container))}, command {' '.join(command)}",
        advice='in task-def.json set "portMappings": [{"containerPort": 80, "protocol": "tcp"}], the command '
        f"{json.dumps(COMMAND)} and the image that you pushed to ECR; {how_to_deploy(settings.names)}",
    )
    assert flaws == []


@pytest.mark.criterion("TASK-4")
def test_stdout_goes_to_the_log_group(aws, settings, task_definition, claim):
    """It sends stdout to the course's CloudWatch log group, which exists.

    Observability (FW-09): without its log a container that does not start says nothing.
    """
    options, wanted = task_definition.log_options, settings.names.log_group
    exists = find_group(aws, wanted) is not None
    flaws = list(logging_flaws(task_definition.container, wanted, aws.region, exists=exists))
    claim(
        expected=f"driver awslogs to {wanted} in {aws.region} with a stream prefix; the group exists",
        observed="; ".join(flaw.said for flaw in flaws) or f"driver awslogs, options {options}; {wanted} exists",
        advice=f"{'; '.join(flaw.remedy for flaw in flaws)}; where task-def.json changes, {how_to_deploy(settings.names)}",
    )
    assert flaws == []


@pytest.mark.criterion("TASK-5")
def test_the_execution_role_is_for_ecs_tasks_alone(described_role, claim):
    """Its execution role is for ECS tasks only, with the managed policy.

    The role pulls the image and writes the log; whoever else may assume it, and whatever more it allows, is too much.
    """
    role, flaws = described_role, list(role_flaws(described_role))
    claim(
        expected=f"trusts {PRINCIPAL} alone, carries AmazonECSTaskExecutionRolePolicy, and no policy that allows everything",
        observed="; ".join(flaw.said for flaw in flaws)
        or f"{role.name} trusts {', '.join(role.trusts)}; policies {', '.join(role.policies)}",
        advice="; ".join(flaw.remedy for flaw in flaws),
    )
    assert flaws == []
