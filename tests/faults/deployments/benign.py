"""Deployments with nothing wrong, though not as the course has them."""

from fixtures.settings.options import REFERENCE_APP
from tests.faults.deployments.case import HTTP, Variation
from tests.faults.deployments.stack import ACCOUNT, COMMAND, MANAGED_POLICY, ROLE, Stack, trust

BRIEF = ("--no-load",)
"""Where the load could show nothing new."""
TAGS = [{"key": "team", "value": "earth observation"}, {"key": "cost-center", "value": "42"}]
OTHER_IMAGE = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/classifiers/land-use:2026-11"


def _tag_the_group(s: Stack) -> None:
    s.ec2.create_tags(Resources=[s.group_id], Tags=[{"Key": "team", "Value": "earth observation"}])


def _neighbour(s: Stack) -> None:
    """Another service in the course's cluster, in the default group."""
    s.register(family="blog")
    s.launch(serviceName="blog", taskDefinition="blog", **s.own_network(s.default_group()))


def _similar_names(s: Stack) -> None:
    """What begins as the course's names do, or ends so."""
    s.new_group(f"{s.group_name}-2", HTTP | {"FromPort": 0, "ToPort": 65535})
    s.new_group(f"my-{s.group_name}")
    s.logs.create_log_group(logGroupName=f"{s.log_group}-old")
    container = s.container() | {"image": s.image.replace("satellite-api", "another-api")}
    s.register(family=f"{s.family}-2", cpu="1024", memory="2048", containerDefinitions=[container])
    for name in f"{s.cluster}-2", f"my-{s.cluster}":
        s.ecs.create_cluster(clusterName=name)
        s.launch(cluster=name, taskDefinition=f"{s.family}-2", desiredCount=0, **s.own_network(s.default_group()))


def _namesake_in_another_vpc(s: Stack) -> None:
    s.new_group(s.group_name, HTTP | {"FromPort": 22, "ToPort": 22}, vpc_id=s.new_network()[0])


def _inactive_revision(s: Stack) -> None:
    s.ecs.deregister_task_definition(taskDefinition=s.register(cpu="4096", memory="8192"))


def _deleted_namesake(s: Stack) -> None:
    s.launch()
    s.ecs.delete_service(cluster=s.cluster, service=s.service, force=True)
    s.wait("the namesake's end", lambda: s.described()["status"] == "INACTIVE")


def _deployed_anew(s: Stack) -> None:
    s.ecs.update_service(cluster=s.cluster, service=s.service, forceNewDeployment=True)
    s.steady()


def _scaled_up(s: Stack) -> None:
    s.ecs.update_service(cluster=s.cluster, service=s.service, desiredCount=1)
    s.steady()


def _next_revision(s: Stack) -> None:
    arn = s.register()
    s.ecs.update_service(cluster=s.cluster, service=s.service, taskDefinition=arn)
    s.steady()


def _role(path: str = "/") -> str:
    """The ARN of the course's role under this path."""
    return f"arn:aws:iam::{ACCOUNT}:role{path}{ROLE}"


def _new_role(s: Stack, **more: str) -> None:
    s.iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust("ecs-tasks.amazonaws.com"), **more)
    s.iam.attach_role_policy(RoleName=ROLE, PolicyArn=MANAGED_POLICY)


def _harmless_policy(s: Stack) -> None:
    statement = '{"Effect": "Allow", "Action": "ssm:GetParameters", "Resource": "*"}'
    document = f'{{"Version": "2012-10-17", "Statement": {statement}}}'
    s.iam.put_role_policy(RoleName=ROLE, PolicyName="parameters", PolicyDocument=document)


def _by_digest(s: Stack) -> None:
    digest = s.ecr.describe_images(repositoryName="satellite-api")["imageDetails"][0]["imageDigest"]
    s.register(containerDefinitions=[s.container() | {"image": s.image.replace(":v1", f"@{digest}")}])


def _pushed_again(s: Stack) -> None:
    image = s.ecr.batch_get_image(repositoryName="satellite-api", imageIds=[{"imageTag": "v1"}])["images"][0]
    manifest = image["imageManifest"].replace("{", '{"annotations": {"build": "2"}, ', 1)
    s.ecr.put_image(repositoryName="satellite-api", imageManifest=manifest, imageTag="v1")


