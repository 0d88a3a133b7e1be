"""Step 3: the service is up, as asked for, and stays up."""

from datetime import timedelta

import pytest

from fixtures.launch.address import place_flaws, tasks_since
from fixtures.launch.launch import look_again, post_mortem
from fixtures.resources.cluster import describe_cluster
from fixtures.resources.network import default_vpc_id, is_public
from fixtures.resources.service import how_to_mend


@pytest.mark.criterion("RUN-1")
def test_the_cluster_is_active(aws, cluster, claim):
    """The cluster is ACTIVE.

    A deleted cluster is INACTIVE and still described for a while.
    """
    status = describe_cluster(aws, cluster).status
    claim(
        expected=f"{cluster}: ACTIVE",
        observed=f"{cluster}: {status}",
        advice=f"make it: `aws ecs create-cluster --cluster-name {cluster}`",
    )
    assert status == "ACTIVE"


@pytest.mark.criterion("RUN-2")
def test_the_service_reaches_its_steady_state(run, launch, task_definition, claim):
    """The service is ACTIVE on Fargate with its one task, its rollout COMPLETED.

    AWS's own waiter is content with less: a rollout that failed, or a service that desires nothing, looks stable to it.
    """
    seen = look_again(run, launch, task_definition)
    service = seen.service
    claim(
        expected=f"ACTIVE on FARGATE, desired = running = 1, rollout COMPLETED, on {task_definition.arn}",
        observed=seen if seen.diagnosis else service,
        advice=seen.diagnosis.advice if seen.diagnosis else how_to_mend(service, task_definition.arn),
    )
    assert seen.diagnosis is None
    assert service.steady
    assert (service.launch_type, service.desired) == ("FARGATE", 1)
    assert service.task_definition_arn == task_definition.arn


@pytest.mark.criterion("RUN-3")
def test_the_task_stays_the_same(aws, run, launch, task_definition, task, claim):
    """Its task is RUNNING and stays the same task.

    A container that crashes after its start is replaced again and again, and the service looks fine in between.
    """
    old_enough = task.started_at + timedelta(seconds=run.settings.patience.steady)
    run.waiter.settle(
        "task to stay up",
        aws.now,
        lambda now: now >= old_enough,
        run.settings.patience.steady,
        lambda now: f"{task.id} {(now - task.started_at).seconds} s old",
    )
    tasks = [t for t in tasks_since(run, launch.service, task) if t.created_at <= old_enough]
    then = [(t.id, t.status_at(old_enough)) for t in tasks]  # what has ended it since is judged where it was done
    ends = [post_mortem(run, launch.service, t, task_definition) for t in tasks if t.status_at(old_enough) != "RUNNING"]
    claim(
        expected=f"task {task.id} alone, RUNNING",
        observed="\n".join([", ".join(map(" ".join, then)), *map(str, ends)]),
        advice=next((end.diagnosis.advice for end in ends), "see what starts a second task, and leave one"),
    )
    assert then == [(task.id, "RUNNING")]


@pytest.mark.criterion("RUN-4")
def test_the_task_has_a_public_address(aws, launch, address, claim):
    """The task has a public IP, in a public subnet of the default VPC.

    Without one the image cannot even be pulled; without a route to the internet gateway nobody reaches it.
    """
    vpc_id = default_vpc_id(aws)
    flaws = list(place_flaws(address, launch.service, vpc_id, public=is_public(aws, address.subnet_id)))
    claim(
        expected=f"a public IP, in a subnet of {vpc_id} whose route table leads to an internet gateway",
        observed="; ".join(flaw.said for flaw in flaws)
        or f"public IP {address.public_ip}, public subnet {address.subnet_id} of {address.vpc_id}",
        advice="; ".join(flaw.remedy for flaw in flaws),
    )
    assert flaws == []
