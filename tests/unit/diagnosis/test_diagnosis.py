"""What AWS says becomes a cause and advice; what nobody has seen before is shown as it was said."""

import pytest
from botocore import exceptions as boto
from botocore.exceptions import ClientError

from fixtures.diagnosis.diagnosis import (
    COURSE,
    diagnose_event,
    diagnose_silence,
    diagnose_state,
    diagnose_stop,
    explain,
    explains,
)
from fixtures.diagnosis.ends import EXITED, LOGGED
from fixtures.diagnosis.failures import EVENTS, NORMAL, ONCE, SAID, STATES
from fixtures.diagnosis.refusals import REFUSALS
from fixtures.diagnosis.supplies import SUPPLIES
from tests.unit.diagnosis import met

RIE = "ResourceInitializationError: "
LOGGER = (
    RIE + "failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: "
)
AUTH = RIE + "unable to pull secrets or registry auth: "
PULL = "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
PLACE = "(service s) was unable to place a task. Reason: "
DENIED = "AccessDeniedException: User: arn:aws:sts::1:assumed-role/r/t is not authorized to perform: "
READING = "secretsmanager:GetSecretValue on resource: x"
ROLE = "ECS was unable to assume the role 'arn:aws:iam::1:role/r' that was provided for this task."

# Each text was seen in AWS's documentation or in somebody's issue.
STOPPED = (
    ("U12", "ServiceSchedulerInitiated; Scaling activity initiated by (deployment ecs-svc/1); exit code 137"),
    ("U11", "Essential container in task exited; OutOfMemoryError: Container killed due to memory usage; exit code 137"),
    ("U01", PULL + "image Manifest does not contain descriptor matching platform 'linux/amd64'"),
    ("I07", "Unable to assume the service linked role. Please verify that the ECS service linked role exists."),
    ("I01", f"(error {ROLE}"),
    ("L02", LOGGER + DENIED + "logs:CreateLogGroup on resource: x because no identity-based policy allows it"),
    ("I03", LOGGER + DENIED + "logs:CreateLogStream on resource: x"),
    ("L01", LOGGER + "ResourceNotFoundException: The specified log group does not exist."),
    ("", LOGGER + "RequestError: send request failed: dial tcp: lookup logs.us-eest-1.amazonaws.com: no such host"),
    ("L03", RIE + "failed to validate logger args: : signal: killed"),
    ("L03", RIE + "The task cannot find the Amazon CloudWatch log group. There is a connection issue …: signal: killed"),
    ("I03", AUTH + "execution resource retrieval failed: " + DENIED + "ecr:GetAuthorizationToken on resource: *"),
    (
        "U04",
        "CannotPullContainerError: The task can’t pull the image. Check that the role has the permissions to pull images.",
    ),
    (
        "U04",
        "CannotPullContainerError: The task can't pull the image. Check that the role has the permissions to pull images.",
    ),
    ("U04", PULL + "failed to resolve ref x: unexpected status code: 403 Forbidden"),
    (
        "N03",
        AUTH + "The task cannot pull registry auth from Amazon ECR: There is a connection issue … dial tcp …: i/o timeout",
    ),
    ("N03", PULL + 'failed to resolve ref docker.io/a/b: Head "https://…": dial tcp 1.2.3.4:443: i/o timeout'),
    ("N03", PULL + "failed to resolve ref x: Context canceled"),
    ("U05", PULL + "429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit."),
    ("U03", PULL + "failed to resolve ref r/x:v9: r/x:v9: not found"),
    ("P09", "You’ve reached the limit on the number of vCPUs you can run concurrently"),
    ("P09", "You've reached the limit on the number of tasks you can run concurrently"),
    ("S11", "Capacity is unavailable at this time. Please try again later or in a different availability zone"),
    ("N16", "Timeout waiting for network interface provisioning to complete."),
    (
        "N15",
        "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment enabled in subnet 's'",
    ),
    ("N15", "InsufficientFreeAddressesInSubnet"),
    ("T07", 'CannotStartContainerError: … runc create failed: exec: "uvicorm": executable file not found in $PATH: unknown'),
    ("T07", 'CannotStartContainerError: … runc create failed: exec: "/start.sh": permission denied: unknown'),
    ("E07", "ECS is performing maintenance on the underlying infrastructure hosting the task."),
    ("", "ServiceSchedulerInitiated; Task failed container health checks; exit code 137"),
    ("I07", "(error ECS was unable to assume the role 'arn:aws:iam::1:role/aws-service-role/ecs/AWSServiceRoleForECS' that"),
    ("I08", AUTH + "execution resource retrieval failed: unable to retrieve secret from asm: " + DENIED + READING),
    (
        "I08",
        AUTH + "execution resource retrieval failed: unable to retrieve secrets from ssm: " + DENIED + "ssm:GetParameters",
    ),
    ("I09", AUTH + "unable to retrieve secret from asm: failed to fetch secret: ResourceNotFoundException: Secrets Manager"),
    ("I09", AUTH + "unable to retrieve secrets from ssm: invalid ssm parameters: /model/bucket"),
    (
        "I10",
        RIE + "failed to download env files: service call has been retried 1 time(s): operation error S3: HeadObject, "
        "https response error StatusCode: 403, api error Forbidden: Forbidden",
    ),
    (
        "I11",
        RIE + "failed to download env files: service call has been retried 1 time(s): operation error S3: HeadObject, "
        "https response error StatusCode: 404, api error NotFound: Not Found",
    ),
    ("", "SpotInterruption; Your Spot Task was interrupted.; exit code 143"),
    ("", "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:x); exit code 137"),
    ("L01", RIE + "failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log"),
    ("L04", RIE + "failed to validate logger args: unable to get awslogs driver arguments: awslogs-region is required"),
    ("E08", "CannotStartContainerError: failed to get container status: context canceled"),
    ("E08", "DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s"),
    ("N03", "CannotPullContainerError: failed to resolve reference ... net/http: request canceled"),
    (
        "N03",
        "CannotPullContainerError: Get https://registry-1.docker.io/v2/: (Client.Timeout exceeded while awaiting headers)",
    ),
    (
        "U05",
        PULL + "httpReaderSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/amazon/x/manifests/s",
    ),
    (
        "U06",
        PULL + "failed to unpack image on snapshotter overlayfs: failed to extract layer sha256:c0: failed to get stream",
    ),
    ("U03", PULL + "failed to resolve ref docker.io/amazon/aws-xray-daemon:latest: not found"),
    (
        "U03",
        PULL
        + "failed to resolve ref 1.dkr.ecr.eu-west-1.amazonaws.com/x:v9: 1.dkr.ecr.eu-west-1.amazonaws.com/x:v9: not found",
    ),
    ("T08", "CannotStartContainerError: failed to create shim task: OCI runtime create failed"),
    ("", "UserInitiated; Task stopped by user; exit code 143"),
    ("P08", "AccessDeniedException: Your AWS account is currently blocked and not authorized to run tasks."),
)
ENDED = (
    ("", 0, "without an error"),
    ("U07", 1, "ended by itself with an error"),
    ("", 2, "command line is wrong"),
    ("U08", 3, "start-up code"),
    ("T07", 126, "may not be run"),
    ("T07", 127, "program is not in the image"),
    ("U11", 137, "want of memory"),
    ("", 139, "native code"),
    ("", 143, "SIGTERM"),
    ("U02", 255, "another processor"),
    ("U13", 42, "exit code 42"),
)
LINES = (
    ("U14", "WARNING:  Maximum request limit of 8 exceeded. Terminating process."),
    ("U02", "exec /usr/local/bin/uvicorn: exec format error"),
    ("", "exec /start.sh: no such file or directory"),
    ("", "OSError: [Errno 30] Read-only file system: '/app/cache'"),
    ("R01", "urllib.error.URLError: <urlopen error [Errno -3] Temporary failure in name resolution>"),
    ("U09", 'RuntimeError: Form data requires "python-multipart" to be installed.'),
    ("U10", "[Errno 13] error while attempting to bind on address ('0.0.0.0', 80): permission denied"),
    ("", "ERROR:    [Errno 98] error while attempting to bind on address ('0.0.0.0', 80): address already in use"),
    ("U07", "ModuleNotFoundError: No module named 'torch'"),
    ("U07", "ImportError: cannot import name 'app' from 'app.main'"),
    ("U07", "SyntaxError: '(' was never closed"),
    ("U07", 'ERROR:    Error loading ASGI app. Could not import module "app.main".'),
    ("U08", "ERROR:    Application startup failed. Exiting."),
    ("", "Error: No such option: --hosst"),
    ("R01", "urllib.error.URLError: <urlopen error [Errno 101] offline: socket.getaddrinfo to 'x.org' refused; only 127>"),
    ("R02", "ModuleNotFoundError: No module named 'torch'\n(the rehearsal has no package torch for --app)"),
    ("U15", "  File \"<frozen os>\", line 679, in __getitem__\nKeyError: 'MODEL_BUCKET'"),
    (
        "U15",
        "  File \"/usr/lib/python3.9/os.py\", line 679, in __getitem__\n    raise KeyError(key)\nKeyError: 'MODEL_BUCKET'",
    ),
    ("U16", "TypeError: 'coroutine' object is not an async iterator\nERROR:    Application startup failed. Exiting."),
    ("U17", "FileNotFoundError: [Errno 2] No such file or directory: 'build/app/model.pt'"),
    ("U08", "RuntimeError: first\nzipfile.BadZipFile: x\nValueError: last\nERROR:    Application startup failed. Exiting."),
    ("U07", "INFO: x\nkeras.NotThereError: no weights\n"),
)
TOLD = (
    ("I01", f"(service s) failed to launch a task with (error {ROLE})."),
    ("P09", PLACE + "You’ve reached the limit on the number of vCPUs you can run concurrently."),
    ("P09", PLACE + "You've reached the limit on the number of vCPUs you can run concurrently."),
    ("P10", PLACE + "Internal error."),
    ("S11", PLACE + "Capacity is unavailable at this time."),
    ("S04", "(service s) was unable to place a task because no container instance met all of its requirements."),
    ("S04", "(service s) was unable to place a task. Reason: RESOURCE:ENI."),
    ("S14", "(service s) operations are being throttled on elb. Will try again later."),
    ("S10", "(service s) is unable to consistently start tasks successfully."),
    ("S09", "(service s) (deployment ecs-svc/1) deployment failed: tasks failed to start."),
    ("U01", "(service s) was unable to start a task: does not contain descriptor matching platform 'linux/amd64'"),
    ("N19", "(service s) failed to launch a task with (error The subnet ID 'subnet-1' does not exist)."),
    (
        "",
        "(service s) was unable to stop or start tasks during a deployment because of the service deployment configuration.",
    ),
)
GOOD_NEWS = (
    "(service s) has started 1 tasks: (task 1).",
    "(service s) has reached a steady state.",
    "(service s) (deployment ecs-svc/1) deployment completed.",
    "(service s) has stopped 1 running tasks: (task 1).",
    "(service no-error-service) has started 1 tasks: (task 1).",
)
STANDING = (
    ("S06", "MISSING, no launch type, desired 0"),
    ("", "DRAINING, FARGATE, desired 0"),
    ("", "INACTIVE, FARGATE, desired 0"),
    ("", "ACTIVE, FARGATE, desired 0, running 0"),
    ("S09", "ACTIVE, FARGATE, desired 1, rollout FAILED"),
    ("S10", "ACTIVE, FARGATE, desired 1, rollout IN_PROGRESS, 2 failed"),
    ("S10", "ACTIVE, FARGATE, desired 1, rollout IN_PROGRESS, 11 failed"),
)
# What refuses, with which code, in which words.
ANSWERS = (
    ("P03", "ExpiredTokenException", "The security token included in the request is expired"),
    ("P03", "ExpiredToken", "The security token included in the request is expired"),
    ("P03", "RequestExpired", "Request has expired."),
    ("P01", "UnrecognizedClientException", "The security token included in the request is invalid."),
    (
        "P06",
        "AccessDeniedException",
        "User: u is not authorized to perform: ecs:CreateCluster with an explicit deny in a service control policy",
    ),
    ("I04", "AccessDeniedException", "User: u is not authorized to perform: iam:PassRole on resource: r"),
    ("P07", "AccessDeniedException", "User: u is not authorized to perform: ecs:CreateService on resource: s"),
    ("P07", "UnauthorizedOperation", "You are not authorized to perform this operation."),
    ("P07", "AccessDenied", "Access Denied"),
    ("P08", "BlockedException", "Your AWS account was blocked."),
    ("P08", "OptInRequired", "You are not subscribed to this service."),
    ("T03", "ClientException", "Too many concurrent attempts to create a new revision of the specified family."),
    ("L07", "OperationAbortedException", "A conflicting operation is currently in progress against this resource."),
    ("S14", "ThrottlingException", "Rate exceeded"),
    ("S14", "RequestLimitExceeded", "Request limit exceeded."),
    ("N01", "VPCIdNotSpecified", "No default VPC for this user"),
    ("N02", "InvalidParameterException", "subnets can not be empty."),
    ("N08", "InvalidGroup.Duplicate", "The security group 'g' already exists for VPC 'v'"),
    ("N09", "InvalidPermission.Duplicate", 'the specified rule "peer: 0.0.0.0/0, TCP, from port: 80" already exists'),
    ("N17", "InvalidGroup.NotFound", "The security group 'sg-1' does not exist"),
    (
        "N14",
        "InvalidParameterException",
        "The security group 'sg-1' does not appear to belong to the same VPC as the input subnets.",
    ),
    ("X06", "DependencyViolation", "resource sg-1 has a dependent object"),
    ("I07", "InvalidParameterException", "Unable to assume the service linked role. Please verify that it exists."),
    ("I05", "ClientException", "Fargate requires task definition to have execution role ARN to support log driver awslogs."),
    ("I05", "ClientException", "Fargate requires task definition to have execution role ARN to support ECR images."),
    ("I06", "ClientException", "Role is not valid"),
    ("I08", "EntityAlreadyExists", "Role with name r already exists."),
    ("I01", "MalformedPolicyDocument", "Invalid principal in policy"),
    ("", "NoSuchEntity", "The role with name r cannot be found."),
    ("L05", "ClientException", "Log driver awslogs requires option 'awslogs-stream-prefix'."),
    (
        "L01",
        "ResourceNotFoundException",
        "when calling the FilterLogEvents operation: The specified log group does not exist.",
    ),
    ("L06", "ResourceAlreadyExistsException", "The specified log group already exists"),
    ("T01", "ClientException", "No Fargate configuration exists for given values."),
    ("T02", "ClientException", "Fargate only supports network mode ‘awsvpc’."),
    ("T02", "ClientException", "Fargate only supports network mode 'awsvpc'."),
    ("S01", "InvalidParameterException", "Creation of service was not idempotent."),
    ("S02", "InvalidParameterException", "Unable to Start a service that is still Draining."),
    ("S03", "ClientException", "TaskDefinition not found."),
    ("S03", "ClientException", "TaskDefinition is inactive"),
    ("S04", "InvalidParameterException", "Assign public IP is not supported for this launch type."),
    ("S05", "InvalidParameterException", "Network Configuration must be provided when networkMode 'awsvpc' is specified."),
    ("S12", "PlatformUnknownException", "The specified platform does not exist."),
    ("X01", "InvalidParameterException", "The service cannot be stopped while it is scaled above 0."),
    ("X08", "ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active."),
    ("C01", "ClusterNotFoundException", "The referenced cluster was inactive."),
    ("C03", "ServiceNotFoundException", "Service not found."),
    ("", "SecurityGroupLimitExceeded", "The maximum number of security groups has been reached."),
    ("", "ServerException", "Service Unavailable. Please try again later."),
    ("", "503", "Service Unavailable"),
)
URL = "https://ecs.us-east-1.amazonaws.com/"
ON_THE_WAY = (
    ("P01", boto.NoCredentialsError(), "no AWS credentials"),
    ("P01", boto.NoRegionError(), "no AWS region"),
    ("P01", boto.ProfileNotFound(profile="x"), "profile does not exist"),
    ("P01", boto.MetadataRetrievalError(error_msg="x"), "where its credentials come from"),
    ("P01", boto.CredentialRetrievalError(provider="x", error_msg="y"), "where its credentials come from"),
    ("P01", boto.InvalidRegionError(region_name="us east"), "its region"),
    ("P01", boto.MissingDependencyException(msg='pip install "botocore[crt]"'), "cannot be used as it is"),
    ("P02", boto.LoginRefreshRequired(), "sign-in has expired"),
    ("P02", boto.UnauthorizedSSOTokenError(), "sign-in has expired"),
    ("P02", boto.SSOTokenLoadError(error_msg="none"), "sign-in has expired"),
    (
        "P02",
        boto.TokenRetrievalError(provider="sso", error_msg="Token has expired and refresh failed"),
        "sign-in has expired",
    ),
    ("", boto.EndpointConnectionError(endpoint_url=URL), "cannot be reached"),
    ("", boto.ConnectTimeoutError(endpoint_url=URL), "cannot be reached"),
    ("", boto.ReadTimeoutError(endpoint_url=URL), "did not arrive"),
    ("", boto.ConnectionClosedError(endpoint_url=URL), "did not arrive"),
    ("", boto.ProxyConnectionError(proxy_url="http://p"), "proxy"),
    ("", boto.SSLError(endpoint_url=URL, error="certificate verify failed"), "certificate"),
)


