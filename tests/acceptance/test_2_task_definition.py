"""Step 2: what runs, how big it is, where it logs, and in whose name."""

import json

import pytest

from fixtures.container import flaws_of, ports_of, server_of
from fixtures.iam import MANAGED_POLICY, PRINCIPAL
from fixtures.logs import find_group
from fixtures.task_definition import COMMAND, how_to_deploy


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
    driver = task_definition.container.get("logConfiguration", {}).get("logDriver", "none")
    group = find_group(aws, wanted)
    claim(
        expected=f"driver awslogs to {wanted} in {aws.region} with a stream prefix; the group exists",
        observed=f"driver {driver}, options {options}; {wanted} {'exists' if group else 'does not exist'}",
        advice=f"`aws logs create-log-group --log-group-name {wanted}`, and mend logConfiguration in task-def.json",
    )
    assert driver == "awslogs"
    assert options.get("awslogs-group") == wanted
    assert options.get("awslogs-region") == aws.region
    assert options.get("awslogs-stream-prefix")
    assert group


@pytest.mark.criterion("TASK-5")
def test_the_execution_role_is_for_ecs_tasks_alone(described_role, claim):
    """Its execution role is for ECS tasks only, with the managed policy.

    The role pulls the image and writes the log; whoever else may assume it, and whatever more it allows, is too much.
    """
    role = described_role
    claim(
        expected=f"trusts {PRINCIPAL} alone, carries AmazonECSTaskExecutionRolePolicy, and no policy that allows *",
        observed=f"{role.name} trusts {', '.join(role.trusts) or 'nobody'}; policies {', '.join(role.policies) or 'none'}; "
        f"allowing everything: {', '.join(role.grants_everything) or 'none'}",
        advice=f"`aws iam attach-role-policy --role-name {role.name} --policy-arn {MANAGED_POLICY}`; mend the trust: "
        f"`aws iam update-assume-role-policy --role-name {role.name} --policy-document file://trust-policy.json`",
    )
    assert role.trusts == (PRINCIPAL,)
    assert MANAGED_POLICY in role.policies
    assert role.grants_everything == ()
