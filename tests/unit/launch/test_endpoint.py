"""The endpoint tells what a user would see, and every exchange is evidence."""

import json
import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import boto3
import pytest
from botocore.stub import Stubber

from fixtures.diagnosis.diagnosis import Diagnosis
from fixtures.evidence.recorder import Recorder
from fixtures.launch import address as address_module
from fixtures.launch import endpoint as endpoint_module
from fixtures.launch import inquiry as inquiry_module
from fixtures.launch.address import (
    Address,
    NotThere,
    Probe,
    Probed,
    describe_address,
    place_flaws,
    running_task,
    tasks_since,
)
from fixtures.launch.endpoint import Endpoint, Exchange, await_answer, prediction
from fixtures.launch.inquiry import trouble_of
from fixtures.launch.judgement import Launch, Observation
from fixtures.resources.service import Service
from fixtures.resources.task_definition import TaskDefinition
from fixtures.settings.options import OPTIONS
from fixtures.settings.settings import read_settings
from fixtures.wire.internet import Internet
from fixtures.wire.waiting import Waiter

ARN = "arn:aws:ecs:us-east-1:123456789012:task/satellite-cluster/t1"
CREATED = datetime(2026, 1, 1, tzinfo=UTC)
ADDRESS = {"NetworkInterfaceId": "eni-1", "Groups": [{"GroupId": "sg-1"}], "SubnetId": "subnet-1", "VpcId": "vpc-1"}
PUBLIC = ADDRESS | {"Association": {"PublicIp": "127.1.2.3"}}

CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


class Api(BaseHTTPRequestHandler):
    """A few answers, good and bad."""

    def do_GET(self):
        """Answer by path."""
        self.server.seen.append(self.headers)
        if self.path == "/silent":
            self.server.silence.wait(30)
        self.send_response(302 if self.path == "/elsewhere" else 200)
        self.send_header("content-type", "application/json")
        self.send_header("location", "http://192.0.2.1/")
        self.end_headers()
        self.wfile.write(b'{"ok": true}')

    def do_POST(self):
        """Echo what was sent."""
        self.server.seen.append(self.headers)
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.path.encode() + b"\n" + body)

    def log_message(self, *_):
        """Stay silent."""


@pytest.fixture
def server():
    """A server on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as api:
        api.seen, api.silence = [], threading.Event()
        thread = threading.Thread(target=api.serve_forever, args=(0.02,))
        thread.start()
        yield api
        api.silence.set()
        api.shutdown()
        thread.join()


@pytest.fixture
def recorder(tmp_path):
    """Evidence of the criterion API-1."""
    recorder = Recorder(tmp_path / "evidence")
    recorder.criterion = "API-1"
    return recorder


@pytest.fixture
def api(server, recorder):
    """The endpoint of the server."""
    return Endpoint(f"http://127.0.0.1:{server.server_port}", recorder, 20)


def test_an_answer_is_told_and_kept(api, recorder, tmp_path):
    """Status, type and text; the same is in the evidence."""
    answer = api.get("/")
    assert (answer.status, answer.content_type, answer.json(), answer.trouble) == (200, "application/json", {"ok": True}, "")
    (path,) = recorder.files("API-1")
    envelope = json.loads((tmp_path / path).read_text())
    assert (envelope["service"], envelope["operation"], envelope["status"]) == ("http", "GET /", 200)
    assert envelope["response"]["text"] == '{"ok": true}'


def test_a_file_is_sent_as_curl_sends_it(api):
    """The multipart field is called file; the query is this run's mark."""
    answer = api.post_file("/predict", "tile.jpg", b"JPEG", "image/jpeg", {"probe": "7"})
    path, body = answer.text.split("\n", 1)
    assert path == "/predict?probe=7"
    assert 'name="file"; filename="tile.jpg"' in body
    assert "Content-Type: image/jpeg" in body


def test_a_request_brings_its_mark_as_an_id_too(api, server):
    """An application that logs paths without their query often logs this one."""
    api.post_file("/predict", "tile.jpg", b"JPEG", "image/jpeg", {"probe": "7", "nonce": "w"})
    api.get("/")
    for name in "X-Request-ID", "X-Correlation-ID":
        assert [headers[name] for headers in server.seen] == ["probe-7-nonce-w", None]


def test_a_redirect_is_not_followed(api):
    """It could lead to a server that is not the deployment."""
    assert api.get("/elsewhere").status == 302