def refused(code, message, operation="CreateService"):
    """What botocore raises for an answer of AWS."""
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


def known(found):
    """The diagnosis has a cause and advice in whole words, and AWS's own."""
    assert found.cause
    assert found.advice
    assert "{" not in found.cause
    return found


@pytest.mark.parametrize(("row", "said"), STOPPED)
def test_the_reason_of_a_stopped_task_is_understood(row, said):
    """Stop code, reason and containers' reasons, in the order that tells causes from their consequences."""
    found = known(diagnose_stop(said))
    assert (found.id, found.said) == (row, said)
    assert found.cause != diagnose_stop("something else").cause


def test_another_container_is_not_called_the_application():
    """Nor is the application's log asked about it."""
    said = "EssentialContainerExited; exit code 7 of container watcher"
    found = diagnose_stop(said, ["ModuleNotFoundError: No module named 'torch'"])
    assert found.cause == "the container watcher ended by itself with exit code 7"
    own = diagnose_stop(said.replace("watcher", COURSE["container"]), ["ModuleNotFoundError: No module named 'torch'"])
    assert "No module named 'torch'" in own.cause


@pytest.mark.parametrize(("row", "code", "cause"), ENDED, ids=[code for _, code, _ in ENDED])
def test_an_exit_code_is_understood(row, code, cause):
    """Where nothing else is known, it is all there is."""
    found = known(diagnose_stop(f"EssentialContainerExited; Essential container in task exited; exit code {code}"))
    assert found.id == row
    assert cause in found.cause


