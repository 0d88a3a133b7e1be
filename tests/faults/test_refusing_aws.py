"""What AWS refuses for good, at every operation, is told in its words and held against nobody; nothing is left untold."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.wire.waiting import Waiter
from tests.faults.account import REGION
from tests.faults.aws_faults import FOREVER, IAM_PREFIXES, Fault
from tests.faults.calls import OPERATIONS
from tests.faults.matrix import BRIEFLY, Place, launch, sweep

SECONDS = 20.0
TRACEBACK = re.compile(r"^Traceback|^E {3}(?! *\[)|^\S+\.py:\d+: ", re.MULTILINE)


@pytest.mark.parametrize("kind", ["access_denied", "expired_token"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_aws_refuses_is_told_in_its_words(operation, kind, account, tmp_path):
    """A permission that is missing, or credentials that end, are nobody's deployment; what stays is told with its remedy."""
    place = Place(tmp_path)
    account.without_the_role()
    fault = Fault(kind, operation, last=FOREVER, spreads=kind == "expired_token")
    with launch(account, place, fault, selection=OPERATIONS[operation], options=BRIEFLY) as suite:
        ended = suite.wait()
    assert f"{operation} {kind}" in place.record.read_text()
    assert not TRACEBACK.search(ended.output), str(ended)
    statuses = {o["status"] for o in place.outcomes().values()}
    left = account.left_behind() if ended.code == 0 else account.changes()
    untold = [line for line in left if not is_told(line, ended.output)]
    assert untold == [], str(ended)
    if ended.code != 0:
        assert ended.code in (1, 2, 4), str(ended)
        assert words(kind, operation) in " ".join(ended.output.split()), str(ended)
        assert "FAIL" not in statuses, str(ended)
    else:
        assert statuses <= {"PASS", "NOT RUN"}, str(ended)
        assert left == []
    if left:
        assert ended.code != 0
        swept = sweep(account, place)
        assert account.left_behind() == [], str(swept)
        assert swept.code == 0, str(swept)


def test_the_commands_that_are_told_remove_everything(account, tmp_path):
    """Whoever pastes them, one after the other, needs no sweep: they are complete, and in the order that AWS needs."""
    with launch(account, Place(tmp_path), Fault("expired_token", "ecs.DeleteService", spreads=True)) as suite:
        ended = suite.wait()
    commands = re.findall(r"^LEFT BEHIND: .*Remove it with: (aws .*)$", ended.output, re.MULTILINE)
    assert [command.split()[2].split("-")[0] for command in commands].count("delete") >= 4, str(ended)
    for command in commands:
        run_it = lambda command=command: aws(account, command)  # noqa: E731 - what is still draining takes a moment
        said = Waiter().settle(command, run_it, lambda said: not said, SECONDS)
        assert said == "", f"{command}: {said}"
    assert account.left_behind() == [], str(ended)


def aws(account, command):
    """What the AWS CLI complains of; nothing where it did what it was told."""
    program = Path(sys.executable).with_name("aws")
    words = [str(program), *shlex.split(command)[1:]]
    environment = account.variables | {"PATH": str(program.parent), "AWS_DEFAULT_REGION": REGION}
    return subprocess.run(words, env=environment, capture_output=True, text=True, timeout=30, check=False).stderr.strip()


def words(kind, operation):
    """What AWS says, as the output has to show it."""
    if kind == "expired_token":
        return "expired"
    service, name = operation.split(".")
    return f"not authorized to perform: {IAM_PREFIXES.get(service, service)}:{name}"


COMMANDS = {
    r"more: security group (\S+)": "aws ec2 delete-security-group --group-id {}",
    r"more: cluster (\S+)": "aws ecs delete-cluster --cluster {}",
    r"more: service \S+/(\S+)": "--service {} --force",
    r"more: revision (\S+)": "{}",
    r"more: log group (\S+)": "aws logs delete-log-group --log-group-name {}",
    r"more: scalable target (\S+)": "--resource-id {}",
}


def is_told(line, output):
    """Whether the output has the command that removes what the line is about; what goes with something else need none."""
    told = " ".join(output.split())
    for pattern, command in COMMANDS.items():
        found = re.match(pattern, line)
        if found:
            return command.format(found[1]) in told
    return bool(re.match(r"more: (network interface|task|scheduled action)|(more|gone): .* processes of containers", line))
