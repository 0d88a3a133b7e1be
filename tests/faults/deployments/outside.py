"""What learners and others have really built, where it is not the course's way: met outside, not thought up."""

from collections.abc import Callable

from tests.faults.deployments.benign import BRIEF, says, varies
from tests.faults.deployments.case import Fault, Variation
from tests.faults.deployments.stack import ACCOUNT, Stack, trust
from tests.faults.deployments.task_definition import inline

PARAMETER = f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/satellite/key"
SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:satellite-AbCdEf"
FILE = "arn:aws:s3:::satellite/api.env"
FILES = {"environmentFiles": [{"value": FILE, "type": "s3"}]}
SECRETS = [{"name": "MODEL_BUCKET", "valueFrom": PARAMETER}]
FARGATE = [{"capacityProvider": "FARGATE", "weight": 1}]
FAILS_SOON = {"interval": 5, "timeout": 2, "retries": 1}
ASKS_ITSELF = "python -c \"import urllib.request; urllib.request.urlopen('http://localhost:80/{}')\" || exit 1"
BURNS = """
def classify(_):
    until = time.thread_time() + 0.1
    while time.thread_time() < until:
        pass
    return 200, {"label": "Forest", "confidence": 0.9}
"""
"""As much of a processor as a small convolutional network takes for one image."""
NEEDS_ITS_BUCKET = 'import os\nassert os.environ["MODEL_BUCKET"] == "tiles"\n'
NO_WAY_OUT = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


def _parameter(s: Stack) -> None:
    inline(Action="ssm:GetParameters")(s)
    s.client_in("us-east-1", "ssm").put_parameter(Name="/satellite/key", Value="tiles", Type="SecureString")


def _secret(s: Stack) -> None:
    inline(Action="secretsmanager:GetSecretValue")(s)
    made = s.client_in("us-east-1", "secretsmanager").create_secret(Name="satellite", SecretString='{"bucket": "tiles"}')
    secrets = [{"name": "MODEL_BUCKET", "valueFrom": f"{made['ARN']}:bucket::"}]
    s.register(containerDefinitions=[s.container() | {"secrets": secrets}])


def _tight_parameter(s: Stack) -> None:
    inline(Action="ssm:GetParameters", Resource=PARAMETER)(s)
    s.client_in("us-east-1", "ssm").put_parameter(Name="/satellite/key", Value="tiles", Type="SecureString")


def _variables(s: Stack) -> None:
    """A file of variables in S3, which the role may read."""
    inline(Action="s3:GetObject", Resource=f"{FILE.rpartition('/')[0]}/*")(s)
    s3 = s.client_in("us-east-1", "s3")
    s3.create_bucket(Bucket="satellite")
    s3.put_object(Bucket="satellite", Key="api.env", Body=b"# where the model lies\nMODEL_BUCKET=tiles\n\nMODEL=v2\n")


def _acl(port: int, last: int, egress: bool = False, action: str = "deny") -> Callable[[Stack], None]:
    """One more rule of the network ACL, before those that it has."""

    def make(s: Stack) -> None:
        acl = s.ec2.describe_network_acls(Filters=[{"Name": "default", "Values": ["true"]}])["NetworkAcls"][0]
        rule = {"RuleNumber": 90, "Protocol": "6", "RuleAction": action, "Egress": egress, "CidrBlock": "0.0.0.0/0"}
        ports = {"From": port, "To": last}
        s.ec2.create_network_acl_entry(NetworkAclId=acl["NetworkAclId"], PortRange=ports, **rule)

    return make


def _closed_outwards(s: Stack) -> None:
    s.ec2.revoke_security_group_egress(GroupId=s.group_id, IpPermissions=NO_WAY_OUT)


def _out_by_https(s: Stack) -> None:
    _closed_outwards(s)
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    s.ec2.authorize_security_group_egress(GroupId=s.group_id, IpPermissions=[rule])


def _from_zero(s: Stack) -> None:
    s.ecs.update_service(cluster=s.cluster, service=s.service, desiredCount=1, forceNewDeployment=True)
    s.steady()
    s.wait("the passing task's end", lambda: len(s.interfaces()) == 1)