def _other_repository(s: Stack) -> None:
    s.ecr.create_repository(repositoryName="classifiers/land-use")
    image = s.ecr.batch_get_image(repositoryName="satellite-api", imageIds=[{"imageTag": "v1"}])["images"][0]
    s.ecr.put_image(repositoryName="classifiers/land-use", imageManifest=image["imageManifest"], imageTag="2026-11")


def _with_sidecar(s: Stack, *command: str) -> None:
    """A revision whose first container is no essential one."""
    sidecar = {"name": "sidecar", "image": s.image, "essential": False, "command": [*command]}
    s.register(containerDefinitions=[sidecar, s.container()])


def _narrow_egress(s: Stack) -> None:
    s.ec2.revoke_security_group_egress(
        GroupId=s.group_id, IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    )
    https = HTTP | {"FromPort": 443, "ToPort": 443}
    s.ec2.authorize_security_group_egress(GroupId=s.group_id, IpPermissions=[https])


def _retention(s: Stack) -> None:
    s.logs.put_retention_policy(logGroupName=s.log_group, retentionInDays=7)


def _yesterday(s: Stack) -> None:
    s.say("ecs/satellite-api/0123456789abcdef0123456789abcdef", "ERROR: [Errno 98]", at=s.now() - 86_400_000)


def _strangers(s: Stack) -> None:
    """What others have in the account, and keep."""
    _namesake_in_another_vpc(s)
    _similar_names(s)


def _older_revision_gone(s: Stack) -> None:
    s.ecs.deregister_task_definition(taskDefinition=s.register())


def _scaling_and_back(s: Stack) -> None:
    target = {"ServiceNamespace": "ecs", "ResourceId": f"service/{s.cluster}/{s.service}"}
    target |= {"ScalableDimension": "ecs:service:DesiredCount"}
    s.scaling.register_scalable_target(**target, MinCapacity=0, MaxCapacity=2)
    s.scaling.deregister_scalable_target(**target)


def says(id: str, answer: str) -> Variation:
    """Another classifier, which answers in its own words."""
    app = f"def classify(_): return 200, {answer}"
    return Variation(id=f"says-{id}", sentence=f"The classifier answers {answer}.", app=app, options=BRIEF)


def _refuses(status: int, reason: str) -> Variation:
    """Another refusal of what is no image."""
    app = f"def refuse(_): return {status}, {reason!r}"
    return Variation(id=f"refuses-{status}", sentence=f"What is no image gets {status}.", app=app, options=BRIEF)


def varies(id: str, sentence: str, **how: object) -> Variation:
    """A deployment that is not loaded."""
    return Variation(id=id, sentence=sentence, **({"options": BRIEF} | how))  # type: ignore[arg-type]


def _command(*words: str) -> dict[str, object]:
    return {"container": {"command": [*words]}}