def test_an_end_without_an_exit_code_is_an_end():
    """AWS leaves the code out at times."""
    assert diagnose_stop("EssentialContainerExited; Essential container in task exited").id == "U13"


@pytest.mark.parametrize(("row", "line"), LINES)
@pytest.mark.parametrize("code", [1, 3])
def test_the_log_explains_an_exit_code(row, line, code):
    """An exit code alone says little; the container's last lines say why."""
    said = f"EssentialContainerExited; exit code {code}"
    found = known(diagnose_stop(said, ["INFO: hello", line]))
    assert (found.id, found.said) == (row, said)
    assert found.cause != diagnose_stop(said).cause


def test_what_aws_says_precedes_what_the_application_logs():
    """An application that is denied something of its own is not a role that cannot pull."""
    log = ["botocore.exceptions.ClientError: AccessDenied when calling GetObject: not authorized"]
    assert diagnose_stop("EssentialContainerExited; exit code 1", log).id == "U07"
    assert diagnose_stop("OutOfMemoryError: …; exit code 137", ["ModuleNotFoundError: x"]).id == "U11"


@pytest.mark.parametrize(("row", "event"), TOLD)
def test_bad_news_is_understood(row, event):
    """Some failures leave no task: only the service's events tell of them."""
    found = known(diagnose_event(event))
    assert (found.id, found.said) == (row, event)