def _with_sidecar(s: Stack) -> None:
    sidecar = {"name": "xray", "image": "amazon/aws-xray-daemon", "essential": False}
    s.register(containerDefinitions=[s.container(), sidecar])


def _task_role(s: Stack) -> None:
    s.iam.create_role(RoleName="satellite-task", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))


def _breaks(**how: object) -> Fault:
    """A broken deployment that is not loaded."""
    return Fault(**({"options": BRIEF} | how))  # type: ignore[arg-type]


FAULTS = (
    _breaks(
        id="secret-not-allowed",
        sentence="A parameter is a secret of the container, and the execution role has the managed policy alone.",
        criterion="RUN-2",
        help="ssm:GetParameters",
        container={"secrets": SECRETS},
    ),
    _breaks(
        id="secret-missing",
        sentence="The role may read parameters, and there is none of that name.",
        criterion="RUN-2",
        help="does not exist",
        container={"secrets": SECRETS},
        before=inline(Action="ssm:*"),
    ),
    _breaks(
        id="secretsmanager-not-allowed",
        sentence="A secret of Secrets Manager, which the managed policy does not grant.",
        criterion="RUN-2",
        help="secretsmanager:GetSecretValue",
        container={"secrets": [{"name": "KEY", "valueFrom": SECRET}]},
    ),
    _breaks(
        id="secretsmanager-missing",
        sentence="The role may read secrets, and there is none of that ARN.",
        criterion="RUN-2",
        help="does not exist",
        container={"secrets": [{"name": "KEY", "valueFrom": SECRET}]},
        before=inline(Action="secretsmanager:GetSecretValue"),
    ),
    _breaks(
        id="task-role-missing",
        sentence="The definition names a task role that does not exist.",
        criterion="RUN-2",
        help="the role nobody does not exist",
        definition={"taskRoleArn": f"arn:aws:iam::{ACCOUNT}:role/nobody"},
    ),
    _breaks(
        id="task-role-of-ec2",
        sentence="The task role trusts EC2.",
        criterion="RUN-2",
        help="ECS may not assume the role satellite-task",
        definition={"taskRoleArn": f"arn:aws:iam::{ACCOUNT}:role/satellite-task"},
        before=_task_role,
    ),
    _breaks(
        id="egress-revoked",
        sentence="All outbound rules of the group are revoked: neither ECR nor the log can be reached.",
        criterion="RUN-2",
        help="authorize-security-group-egress",
        before=_closed_outwards,
    ),
    _breaks(
        id="sidecar-of-docker-hub",
        sentence="A second container has an image that the rehearsal does not have.",
        criterion="RUN-2",
        help="amazon/aws-xray-daemon",
        before=_with_sidecar,
    ),
    _breaks(
        id="arm64-task",
        sentence="The task is for ARM64, the image for amd64.",
        criterion="RUN-2",
        help="--platform linux/arm64",
        definition={"runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}},
    ),
    _breaks(
        id="group-may-not-be-made",
        sentence="The task shall make its log group itself, and its role may not.",
        criterion="TASK-4",
        help="does not exist",
        logging={"awslogs-create-group": "true"},
        without=("log group",),
    ),
    _breaks(
        id="needs-more-memory",
        sentence="The application needs more memory at its start than the task has.",
        criterion="RUN-2",
        help="used more memory than the task's 512 MiB",
        app="\n\ndef starting():\n    app.hog = bytearray(b'x') * (700 << 20)\n    time.sleep(1)\n",
    ),
    Fault(
        id="more-than-its-share",
        sentence="An image takes a tenth of a second of a core, of which the task has a quarter; the limit is for a whole.",
        criterion="LOAD-1",
        help="p95",
        app=BURNS,
        options=("--max-p95-ms=700", "--load-seconds=3"),
    ),
    _breaks(
        id="env-file-not-allowed",
        sentence="Variables come from a file in S3, and the execution role has the managed policy alone.",
        criterion="RUN-2",
        help="may not read the environment file",
        container=FILES,
    ),
    _breaks(
        id="env-file-missing",
        sentence="The role may read the file of variables, and there is none.",
        criterion="RUN-2",
        help="is not in S3",
        container=FILES,
        before=inline(Action="s3:GetObject"),
    ),
    _breaks(
        id="acl-denies-http",
        sentence="The network ACL denies port 80.",
        criterion="API-1",
        help="network ACL",
        before=_acl(80, 80),
    ),
    _breaks(
        id="acl-denies-answers",
        sentence="The network ACL denies the ports to which answers go.",
        criterion="API-1",
        help="network ACL",
        before=_acl(1024, 65535, egress=True),
    ),
    _breaks(
        id="acl-denies-https",
        sentence="The network ACL lets nothing call port 443: ECR cannot be reached.",
        criterion="RUN-2",
        help="network ACL",
        before=_acl(443, 443, egress=True),
    ),
    _breaks(
        id="never-healthy",
        sentence="The container's health check always fails.",
        criterion="RUN-2",
        help="the container's health check fails",
        container={"healthCheck": {"command": ["CMD-SHELL", "exit 1"], **FAILS_SOON}},
    ),
    _breaks(
        id="asks-for-health",
        sentence="The health check asks for a path that the application does not have.",
        criterion="RUN-2",
        help="the container's health check fails",
        container={"healthCheck": {"command": ["CMD-SHELL", ASKS_ITSELF.format("health")], **FAILS_SOON}},
    ),
    _breaks(
        id="by-the-name",
        sentence="The class is the beginning of the file's name.",
        criterion="API-3",
        help="what a file is called says nothing",
        app="""
FIELD = b'name="file"; filename="'
def file_of(body):
    return body.partition(FIELD)[2] or None
def predict(image):
    if b"\\xff\\xd8" not in image:
        return refuse(image)
    return 200, {"label": re.split(b'[_."]', image)[0].decode(), "confidence": 0.97}
""",
    ),
    _breaks(
        id="junk-by-its-kind",
        sentence="What is no image is told by its content type alone.",
        criterion="API-4",
        help="was taken for one",
        app="""
def file_of(body):
    return body.partition(FIELD)[2] or None
def predict(image):
    return refuse(image) if b"text/plain" in image else classify(image)
""",
    ),
    _breaks(
        id="junk-by-its-ending",
        sentence="What is no image is told by the file's ending alone, and anything else breaks it.",
        criterion="API-4",
        help="nobody has thought of a file that is no image",
        app="""
def file_of(body):
    return body.partition(FIELD)[2] or None
def predict(image):
    if b'.txt"' in image:
        return refuse(image)
    return classify(image) if b"\\xff\\xd8" in image else (500, {"detail": "cannot identify image file"})
""",
    ),
)
VARIATIONS = (
    varies(
        id="much-memory",
        sentence="The application needs most of the memory that its task has.",
        app="\n\ndef starting():\n    app.hog = bytearray(b'x') * (380 << 20)\n",
    ),
    varies(
        id="from-zero-and-anew",
        sentence="Made with no task, then scaled up and deployed anew at once: ECS starts a task of the old deployment too.",
        service={"desiredCount": 0},
        after=_from_zero,
    ),
    says("a-share-of-each-class", "{'Forest': 0.9, 'River': 0.1}"),
    says("it-in-french", "{'diagnostic': 'forêt', 'confiance': 0.9}"),
    says("it-in-a-result", "{'success': True, 'result': [{'label': 'Forest', 'confidence': 0.9}]}"),
    says("uncertain", "{'prediction': 'Uncertain', 'confidence': 0.41}"),
    varies(
        id="never-the-same",
        sentence="A model that still trains answers otherwise each time.",
        app="import random\ndef classify(image): return 200, {'label': random.choice('abc'), 'confidence': random.random()}",
    ),
    varies(
        id="not-ready-at-first",
        sentence="It says 503 until its model is loaded.",
        app="""
began = time.monotonic()
def before_each(path):
    return (503, {"detail": "loading"}) if time.monotonic() < began + 1 else None
""",
    ),
    Variation(
        id="logs-json",
        sentence="Its log is JSON, with path and query apart.",
        app="""
access.disabled = logging.getLogger("uvicorn.error").disabled = True
print(json.dumps({"event": "service_started"}), flush=True)
def before_each(path):
    name, _, query = path.partition("?")
    pairs = dict(pair.split("=", 1) for pair in query.split("&") if pair)
    print(json.dumps({"event": "request", "path": name, "query": pairs}), flush=True)
""",
    ),
    varies(
        id="group-made-by-the-task",
        sentence="The task makes its log group itself, and its role may.",
        logging={"awslogs-create-group": "true"},
        without=("log group",),
        before=inline(Action="logs:CreateLogGroup"),
    ),
    varies(
        id="port-by-default-value",
        sentence="A shell fills in the port by its default value.",
        container={"command": ["sh", "-c", "uvicorn app.main:app --host 0.0.0.0 --port ${PORT:-80}"]},
    ),
    varies(
        id="host-and-port-by-default-values",
        sentence="A shell fills in host and port, in other spellings.",
        container={"command": ["/bin/sh", "-c", 'exec uvicorn app.main:app --host "${HOST-0.0.0.0}" --port=${PORT:=80}']},
    ),
    varies(
        id="capacity-provider",
        sentence="A capacity provider strategy in place of a launch type, which is what the console makes.",
        service={"launchType": None, "capacityProviderStrategy": FARGATE},
    ),
    varies(
        id="parameter-as-secret",
        sentence="The application needs a parameter, which the role may read.",
        app=NEEDS_ITS_BUCKET,
        container={"secrets": SECRETS},
        before=_parameter,
    ),
    varies(
        id="key-of-a-secret",
        sentence="The application needs one key of a secret of Secrets Manager.",
        app=NEEDS_ITS_BUCKET,
        before=_secret,
    ),
    varies(
        id="egress-by-https-alone",
        sentence="The group lets out https alone, which is all that ECR and CloudWatch need.",
        before=_out_by_https,
    ),
    Variation(
        id="a-small-network",
        sentence="An image takes a tenth of a second of a core, of which the task has a quarter.",
        app=BURNS,
        options=("--load-seconds=3",),
    ),
    varies(
        id="tight-parameter-as-secret",
        sentence="The role may read that one parameter alone.",
        app=NEEDS_ITS_BUCKET,
        container={"secrets": SECRETS},
        before=_tight_parameter,
    ),
    varies(
        id="variables-in-a-file",
        sentence="The application's variables come from a file in S3, but for one that the definition gives itself.",
        app=NEEDS_ITS_BUCKET + 'assert os.environ["MODEL"] == "v1"\n',
        container=FILES | {"environment": [{"name": "MODEL", "value": "v1"}]},
        before=_variables,
    ),
    varies(
        id="task-role-by-name",
        sentence="The task role is named by its short name.",
        definition={"taskRoleArn": "ecsTaskExecutionRole"},
    ),
    varies(
        id="acl-denies-ssh",
        sentence="The network ACL denies port 22.",
        before=_acl(22, 22),
    ),
    varies(
        id="health-by-localhost",
        sentence="The health check asks the application by localhost.",
        container={"healthCheck": {"command": ["CMD-SHELL", ASKS_ITSELF.format("")]}},
    ),
    varies(
        id="health-by-a-missing-program",
        sentence="The health check needs a program that the image has and this machine has not.",
        container={"healthCheck": {"command": ["CMD-SHELL", "no-such-curl -f http://localhost/ || exit 1"], **FAILS_SOON}},
    ),
    varies(
        id="healthy-after-a-while",
        sentence="The application says 503 at first, longer than one health check takes.",
        app="""
began = time.monotonic()
def before_each(path):
    return (503, {"detail": "loading"}) if time.monotonic() < began + 3 else None
""",
        container={"healthCheck": {"command": ["CMD-SHELL", ASKS_ITSELF.format("")], "interval": 5, "startPeriod": 10}},
    ),
    varies(
        id="command-of-python",
        sentence="Python starts uvicorn, and the environment says where it listens.",
        container={
            "command": ["python", "-m", "uvicorn", "app.main:app"],
            "environment": [{"name": "UVICORN_HOST", "value": "0.0.0.0"}, {"name": "UVICORN_PORT", "value": "80"}],
        },
    ),
)
