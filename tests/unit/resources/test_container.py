"""What a container's definition says of its server: however that is rightly started, it is understood."""

import pytest

from fixtures.resources.container import flaws_of, logging_flaws, ports_of, server_of
from fixtures.resources.task_definition import COMMAND

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/satellite-api:v1"
MAPPING = [{"containerPort": 80, "protocol": "tcp"}]
SHELL = "exec uvicorn app.main:app --host 0.0.0.0 --port 80"
OPTIONS = {"awslogs-group": "/ecs/api", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "ecs"}


def container(**changes):
    """The course's container, changed; None takes a field out."""
    given = {"image": IMAGE, "portMappings": MAPPING, "command": COMMAND} | changes
    return {name: value for name, value in given.items() if value is not None}


RIGHT = {
    "as in the course": container(),
    "a path": container(command=["/usr/local/bin/uvicorn", *COMMAND[1:]]),
    "python -m": container(command=["python", "-m", *COMMAND]),
    "an entry point": container(entryPoint=COMMAND[:2], command=COMMAND[2:]),
    "an entry point alone": container(entryPoint=COMMAND, command=None),
    "a shell": container(command=["sh", "-c", SHELL]),
    "a shell as entry point": container(entryPoint=["/bin/bash", "-c"], command=[SHELL]),
    "a shell that changes the folder": container(command=["sh", "-c", f"cd /srv && {SHELL}"]),
    "equals signs": container(command=["uvicorn", "app.main:app", "--host=0.0.0.0", "--port=80"]),
    "the last option counts": container(command=[*COMMAND[:2], "--port", "8000", *COMMAND[2:]]),
    "a shell with options": container(command=["bash", "-o", "pipefail", "-c", SHELL]),
    "a shell under an init program": container(entryPoint=["tini", "--", "sh", "-c"], command=[SHELL]),
    "a shell that installs it first": container(command=["sh", "-c", f"pip install uvicorn fastapi; {SHELL}"]),
    "a shell that does more after it": container(command=["sh", "-c", f"({SHELL[5:]}) || echo it ended --port 1"]),
    "a shell that leaves it in the background": container(command=["sh", "-c", f"{SHELL[5:]}& wait"]),
    "a script of several lines": container(
        command=["sh", "-c", "# it's ready\nuvicorn app.main:app \\\n--host 0.0.0.0 \\\n--port 80\n"]
    ),
    "a quotation that does not end": container(command=["sh", "-c", f"{SHELL} --app-dir '/srv"]),
    "a script that runs what follows it": container(entryPoint=["sh", "-c", 'cd /srv && exec "$@"', "--"]),
    "an init program": container(entryPoint=["tini", "--"]),
    "the environment": container(command=COMMAND[:4], environment=[{"name": "UVICORN_PORT", "value": "80"}]),
    "a variable of the shell": container(
        command=["sh", "-c", "uvicorn app.main:app --host 0.0.0.0 --port ${PORT}"],
        environment=[{"name": "PORT", "value": "80"}],
    ),
    "a default of the shell": container(command=["sh", "-c", "uvicorn app:app --host 0.0.0.0 --port ${PORT:-80}"]),
    "a variable without braces": container(
        command=["dash", "-c", "uvicorn app:app --host $HOST --port $PORT"],
        environment=[{"name": "PORT", "value": "80"}, {"name": "HOST", "value": "0.0.0.0"}],
    ),
    "a variable of the script": container(command=["sh", "-c", "export PORT=80; uvicorn a:a --host 0.0.0.0 --port $PORT"]),
    "variables of the script": container(
        command=["sh", "-c", "HOST='0.0.0.0' PORT=${PORT:-80} && exec uvicorn a:a --host $HOST --port $PORT"]
    ),
    "a variable of the script, and a comment": container(
        command=["sh", "-c", "PORT=80 # the port\nuvicorn a:a --host 0.0.0.0 --port $PORT"]
    ),
    "a variable of a script in parentheses": container(
        command=["sh", "-c", "(PORT=80; uvicorn a:a --host 0.0.0.0 --port $PORT)"]
    ),
    "a variable where there is none": container(
        command=["sh", "-c", 'if [ -z "$PORT" ]; then PORT=80; fi; uvicorn a:a --host 0.0.0.0 --port $PORT']
    ),
    "a variable where there is one": container(
        command=["sh", "-c", 'if [ -z "$PORT" ]; then PORT=8000; fi; uvicorn a:a --host 0.0.0.0 --port $PORT'],
        environment=[{"name": "PORT", "value": "80"}],
    ),
    "a variable of a later command": container(
        command=["sh", "-c", "uvicorn a:a --host 0.0.0.0 --port ${PORT:-80}; PORT=8000; echo"]
    ),
    "a variable that is shown": container(
        command=["sh", "-c", "echo PORT=$PORT; echo 'PORT=8000 ;'; uvicorn a:a --host 0.0.0.0 --port ${PORT:-80}"]
    ),
    "options in a variable of the script": container(
        command=["sh", "-c", "OPTIONS='--host 0.0.0.0 --port 80'; uvicorn a:a $OPTIONS"]
    ),
    "a variable that doubles itself": container(
        command=["sh", "-c", f"A=aaaaaaaaaaaaaaaa;{'A=$A$A;' * 99}uvicorn a:a --host 0.0.0.0 --port 80"]
    ),
    "a long variable, very often": container(
        command=["sh", "-c", f"uvicorn a:a --host 0.0.0.0 --port 80 {'$A' * 9_000}"],
        environment=[{"name": "A", "value": "a" * 30_000}],
    ),
    "what follows, very often": container(
        command=["sh", "-c", f"uvicorn a:a --host 0.0.0.0 --port 80 {'$@' * 9_000}", "sh", "a" * 30_000]
    ),
    "a variable that is there, and a default": container(
        command=["sh", "-c", "uvicorn app:app --host 0.0.0.0 --port ${PORT:-8000}"],
        environment=[{"name": "PORT", "value": "80"}],
    ),
    "fastapi run": container(command=["fastapi", "run", "app/main.py", "--port", "80"]),
    "fastapi run, by uv": container(command=["uv", "run", "/srv/bin/fastapi", "run", "--port=80", "app/main.py"]),
    "fastapi run, by a variable": container(
        command=["fastapi", "run", "app/main.py"], environment=[{"name": "PORT", "value": "80"}]
    ),
    "fastapi run, installed first": container(command=["sh", "-c", "pip install fastapi && fastapi run app --port 80"]),
    "by IPv6 too": container(image="123456789012.dkr-ecr.us-east-1.on.aws/satellite-api:v1"),
    "FIPS": container(image="123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/satellite-api:v1"),
    "China": container(image=f"{IMAGE.replace('.com/', '.com.cn/')}"),
    "an empty word": container(command=[*COMMAND[:2], "--root-path", "", *COMMAND[2:]]),
    "another program asked": container(command=["sh", "-c", f"exec uvicorn app:app --workers $(nproc) {SHELL[-24:]}"]),
    "a sum": container(command=["sh", "-c", f"exec uvicorn app:app --workers $((2*2)) {SHELL[-24:]}"]),
    "one output for both": container(command=["sh", "-c", f"exec uvicorn app:app 2>&1 {SHELL[-24:]}"]),
    "a mark in a word": container(command=["sh", "-c", f"DB=postgres://u:p#s@h/d {SHELL}"]),
    "a comment": container(command=["sh", "-c", f"# don't forget uvicorn\n{SHELL} # uvicorn --port 8000"]),
    "uvicorn named again": container(command=["sh", "-c", f"{SHELL} --app-dir /srv/uvicorn || echo uvicorn failed"]),
    "options first": container(command=["uvicorn", "--port", "80", "--host", "0.0.0.0", "app.main:app"]),
    "a digest": container(image=f"{IMAGE.removesuffix(':v1')}@sha256:{'0' * 64}"),
    "tcp by default": container(portMappings=[{"containerPort": 80}]),
}