@pytest.mark.parametrize("event", GOOD_NEWS)
def test_good_news_is_no_failure(event):
    """Nor is the service's own name."""
    assert diagnose_event(event) is None


@pytest.mark.parametrize(("row", "state"), STANDING)
def test_a_service_that_cannot_become_steady_is_understood(row, state):
    """By its status, its counts and its rollout."""
    assert known(diagnose_state(state)).id == row


def test_a_service_on_its_way_is_no_failure():
    """One task failed, and ECS tries again."""
    assert diagnose_state("ACTIVE, FARGATE, desired 1, running 0, pending 1, rollout IN_PROGRESS, 1 failed") is None


@pytest.mark.parametrize(("row", "code", "message"), ANSWERS)
def test_a_refusal_is_understood(row, code, message):
    """By its code or its words, whichever AWS keeps the same."""
    found = known(explain(refused(code, message)))
    assert found.id == row
    assert message in found.said
    assert found.cause != explain(refused("Strange", "never seen")).cause


@pytest.mark.parametrize(("row", "error", "cause"), ON_THE_WAY, ids=[type(e).__name__ for _, e, _ in ON_THE_WAY])
def test_what_botocore_raises_is_understood(row, error, cause):
    """Before AWS says anything: credentials, regions, networks."""
    found = known(explain(error))
    assert found.id == row
    assert cause in found.cause
    assert found.said


