"""What somebody can put into `reports/`, or tag in the account, so that a sweep deletes what is not his; what comes of it.

Each attack is planted in one account and one folder of reports, beside the remains of a run that is really dead.
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fixtures.ledger.owner import OWNER_TAG, RUN_TAG, UNTIL_TAG, Owner, mark
from fixtures.resources import cluster, fuse, logs, network, service, task_definition

ENDED = datetime(2026, 1, 1, tzinfo=UTC)
DEAD_OWNER = str(replace(Owner.this_process(), started=1))
ELSEWHERE = str(replace(Owner.this_process(), machine="0123456789ab"))
KINDS = (network.KIND, cluster.KIND, service.KIND, task_definition.KIND, logs.KIND, fuse.KIND)
NOT_OURS = "its tags are not this run's, as AWS tells them"
NO_MARK = f"bears the tag {RUN_TAG}, but is no run's of this suite"
STILL = "It is still at work, so it is left alone."
UNREAD = "that cannot be read: the rest of it counts"
NOBODYS = "does not say whose run it is of"
HERE = {"account": "123456789012", "region": "us-east-1", "endpoint": ""}
TARGET = {"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount"}

Tags = Mapping[str, str]
Lines = Callable[["Planted"], Any]


def dead(number: int, **changes: str) -> dict[str, str]:
    """The tags of a run that is dead: one of its own for each attack."""
    return {RUN_TAG: f"20260101T000000Z-{number:04x}", OWNER_TAG: DEAD_OWNER, UNTIL_TAG: ENDED.isoformat()} | changes


def alive(number: int) -> dict[str, str]:
    """The tags of a run that is still at work, with the run ID of the dead one."""
    return mark(dead(number)[RUN_TAG], datetime.now(UTC) + timedelta(hours=1)).tags


@dataclass(frozen=True)
class Attack:
    """What is there, what is said of it, whether it is still there afterwards, and what the sweep has to say."""

    what: str
    kind: str = logs.KIND
    tags: Callable[[int], Tags] = field(default=lambda _: {})
    """Of the thing, by the attack's number."""
    ledger: Lines | None = None
    """The lines of the ledger that names it, or what puts something else in its place."""
    stays: bool = True
    told: str = ""


@dataclass(frozen=True)
class Planted:
    """An attack that stands in the account and in the reports."""

    attack: Attack
    number: int
    reports: Path
    name: str
    id: str
    """What AWS calls the thing."""

    @property
    def folder(self) -> Path:
        return self.reports / f"bundle-{self.number:03}"

    @property
    def path(self) -> Path:
        return self.folder / "ledger.jsonl"

    @property
    def details(self) -> dict[str, str]:
        """What an honest ledger says of it."""
        key = {network.KIND: "id", task_definition.KIND: "arn", service.KIND: "cluster"}.get(self.attack.kind)
        return {key: f"{self.name}-cluster" if key == "cluster" else self.id} if key else {}

    def header(self, **changes: Any) -> dict[str, Any]:
        return {"event": "run", "details": HERE | dead(self.number) | changes}

    def entry(self, number: Any = 1, **changes: Any) -> list[dict[str, Any]]:
        """An intent, and that it was created."""
        intent = {"event": "intent", "number": number, "kind": self.attack.kind, "name": self.name, "details": self.details}
        return [intent | changes, {"event": "created", "number": number, "details": {}}]


def honest(**changes: Any) -> Lines:
    """A ledger such as a run writes, but for these fields of its entry."""
    return lambda planted: [planted.header(), *planted.entry(**changes)]


def headed(**changes: Any) -> Lines:
    """A ledger such as a run writes, but for these fields of its first line."""
    return lambda planted: [planted.header(**changes), *planted.entry()]


def with_line(line: Any) -> Lines:
    """A ledger such as a run writes, with one more line before what counts."""
    return lambda planted: [planted.header(), line, *planted.entry()]


def elsewhere(planted: "Planted") -> list[Any]:
    """An innocent name, whose details lead to the thing."""
    return [planted.header(), *planted.entry(name="innocent")]


def named(pattern: str) -> Lines:
    """The name is given in another way."""
    return lambda planted: [planted.header(), *planted.entry(name=pattern.format(name=planted.name, id=planted.id))]


def huge(planted: Planted) -> None:
    """A ledger of a gigabyte, which takes no place on the disk."""
    write(planted, [planted.header(), *planted.entry()])
    os.truncate(planted.path, 2**30)


