"""Images that are wrong, or unusual and right: each is run in Docker, as Fargate would run it."""

import json
from typing import Any

from tests import images
from tests.faults.deployments.case import Fault, Variation
from tests.faults.deployments.stack import COMMAND, Stack

BRIEF = ("--no-load",)
AS_IT_IS = "ENV WHOSE=learner"
"""Nothing that changes anything."""
ANOTHER = "COPY starting /starting"
CHECK = {"interval": 5, "timeout": 2, "retries": 1}


def _starts(id: str, sentence: str, criterion: str, help: str, starting: str, **more: Any) -> Fault:
    """An image whose application does this, in the shell, when it starts."""
    given: dict[str, Any] = {"options": BRIEF, "dockerfile": ANOTHER, "files": {"starting": starting}} | more
    return Fault(id=id, sentence=sentence, criterion=criterion, help=help, **given)


def _image(id: str, sentence: str, criterion: str, help: str, dockerfile: str, **more: Any) -> Fault:
    given: dict[str, Any] = {"options": BRIEF} | more
    return Fault(id=id, sentence=sentence, criterion=criterion, help=help, dockerfile=dockerfile, **given)


def _raises(error: str, code: int = 3) -> str:
    """What uvicorn says where an application's start fails so."""
    return (
        "cat >&2 <<'END'\nERROR:    Traceback (most recent call last):\n"
        f'  File "/app/app/main.py", line 12, in lifespan\n{error}\n\n'
        f"ERROR:    Application startup failed. Exiting.\nEND\nexit {code}\n"
    )


def _side(command: str, **more: Any) -> dict[str, Any]:
    """A container beside the course's, of the same image."""
    return {"name": "side", "image": "", "entryPoint": ["sh", "-c"], "command": [command]} | more


def _beside(command: str, after: str = "", **more: Any) -> Any:
    """What registers both; `after` is the condition on which the course's container waits for the other one."""

    def register(s: Stack) -> None:
        own = s.container() | ({"dependsOn": [{"containerName": "side", "condition": after}]} if after else {})
        side = _side(command, **more)
        s.register(containerDefinitions=[own, side | {"image": more.get("image", s.image)}])

    return register