@pytest.mark.parametrize(
    ("code", "message", "action"),
    [
        ("AccessDeniedException", "User: u is not authorized to perform: ecs:StopTask on resource: x", "ecs:StopTask"),
        ("UnauthorizedOperation", "User: u is not authorized to perform: ec2:CreateTags on x. Encoded …", "ec2:CreateTags"),
        ("UnauthorizedOperation", "You are not authorized to perform this operation.", "RunThat"),
        (
            "AccessDenied",
            "not authorized to perform: logs:PutX with an explicit deny in a service control policy",
            "logs:PutX",
        ),
    ],
    ids=["ecs", "ec2", "ec2 of old", "scp"],
)
def test_what_is_not_allowed_is_named(code, message, action):
    """The action if AWS names it, else the call."""
    found = explain(refused(code, message, "RunThat"))
    assert action in found.cause
    assert action in found.advice


def test_advice_uses_the_names_of_the_run():
    """A command with the wrong name helps nobody."""
    names = COURSE | {"log_group": "/ecs/mine", "region": "eu-west-1", "memory": "1024", "image": "1.ecr/mine:v2"}
    assert "--log-group-name /ecs/mine --region eu-west-1" in diagnose_stop("log group does not exist", (), names).advice
    assert "--memory 2048" in diagnose_stop("OutOfMemoryError", (), names).advice
    assert "--repository-name mine --region eu-west-1" in diagnose_stop("failed to resolve ref", (), names).advice
    draining = refused("InvalidParameterException", "Unable to Start a service that is still Draining.")
    assert "--services mine" in explain(draining, COURSE | {"service": "mine"}).advice