@pytest.mark.parametrize("given", RIGHT.values(), ids=RIGHT)
def test_a_right_container_has_no_flaw(given):
    """There are many ways to start a server."""
    assert list(flaws_of(given)) == []


WRONG = {
    "Docker Hub": (container(image="nginx:latest"), "the image nginx:latest is not named as"),
    "no tag": (container(image=IMAGE.removesuffix(":v1")), "<account>.dkr.ecr"),
    "https": (container(image=f"https://{IMAGE}"), "the image https://"),
    "no mapping": (container(portMappings=None), "portMappings has no port"),
    "two mappings": (container(portMappings=[*MAPPING, {"containerPort": 443}]), "80/tcp, 443/tcp"),
    "udp": (container(portMappings=[{"containerPort": 80, "protocol": "udp"}]), "80/udp"),
    "no command": (container(command=None), "there is no command"),
    "one string": (container(command=[" ".join(COMMAND)]), "the command is one string"),
    "a program with blanks": (container(command=["uvicorn app.main:app", *COMMAND[2:]]), 'named "uvicorn app.main:app"'),
    "options with blanks": (
        container(command=[*COMMAND[:2], "--host 0.0.0.0", "--port 80"]),
        '"--host 0.0.0.0" is one',
    ),
    "a script in words": (container(entryPoint=["sh", "-c"]), 'the shell runs only "uvicorn"'),
    "a script in two words": (container(command=["sh", "-c", "uvicorn", "app:app"]), 'the shell runs only "uvicorn"'),
    "a file as the script": (container(command=["sh", "-c", "/srv/start.sh"]), "does not start uvicorn"),
    "another server": (container(command=["gunicorn", "-k", "uvicorn.workers.UvicornWorker"]), "does not start uvicorn"),
    "one word": (container(command=["uvicorn"]), "listens on 127.0.0.1 port 8000"),
    "a blank in its name": (container(command=["my server", "app"]), "the command's first word has blanks"),
    "a shell without a script": (container(command=["sh", "-c"]), "the command sh -c does not start uvicorn"),
    "an option and its value": (container(command=[*COMMAND, "--log-level info"]), "is one word of the command"),
    "-c for a script of its own": (
        container(command=["sh", "/app/start.sh", "-c", "uvicorn x:x --host 0.0.0.0 --port 80"]),
        "does not start uvicorn",
    ),
    "fastapi run as it is": (container(command=["fastapi", "run", "app/main.py"]), "listens on 0.0.0.0 port 8000"),
    "fastapi run at home": (
        container(command=["fastapi", "run", "app/main.py", "--host", "127.0.0.1", "--port", "80"]),
        "listens on 127.0.0.1 port 80",
    ),
    "fastapi dev": (container(command=["fastapi", "dev", "--port", "80"]), "does not start uvicorn"),
    "a script": (container(command=["sh", "-c", "python app.py"]), "does not start uvicorn"),
    "loopback": (container(command=[*COMMAND, "--host", "127.0.0.1"]), "listens on 127.0.0.1 port 80"),
    "the default host": (container(command=["uvicorn", "app.main:app", "--port", "80"]), "listens on 127.0.0.1 port 80"),
    "the default port": (container(command=COMMAND[:4]), "listens on 0.0.0.0 port 8000"),
    "port 8000 of the script": (
        container(command=["sh", "-c", "PORT=8000; uvicorn app:app --host 0.0.0.0 --port ${PORT:-80}"]),
        "listens on 0.0.0.0 port 8000",
    ),
    "a variable in a comment": (
        container(command=["sh", "-c", "# PORT=80;\nuvicorn app:app --host 0.0.0.0 --port $PORT"]),
        "listens on 0.0.0.0 port $PORT",
    ),
    "a variable for one command alone": (
        container(command=["sh", "-c", "PORT=80 uvicorn app:app --host 0.0.0.0 --port $PORT"]),
        "listens on 0.0.0.0 port $PORT",
    ),
    "port 8000": (container(command=[*COMMAND[:4], "--port=8000"]), "listens on 0.0.0.0 port 8000"),
}