def _too_large(s: Stack) -> None:
    layer = {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": f"sha256:{'1' * 64}", "size": 25 * 10**9}
    kind = "application/vnd.oci.image.manifest.v1+json"
    config = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": f"sha256:{'2' * 64}", "size": 7}
    manifest = json.dumps({"schemaVersion": 2, "mediaType": kind, "config": config, "layers": [layer]})
    s.ecr.put_image(repositoryName="satellite-api", imageManifest=manifest, imageTag="huge")
    s.image = f"{s.image.rpartition(':')[0]}:huge"


FAULTS = (
    _image(
        "listens-on-8000",
        "The definition has no command, and CMD listens on 8000.",
        "TASK-3",
        "command",
        AS_IT_IS,
        container={"command": None},
    ),
    _image(
        "image-for-arm",
        "The image was built on a new Mac.",
        "RUN-2",
        "--platform linux/amd64",
        AS_IT_IS,
        early=lambda s: images.for_arm(s.image),
    ),
    _image(
        "definition-for-arm",
        "The definition wants ARM64, the image is for amd64.",
        "RUN-2",
        "platform",
        AS_IT_IS,
        definition={"runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}},
    ),
    _starts(
        "model-not-in-the-image",
        "The model file is not where the code looks.",
        "RUN-2",
        "build/app/model.pt",
        _raises("FileNotFoundError: [Errno 2] No such file or directory: 'build/app/model.pt'"),
    ),
    _starts(
        "package-not-in-the-image",
        "A package is missing from requirements.txt.",
        "RUN-2",
        "multipart",
        "echo 'ModuleNotFoundError: No module named '\"'multipart'\" >&2; exit 1",
    ),
    _starts(
        "variable-not-in-the-image",
        "The code wants a variable that nobody sets.",
        "RUN-2",
        "BUCKET_NAME",
        _raises("KeyError: 'BUCKET_NAME'"),
    ),
    _starts(
        "too-large-at-start",
        "The model needs more memory than its container may have.",
        "RUN-2",
        "memory",
        "exec tail /dev/zero",
        container={"memory": 48},
    ),
    Fault(
        id="too-large-under-load",
        sentence="Each request of the load leaves something in memory.",
        criterion="LOAD-3",
        help="memory",
        dockerfile="COPY answering /answering",
        files={"answering": "case $path in *load=*) kill -USR1 1; sleep 3 ;; esac"},
        container={"memory": 64},
    ),
    _starts(
        "cache-on-read-only",
        "It writes a cache, and the root file system is read-only.",
        "RUN-2",
        "readonlyRootFilesystem",
        "if ! touch /app/cache 2>/dev/null; then "
        + _raises("OSError: [Errno 30] Read-only file system: '/app/cache'")
        + "fi",
        container={"readonlyRootFilesystem": True},
    ),
    _image("not-root-on-80", "The image runs as a user, who may not bind port 80.", "RUN-2", "USER", "USER 1000"),
    _image(
        "not-root-by-definition", "The definition names the user.", "RUN-2", "user", AS_IT_IS, container={"user": "1000"}
    ),
    _image(
        "entrypoint-and-command",
        "ENTRYPOINT is the command already, and the definition adds its own.",
        "RUN-2",
        "ENTRYPOINT",
        'ENTRYPOINT ["uvicorn", "app.main:app"]',
    ),
    _image(
        "entrypoint-in-shell-form",
        "ENTRYPOINT in shell form ignores the definition's command.",
        "API-1",
        "ENTRYPOINT",
        "ENTRYPOINT uvicorn app.main:app --host 0.0.0.0 --port 8000",
    ),
    _image(
        "no-such-program",
        "The program of the command is not in the image.",
        "RUN-2",
        "gunicorn",
        AS_IT_IS,
        container={"command": ["gunicorn", *COMMAND]},
    ),
    _image(
        "script-not-executable",
        "The entry point's script is not executable.",
        "RUN-2",
        "chmod",
        'COPY start.sh /start.sh\nRUN chmod 644 /start.sh\nENTRYPOINT ["/start.sh"]',
        files={"start.sh": '#!/bin/sh\nexec "$@"\n'},
    ),
    _image(
        "script-for-another-shell",
        "The entry point's script wants bash, which the image has not.",
        "RUN-2",
        "#!/bin/sh",
        'COPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]',
        files={"start.sh": '#!/bin/bash\nexec "$@"\n'},
    ),
    _image(
        "no-such-user",
        "The definition's user is not in the image.",
        "RUN-2",
        "user",
        AS_IT_IS,
        container={"user": "nobody2"},
    ),
    _image(
        "check-by-curl",
        "The health check calls curl, which the image has not.",
        "RUN-2",
        "curl",
        AS_IT_IS,
        container={"healthCheck": CHECK | {"command": ["CMD-SHELL", "curl -f http://localhost/ || exit 1"]}},
    ),
    _image(
        "check-on-another-port",
        "The health check asks port 8000.",
        "RUN-2",
        "healthCheck",
        AS_IT_IS,
        container={"healthCheck": CHECK | {"command": ["CMD-SHELL", "wget -q -O - http://127.0.0.1:8000/ || exit 1"]}},
    ),
    _image("larger-than-the-disk", "The image needs 25 GB.", "RUN-2", "ephemeralStorage", AS_IT_IS, early=_too_large),
    _image(
        "never-pushed",
        "The definition names a tag that was never pushed.",
        "RUN-2",
        "is not in the registry under that name and tag",
        AS_IT_IS,
        container={"image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/satellite-api:never"},
    ),
    _image(
        "essential-sidecar-dies",
        "A sidecar is essential, and ends before it is ready.",
        "RUN-2",
        "side",
        AS_IT_IS,
        before=_beside("exit 0", after="HEALTHY", healthCheck={"command": ["CMD-SHELL", "test -e /ready"]}),
    ),
    _image(
        "sidecar-not-there",
        "The image of a sidecar does not exist.",
        "RUN-2",
        "nobody/agent:1",
        AS_IT_IS,
        before=_beside("sleep 100", image="nobody/agent:1", essential=False),
    ),
    _image(
        "sidecar-never-succeeds",
        "The API waits for a migration that fails.",
        "RUN-2",
        "side",
        AS_IT_IS,
        before=_beside("exit 1", after="SUCCESS", essential=False),
    ),
    _image(
        "buffered",
        "What it prints stays in a buffer.",
        "LOG-1",
        "PYTHONUNBUFFERED",
        """ENTRYPOINT ["sh", "-c", "exec \\"$@\\" >/dev/null 2>&1", "sh"]""",
    ),
    _image(
        "localhost-only",
        "uvicorn listens on localhost alone.",
        "TASK-3",
        "0.0.0.0",
        AS_IT_IS,
        container={"command": ["uvicorn", "app.main:app", "--port", "80"]},
    ),
    _starts(
        "weights-from-the-internet",
        "It downloads weights when it starts.",
        "RUN-2",
        "--internet",
        "wget -q -T 3 http://download.pytorch.org/ 2>/dev/null || {\n"
        + _raises("urllib.error.URLError: <urlopen error [Errno -3] Temporary failure in name resolution>")
        + "}",
    ),
    _image("another-working-directory", "WORKDIR is not where the application lies.", "RUN-2", "WORKDIR", "WORKDIR /srv"),
    _starts("too-slow", "It takes longer to start than anybody waits.", "API-1", "nothing listens on port 80", "sleep 60"),
    _starts(
        "native-crash", "A native library is for another processor.", "RUN-2", "native", "sh -c 'kill -SEGV $$'; exit 139"
    ),
    _starts("ends-at-once", "CMD ends instead of serving.", "RUN-2", "exit code 0", "exit 0"),
)


def _right(id: str, sentence: str, dockerfile: str = AS_IT_IS, **more: Any) -> Variation:
    given: dict[str, Any] = {"options": BRIEF} | more
    return Variation(id=id, sentence=sentence, dockerfile=dockerfile, **given)


VARIATIONS = (
    _right("cmd-on-8000", "CMD listens on 8000, and the definition's command on 80.", options=()),
    _right(
        "healthcheck-in-the-image",
        "The image has a HEALTHCHECK, which ECS ignores.",
        "HEALTHCHECK --interval=1s --retries=1 CMD curl -f http://localhost:8000/",
    ),
    _right(
        "checked",
        "A health check with what the image has.",
        container={"healthCheck": CHECK | {"command": ["CMD-SHELL", "wget -q -O - http://127.0.0.1/ || exit 1"]}},
    ),
    _right(
        "entrypoint-that-execs",
        "An ENTRYPOINT prepares something and becomes the command.",
        'COPY start.sh /start.sh\nENTRYPOINT ["sh", "/start.sh"]',
        files={"start.sh": 'exec "$@"\n'},
    ),
    _right(
        "entry-point-of-its-own",
        "The definition has an entry point, and the rest as its command.",
        container={"entryPoint": ["uvicorn"], "command": COMMAND[1:]},
    ),
    _right(
        "user-who-may",
        "A user who may bind port 80, as systemControls let him.",
        "USER 1000",
        container={"systemControls": [{"namespace": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]},
    ),
    _right(
        "read-only-with-a-volume",
        "The root file system is read-only, and a volume is not.",
        ANOTHER,
        files={"starting": "touch /scratch/cache"},
        definition={"volumes": [{"name": "scratch"}]},
        container={
            "readonlyRootFilesystem": True,
            "mountPoints": [{"sourceVolume": "scratch", "containerPath": "/scratch"}],
        },
    ),
    _right("sidecar-ends", "A sidecar ends, which nobody needs any more.", before=_beside("sleep 1", essential=False)),
    _right(
        "waits-for-a-sidecar",
        "The API waits until another container has prepared something.",
        before=_beside("sleep 1", after="SUCCESS", essential=False),
    ),
    _right(
        "swallows-sigterm",
        "Its shell swallows SIGTERM, so it is killed in the end.",
        ANOTHER,
        files={"starting": "trap '' TERM"},
        forgotten=(),
        container={"stopTimeout": 2},
    ),
    _right("stops-on-sigint", "STOPSIGNAL is another one.", "STOPSIGNAL SIGINT", forgotten=()),
    _right("init-process", "An init process stands before it.", container={"linuxParameters": {"initProcessEnabled": True}}),
)
