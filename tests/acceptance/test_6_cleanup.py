"""Step 6: everything is gone again, as AWS itself says."""

import pytest

from fixtures.cleanup.cleanup import left_over, tasks_still_billed
from fixtures.cleanup.residue import monthly
from fixtures.resources import cluster, logs, network, service, task_definition
from fixtures.resources.task import by_hand


@pytest.mark.criterion("CLEAN-1")
def test_the_service_is_gone(aws, run, cleanup, claim):
    """The service is gone and no task of it runs.

    A service that is merely scaled to zero comes back with one wrong click; a forgotten task costs $12.66 a month.
    """
    entries = cleanup.of(service.KIND)
    services = [service.describe_service(aws, entry.details["cluster"], entry.name) for entry in entries]
    tasks = tasks_still_billed(aws, entries)
    ends = [each.delete_command for each in services if each.status not in cluster.GONE]
    claim(
        expected="INACTIVE, no task",
        observed=f"{', '.join(each.end for each in services)}; tasks: {', '.join(tasks) or 'none'}"
        + (f", each of which {monthly(run)}" if tasks else ""),
        advice="; ".join(f"`{each}`" for each in ends or stops(tasks)),  # a service's tasks end with it
    )
    assert all(each.status in cluster.GONE for each in services)
    assert tasks == []


@pytest.mark.criterion("CLEAN-2")
def test_every_revision_of_the_run_is_inactive(aws, cleanup, claim):
    """Every task definition revision of the run is INACTIVE (the course calls it optional).

    An ACTIVE revision costs nothing, but the next service that names the family alone would run it.
    """
    entries = cleanup.of(task_definition.KIND)
    revisions = [task_definition.describe_task_definition(aws, e.details["arn"], "") for e in entries]
    active = [f"{revision.family}:{revision.revision}" for revision in revisions if revision.status == "ACTIVE"]
    claim(
        expected="INACTIVE",
        observed=", ".join(f"{revision.family}:{revision.revision} {revision.status}" for revision in revisions)
        or "none is ACTIVE",
        advice="deregister each: "
        + "; ".join(f"`aws ecs deregister-task-definition --task-definition {revision}`" for revision in active),
    )
    assert active == []


@pytest.mark.criterion("CLEAN-3")
def test_the_cluster_is_gone(aws, settings, cleanup, claim):
    """The cluster is gone.

    It can only be deleted when nothing runs in it: its absence proves the rest.
    """
    clusters = [cluster.describe_cluster(aws, entry.name) for entry in cleanup.of(cluster.KIND)]
    delete = f"aws ecs delete-cluster --cluster {settings.names.cluster}"
    inside = [found for each in clusters for found in service.services_in(aws, each.name)]
    alone = [task.arn for each in clusters for task in by_hand(aws, each.name)]
    claim(
        expected="INACTIVE",
        observed=", ".join(f"{each.name} {each.status}" for each in clusters)
        + f"; services in it: {', '.join(found.name for found in inside) or 'none'}"
        + f"; tasks that none of them runs: {', '.join(alone) or 'none'}",
        advice="delete it: "
        + "; then ".join(f"`{each}`" for each in [*(found.delete_command for found in inside), *stops(alone), delete]),
    )
    assert all(each.gone for each in clusters)


@pytest.mark.criterion("CLEAN-4")
def test_the_security_group_is_gone(aws, cleanup, claim):
    """The security group is gone, and so are its network interfaces.

    AWS keeps a task's interface for a while after the task; until then the group cannot be deleted.
    """
    group_ids = [entry.details["id"] for entry in cleanup.of(network.KIND)]
    groups = [group_id for group_id in group_ids if network.describe_group(aws, group_id)]
    interfaces = {name: how for group_id in group_ids for name, how in network.holders_of(aws, group_id).items()}
    naming = {name: how for group_id in group_ids for name, how in network.rules_that_name(aws, group_id).items()}
    claim(
        expected="no group, no interface",
        observed=f"groups: {', '.join(groups) or 'none'}; interfaces: {', '.join(interfaces) or 'none'}; "
        f"groups whose rules name it: {', '.join(naming) or 'none'}",
        advice=network.how_to_delete(groups, interfaces, naming),
    )
    assert groups == []
    assert interfaces == {}


@pytest.mark.criterion("CLEAN-5")
def test_the_log_group_is_gone(aws, settings, cleanup, claim):
    """The log group is gone.

    Its tail is kept in the bundle; in CloudWatch it would be stored, and billed, for ever.
    """
    groups = [entry.name for entry in cleanup.of(logs.KIND) if logs.find_group(aws, entry.name)]
    claim(
        expected="no log group",
        observed=f"{', '.join(groups)}, which {logs.STORED}" if groups else "none",
        advice=f"delete it: `aws logs delete-log-group --log-group-name {settings.names.log_group}`",
    )
    assert groups == []


@pytest.mark.criterion("CLEAN-6")
def test_nothing_of_the_run_is_left(run, cleanup, claim):
    """Nothing of this run is left but the shared role, and nothing of it costs money.

    The other criteria ask for what is remembered; this one asks AWS for whatever bears the run's tag or the family's name.
    """
    cleanup.of_any_kind()
    remains = left_over(run)
    claim(
        expected=f"nothing but the role {run.settings.names.execution_role}",
        observed="; ".join(map(str, remains)) or "nothing",
        advice="remove each: " + "; ".join(dict.fromkeys(f"`{found.remove}`" for found in remains)),
    )
    assert remains == []


def stops(tasks):
    """The commands that stop these tasks, given by ARN."""
    return [f"aws ecs stop-task --cluster {arn.split('/')[-2]} --task {arn.split('/')[-1]}" for arn in tasks]