@pytest.mark.parametrize(("given", "said"), WRONG.values(), ids=WRONG)
def test_a_flaw_is_said_in_one_sentence(given, said):
    """One thing is wrong, and one thing is said."""
    (flaw,) = flaws_of(given)
    assert said in flaw


def test_a_server_is_read_from_its_command():
    """Host and port are uvicorn's own where the command does not say."""
    server = server_of({"command": ["uvicorn", "app.main:app"]})
    assert (server.starts_uvicorn, server.host, server.port) == (True, "127.0.0.1", "8000")


PORTS = {
    "it is there": ("$PORT", {"PORT": "80"}, "80"),
    "it is empty": ("$PORT", {"PORT": ""}, ""),
    "it is not there": ("$PORT", {}, "$PORT"),
    "it is empty, with a default": ("${PORT:-81}", {"PORT": ""}, "81"),
    "it is not there, with a default": ("${PORT-81}", {}, "81"),
    "it is not there, with an empty default": ("${PORT:-}", {}, ""),
    "it is there, with a default": ("${PORT:=81}", {"PORT": "80"}, "80"),
    "another is there": ("${PORT}", {"PORTS": "80"}, "${PORT}"),
}


@pytest.mark.parametrize(("given", "environment", "port"), PORTS.values(), ids=PORTS)
def test_a_variable_is_what_the_shell_makes_of_it(given, environment, port):
    """What is set while the container runs nobody can know: it stays as it is written."""
    pairs = [{"name": name, "value": value} for name, value in environment.items()]
    command = ["sh", "-c", f"uvicorn app:app --port {given}"]
    assert server_of({"command": command, "environment": pairs}).port == port


