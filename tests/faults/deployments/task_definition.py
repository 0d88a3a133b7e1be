"""Step 2: what goes wrong with the task definition, its log group and its role."""

import json
from typing import Any

from tests.faults.deployments.case import Fault
from tests.faults.deployments.stack import ACCOUNT, COMMAND, MANAGED_POLICY, ROLE, Stack, trust

ECS = "ecs-tasks.amazonaws.com"
ELSEWHERE = "eu-west-1"
MANAGED = "arn:aws:iam::aws:policy/"


def attach(policy: str) -> Any:
    """The role carries one more of AWS's policies."""
    return lambda s: s.iam.attach_role_policy(RoleName=ROLE, PolicyArn=MANAGED + policy)


def inline(effect: str = "Allow", **statement: Any) -> Any:
    """The role has one more policy of its own, on everything."""
    document = {"Version": "2012-10-17", "Statement": [{"Effect": effect, "Resource": "*"} | statement]}
    return lambda s: s.iam.put_role_policy(RoleName=ROLE, PolicyName="mine", PolicyDocument=json.dumps(document))


def trusting(*principals: Any) -> Any:
    """The role trusts these instead."""
    document = trust(*principals)
    return lambda s: s.iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=document)


def without_policy(stack: Stack) -> None:
    """The managed policy is taken off."""
    stack.iam.detach_role_policy(RoleName=ROLE, PolicyArn=MANAGED_POLICY)


def made_for(compatibility: str, id: str, machines: str, **definition: Any) -> Fault:
    """A task definition that can be registered, and is not for Fargate."""
    return Fault(
        id=id,
        sentence=f"The task definition is for {machines}, so AWS refuses the service.",
        criterion="TASK-2",
        help='"requiresCompatibilities": ["FARGATE"]',
        definition={"requiresCompatibilities": [compatibility]} | definition,
        without=("service",),
    )


