"""Nothing is deleted on the word of a file or a tag: a sweep of hostile ledgers and tags, and the undo of a run."""

from dataclasses import replace
from datetime import timedelta

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from fixtures.cleanup import cleanup
from fixtures.cleanup.sweep import sweep
from fixtures.evidence.recorder import Recorder
from fixtures.ledger.ledger import Ledger
from fixtures.ledger.owner import mark
from fixtures.resources import cluster, fuse, logs, network, service, task_definition
from fixtures.run import Run
from fixtures.settings.options import OPTIONS
from fixtures.settings.settings import read_settings
from fixtures.wire.clients import clients_of, connected
from fixtures.wire.waiting import Waiter
from tests.faults.deleting import ATTACKS, KINDS, TARGET, Attack, dead, exists, make, plant

WHERE_TAGS_ARE_READ = {
    network.KIND: ("ec2", "DescribeSecurityGroups"),
    cluster.KIND: ("ecs", "DescribeClusters"),
    service.KIND: ("ecs", "DescribeServices"),
    task_definition.KIND: ("ecs", "ListTaskDefinitions"),
    logs.KIND: ("logs", "DescribeLogGroups"),
    fuse.KIND: ("autoscaling", "DescribeScalableTargets"),
}


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """A folder of reports."""
    return tmp_path_factory.mktemp("deleting") / "reports"