def test_a_container_without_mappings_maps_no_port():
    """The field may be absent, or empty."""
    assert ports_of({}) == ports_of({"portMappings": []}) == []


def logging(driver="awslogs", **options):
    """A container that logs so; None takes an option out."""
    given = {name: value for name, value in (OPTIONS | options).items() if value is not None}
    return {"logConfiguration": {"logDriver": driver, "options": given}}


def test_a_container_that_logs_as_in_the_course_has_no_flaw():
    """Driver, group and region are right, and the group exists."""
    assert list(logging_flaws(logging(), "/ecs/api", "us-east-1", exists=True)) == []


UNREAD = {
    "no group": (logging(), False, "does not exist", "aws logs create-log-group --log-group-name /ecs/api"),
    "no configuration": ({}, True, "no logConfiguration", "the course's"),
    "another driver": (logging("splunk"), True, "its log driver is splunk", '"logDriver": "awslogs"'),
    "another group": (
        logging(**{"awslogs-group": "/ecs/a"}),
        True,
        "awslogs-group is /ecs/a",
        '"awslogs-group": "/ecs/api"',
    ),
    "another region": (logging(**{"awslogs-region": "eu-west-1"}), True, "is eu-west-1", '"awslogs-region": "us-east-1"'),
    "no prefix": (logging(**{"awslogs-stream-prefix": None}), True, "prefix is not given", '"awslogs-stream-prefix": "ecs"'),
    "no region": (logging(**{"awslogs-region": None}), True, "awslogs-region is not given", '"awslogs-region": "us-east-1"'),
}


def test_a_container_without_options_is_told_all_that_it_needs():
    """One sentence for each."""
    found = logging_flaws({"logConfiguration": {"logDriver": "awslogs"}}, "/ecs/api", "us-east-1", exists=True)
    assert [flaw.said.partition(" ")[0] for flaw in found] == [*OPTIONS]


@pytest.mark.parametrize(("given", "exists", "said", "remedy"), UNREAD.values(), ids=UNREAD)
def test_output_that_nobody_can_read_is_a_flaw(given, exists, said, remedy):
    """Each comes with what mends it."""
    (flaw,) = logging_flaws(given, "/ecs/api", "us-east-1", exists=exists)
    assert said in flaw.said
    assert remedy in flaw.remedy