def test_silence_is_told(server, recorder):
    """The connection stands, and nothing comes."""
    answer = Endpoint(f"http://127.0.0.1:{server.server_port}", recorder, 0.5).get("/silent")
    assert (answer.status, answer.trouble) == (0, "no answer within 0.5 s")


def test_a_refusal_is_told(recorder):
    """Nothing listens: the application's fault, not the network's."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        answer = Endpoint(f"http://127.0.0.1:{unused.getsockname()[1]}", recorder, 1).get("/")
    assert answer.status == 0
    assert answer.trouble == "connection refused: nothing listens on that port"
    assert recorder.files("API-1")


def answering_once(listener, answer, connections):
    """Take so many connections, and answer the first request of each; they stay open until all were taken."""
    taken = []
    for _ in range(connections):
        taken.append(listener.accept()[0])
        taken[-1].recv(65_536)
        taken[-1].sendall(answer) if answer else taken[-1].close()
    for each in taken:
        each.close()


@pytest.fixture
def raw(recorder):
    """What an endpoint says of a server that answers each connection once so, asked as often as there are connections."""

    def ask(answer, connections):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = threading.Thread(target=answering_once, args=(listener, answer, connections), daemon=True)
            thread.start()
            api = Endpoint(f"http://127.0.0.1:{listener.getsockname()[1]}", recorder, 5)
            answers = [api.get("/") for _ in range(connections)]
            thread.join(5)
        return answers

    return ask


@pytest.mark.parametrize("said", [b"", CHUNKED, CHUNKED + b"5\r\nhe"])
def test_a_connection_that_is_broken_off_is_told_as_such(raw, said):
    """Something listens: that is another fault than a refusal."""
    (answer,) = raw(said, 1)
    assert answer.trouble == "connection broken off: it was closed before the answer had come"


@pytest.mark.parametrize("said", [b"\x15\x03\x03\x00\x02\x02\x46\r\n", CHUNKED + b"zz\r\n", CHUNKED + b"1;" + b"0" * 70_000])
def test_what_is_no_http_is_told_as_such(raw, said):
    """Such as what speaks TLS on port 80."""
    (answer,) = raw(said, 1)
    assert answer.trouble == "its answer cannot be read as HTTP"


def test_each_request_has_a_connection_of_its_own(raw):
    """A server may close one that is idle, or serve nothing more on it: that is no end of the application."""
    assert [each.status for each in raw(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", 2)] == [200, 200]


def test_a_blocked_port_is_told(recorder, monkeypatch):
    """A time-out while connecting is a security group's, route's or network ACL's doing."""
    monkeypatch.setattr("fixtures.wire.internet.CONNECT_SECONDS", 0.2)
    with socket.socket() as listener, socket.socket() as filler:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        filler.connect(listener.getsockname())
        answer = Endpoint(f"http://127.0.0.1:{listener.getsockname()[1]}", recorder, 1).get("/")
    assert "timed out while connecting: a security group" in answer.trouble


def test_the_callers_proxy_is_not_used(api, server, monkeypatch):
    """A proxy would answer in the deployment's place."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert api.get("/").status == 200
    assert len(server.seen) == 1


def test_a_port_that_takes_connections_is_found(server, recorder, tmp_path, monkeypatch):
    """Of the ports that are tried, those that accept and those that refuse; and that is evidence."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = unused.getsockname()[1]
        monkeypatch.setattr(address_module, "PROBED_PORTS", (closed, server.server_port))
        asking = SimpleNamespace(internet=Internet(), recorder=recorder)
        assert Probe(asking, "127.0.0.1", {}).result() == Probed([server.server_port], [closed])
    (path,) = recorder.files("API-1")
    assert json.loads((tmp_path / path).read_text())["response"] == {"open": [server.server_port], "refused": [closed]}


def test_a_signal_as_it_begins_leaves_no_thread(monkeypatch):
    """Python waits for each thread of a pool when it ends: one that nobody has told to end would hang the run."""
    begun = []

    def start(thread, really=threading.Thread.start):
        begun.append(thread)
        really(thread)
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(KeyboardInterrupt) as kept:
        Probe(SimpleNamespace(internet=SimpleNamespace(connect=lambda *_: None)), "127.0.0.1", {})
    for thread in begun:
        thread.join(10)
    assert [thread.is_alive() for thread in begun] == [False], kept


