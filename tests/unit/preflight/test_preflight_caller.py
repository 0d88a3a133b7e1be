"""The preflight: who calls, and what becomes of a look that cannot be had."""

from dataclasses import replace
from datetime import timedelta

import pytest
from botocore.exceptions import CredentialRetrievalError, ReadTimeoutError, UnauthorizedSSOTokenError
from botocore.parsers import ResponseParserError

from fixtures.preflight import preflight
from fixtures.preflight.caller import account, clock, credentials, region
from fixtures.preflight.finding import looked
from fixtures.preflight.preflight import Level, examine
from tests.unit.preflight.preflight_support import DENIED, answer, aws_error, fresh_account, refusals, refuse, the_only

LOOKS = [
    ("ec2", "describe_vpcs"),
    ("ec2", "describe_subnets"),
    ("ec2", "describe_route_tables"),
    ("ec2", "describe_network_acls"),
    ("ec2", "describe_vpc_block_public_access_options"),
    ("ecs", "describe_clusters"),
    ("ecs", "describe_services"),
    ("autoscaling", "describe_scalable_targets"),
    ("ecr", "batch_get_image"),
    ("iam", "get_role"),
    ("quotas", "get_service_quota"),
]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run in a fresh account."""
    with fresh_account(tmp_path, monkeypatch) as it:
        yield it


def test_a_fresh_account_is_all_right(run):
    """Every look finds something, and nothing to mend or to note."""
    findings = examine(run)
    assert {finding.level for finding in findings} == {Level.OK}
    assert {"account", "region", "credentials", "clock", "permissions"} <= {finding.subject for finding in findings}
    assert {"network", "route to the internet", "free addresses"} <= {finding.subject for finding in findings}
    assert {"network ACL", "Block Public Access"} <= {finding.subject for finding in findings}
    assert {"image", "execution role", "Fargate quota"} <= {finding.subject for finding in findings}


def test_everything_that_is_wrong_is_told_at_once(run, monkeypatch):
    """Not the first thing only: mending one by one takes a launch each."""
    answer(monkeypatch, run.aws.quotas, "get_service_quota", {"Quota": {"Value": 0.0}})
    answer(monkeypatch, run.aws.ecr, "batch_get_image", {"images": [], "failures": []})
    run.aws.ec2.create_security_group(GroupName=run.settings.names.security_group, Description="d")
    wrong = replace(run, settings=replace(run.settings, expect_account="999999999999"))
    found = refusals(examine(wrong))
    assert [finding.subject for finding in found] == ["account", "names", "image", "Fargate quota"]
    assert all(finding.remedy for finding in found)


@pytest.fixture(scope="module")
def subjects(tmp_path_factory):
    """What is spoken of where every look is had."""
    with pytest.MonkeyPatch.context() as patch, fresh_account(tmp_path_factory.mktemp("all"), patch) as run:
        return {finding.subject for finding in examine(run)}


@pytest.mark.parametrize(("client", "method"), LOOKS, ids=[".".join(look) for look in LOOKS])
@pytest.mark.parametrize(
    "error",
    [
        DENIED,
        aws_error("UnknownOperationException", "it is not known here"),
        ReadTimeoutError(endpoint_url="https://aws"),
        ResponseParserError("<!doctype html>\n500"),
    ],
    ids=["denied", "unknown", "time-out", "no AWS"],
)
def test_a_look_that_cannot_be_had_is_a_note(subjects, run, monkeypatch, client, method, error):
    """It says so in AWS's words; the other looks are made, and the run may start."""
    refuse(monkeypatch, getattr(run.aws, client), method, error)
    findings = examine(run)
    notes = [finding for finding in findings if finding.level is Level.NOTE]
    assert notes
    assert not refusals(findings)
    assert all("AWS: " in finding.said for finding in notes)
    assert subjects - {finding.subject for finding in findings} <= {"network", "free addresses", "network ACL"} | {
        "route to the internet",
        "Block Public Access",
    }


def test_what_only_aws_can_read_is_left_out():
    """EC2 says why it denies a call in a thousand letters of its own."""
    blob = "You are not authorized. Encoded authorization failure message: " + "x" * 999

    def look():
        raise aws_error("UnauthorizedOperation", blob)

    said = the_only(Level.NOTE, looked("this", look)).said
    assert said.endswith("You are not authorized.")