@pytest.fixture(scope="module")
def run(reports):
    """A run in moto's account."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
        settings = read_settings({option.dest: option.default for option in OPTIONS} | {"reports": reports}, {})
        settings.bundle.mkdir(parents=True)
        with mock_aws():
            session = boto3.Session("moto", "moto", region_name="us-east-1")
            recorder = Recorder(settings.bundle / "evidence")
            aws = connected(session, clients_of(session, ""), settings.region, recorder)
            remember_tags(aws.autoscaling, patch)
            own = mark(settings.run_id, aws.now() + timedelta(minutes=30))
            yield Run(settings, aws, Ledger(settings.bundle / "ledger.jsonl"), recorder, idle_waiter(), own)


def idle_waiter():
    """A waiter whose waits take no time."""
    now = [0.0]
    return Waiter(clock=lambda: now[0], sleep=lambda seconds: now.append(now.pop() + seconds))


def remember_tags(client, patch):
    """Scalable targets have tags, which moto forgets."""
    tags, register = {}, client.register_scalable_target

    def remembered(**asked):
        made = register(**asked)
        tags[made["ScalableTargetARN"]] = asked.get("Tags", {})
        return made

    patch.setattr(client, "register_scalable_target", remembered)
    patch.setattr(client, "list_tags_for_resource", lambda ResourceARN: {"Tags": tags[ResourceARN]})  # noqa: N803


@pytest.fixture(scope="module")
def planted(run, reports):
    """Every attack, by its number."""
    return [plant(run.aws, reports, number, attack) for number, attack in enumerate(ATTACKS)]


@pytest.fixture(scope="module")
def said(run, planted):
    """What the sweep has told; all of it is one sweep."""
    lines = []
    assert not sweep(run, lines.append)
    return lines


def lines_about(planted, said):
    """What was told of one attack: of its thing, its file, its run."""
    found, of_it = [], False
    for line in said:
        if not line.startswith("  "):
            of_it = dead(planted.number)["launch-control-run"] in line
        if of_it or f"{planted.name} " in f"{line} " or planted.folder.name in line:
            found.append(line)
    return "\n".join(found)


@pytest.mark.parametrize("number", range(len(ATTACKS)), ids=[attack.what for attack in ATTACKS])
def test_only_what_aws_says_is_a_dead_runs_is_deleted(number, run, planted, said):
    """A ledger is believed for what to look at, a tag for nothing without the two others; and it is told what is left."""
    attack = planted[number]
    assert exists(run.aws, attack) is attack.attack.stays
    assert attack.attack.told in lines_about(attack, said)


def test_what_is_told_is_one_line_each(said):
    """Nothing that came from outside breaks a line, or moves the cursor."""
    assert [line for line in said if not line.isprintable()] == []


def test_nothing_is_written_outside_the_reports(run, planted, said, reports):
    """No name leads out of them, and no link of a bundle is followed."""
    links = [f"{attack.number}.jsonl" for attack in planted if attack.attack.what == "a link for a ledger"]
    assert {path.name for path in reports.parent.iterdir()} == {"reports", "outside", *links}
    assert list((reports.parent / "outside").iterdir()) == []


def test_what_a_dead_run_left_is_swept_once(run, planted, said):
    """The second sweep finds nothing of it, and tells the rest again."""
    again = []
    assert not sweep(run, again.append)
    assert [line for line in again if "gone: " in line] == []
    assert sum("bears the tag" in line for line in again) == sum("bears the tag" in line for line in said)


class Own:
    """Something that this very process has made, as a run makes it."""

    def __init__(self, run, folder, kind, name):
        self.run = replace(run, ledger=Ledger(folder / "ledger.jsonl"))
        place = {"cluster": f"{name}-cluster"} if kind == service.KIND else {}
        of_kind = fuse.resource_id(f"{name}-cluster", name) if kind == fuse.KIND else name
        self._attack = Attack("the run's own", kind, lambda _: self.run.tags)
        with self.run.ledger.creating(kind, of_kind, **place) as outputs:
            self.thing = plant(run.aws, folder, 0, self._attack, name)
            outputs.update({"id": self.thing.id} if kind == network.KIND else {})
            outputs.update({"arn": self.thing.id} if kind == task_definition.KIND else {})

    @property
    def exists(self):
        """Whether it is there."""
        return exists(self.run.aws, self.thing)

    def close(self):
        """What the undo could not delete, in words."""
        return [str(leftover) for leftover in cleanup.close(self.run).leftovers]


@pytest.mark.parametrize("kind", KINDS)
def test_what_this_process_has_made_is_deleted_where_tags_may_not_be_read(kind, run, tmp_path):
    """AWS has answered that it is made: nothing leaks because a permission is missing."""
    own = Own(run, tmp_path, kind, f"denied-{KINDS.index(kind)}")
    client, operation = WHERE_TAGS_ARE_READ[kind]

    def deny(**_):
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, operation)

    events = getattr(run.aws, client).meta.events
    events.register(f"before-call.*.{operation}", deny)
    own.close()
    events.unregister(f"before-call.*.{operation}", deny)
    assert not own.exists


@pytest.mark.parametrize("kind", [cluster.KIND, service.KIND, logs.KIND, fuse.KIND])
def test_what_has_taken_the_place_of_a_runs_own_is_left_alone(kind, run, tmp_path):
    """Somebody has deleted it meanwhile, and made another one of that name."""
    name = f"replaced-{KINDS.index(kind)}"
    own = Own(run, tmp_path, kind, name)
    {
        cluster.KIND: lambda: run.aws.ecs.delete_cluster(cluster=name),
        service.KIND: lambda: run.aws.ecs.delete_service(cluster=f"{name}-cluster", service=name, force=True),
        logs.KIND: lambda: run.aws.logs.delete_log_group(logGroupName=name),
        fuse.KIND: lambda: run.aws.autoscaling.deregister_scalable_target(ResourceId=own.thing.name, **TARGET),
    }[kind]()
    assert not own.exists
    make(run.aws, kind, name, {})
    if kind == logs.KIND:  # moto has kept the tags of the one before it
        arn = logs.find_group(run.aws, name).removesuffix(":*")
        run.aws.logs.untag_resource(resourceArn=arn, tagKeys=list(run.tags))
    (told,) = own.close()
    assert "its tags are not this run's" in told
    assert own.exists


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_only_intended_leads_to_nothing_of_somebody_elses(kind, run, tmp_path):
    """The name was taken: nothing was made, and nothing is told."""
    name = f"taken-{KINDS.index(kind)}"
    thing = plant(run.aws, tmp_path, 0, Attack("somebody's", kind), name)
    own = replace(run, ledger=Ledger(tmp_path / "ledger.jsonl"))
    place = {"cluster": f"{name}-cluster"} if kind == service.KIND else {}
    with pytest.raises(KeyboardInterrupt), own.ledger.creating(kind, thing.name, **place):
        raise KeyboardInterrupt
    assert cleanup.close(own).leftovers == ()
    assert exists(run.aws, thing)