class Aws:
    """ECS, EC2 and CloudWatch with scripted answers: each is given until the next one, the last for ever."""

    def __init__(self):
        self.now = 0.0
        self.clients = {name: boto3.client(name, "us-east-1") for name in ("ec2", "ecs", "logs")}
        self.account, self.region = "123456789012", "us-east-1"
        self._stubs = {name: Stubber(client) for name, client in self.clients.items()}
        for stub in self._stubs.values():
            stub.activate()

    def __getattr__(self, name):
        return self.clients[name]

    def answers(self, service, operation, *answers):
        """From now on that call is answered so."""
        for answer in answers:
            self._stubs[service].add_response(operation, answer)

    def refuses(self, service, operation, code):
        """The next call is refused."""
        self._stubs[service].add_client_error(operation, code, "not there")

    def sleep(self, seconds):
        """Let time pass."""
        self.now += seconds

    def all_asked(self):
        """Nothing that was scripted is left."""
        for stub in self._stubs.values():
            stub.assert_no_pending_responses()


def described(**changes):
    """A task as ECS describes it."""
    details = [{"name": "subnetId", "value": "subnet-1"}, {"name": "networkInterfaceId", "value": "eni-1"}]
    given = {"taskArn": ARN, "lastStatus": "RUNNING", "desiredStatus": "RUNNING", "createdAt": CREATED}
    return {"tasks": [given | {"attachments": [{"type": "ElasticNetworkInterface", "details": details}]} | changes]}


PRECREATED = {"attachments": [{"status": "PRECREATED", "details": [{"name": "subnetId", "value": "subnet-1"}]}]}
ENDED = {
    "lastStatus": "STOPPED",
    "desiredStatus": "STOPPED",
    "stopCode": "EssentialContainerExited",
    "stoppedReason": "Essential container in task exited",
    "containers": [{"exitCode": 1}],
}


@pytest.fixture
def aws(monkeypatch):
    """An account without credentials that only knows its script."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "stub")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "stub")
    scripted = Aws()
    yield scripted
    scripted.all_asked()


@pytest.fixture
def run(aws):
    """A run that lives in the script's time."""
    settings = read_settings({option.dest: option.default for option in OPTIONS}, {})
    return SimpleNamespace(settings=settings, aws=aws, waiter=Waiter(clock=lambda: aws.now, sleep=aws.sleep))


@pytest.fixture
def launch():
    """A launch that went well."""
    counts = {
        "failed_tasks": 0,
        "desired": 1,
        "running": 1,
        "pending": 0,
        "deployments": 1,
        "rollout": "COMPLETED",
        "status": "ACTIVE",
    }
    names = {
        "name": "satellite-service",
        "cluster": "satellite-cluster",
        "task_definition_arn": "td:1",
        "arn": "",
        "tags": {},
    }
    places = {
        "group_ids": (),
        "subnet_ids": (),
        "events": (),
        "launch_type": "FARGATE",
        "created_at": CREATED,
        "public_ip": "ENABLED",
    }
    return Launch(Observation(Service(**counts, **names, **places)))


@pytest.fixture
def task(run, aws, launch):
    """Its task, as it was first seen."""
    aws.answers("ecs", "list_tasks", {"taskArns": [ARN]})
    aws.answers("ecs", "describe_tasks", described())
    return running_task(run, launch)


def test_a_task_that_is_not_listed_yet_is_waited_for(run, aws, launch):
    """ECS lists tasks a while after the service counts them (E01)."""
    aws.answers("ecs", "list_tasks", {"taskArns": []}, {"taskArns": []}, {"taskArns": [ARN]})
    aws.answers("ecs", "describe_tasks", described())
    assert running_task(run, launch).id == "t1"
    assert 0 < aws.now < 30


def test_a_task_that_does_not_run_yet_is_not_the_one(run, launch, task, monkeypatch):
    """ECS lists those that are on their way beside those that run."""
    listed = [replace(task, arn="arn/2", status="PENDING"), task]
    monkeypatch.setattr(address_module, "tasks_of", lambda *_: listed)
    assert running_task(run, launch) is task


def test_a_task_that_is_never_listed_is_told(run, aws, launch, monkeypatch):
    """After half a minute there is none."""
    monkeypatch.setattr(address_module, "tasks_of", lambda *_: [])
    with pytest.raises(NotThere, match="no task of satellite-service stays RUNNING"):
        running_task(run, launch)
    assert aws.now == pytest.approx(30)