def test_a_command_of_advice_is_json_where_it_has_to_be():
    """The braces of a trust policy survive the filling-in of names."""
    advice = diagnose_stop(ROLE).advice
    assert '{"Version":"2012-10-17","Statement":[{"Effect":"Allow",' in advice
    assert advice.endswith("}]}'")


def test_an_unknown_failure_shows_what_aws_said():
    """A failure that nobody foresaw still ends in AWS's own words."""
    said = "Something nobody has seen before"
    assert said in str(diagnose_stop(said))
    assert said in str(explain(refused("Strange", said)))
    assert said in str(explain(RuntimeError(said)))
    assert said in str(diagnose_event(f"(service s) failed to {said}"))


def test_a_log_that_tells_of_a_known_failure_explains_it():
    """Nothing more is waited for then; a log that only tells of life is read to its end."""
    assert explains(["INFO: Started server process [1]", "ModuleNotFoundError: No module named 'torch'"])
    assert not explains(["INFO: Started server process [1]", "INFO: Application startup complete."])


def test_where_uvicorn_listens_is_told():
    """On another port, or for itself alone (E05)."""
    found = diagnose_silence(
        ["INFO:     Started", "INFO:     Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)"]
    )
    assert "listens on http://127.0.0.1:8000" in found.cause
    assert diagnose_silence(["Uvicorn running on http://0.0.0.0:8000"]).id == "E05"
    assert diagnose_silence(["Uvicorn running on http://0.0.0.0:80 (Press CTRL+C to quit)"]) is None
    assert diagnose_silence(["[1] [INFO] Listening at: http://127.0.0.1:8000 (1)"]).id == "E05"
    assert diagnose_silence([]) is None


