"""What others have met is understood: the cause is that of the text, and what it names is what the help names."""

import pytest
from botocore.exceptions import ClientError

from fixtures.diagnosis.diagnosis import COURSE, diagnose_event, diagnose_stop, explain
from tests.unit.diagnosis.met import ECR, ENDED, GOOD_NEWS, REFUSED, STOPPED, TOLD

NAMES = COURSE | {"account": "123456789012", "image": f"{ECR}/satellite-api:v1"}


def helps(found, row, named, said):
    """It is this row's, names what it has to, and fills in every name; AWS's own words stand beside it."""
    assert (found.id, found.said) == (row, said)
    assert named in f"{found.cause}\n{found.advice}"
    assert not {"{error}", "{image}", "{execution_role}"} & set(f"{found.cause} {found.advice}".split())


@pytest.mark.parametrize(("row", "named", "said"), STOPPED)
def test_why_a_task_of_others_did_not_start_is_understood(row, named, said):
    """In all the wordings that AWS has had for it."""
    helps(diagnose_stop(said, (), NAMES), row, named, said)


@pytest.mark.parametrize(("row", "named", "event"), TOLD)
def test_what_services_of_others_told_is_understood(row, named, event):
    """Also of what no course service has."""
    helps(diagnose_event(event, NAMES), row, named, event)


@pytest.mark.parametrize("event", GOOD_NEWS)
def test_what_services_of_others_told_beside_it_is_no_failure(event):
    """What ECS does on its way says nothing of a cause."""
    assert diagnose_event(event, NAMES) is None


@pytest.mark.parametrize(("row", "named", "code", "operation", "message"), REFUSED)
def test_what_aws_refused_to_others_is_understood(row, named, code, operation, message):
    """And no policy is advised to somebody whom another one forbids it."""
    error = ClientError({"Error": {"Code": code, "Message": message}}, operation)
    helps(explain(error, NAMES), row, named, str(error))


@pytest.mark.parametrize(("row", "named", "code", "log"), ENDED)
def test_how_applications_of_others_ended_is_understood(row, named, code, log):
    """By the last lines of their logs, whatever stands before them."""
    said = f"EssentialContainerExited; Essential container in task exited; exit code {code}"
    helps(diagnose_stop(said, ["INFO:     Started server process [1]", *log], NAMES), row, named, said)