@pytest.mark.parametrize(
    "error",
    [
        aws_error("ExpiredTokenException"),
        aws_error("RequestExpired"),
        aws_error(
            "AccessDeniedException", "u is not authorized, with an explicit deny in arn:aws:iam::1:policy/voc-cancel-cred"
        ),
        UnauthorizedSSOTokenError(),
        CredentialRetrievalError(provider="login", error_msg="no"),
        RuntimeError("Credentials were refreshed, but the refreshed credentials are still expired."),
    ],
    ids=lambda error: type(error).__name__,
)
def test_expired_credentials_are_refused_once(run, monkeypatch, error):
    """Every call would say so; a person is told one time."""
    for client, method in LOOKS:
        refuse(monkeypatch, getattr(run.aws, client), method, error)
    found = the_only(Level.REFUSAL, examine(run))
    assert found.subject == "credentials"
    assert "aws sso login" in found.remedy


def test_an_account_that_may_not_use_the_service_is_refused(run, monkeypatch):
    """A registration that was not finished, or an account that AWS has blocked."""
    refuse(monkeypatch, run.aws.ecs, "describe_clusters", aws_error("OptInRequired", "You are not subscribed"))
    found = the_only(Level.REFUSAL, examine(run))
    assert "You are not subscribed" in found.said
    assert "registration" in found.remedy


def test_a_mistake_of_the_suite_is_no_note():
    """Only what AWS or the network does is told; the suite's own errors are to be seen."""

    def look():
        raise RuntimeError("a mistake")

    with pytest.raises(RuntimeError, match="a mistake"):
        looked("this", look)


def test_another_account_than_the_expected_one_is_refused(run):
    """Both accounts are named."""
    assert the_only(Level.OK, account(run)).said.startswith("123456789012, as arn:")
    right, wrong = (replace(run, settings=replace(run.settings, expect_account=i)) for i in ("123456789012", "999999999999"))
    assert the_only(Level.OK, account(right)).said.endswith("as expected")
    found = the_only(Level.REFUSAL, account(wrong))
    assert "123456789012" in found.said
    assert "999999999999" in found.said


def test_an_endpoint_that_is_not_aws_is_named(run):
    """Whoever reads the plan must not take it for AWS."""
    elsewhere = replace(run, aws=replace(run.aws, endpoint="http://127.0.0.1:5000"))
    assert "http://127.0.0.1:5000, which is not AWS" in the_only(Level.OK, region(elsewhere)).said


def ending(run, found_in="env", **delta):
    """The run with credentials that end so long after its limit, by AWS's clock."""
    end = run.until + timedelta(**delta)
    return replace(run, aws=replace(run.aws, credentials_end=end, credentials_from=found_in, temporary=True))


def test_credentials_that_outlive_the_run_are_fine(run):
    """And so are those that never end."""
    assert "they last until" in the_only(Level.OK, credentials(ending(run, minutes=1))).said
    assert "nothing says" in the_only(Level.OK, credentials(run)).said


def test_credentials_that_surely_end_first_are_refused(run):
    """They are in the environment with their end, and nobody renews them there."""
    soon = ending(run, minutes=-10)
    found = the_only(Level.REFUSAL, credentials(soon))
    assert f"they end at {soon.aws.credentials_end:%H:%M} UTC" in found.said
    assert "--max-minutes 19" in found.remedy
    assert "fewer --max-minutes" in the_only(Level.REFUSAL, credentials(ending(run, minutes=-30))).remedy


def test_credentials_that_renew_themselves_are_noted(run):
    """Those of a role, of a container or of a sign-in: boto3 fetches new ones before they end."""
    found = the_only(Level.NOTE, credentials(ending(run, "assume-role", minutes=-10)))
    assert "boto3 renews them" in found.said
    assert "aws sso login" in found.remedy


def test_temporary_credentials_whose_end_is_unknown_are_noted(run):
    """The way back is named: a sweep."""
    temporary = replace(run, aws=replace(run.aws, temporary=True))
    assert "pytest --live --sweep" in the_only(Level.NOTE, credentials(temporary)).remedy
    assert the_only(Level.OK, credentials(run))


@pytest.mark.parametrize(
    ("seconds", "level"), [(0, Level.OK), (-29, Level.OK), (31, Level.NOTE), (-200, Level.NOTE), (241, Level.REFUSAL)]
)
def test_a_clock_that_is_off_is_told_before_aws_refuses_it(run, seconds, level):
    """AWS refuses at five minutes."""
    off = replace(run, aws=replace(run.aws, clock_offset=timedelta(seconds=seconds)))
    found = the_only(level, clock(off))
    assert level is Level.OK or f"{abs(seconds)} s {'ahead of' if seconds > 0 else 'behind'} this machine's" in found.said


def test_every_check_is_in_the_table():
    """In the order of the course, the caller first."""
    subjects = [check.subject for check in preflight.CHECKS]
    assert subjects[:4] == ["account", "region", "credentials", "clock"]
    assert len(subjects) == len(set(subjects))