def test_only_known_transients_are_tolerated():
    """Everything else is terminal at once."""
    tolerant = {row.id for row in (*SUPPLIES, *SAID, *EVENTS, *STATES, *LOGGED, *EXITED) if row.tolerance}
    assert tolerant == {"U12", "I01", "I07", "S06", "S10", "S11", "S14", "N16", "N18", "E07", "E08", ""}
    assert diagnose_stop(STOPPED[0][1]).tolerance is NORMAL
    assert diagnose_stop("Timeout waiting for network interface provisioning to complete.").tolerance is ONCE


ROWS = [*SUPPLIES, *SAID, *EVENTS, *STATES, *LOGGED, *EXITED, *REFUSALS]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.pattern)
def test_each_row_can_be_reached(row):
    """No row hides behind one above it."""
    reached = [diagnose_stop(said) for _, said in STOPPED] + [diagnose_event(event) for _, event in TOLD]
    reached += [diagnose_stop(said) for _, _, said in met.STOPPED] + [diagnose_event(event) for _, _, event in met.TOLD]
    reached += [explain(refused(code, message, operation)) for _, _, code, operation, message in met.REFUSED]
    reached += [diagnose_stop("exit code 1", log) for _, _, _, log in met.ENDED]
    reached += [diagnose_stop(f"exit code {code}") for _, code, _ in ENDED] + [diagnose_stop("EssentialContainerExited")]
    reached += [diagnose_stop("exit code 1", [line]) for _, line in LINES] + [diagnose_state(state) for _, state in STANDING]
    reached += [explain(refused(code, message)) for _, code, message in ANSWERS] + [explain(e) for _, e, _ in ON_THE_WAY]
    plain = row.cause.split("{", maxsplit=1)[0]
    assert any(found.id == row.id and found.cause.startswith(plain) for found in reached)


@pytest.mark.parametrize(
    ("said", "log", "named"),
    [
        (
            PULL + "failed to resolve ref docker.io/amazon/aws-xray-daemon:latest: not found",
            (),
            "docker.io/amazon/aws-xray-daemon:latest",
        ),
        (
            PULL + "failed to resolve ref 1.dkr.ecr.eu-west-1.amazonaws.com/x:v9: not found",
            (),
            "1.dkr.ecr.eu-west-1.amazonaws.com/x:v9 is",
        ),
        ("exit code 3", ("RuntimeError: first", "ValueError: last", "Application startup failed"), "ValueError: last"),
        (
            "exit code 1",
            ("FileNotFoundError: [Errno 2] No such file or directory: 'build/app/model.pt'",),
            "build/app/model.pt",
        ),
        ("exit code 1", ('  File "<frozen os>", line 1, in __getitem__', "KeyError: 'MODEL_BUCKET'"), "no MODEL_BUCKET"),
    ],
)
def test_what_aws_or_the_log_names_is_what_the_cause_names(said, log, named):
    """Not what the course calls it."""
    assert named in diagnose_stop(said, log).cause


def test_the_platform_that_aws_names_is_the_one_to_build_for():
    """A task for ARM64 wants such an image."""
    assert "--platform linux/arm64" in diagnose_stop("does not contain descriptor matching platform 'linux/arm64'").advice
    assert "--platform linux/amd64" in diagnose_stop("does not contain descriptor matching platform").advice


def test_the_name_of_a_target_group_is_no_bad_news():
    """Nor is that of a service."""
    assert diagnose_event("(service failed-to-x) registered 1 targets in (target-group arn:x/error-pages/1)") is None