def test_no_task_is_waited_for_where_the_launch_failed(run, aws, launch):
    """It has said why."""
    with pytest.raises(NotThere, match="out of memory"):
        running_task(run, replace(launch, diagnosis=Diagnosis("out of memory", "OOM", "more")))
    assert aws.now == 0


def test_an_interface_that_is_not_attached_yet_is_waited_for(run, aws, task, launch):
    """The task is described again until it names its interface (E02)."""
    aws.answers("ecs", "describe_tasks", described(**PRECREATED), described())
    aws.answers("ec2", "describe_network_interfaces", {"NetworkInterfaces": [PUBLIC]})
    found = describe_address(run, replace(task, interface_id=""), launch.service)
    assert (found.interface_id, found.public_ip) == ("eni-1", "127.1.2.3")
    assert 0 < aws.now < 30


def test_an_interface_that_ec2_does_not_show_yet_is_waited_for(run, aws, task, launch):
    """First it is unknown, then it has no public IP, then it has one (E03)."""
    aws.refuses("ec2", "describe_network_interfaces", "InvalidNetworkInterfaceID.NotFound")
    aws.answers("ec2", "describe_network_interfaces", {"NetworkInterfaces": [ADDRESS]}, {"NetworkInterfaces": [PUBLIC]})
    told = []
    run.waiter = replace(run.waiter, ended=lambda *said: told.append(said), progress=lambda *said: told.append(said))
    found = describe_address(run, task, launch.service)
    assert (found.public_ip, found.group_ids, found.vpc_id) == ("127.1.2.3", ("sg-1",), "vpc-1")
    assert 0 < aws.now < 30
    assert [seen for _, _, seen in told] == ["none yet", "none yet", None, "127.1.2.3"]


def test_a_public_ip_that_never_comes_is_not_waited_for_any_longer(run, aws, task, launch, monkeypatch):
    """After half a minute the task has none (N04): where it stands is known all the same."""
    monkeypatch.setattr(aws.ec2, "describe_network_interfaces", lambda **_: {"NetworkInterfaces": [ADDRESS]}, raising=False)
    found = describe_address(run, task, launch.service)
    assert (found.public_ip, found.subnet_id) == ("", "subnet-1")
    assert aws.now == pytest.approx(30)


def test_a_public_ip_that_was_not_asked_for_is_not_waited_for(run, aws, task, launch):
    """The service says that its tasks get none."""
    aws.answers("ec2", "describe_network_interfaces", {"NetworkInterfaces": [ADDRESS]})
    found = describe_address(run, task, replace(launch.service, public_ip="DISABLED"))
    assert (found.public_ip, found.vpc_id, aws.now) == ("", "vpc-1", 0)
    aws.refuses("ec2", "describe_network_interfaces", "InvalidNetworkInterfaceID.NotFound")
    aws.answers("ec2", "describe_network_interfaces", {"NetworkInterfaces": [ADDRESS]})
    assert describe_address(run, task, replace(launch.service, public_ip="DISABLED")).vpc_id == "vpc-1"


def test_a_task_that_the_internet_reaches_has_no_flaw(launch):
    """It has a public IP, in a public subnet of the default VPC."""
    there = Address("eni-1", "127.1.2.3", (), "subnet-1", "vpc-1")
    assert list(place_flaws(there, launch.service, "vpc-1", public=True)) == []


PLACES = {
    "no public IP": ("", "vpc-1", True, "has no public IP", "assignPublicIp=ENABLED"),
    "private": ("127.1.2.3", "vpc-1", False, "subnet-1 is private", "aws ec2 create-route"),
    "another VPC": ("127.1.2.3", "vpc-2", True, "is in vpc-2, not in the default VPC vpc-1", "in a default subnet"),
}


@pytest.mark.parametrize(("public_ip", "vpc_id", "public", "said", "remedy"), PLACES.values(), ids=PLACES)
def test_what_keeps_the_internet_away_is_a_flaw(launch, public_ip, vpc_id, public, said, remedy):
    """One thing is wrong, and one thing mends it."""
    there = Address("eni-1", public_ip, (), "subnet-1", vpc_id)
    (flaw,) = place_flaws(there, launch.service, "vpc-1", public=public)
    assert said in flaw.said
    assert remedy in flaw.remedy


EARLIER = {
    "died in the same deployment": ("EssentialContainerExited; exit code 1", "ecs-svc/1", True),
    "stopped by a new deployment": ("ServiceSchedulerInitiated; exit code 143", "ecs-svc/0", False),
    "died in a deployment before": ("EssentialContainerExited; exit code 1", "ecs-svc/0", False),
    "stopped by somebody": ("UserInitiated; exit code 143", "ecs-svc/1", False),
}