def pipe(planted: Planted) -> None:
    """A pipe in the ledger's place: who opens it waits for ever."""
    os.mkfifo(planted.path)


def link(planted: Planted) -> None:
    """A link to a ledger that lies elsewhere."""
    write(planted, [planted.header(), *planted.entry()])
    planted.path.rename(planted.reports.parent / f"{planted.number}.jsonl")
    planted.path.symlink_to(planted.reports.parent / f"{planted.number}.jsonl")


def folder(planted: Planted) -> None:
    """A folder in the ledger's place."""
    planted.path.mkdir()


def links_in_the_bundle(planted: Planted) -> None:
    """Everything that a sweep could write to leads out of the bundle."""
    outside = planted.reports.parent / "outside"
    outside.mkdir()
    write(planted, [planted.header(), *planted.entry()])
    for name in ("logs", "sweep", "evidence"):
        (planted.folder / name).symlink_to(outside)
    (planted.folder / "endpoint.json").mkdir()


def write(planted: Planted, lines: list[Any]) -> None:
    """The ledger: text as it is, everything else as JSON."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    planted.path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8", errors="surrogateescape")


GONE = {"tags": dead, "stays": False}
ATTACKS = (
    *(Attack(f"a ledger claims a {kind} without a tag", kind, ledger=honest(), told=NOT_OURS) for kind in KINDS),
    *(Attack(f"a ledger calls the run of a {kind} dead", kind, alive, honest(), told=NOT_OURS) for kind in KINDS),
    *(
        Attack(
            f"a ledger claims a {kind} tagged by hand", kind, lambda n: {"run": dead(n)[RUN_TAG]}, honest(), told=NOT_OURS
        )
        for kind in (service.KIND, task_definition.KIND, logs.KIND, fuse.KIND)
    ),
    Attack("a ledger claims another run's", tags=lambda n: dead(n + 1000), ledger=honest(), told=NOT_OURS),
    Attack("the owner differs", tags=lambda n: dead(n, **{OWNER_TAG: ELSEWHERE}), ledger=honest(), told=NOT_OURS),
    Attack(
        "the time differs",
        tags=lambda n: dead(n, **{UNTIL_TAG: "2025-01-01T00:00:00+00:00"}),
        ledger=honest(),
        told=NOT_OURS,
    ),
    Attack("an ID leads elsewhere", network.KIND, ledger=elsewhere, told=NOT_OURS),
    Attack("an ARN leads elsewhere", task_definition.KIND, ledger=elsewhere, told=NOT_OURS),
    Attack(
        "the ARN of a cluster leads elsewhere",
        cluster.KIND,
        ledger=named("arn:aws:ecs:us-east-1:123456789012:cluster/{name}"),
        told=NOT_OURS,
    ),
    Attack(
        "a family for an ARN",
        task_definition.KIND,
        ledger=lambda p: [p.header(), *p.entry(name="innocent", details={"arn": p.name})],
        told=NOT_OURS,
    ),
    Attack(
        "a name that others begin with",
        logs.KIND,
        ledger=lambda p: [p.header(), *p.entry(name=p.name[:-1])],
        told="gone: log group",
    ),
    Attack("a name with wildcards", network.KIND, ledger=honest(name="*", details={}), told=UNREAD),
    Attack("a name that a shell obeys", ledger=honest(name="x; rm -rf ~ #"), told=UNREAD),
    Attack("a name that a terminal obeys", ledger=honest(name="\x1b[2Jx"), told=UNREAD),
    Attack("a name with a line feed", ledger=honest(name="x\n::error ::y"), told=UNREAD),
    Attack("a path for a name", ledger=honest(name="../../../x"), told="gone: log group ../../../x"),
    Attack("a path for a run ID", tags=dead, ledger=headed(**{RUN_TAG: "../../../x"}), told=NOBODYS),
    Attack("a word for a run ID", tags=dead, ledger=headed(**{RUN_TAG: "nightly"}), told=NOBODYS),
    Attack("no owner in the ledger", tags=dead, ledger=headed(**{OWNER_TAG: ""}), told=NOBODYS),
    Attack("until never in the ledger", tags=dead, ledger=headed(**{UNTIL_TAG: "never"}), told=NOBODYS),
    Attack("until no zone in the ledger", tags=dead, ledger=headed(**{UNTIL_TAG: "2026-01-01T00:00:00"}), told=NOBODYS),
    Attack("a list for a run ID", tags=dead, ledger=headed(**{RUN_TAG: ["20260101T000000Z-0000"]}), told=UNREAD),
    Attack("no first line", tags=dead, ledger=lambda p: p.entry(), told=NOBODYS),
    Attack("another account's ledger", tags=dead, ledger=headed(account="999999999999")),
    Attack("another region's ledger", tags=dead, ledger=headed(region="eu-west-1")),
    Attack("another endpoint's ledger", tags=dead, ledger=headed(endpoint="http://127.0.0.1:1")),
    Attack("a ledger of a gigabyte", tags=dead, ledger=huge, told="longer than any ledger"),
    Attack("a pipe for a ledger", tags=dead, ledger=pipe, told="it is no file"),
    Attack("a link for a ledger", tags=dead, ledger=link, told="cannot be read: Too many levels of symbolic links"),
    Attack("a folder for a ledger", tags=dead, ledger=folder, told="cannot be read: Is a directory"),
    Attack("a line that is no JSON", **GONE, ledger=with_line("{"), told=UNREAD),
    Attack("a line that is a list", **GONE, ledger=with_line([1]), told=UNREAD),
    Attack("a line that is a number", **GONE, ledger=with_line(7), told=UNREAD),
    Attack("an empty line", **GONE, ledger=with_line(""), told=UNREAD),
    Attack("a line without keys", **GONE, ledger=with_line({}), told=UNREAD),
    Attack("an event that is none", **GONE, ledger=with_line({"event": "gift"}), told=UNREAD),
    Attack("a creation of nothing", **GONE, ledger=with_line({"event": "created", "number": 9, "details": {}}), told=UNREAD),
    Attack(
        "a number that is a text",
        **GONE,
        ledger=with_line({"event": "intent", "number": "1", "kind": "a", "name": "b"}),
        told=UNREAD,
    ),
    Attack(
        "a name that is a number",
        **GONE,
        ledger=with_line({"event": "intent", "number": 9, "kind": "a", "name": 1}),
        told=UNREAD,
    ),
    Attack(
        "details that are a list", **GONE, ledger=with_line({"event": "created", "number": 1, "details": [1]}), told=UNREAD
    ),
    Attack("a line of ten thousand brackets", **GONE, ledger=with_line("[" * 10_000), told=UNREAD),
    Attack("a number of five thousand digits", **GONE, ledger=with_line("9" * 5_000), told=UNREAD),
    Attack("a line that is no text", **GONE, ledger=with_line("\udcff\udcfe"), told=UNREAD),
    Attack(
        "a kind that no run makes", **GONE, ledger=with_line({"event": "intent", "number": 9, "kind": "bucket", "name": "b"})
    ),
    Attack("a bundle whose folders lead out of it", **GONE, ledger=links_in_the_bundle),
    Attack("a group whose only tag is a word", network.KIND, lambda _: {RUN_TAG: "nightly"}, told=NO_MARK),
    Attack("a group whose only tag is a run ID", network.KIND, lambda n: {RUN_TAG: dead(n)[RUN_TAG]}, told=NO_MARK),
    Attack("a tag that is a path", network.KIND, lambda n: dead(n, **{RUN_TAG: "../../../x"}), told=NO_MARK),
    Attack(
        "a run ID with more behind it", network.KIND, lambda n: dead(n, **{RUN_TAG: "20260101T000000Z-0000/x"}), told=NO_MARK
    ),
    Attack("a run ID in other digits", network.KIND, lambda n: dead(n, **{RUN_TAG: "٢٠٢٦٠١٠١T٠٠٠٠٠٠Z-0000"}), told=NO_MARK),
    Attack("an owner without a process", network.KIND, lambda n: dead(n, **{OWNER_TAG: "0123456789ab"}), told=NO_MARK),
    Attack("an owner of other digits", network.KIND, lambda n: dead(n, **{OWNER_TAG: "0123456789ab/²/1"}), told=NO_MARK),
    Attack(
        "an owner of a huge process",
        network.KIND,
        lambda n: dead(n, **{OWNER_TAG: f"0123456789ab/{'9' * 30}/1"}),
        told=NO_MARK,
    ),
    Attack("no owner", cluster.KIND, lambda n: {k: v for k, v in dead(n).items() if k != OWNER_TAG}, told=NO_MARK),
    Attack("no until", cluster.KIND, lambda n: {k: v for k, v in dead(n).items() if k != UNTIL_TAG}, told=NO_MARK),
    Attack("until never", cluster.KIND, lambda n: dead(n, **{UNTIL_TAG: "never"}), told=NO_MARK),
    Attack("until without a zone", cluster.KIND, lambda n: dead(n, **{UNTIL_TAG: "2026-01-01T00:00:00"}), told=NO_MARK),
    Attack(
        "until beyond all time", cluster.KIND, lambda n: dead(n, **{UNTIL_TAG: "0001-01-01T00:00:00+23:59"}), told=NO_MARK
    ),
    Attack(
        "until with an escape", cluster.KIND, lambda n: dead(n, **{UNTIL_TAG: "2026-01-01\x1b00:00:00+00:00"}), told=NO_MARK
    ),
    Attack("a run that is still at work", cluster.KIND, alive, told=STILL),
    Attack(
        "a run of another machine, whose time is not over",
        cluster.KIND,
        lambda n: dead(n, **{OWNER_TAG: ELSEWHERE, UNTIL_TAG: "2999-01-01T00:00:00+00:00"}),
        told="may be at work until 2999-01-01T00:00:00+00:00",
    ),
    Attack("a dead run's cluster", cluster.KIND, **GONE, told="gone: cluster"),
    Attack("a dead run's group", network.KIND, **GONE, told="gone: security group"),
    *(Attack(f"a dead run's ledger with its {kind}", kind, **GONE, ledger=honest(), told=f"gone: {kind}") for kind in KINDS),
)


def plant(aws: Any, reports: Path, number: int, attack: Attack, name: str = "") -> Planted:
    """Make the thing, and the ledger that names it."""
    planted = Planted(attack, number, reports, *make(aws, attack.kind, name or f"x{number}y", attack.tags(number)))
    if attack.ledger:
        planted.folder.mkdir(parents=True)
        lines = attack.ledger(planted)
        if lines:
            write(planted, lines)
    return planted


def make(aws: Any, kind: str, name: str, tags: Tags) -> tuple[str, str]:
    """The name and the ID of a new thing with these tags."""
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    small = [{"key": key, "value": value} for key, value in tags.items()]
    if kind == network.KIND:
        asked = {"TagSpecifications": [{"ResourceType": "security-group", "Tags": pairs}]} if pairs else {}
        vpc_id = network.default_vpc_id(aws)
        return name, aws.ec2.create_security_group(GroupName=name, Description="x", VpcId=vpc_id, **asked)["GroupId"]
    if kind == task_definition.KIND:
        container = {"name": "x", "image": "x", "memory": 1}
        made = aws.ecs.register_task_definition(family=name, containerDefinitions=[container], tags=small)
        return name, made["taskDefinition"]["taskDefinitionArn"]
    if kind == logs.KIND:
        aws.logs.create_log_group(logGroupName=name, tags=dict(tags))
        return name, name
    cluster_name = name if kind == cluster.KIND else f"{name}-cluster"
    if cluster.describe_cluster(aws, cluster_name).gone:
        aws.ecs.create_cluster(clusterName=cluster_name, tags=small if kind == cluster.KIND else [])
    if kind == cluster.KIND:
        return name, name
    own = {"tags": small} if kind == service.KIND else {}
    if service.describe_service(aws, cluster_name, name).status in cluster.GONE:
        aws.ecs.create_service(cluster=cluster_name, serviceName=name, desiredCount=0, **own)
    if kind == service.KIND:
        return name, name
    target = fuse.resource_id(cluster_name, name)
    aws.autoscaling.register_scalable_target(ResourceId=target, MinCapacity=0, MaxCapacity=1, Tags=dict(tags), **TARGET)
    return target, target


def exists(aws: Any, planted: Planted) -> bool:
    """Whether the thing is there, and in use."""
    match planted.attack.kind:
        case network.KIND:
            return network.describe_group(aws, planted.id) is not None
        case task_definition.KIND:
            return task_definition.describe_task_definition(aws, planted.id, "x").status == "ACTIVE"
        case logs.KIND:
            return logs.find_group(aws, planted.name) is not None
        case cluster.KIND:
            return not cluster.describe_cluster(aws, planted.name).gone
        case service.KIND:
            return service.describe_service(aws, f"{planted.name}-cluster", planted.name).status not in cluster.GONE
    return fuse.tags_of(aws, planted.name) is not None