def copied_policy(stack: Stack) -> None:
    """The managed policy's text, as it was once, in place of the policy."""
    without_policy(stack)
    inline(Action=["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "logs:CreateLogStream", "logs:PutLogEvents"])(stack)


def delete_role(stack: Stack) -> None:
    """Somebody tidies up too early."""
    without_policy(stack)
    stack.iam.delete_role(RoleName=ROLE)


def delete_revision(stack: Stack) -> None:
    """Deregistered, then deleted."""
    arn = stack.newest()
    stack.ecs.deregister_task_definition(taskDefinition=arn)
    stack.ecs.delete_task_definitions(taskDefinitions=[arn])


def in_another_region(stack: Stack) -> None:
    """Registered where the console stood."""
    ecs = stack.client_in(ELSEWHERE, "ecs")
    ecs.register_task_definition(family=stack.family, containerDefinitions=[stack.container() | {"memory": 512}])


def group_named(name: str, region: str = "us-east-1") -> Any:
    """A log group of that name."""
    return lambda s: s.client_in(region, "logs").create_log_group(logGroupName=name)


def driver(name: str, **options: str) -> dict[str, Any]:
    """A container that logs elsewhere than to CloudWatch."""
    return {"logConfiguration": {"logDriver": name, "options": options}}


def beside_a_router(s: Stack) -> None:
    """A revision with the container that FireLens needs."""
    router = {
        "name": "router",
        "image": s.image,
        "command": ["sleep", "600"],
        "firelensConfiguration": {"type": "fluentbit"},
    }
    s.register(containerDefinitions=[s.container(), router])


def uvicorn(*options: str) -> dict[str, Any]:
    """A container whose server is started with these options."""
    return {"command": ["uvicorn", "app.main:app", *options]}


def mapped(*ports: int, protocol: str = "tcp") -> dict[str, Any]:
    """A container that maps these ports."""
    return {"portMappings": [{"containerPort": port, "protocol": protocol} for port in ports]}


QUIETLY = ("--log-timeout=0.5",)
"""Where nothing comes, nothing is waited for."""

FAULTS = (
    Fault(
        id="never-registered",
        sentence="The course's family was never registered: the service runs another one.",
        criterion="TASK-1",
        help="satellite-api:1",
        before=lambda s: s.register(family="satellite-api"),
        service={"taskDefinition": "satellite-api"},
        without=("definition",),
    ),
    Fault(
        id="family-misspelt",
        sentence="The family was registered with a letter missing.",
        criterion="TASK-1",
        help="satelite-api-task:1",
        names={"family": "satelite-api-task"},
    ),
    Fault(
        id="family-with-an-ending",
        sentence="A second version was registered as a family of its own.",
        criterion="TASK-1",
        help="satellite-api-task-v2:1",
        names={"family": "satellite-api-task-v2"},
    ),
    Fault(
        id="registered-in-another-region",
        sentence="The task definition was registered in the region where the console stood.",
        criterion="TASK-1",
        help="satellite-api-task in us-east-1",
        without=("definition", "service"),
        before=in_another_region,
    ),
    Fault(
        id="deregistered",
        sentence="The revision was deregistered after the launch.",
        criterion="TASK-1",
        help="INACTIVE",
        after=lambda s: s.ecs.deregister_task_definition(taskDefinition=s.newest()),
    ),
    Fault(
        id="revision-deleted",
        sentence="The revision was deregistered and deleted after the launch.",
        criterion="TASK-1",
        help="aws ecs register-task-definition",
        after=delete_revision,
    ),
    Fault(
        id="more-cpu",
        sentence="The task asks for twice the smallest cpu.",
        criterion="TASK-2",
        help="cpu 512, memory 1024",
        definition={"cpu": "512", "memory": "1024"},
    ),
    Fault(
        id="more-memory",
        sentence="The task asks for twice the smallest memory.",
        criterion="TASK-2",
        help="cpu 256, memory 1024",
        definition={"memory": "1024"},
    ),
    Fault(
        id="four-vcpus",
        sentence="The task asks for 4 vCPU and 8 GB, at sixteen times the price.",
        criterion="TASK-2",
        help="cpu 4096, memory 8192",
        definition={"cpu": "4096", "memory": "8192"},
    ),
    Fault(
        id="nothing-required",
        sentence="The task definition does not ask for Fargate.",
        criterion="TASK-2",
        help='"requiresCompatibilities": ["FARGATE"]',
        definition={"requiresCompatibilities": None},
    ),
    made_for("EC2", "for-ec2", "EC2 instances", networkMode="bridge"),
    made_for("EXTERNAL", "for-machines-of-ones-own", "ECS Anywhere", networkMode="bridge"),
    made_for("MANAGED_INSTANCES", "for-managed-instances", "ECS Managed Instances"),
    Fault(
        id="bridge",
        sentence="The network mode is Docker's bridge, so AWS refuses the service.",
        criterion="TASK-2",
        help='"networkMode": "awsvpc"',
        definition={"requiresCompatibilities": ["EC2"], "networkMode": "bridge", "cpu": None, "memory": None},
        container={"memory": 512},
        without=("service",),
    ),
    Fault(
        id="docker-hub",
        sentence="The image is one of Docker Hub.",
        criterion="TASK-3",
        help="dkr.ecr",
        container={"image": "somebody/satellite-api:v1"},
    ),
    Fault(
        id="image-with-https",
        sentence="The image was pasted from the browser, with https:// before it.",
        criterion="TASK-3",
        help="the image https://",
        container={"image": f"https://{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/satellite-api:v1"},
    ),
    Fault(
        id="image-name-alone",
        sentence="The image has no registry before its name, so Docker Hub is asked.",
        criterion="TASK-3",
        help="the image satellite-api:v1 is not named",
        container={"image": "satellite-api:v1"},
    ),
    Fault(
        id="image-without-tag",
        sentence="The image has no tag, so nobody knows which one runs.",
        criterion="TASK-3",
        help=":<tag>",
        container={"image": f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/satellite-api"},
    ),
    Fault(
        id="ghcr",
        sentence="The image is on GitHub's registry.",
        criterion="TASK-3",
        help="the image ghcr.io/",
        container={"image": "ghcr.io/somebody/satellite-api:v1"},
    ),
    Fault(
        id="port-8000",
        sentence="The server listens on port 8000, and that port is mapped.",
        criterion="TASK-3",
        help="portMappings has 8000/tcp",
        container=mapped(8000) | uvicorn("--host", "0.0.0.0", "--port", "8000"),
    ),
    Fault(
        id="mapping-8000",
        sentence="The server listens on port 80, but 8000 is mapped.",
        criterion="TASK-3",
        help="portMappings has 8000/tcp, not 80/tcp alone",
        container=mapped(8000),
    ),
    Fault(
        id="default-port",
        sentence="No port was given, so uvicorn listens on 8000.",
        criterion="TASK-3",
        help="uvicorn listens on 0.0.0.0 port 8000",
        container=uvicorn("--host", "0.0.0.0") | {"portMappings": []},
    ),
    Fault(
        id="loopback",
        sentence="The server listens on 127.0.0.1.",
        criterion="TASK-3",
        help="uvicorn listens on 127.0.0.1 port 80",
        container=uvicorn("--host", "127.0.0.1", "--port", "80"),
    ),
    Fault(
        id="default-host",
        sentence="No host was given, so uvicorn listens on 127.0.0.1.",
        criterion="TASK-3",
        help="uvicorn listens on 127.0.0.1 port 80",
        container=uvicorn("--port", "80"),
    ),
    Fault(
        id="port-8080",
        sentence="The server listens on port 8080, given as --port=8080.",
        criterion="TASK-3",
        help="port 8080",
        container=uvicorn("--host=0.0.0.0", "--port=8080") | mapped(8080),
    ),
    Fault(
        id="no-command",
        sentence="No command is given: whatever the image starts is started.",
        criterion="TASK-3",
        help="there is no command",
        container={"command": None},
    ),
    Fault(
        id="python-script",
        sentence="The command is python app.py, as in a tutorial.",
        criterion="TASK-3",
        help="the command python app.py does not start uvicorn",
        container={"command": ["python", "app.py"]},
    ),
    Fault(
        id="gunicorn",
        sentence="The command starts gunicorn, which the image does not have.",
        criterion="TASK-3",
        help="does not start uvicorn",
        container={"command": ["gunicorn", "-k", "uvicorn.workers.UvicornWorker", "app.main:app", "-b", "0.0.0.0:80"]},
    ),
    Fault(
        id="command-as-one-string",
        sentence="The whole command is one string of the list.",
        criterion="TASK-3",
        help="split it at its blanks",
        container={"command": [" ".join(COMMAND)]},
    ),
    Fault(
        id="udp-mapping",
        sentence="Port 80 is mapped for udp.",
        criterion="TASK-3",
        help="portMappings has 80/udp",
        container=mapped(80, protocol="udp"),
    ),
    Fault(
        id="two-mappings",
        sentence="Port 443 is mapped too, and nothing listens there.",
        criterion="TASK-3",
        help="portMappings has 80/tcp, 443/tcp",
        container=mapped(80, 443),
    ),
    Fault(
        id="no-mapping",
        sentence="No port is mapped.",
        criterion="TASK-3",
        help="portMappings has no port",
        container={"portMappings": None},
    ),
    Fault(
        id="log-group-never-made",
        sentence="The log group was never made, so the task cannot start.",
        criterion="TASK-4",
        help="aws logs create-log-group --log-group-name /ecs/satellite-api",
        without=("log group",),
    ),
    Fault(
        id="log-group-misspelt",
        sentence="The log group was made and named with a letter missing.",
        criterion="TASK-4",
        help="/ecs/satelite-api",
        names={"log group": "/ecs/satelite-api"},
    ),
    Fault(
        id="log-group-without-slash",
        sentence="The log group lacks its leading slash.",
        criterion="TASK-4",
        help="awslogs-group is ecs/satellite-api",
        names={"log group": "ecs/satellite-api"},
    ),
    Fault(
        id="another-log-group",
        sentence="The container logs to a group of another service.",
        criterion="TASK-4",
        help="/ecs/other-api",
        early=group_named("/ecs/other-api"),
        logging={"awslogs-group": "/ecs/other-api"},
    ),
    Fault(
        id="log-group-not-made-but-named",
        sentence="The container logs to a group that nobody has made, beside the course's.",
        criterion="TASK-4",
        help="/ecs/satellite",
        logging={"awslogs-group": "/ecs/satellite"},
    ),
    Fault(
        id="no-logging",
        sentence="The container has no log configuration.",
        criterion="TASK-4",
        help="no logConfiguration",
        container={"logConfiguration": None},
        options=QUIETLY,
    ),
    Fault(
        id="log-group-deleted",
        sentence="The log group was deleted after the launch.",
        criterion="TASK-4",
        help="aws logs create-log-group",
        after=lambda s: s.logs.delete_log_group(logGroupName=s.log_group),
        options=QUIETLY,
    ),
    Fault(
        id="logs-in-another-region",
        sentence="The container logs to a group in another region.",
        criterion="TASK-4",
        help="eu-west-1",
        early=group_named("/ecs/satellite-api", ELSEWHERE),
        logging={"awslogs-region": ELSEWHERE},
        options=QUIETLY,
    ),
    Fault(
        id="logs-nowhere",
        sentence="The region to log to is misspelt, so the task cannot start.",
        criterion="TASK-4",
        help="us-eest-1",
        logging={"awslogs-region": "us-eest-1"},
    ),
    Fault(
        id="splunk",
        sentence="The container logs to Splunk.",
        criterion="TASK-4",
        help="its log driver is splunk",
        container=driver("splunk", **{"splunk-token": "none", "splunk-url": "https://localhost:8088"}),
        options=QUIETLY,
    ),
    Fault(
        id="firelens",
        sentence="The container logs through FireLens.",
        criterion="TASK-4",
        help="its log driver is awsfirelens",
        without=("definition",),
        container=driver("awsfirelens", Name="cloudwatch", log_group_name="/ecs/satellite-api"),
        before=beside_a_router,
        options=QUIETLY,
    ),
    Fault(
        id="role-never-made",
        sentence="The execution role was never made, so the task cannot start.",
        criterion="TASK-5",
        help="aws iam create-role --role-name ecsTaskExecutionRole",
        without=("role",),
    ),
    Fault(
        id="role-misspelt",
        sentence="The task definition names a role that does not exist.",
        criterion="TASK-5",
        help="correct executionRoleArn",
        definition={"executionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/ecsTaskExecutionRol"},
    ),
    Fault(
        id="role-deleted",
        sentence="The execution role was deleted after the launch.",
        criterion="TASK-5",
        help="aws iam create-role",
        after=delete_role,
    ),
    Fault(
        id="trusts-somebody-else",
        sentence="The role trusts EC2 instead of ECS tasks, so the task cannot start.",
        criterion="TASK-5",
        help="update-assume-role-policy",
        before=trusting("ec2.amazonaws.com"),
    ),
    Fault(
        id="trusts-ecs-itself",
        sentence="The role trusts ecs.amazonaws.com, the service, and not its tasks.",
        criterion="TASK-5",
        help="ecs.amazonaws.com",
        before=trusting("ecs.amazonaws.com"),
    ),
    Fault(
        id="trusts-ec2-too",
        sentence="The role trusts EC2 too.",
        criterion="TASK-5",
        help="ec2.amazonaws.com",
        before=trusting(ECS, "ec2.amazonaws.com"),
    ),
    Fault(
        id="trusts-everybody",
        sentence="Everybody may assume the role too.",
        criterion="TASK-5",
        help="everybody",
        before=trusting(ECS, {"AWS": "*"}),
    ),
    Fault(
        id="trusts-the-account",
        sentence="Everybody of the account may assume the role too.",
        criterion="TASK-5",
        help=":root, ecs-tasks.amazonaws.com, not ecs-tasks.amazonaws.com alone",
        before=trusting(ECS, {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
    ),
    Fault(
        id="no-policy",
        sentence="The managed policy was never attached, so the image cannot be pulled.",
        criterion="TASK-5",
        help="aws iam attach-role-policy",
        before=without_policy,
    ),
    Fault(
        id="policy-copied",
        sentence="A copy of the managed policy was written into the role in its place.",
        criterion="TASK-5",
        help="aws iam attach-role-policy",
        before=copied_policy,
    ),
    Fault(
        id="administrator",
        sentence="The role is an administrator.",
        criterion="TASK-5",
        help="aws iam detach-role-policy",
        before=attach("AdministratorAccess"),
    ),
    Fault(
        id="power-user",
        sentence="The role may do everything but IAM.",
        criterion="TASK-5",
        help="PowerUserAccess",
        before=attach("PowerUserAccess"),
    ),
    Fault(
        id="iam-full-access",
        sentence="The role has all of IAM, so it can give itself the rest.",
        criterion="TASK-5",
        help="IAMFullAccess",
        before=attach("IAMFullAccess"),
    ),
    Fault(
        id="inline-everything",
        sentence="A policy of the role's own allows everything.",
        criterion="TASK-5",
        help="aws iam delete-role-policy",
        before=inline(Action="*"),
    ),
    Fault(
        id="everything-among-others",
        sentence="A policy allows everything as one of several actions.",
        criterion="TASK-5",
        help="mine",
        before=inline(Action=["s3:GetObject", "*"]),
    ),
    Fault(
        id="everything-but-one",
        sentence="A policy allows everything but one action.",
        criterion="TASK-5",
        help="mine",
        before=inline(NotAction="s3:DeleteBucket"),
    ),
    Fault(
        id="iam-in-capitals",
        sentence="A policy allows all of IAM, written in capitals.",
        criterion="TASK-5",
        help="mine",
        before=inline(Action="IAM:*"),
    ),
    Fault(
        id="may-attach-policies",
        sentence="A policy allows to attach any policy to any role.",
        criterion="TASK-5",
        help="mine",
        before=inline(Action="iam:Attach*"),
    ),
)