@pytest.mark.parametrize(("stopped", "started_by", "counts"), EARLIER.values(), ids=EARLIER)
def test_an_earlier_task_counts_where_this_one_took_its_place(run, task, launch, monkeypatch, stopped, started_by, counts):
    """What was deployed, or stopped, before the deployment stood is no crash of it."""
    this = replace(task, started_by="ecs-svc/1")
    before = replace(task, arn="arn/0", stopped=stopped, started_by=started_by, created_at=task.created_at - timedelta(1))
    monkeypatch.setattr(
        address_module, "tasks_of", lambda _aws, _service, desired="RUNNING": [before] if desired == "STOPPED" else [this]
    )
    assert tasks_since(run, launch.service, this) == [this, before][: 1 + counts]


SCALED = "Scaling activity initiated by deployment ecs-svc/1; exit code 143"
BESIDE = {
    "a later one of this deployment": ("", "ecs-svc/1", True),
    "a later one of another": ("", "ecs-svc/2", True),
    "a later one of another that died": ("EssentialContainerExited; exit code 1", "ecs-svc/2", True),
    "a later one of this deployment that was stopped": ("UserInitiated; exit code 143", "ecs-svc/1", True),
    "one of an older deployment, in passing": ("ServiceSchedulerInitiated; exit code 143", "ecs-svc/0", False),
    "one that was scaled in": (SCALED, "ecs-svc/1", False),
}


@pytest.mark.parametrize(("stopped", "started_by", "counts"), BESIDE.values(), ids=BESIDE)
@pytest.mark.parametrize("later", [timedelta(0), timedelta(1)])
def test_a_later_task_counts_unless_it_came_and_went(run, task, launch, monkeypatch, stopped, started_by, counts, later):
    """It has taken the place of the one that is looked at, or stands beside it."""
    this = replace(task, started_by="ecs-svc/1", stopped=SCALED)
    other = replace(task, arn="arn/2", started_by=started_by, stopped=stopped, created_at=task.created_at + later)
    monkeypatch.setattr(
        address_module, "tasks_of", lambda _aws, _service, desired="RUNNING": [other] if desired == "RUNNING" else [this]
    )
    assert tasks_since(run, launch.service, this) == [other, this][not counts :]


def test_it_is_told_which_ports_were_tried_and_what_they_did():
    """Those that refused were not seen to be blocked."""
    ports = "22, 443, 3306, 5000, 5432, 8000, 8080, 8443"
    assert str(Probed([], [])) == f"of ports {ports} these took one: none"
    unseen = "whether these are blocked was not to be seen, as they refused and were not silent: 443"
    assert str(Probed([22, 8080], [443])) == f"of ports {ports} these took one: 22, 8080; {unseen}"


def test_another_refusal_of_ec2_is_no_delay(run, aws, task, launch):
    """Waiting heals no missing permission."""
    aws.refuses("ec2", "describe_network_interfaces", "UnauthorizedOperation")
    with pytest.raises(aws.ec2.exceptions.ClientError, match="UnauthorizedOperation"):
        describe_address(run, task, launch.service)
    assert aws.now == 0


DEFINITION = TaskDefinition(
    arn="td:1",
    family="f",
    revision=1,
    status="ACTIVE",
    cpu="256",
    memory="512",
    network_mode="awsvpc",
    compatibilities=("FARGATE",),
    execution_role_arn="arn:aws:iam::123456789012:role/r",
    container={
        "name": "api",
        "logConfiguration": {"options": {"awslogs-group": "/ecs/s", "awslogs-stream-prefix": "ecs"}},
        "image": "i",
    },
)


def silent(times):
    """An endpoint that refuses so many times, then answers."""
    left = iter(range(times))

    def get(path):
        refused = next(left, None) is not None
        return Exchange("GET", path, 0 if refused else 200, "", "", 0.0, "refused" if refused else "")

    return SimpleNamespace(get=get)


