"""The calls of AWS at which the matrices let something happen: every one that a clean run makes. Each cell is named by one.

They are listed, and not recorded first, so that any number of processes can share the cells; test_calls.py records them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.faults.aws_faults import Fault

EVERYTHING_MADE = "RUN-1 or RUN-2 or CLEAN"
"""The fewest criteria that make, and unmake, everything that a whole run does."""
JUDGED = "RUN- or CLEAN- or TASK- or NET-1 or NET-2 or LOG-1"
"""The fewest criteria that call every operation that any criterion calls."""
SELECTIONS = ("NET-1", "TASK-1", EVERYTHING_MADE, JUDGED)
"""From what costs the least."""
_READS = re.compile(r"\.(Describe|List|Get|Filter|BatchGet|Simulate|Lookup)")


@dataclass(frozen=True)
class Call:
    """One call of AWS: the operation, and which one of its calls it is, counted from 1."""

    operation: str
    number: int
    selection: str = ""
    """The first of SELECTIONS that makes the suite call it; empty where that does not matter."""

    @property
    def writes(self) -> bool:
        return not _READS.search(self.operation)

    def fault(self, kind: str, *, after: bool = False, again: int = 0) -> Fault:
        """That fault at this call alone, or once more so many calls later."""
        return Fault(kind, self.operation, self.number, self.number, after, again=again)

    def __str__(self) -> str:
        return self.operation + (f" {self.number}" if self.number > 1 else "")


def numbered(made: Iterable[tuple[str, str]]) -> Iterator[Call]:
    """Calls from pairs of a selection and an operation, in order."""
    counts: Counter[str] = Counter()
    for selection, operation in made:
        counts[operation] += 1
        yield Call(operation, counts[operation], selection)


_IN_ORDER = (
    (
        "NET-1",
        """
        sts.GetCallerIdentity ec2.DescribeVpcs iam.ListAttachedRolePolicies ecs.DescribeServices ecr.BatchGetImage
        service-quotas.GetServiceQuota iam.GetRole ec2.DescribeSubnets application-auto-scaling.DescribeScalableTargets
        ecs.DescribeClusters ec2.DescribeRouteTables iam.SimulatePrincipalPolicy ec2.DescribeSecurityGroups
        cloudwatch-logs.DescribeLogGroups ec2.DescribeNetworkAcls ec2.DescribeVpcBlockPublicAccessOptions""",
    ),
    (EVERYTHING_MADE, "ecs.CreateCluster"),
    ("TASK-1", "iam.CreateRole iam.AttachRolePolicy cloudwatch-logs.CreateLogGroup ecs.RegisterTaskDefinition"),
    ("TASK-1", "ecs.DescribeTaskDefinition"),
    ("NET-1", "ec2.CreateSecurityGroup ec2.AuthorizeSecurityGroupIngress"),
    (EVERYTHING_MADE, "ecs.CreateService application-auto-scaling.RegisterScalableTarget"),
    (EVERYTHING_MADE, "application-auto-scaling.PutScheduledAction ecs.UpdateService"),
    ("NET-1", "ecs.ListTasks"),
    (EVERYTHING_MADE, "ecs.DescribeTasks ecs.UpdateService ecs.DeleteService"),
    (EVERYTHING_MADE, "application-auto-scaling.ListTagsForResource application-auto-scaling.DeregisterScalableTarget"),
    ("NET-1", "ec2.DeleteSecurityGroup"),
    (EVERYTHING_MADE, "ecs.DeleteCluster"),
    ("TASK-1", "ecs.DeregisterTaskDefinition ecs.ListTaskDefinitions cloudwatch-logs.ListTagsForResource"),
    ("TASK-1", "cloudwatch-logs.FilterLogEvents cloudwatch-logs.DeleteLogGroup"),
    (EVERYTHING_MADE, "ecs.ListServices"),
    ("NET-1", "ec2.DescribeNetworkInterfaces"),
    (EVERYTHING_MADE, "ecs.ListClusters"),
    (JUDGED, "ec2.DescribeSecurityGroupRules iam.ListRolePolicies iam.GetPolicy iam.GetPolicyVersion"),
)
"""Each write, and the first of each read, as they come in a clean run of all criteria; before them, what makes it do so."""
CALLS = tuple(numbered((selection, name) for selection, names in _IN_ORDER for name in names.split()))
OPERATIONS = {call.operation: call.selection for call in CALLS if call.number == 1}
"""Every operation that the suite calls, with the first of SELECTIONS that makes it do so."""
OF_A_RUN = tuple(call for call in CALLS if call.selection != JUDGED)
"""What a run of EVERYTHING_MADE calls."""
WRITES = tuple(call for call in OF_A_RUN if call.writes)


def spread(calls: tuple[Call, ...], count: int) -> tuple[Call, ...]:
    """So many of them, from the first to the last."""
    return tuple(calls[round(moment * (len(calls) - 1) / (count - 1))] for moment in range(count))


MOMENTS = spread(OF_A_RUN, 10)
MOMENTS_OF_WRITING = spread(WRITES, 4)