_ACCOUNT = (
    Variation(id="the-course", sentence="The course was followed to the letter."),
    varies(
        "tagged",
        "Everything bears tags of a team.",
        after=_tag_the_group,
        definition={"tags": TAGS},
        service={"tags": TAGS, "propagateTags": "SERVICE"},
    ),
    varies("neighbour", "Another service runs in the same cluster.", before=_neighbour),
    varies("similar-names", "The account has much whose names are similar.", early=_similar_names),
    varies("namesake-group", "Another VPC has a group of the same name.", early=_namesake_in_another_vpc),
    varies("older-revision", "An older revision was bigger.", early=lambda s: s.register(cpu="512", memory="1024")),
    varies("inactive-revision", "A revision before it is INACTIVE.", early=_inactive_revision),
    varies("namesake-deleted", "A namesake of the service was deleted before.", before=_deleted_namesake),
    varies("yesterdays-log", "Yesterday's task has left its lines.", after=_yesterday),
    varies("retention", "The log is kept for a week.", after=_retention),
    varies("ireland", "It all stands in Ireland.", region="eu-west-1"),
)
_OPTIONS = (
    varies(
        "own-names",
        "Everything has names of one's own.",
        names={"group": "api", "log group": "/api", "family": "api", "cluster": "mine", "service": "api"},
        container={"name": "web"},
        options=(
            *BRIEF,
            "--security-group=api",
            "--log-group=/api",
            "--family=api",
            "--cluster=mine",
            "--service=api",
            "--container=web",
        ),
    ),
    varies("container-name", "The container has a name of its own.", container={"name": "classifier"}),
    varies(
        "bigger",
        "It has twice the size, as was asked for.",
        definition={"cpu": "512", "memory": "1024"},
        options=(*BRIEF, "--cpu=512", "--memory=1024"),
    ),
)
_DEFINITION = (
    varies("digest", "The image is named by its digest.", without=("definition",), before=_by_digest),
    varies("repository", "The image is in another repository.", early=_other_repository, container={"image": OTHER_IMAGE}),
    varies("environment", "Variables are set.", container={"environment": [{"name": "MODEL", "value": "v2"}]}),
    varies("stream-prefix", "The streams have another prefix.", logging={"awslogs-stream-prefix": "api"}),
    Variation(id="blocking-log", sentence="The log driver blocks.", logging={"mode": "blocking"}),
    varies("platform", "Linux on X86_64 is named.", definition={"runtimePlatform": {"cpuArchitecture": "X86_64"}}),
    varies("storage", "There is more storage.", definition={"ephemeralStorage": {"sizeInGiB": 30}}),
    varies("read-only", "The root file system is read-only.", container={"readonlyRootFilesystem": True}),
    varies("health-check", "A health check is set.", container={"healthCheck": {"command": ["CMD-SHELL", "exit 0"]}}),
    varies("equals-signs", "Options of uvicorn have equals signs.", **_command(*COMMAND[:2], "--host=0.0.0.0", "--port=80")),
    varies(
        "more-options", "uvicorn has more options.", **_command(*COMMAND, "--proxy-headers", "--timeout-keep-alive", "9")
    ),
    varies(
        "entry-point",
        "uvicorn is the entry point, the rest the command.",
        container={"entryPoint": COMMAND[:1], "command": COMMAND[1:]},
    ),
    varies(
        "sidecar",
        "A second container, which is not essential, runs along.",
        without=("definition",),
        before=lambda s: _with_sidecar(s, "sleep", "600"),
        options=(),
    ),
    varies(
        "init-container",
        "A second container prepares something and ends.",
        without=("definition",),
        before=lambda s: _with_sidecar(s, "true"),
    ),
    varies("task-role", "The task has a role of its own.", definition={"taskRoleArn": _role()}),
    varies(
        "role-path",
        "The role has a path.",
        without=("role",),
        early=lambda s: _new_role(s, Path="/course/"),
        definition={"executionRoleArn": _role("/course/")},
    ),
    varies(
        "role-boundary",
        "The role has a boundary.",
        without=("role",),
        early=lambda s: _new_role(s, PermissionsBoundary="arn:aws:iam::aws:policy/PowerUserAccess"),
    ),
    varies("harmless-policy", "The role may read parameters, too.", before=_harmless_policy),
)
_SERVICE = (
    varies(
        "circuit-breaker",
        "The circuit breaker is on.",
        service={"deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}},
    ),
    varies("platform-version", "Fargate's version is named.", service={"platformVersion": "1.4.0"}),
    varies("execute-command", "ECS Exec is on.", service={"enableExecuteCommand": True}),
    varies("managed-tags", "ECS tags the tasks.", service={"enableECSManagedTags": True}),
    varies("deployed-anew", "It was deployed anew by force.", after=_deployed_anew, options=()),
    varies("next-revision", "It was updated to a second revision.", after=_next_revision),
    varies("scaled-up", "It was created without a task, and scaled up.", service={"desiredCount": 0}, after=_scaled_up),
    varies(
        "mended",
        "The first task died; what it lacked was there when it was deployed anew.",
        app="def starting():\n    flag = pathlib.Path(__file__).with_suffix('.flag')\n"
        "    if not flag.exists():\n        flag.touch()\n        os._exit(1)",
        after=_deployed_anew,
        options=(),
    ),
    varies(
        "several-subnets",
        "All default subnets are named.",
        without=("service",),
        before=lambda s: s.launch(**s.own_network(s.group_id, s.subnet_ids)),
    ),
    varies(
        "last-subnet",
        "Another default subnet is used.",
        without=("service",),
        before=lambda s: s.launch(**s.own_network(s.group_id, s.subnet_ids[-1:])),
    ),
    varies(
        "described-rule",
        "The rule has a description.",
        rules=(HTTP | {"IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "HTTP"}]},),
    ),
    varies("narrow-egress", "Only HTTPS may go out.", before=_narrow_egress),
)
_API = (
    Variation(
        id="reference",
        sentence="The classifier is made with FastAPI and Pillow.",
        container={"command": [*COMMAND, "--app-dir", str(REFERENCE_APP)]},
    ),
    says("class", "{'class': 'Forest'}"),
    says("class-name", "{'class_name': 'SeaLake', 'probability': 1}"),
    says("predicted-class", "{'predicted_class': 3, 'confidence': 0.0}"),
    says("predicted-label", "{'predicted_label': 'ice', 'error': None}"),
    says("prediction", "{'prediction': 'river', 'score': 0.5}"),
    says("nested", "{'prediction': {'label': 'river', 'confidence': 0.5}, 'success': True}"),
    says("predictions", "{'predictions': [{'label': 'river', 'score': 0.5}, {'label': 'sea', 'score': 0.2}]}"),
    says("category", "{'category': 'Wüste', 'model': 'v2', 'took_ms': 3.2}"),
    says("scores", "{'label': 'desert', 'confidence': 0.9, 'scores': {'desert': 0.9, 'sea': 0.1}}"),
    varies("charset", "JSON names its charset.", app="def kind_of(_): return 'application/json; charset=utf-8'"),
    _refuses(413, "too small"),
    _refuses(415, "neither JPEG nor PNG"),
    _refuses(422, "not an image"),
    varies("redoc", "/docs shows ReDoc.", app="def docs(_): return 200, '<title>ReDoc</title>'"),
    varies("root-page", "GET / shows a page.", app="def root(_): return 200, '<h1>Classifier</h1>'"),
    varies(
        "docs-by-hand",
        "/docs is a page that was written by hand, and there is no openapi.json.",
        app="def docs(_): return 200, '<h1>OpenAPI</h1> POST /predict takes an image as the field file'\n"
        "def openapi(_): return 404, {'detail': 'Not Found'}",
    ),
    varies(
        "openapi-elsewhere",
        "/docs has its document from /api/v1/openapi.json.",
        app="def docs(_): return 200, \"<title>Swagger UI</title> url: '/api/v1/openapi.json',\"\n"
        "def openapi(_): return 404, {'detail': 'Not Found'}",
    ),
    varies(
        "one-size",
        "Tiles of another size are refused with a reason.",
        app="def classify(image): return (200, {'label': 'sea'}) if len(image) < 2500 else (422, 'larger than 64 x 64')",
    ),
)
_LOG = (
    varies("pushed-again", "The tag was pushed again after the launch.", after=_pushed_again),
    varies("slow-start", "The model loads for a second.", app="def starting(): time.sleep(1)"),
    varies("chatty", "The log is long.", app="def starting(): print('loading\\n' * 12_000, flush=True)"),
    Variation(
        id="logged-twice",
        sentence="The application logs each request itself, too.",
        app="def before_each(path): print('request:', path, flush=True)",
    ),
    varies(
        "late-log",
        "Lines are written half a second late.",
        app="import threading\ndef starting():\n    for handler in access.handlers:\n        write = handler.emit\n"
        "        handler.emit = lambda record: threading.Timer(0.5, write, [record]).start()",
        options=(*BRIEF, "--log-timeout=5"),
    ),
)
_CLEANED_UP = (
    Variation(id="clean", sentence="The course was followed to the letter, to the end.", forgotten=()),
    Variation(
        id="optional-left-out",
        sentence="The course's optional cleanup was left out: a revision is ACTIVE.",
        forgotten=("definition",),
        noted=("CLEAN-2",),
    ),
    Variation(id="strangers-stay", sentence="What others have stays.", early=_strangers, forgotten=()),
    Variation(
        id="revisions-inactive",
        sentence="Two revisions were deregistered.",
        early=_older_revision_gone,
        forgotten=(),
    ),
    Variation(id="scaling-undone", sentence="Auto scaling was set up and undone.", after=_scaling_and_back, forgotten=()),
    Variation(
        id="own-names-cleaned",
        sentence="Names of one's own were cleaned up.",
        names={"cluster": "mine", "service": "api", "family": "api", "log group": "/api", "group": "api"},
        options=("--cluster=mine", "--service=api", "--family=api", "--log-group=/api", "--security-group=api"),
        forgotten=(),
    ),
)
VARIATIONS = (*_ACCOUNT, *_OPTIONS, *_DEFINITION, *_SERVICE, *_API, *_LOG, *_CLEANED_UP)