def test_a_slow_start_is_waited_for(run, aws, launch, task):
    """Refused, refused, 200: a quarter of a processor imports slowly (E06)."""
    aws.answers("ecs", "describe_tasks", *[described()] * 3)
    exchange = await_answer(run, silent(3), launch, task, DEFINITION)
    assert (exchange.status, exchange.trouble) == (200, "")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["Traceback (most recent call last):", "  File x", "ValueError: no", "INFO: x"], "its log says: ValueError: no"),
        (["cv2.error: OpenCV(4.10.0) (-215) !_src.empty()"], "its log says: cv2.error: OpenCV(4.10.0) (-215) !_src.empty()"),
        (["  | torch.OutOfMemoryError: x"], "its log says: | torch.OutOfMemoryError: x"),
        (["Failed to load weights: x", "started"], "its log says: Failed to load weights: x"),
        (['{"level": "WARNING", "message": "Model file not found"}'], "its log says: {"),
        (["AssertionError"], "its log says: AssertionError"),
        (['INFO: "POST /predict HTTP/1.1" 500 Internal Server Error', "ERROR:    Exception in ASGI application"], ""),
        (["Model loaded", "no error so far"], ""),
        (
            ["2026-01-01 12:00:00,1 ERROR app: RuntimeError: boom"],
            "its log says: 2026-01-01 12:00:00,1 ERROR app: RuntimeError",
        ),
        (["[ERROR] RuntimeError: boom"], "its log says: [ERROR] RuntimeError: boom"),
        (["Loaded model in 2.1 s, no error", "model loaded with 0 failed keys"], ""),
        ([], ""),
    ],
)
def test_why_it_fails_is_read_from_its_log(run, task, monkeypatch, lines, told):
    """The newest line that tells; that a request failed is known already."""
    monkeypatch.setattr(inquiry_module, "log_of", lambda *_: tuple(lines))
    answer = Exchange("POST", "/predict", 500, "", "", 0.0)
    found = trouble_of(run, answer, task, DEFINITION)
    assert found.startswith(told)
    assert bool(found) == bool(told)
    assert trouble_of(run, replace(answer, status=404), task, DEFINITION) == ""


def test_the_newest_cause_is_waited_for(run, task, monkeypatch):
    """What was caught at the start is not why it fails now, and CloudWatch comes late."""
    old, new = "ModuleNotFoundError: No module named 'tensorrt'", "RuntimeError: shapes cannot be multiplied"
    begun = run.waiter.clock()
    late = run.settings.patience.log / 10
    monkeypatch.setattr(inquiry_module, "log_of", lambda *_: (old, new) if run.waiter.clock() > begun + late else (old,))
    assert trouble_of(run, Exchange("POST", "/predict", 500, "", "", 0.0), task, DEFINITION) == f"its log says: {new}"


@pytest.mark.parametrize(("statuses", "told"), [((503, 503, 200), 200), ((503,) * 9999, 503), ((500, 200), 500)])
def test_a_model_that_still_loads_is_waited_for(run, statuses, told):
    """GET / may answer long before it; for ever is not waited, nor for what is another error."""
    answers = iter(statuses)
    sent = lambda *_: Exchange("POST", "/predict", next(answers), "application/json", "{}", 0.0)  # noqa: E731
    run.keep = lambda *_: None
    assert prediction.__wrapped__(run, SimpleNamespace(post_file=sent)).status == told


def test_the_wait_for_an_answer_ends_with_the_task(run, aws, launch, task):
    """Its address is a stranger's from then on; its end is the reason (E07)."""
    aws.answers("ecs", "describe_tasks", described(), described(**ENDED), described(**ENDED))
    aws.answers(
        "logs", "filter_log_events", {"events": [{"logStreamName": "x", "timestamp": 1, "message": "ImportError: x"}]}
    )
    exchange = await_answer(run, silent(1000), launch, task, DEFINITION)
    assert exchange.trouble.startswith("refused: the application cannot be imported: ImportError: x (Essential")
    assert aws.now < 1


def test_an_empty_page_of_the_log_is_not_its_end(run, aws, launch, task, monkeypatch):
    """CloudWatch gives a token with it: the line that explains the silence is on the next page (L09, E05)."""
    monkeypatch.setattr(endpoint_module, "latest_of", lambda _run, task: task)
    line = {"logStreamName": "ecs/api/t1", "timestamp": 1, "message": "Uvicorn running on http://127.0.0.1:8000"}
    aws.answers("logs", "filter_log_events", {"events": [], "nextToken": "more"}, {"events": [], "nextToken": "still more"})
    aws.answers("logs", "filter_log_events", {"events": [line]})
    exchange = await_answer(run, silent(10**6), launch, task, DEFINITION)
    assert "refused: the application listens on http://127.0.0.1:8000" in exchange.trouble
    assert aws.now == pytest.approx(run.settings.patience.answer)
