"""Facts about the load test of step 5 and about the secret mission's script; all load stays on 127.0.0.1."""

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
import requests
from PIL import Image

from fixtures.launch.contract import Contract
from fixtures.launch.endpoint import Exchange
from fixtures.launch.load import load as loaded
from fixtures.launch.load import requests_named
from fixtures.resources.logs import LogLine
from fixtures.settings.settings import LoadPlan
from load import journey, load_test, stress_test
from load.journey import Sample, failure_of_answer, failure_of_error, percentile
from load.load_test import LoadError, LoadResult, history, run_bounded, run_load, summarize
from load.targets import TargetRefused, refuse_foreign_target

ROOT = Path(__file__).resolve().parents[3]
FOREIGN = "http://192.0.2.1"  # TEST-NET-1: nobody's address
PREDICTION = (200, b'{"label": "Forest"}')
HTML = (200, b"<html>a page, not a prediction</html>")
BROKEN = (500, b"{}")


class Api:
    """A stand-in for the deployment that counts what it receives and answers what the test tells it to."""

    def __init__(self) -> None:
        self.answer: Callable[[int, str], tuple[int, bytes]] = lambda _number, _path: PREDICTION
        self.received: Counter[str] = Counter()
        self.answered: Counter[int] = Counter()
        self.open = 0
        self.changed = threading.Condition()
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet: else the client waits for the second

            def handle(self) -> None:
                api.note(1)
                try:
                    super().handle()
                except OSError:
                    pass  # the client was killed
                finally:
                    api.note(-1)

            def do_GET(self) -> None:
                self.do_POST()

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                path = self.path.partition("?")[0]
                with api.changed:
                    api.received[f"{self.command} {self.path}"] += 1
                    number = api.received.total()
                    api.changed.notify_all()
                status, body = api.answer(number, path)
                with api.changed:
                    api.answered[status] += 1
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 500

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def note(self, connections: int) -> None:
        with self.changed:
            self.open += connections
            self.changed.notify_all()

    def wait_until(self, fact: Callable[[], bool]) -> bool:
        """False when it did not become true within a generous time."""
        with self.changed:
            return self.changed.wait_for(fact, timeout=20)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def make_tiles(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, colour in (("forest", "darkgreen"), ("sea", "navy"), ("town", "grey")):
        Image.new("RGB", (64, 64), colour).save(folder / f"{name}.jpg")
    return folder


@pytest.fixture
def api() -> Iterator[Api]:
    api = Api()
    yield api
    api.close()


@pytest.fixture
def tiles(tmp_path: Path) -> Path:
    return make_tiles(tmp_path / "tiles")


@pytest.fixture
def stress(tiles: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., int]:
    """The script, called in this process, with at most 40 requests, no suite's run, and a proxy to be ignored."""
    monkeypatch.setenv("LAUNCH_CONTROL_TILES", str(tiles))
    monkeypatch.delenv("LAUNCH_CONTROL_TARGET", raising=False)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setattr(stress_test, "ENDPOINT", tmp_path / "endpoint.json")
    monkeypatch.setattr(stress_test, "MAX_REQUESTS", 40)
    return lambda *arguments: stress_test.main([str(argument) for argument in arguments])


@pytest.fixture
def no_socket(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked of the network, which is then refused."""
    asked: list[str] = []

    def refuse(*arguments: Any, **_: Any) -> None:
        asked.append(repr(arguments))
        raise OSError("this test opens no socket")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return asked


# ---------------------------------------------------------------- targets


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("http://127.44.1.2", "http://127.44.1.2"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_this_machine_is_a_target(given: str, used: str) -> None:
    """A loopback address may always be loaded, and comes back as a plain URL."""
    assert refuse_foreign_target(given) == used


@pytest.mark.parametrize(
    "url",
    [
        FOREIGN,
        "",
        "127.0.0.1",
        "https://127.0.0.1",
        "http://example.test",
        "http://localhost.example.test",
        "http://127.0.0.1.example.test",
        "http://user:word@127.0.0.1",
        "http://127.0.0.1@192.0.2.1",
        "http://127.0.0.1\\@192.0.2.1",
        "http://127.0.0.1#@192.0.2.1",
        "http://127.0.0.1/predict",
        "http://127.0.0.1\n",
        "http://127.1",
        "http://0127.0.0.1",
        "http://2130706433",
        "http://0x7f000001",
        "http://0.0.0.0",
        "http://[::ffff:127.0.0.1]",
        "http://[::1",
        "http://127.0.0.1:99999",
    ],
)
def test_everything_else_is_refused(url: str) -> None:
    """No other address, spelling or scheme passes as this machine."""
    with pytest.raises(TargetRefused):
        refuse_foreign_target(url)


def test_the_deployment_under_test_is_a_target_and_its_neighbours_are_not() -> None:
    """A public address is loaded only when it is, to the port, that of the deployment."""
    assert refuse_foreign_target("http://192.0.2.1/", ["http://192.0.2.1"]) == FOREIGN
    for neighbour in ("http://192.0.2.2", "http://192.0.2.1:8080", "http://192.0.2.11"):
        with pytest.raises(TargetRefused, match=r"not the deployment under test \(http://192\.0\.2\.1\)"):
            refuse_foreign_target(neighbour, ["http://192.0.2.1"])


# ---------------------------------------------------------------- verdicts and numbers


@pytest.mark.parametrize(
    ("path", "status", "body", "failure"),
    [
        ("/predict", 200, b'{"label": "Forest"}', ""),
        ("/predict", 200, b"<html>", "not JSON"),
        ("/predict", 200, b"\xff", "not JSON"),
        ("/predict", 200, b"[" * 100_000, "not JSON"),
        ("/predict", 200, b'["Forest"]', "JSON, but no classification"),
        ("/predict", 200, b'[{"label": "Forest"}]', ""),
        ("/predict", 200, b'{"label": "Forest", "confidence": 97}', "JSON, but no classification"),
        ("/predict", 200, b'{"error": "busy"}', "JSON, but no classification"),
        ("/predict", 422, b"{}", "HTTP 422"),
        ("/docs", 200, b"<html>", ""),
        ("/", 302, b"", "HTTP 302"),
    ],
)
def test_an_answer_fails_for_a_named_reason(path: str, status: int, body: bytes, failure: str) -> None:
    """All answers must say 200, and a prediction keeps the contract of API-3."""
    assert failure_of_answer(path, status, body) == failure


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        (b'{"kind": {"of": "x"}}', ""),
        (b"[]", ""),
        (b'{"error": "busy"}', "JSON that says that it failed"),
        (b"{", "not JSON"),
    ],
)
def test_an_answer_by_a_schema_of_ones_own_must_not_say_that_it_failed(body: bytes, failure: str) -> None:
    """Where its class is, only that schema knows."""
    assert failure_of_answer("/predict", 200, body, named=False) == failure


@pytest.mark.parametrize(
    ("text", "named"), [('{"label": "x"}', True), ('{"label": "x", "softmax": [-3.1, 2]}', False), ("{}", False)]
)
def test_an_answer_that_only_a_schema_of_ones_own_lets_pass_is_not_held_to_ours(text: str, named: bool) -> None:
    """The contract is kept: where ours is not, it was another one."""

    def run_load(*_: Any, named: bool) -> LoadResult:
        asked.append(named)
        return LoadResult(1, 0, 1.0, 1.0, 1.0, 1.0, 1.0, ())

    asked: list[bool] = []
    answer = Exchange("POST", "http://127.0.0.1/predict", 200, "application/json", text, 0.1)
    settings = SimpleNamespace(no_load=False, load=LoadPlan(4, 4.0, 1), live=False, run_id="run-1")
    recorder = SimpleNamespace(record=lambda *_: None)
    run: Any = SimpleNamespace(settings=settings, recorder=recorder, bundle=Path(), load=run_load)
    api: Any = SimpleNamespace(url="http://127.0.0.1")
    loaded.__wrapped__(run, api, Contract(answer, "a.jpg"))
    assert asked == [named]


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (requests.ConnectTimeout("…"), "no connection within 3 s"),
        (requests.ReadTimeout("…"), "no answer within 10 s"),
        (requests.ConnectionError("Read timed out."), "no answer within 10 s"),
        (requests.ConnectionError("[Errno 111] Connection refused"), "connection refused"),
        (requests.ConnectionError("Connection reset by peer"), "connection lost"),
    ],
)
def test_a_missing_answer_has_a_short_reason(error: Exception, failure: str) -> None:
    """Errors of the network are told apart without addresses, so that they can be counted."""
    assert failure_of_error(error) == failure


def test_percentiles_are_nearest_ranks() -> None:
    """A percentile is a measured value, at the nearest rank, whatever the order of the data."""
    hundred = [float(value) for value in range(100, 0, -1)]
    assert [percentile(hundred, p) for p in (50, 95, 99, 100)] == [50, 95, 99, 100]
    assert [percentile([30.0, 10.0, 20.0], p) for p in (50, 95)] == [20, 30]
    assert percentile([7.0], 99) == 7
    with pytest.raises(ValueError, match="no 50th percentile of 0 values"):
        percentile([], 50)


def samples(failed: int) -> list[Sample]:
    """A hundred requests, ten in each second, with latencies of 1 to 100 ms."""
    return [
        Sample(1000 + n / 10, "POST /predict", n + 1, *((500, "HTTP 500") if n < failed else (200, ""))) for n in range(100)
    ]


def test_a_summary_counts_and_ranks_all_requests() -> None:
    """The summary of known requests has the known numbers, and failed requests are part of them."""
    result = summarize(samples(failed=3))
    assert (result.requests, result.failures, result.failure_ratio) == (100, 3, 0.03)
    assert (result.p50_ms, result.p95_ms, result.p99_ms) == (50, 95, 99)
    assert result.errors == ("3 x POST /predict: HTTP 500",)
    assert result.seconds == pytest.approx(10.0)
    assert result.requests_per_second == pytest.approx(10.0)


def test_the_history_has_an_entry_for_each_second() -> None:
    """Each second of the run tells its requests, failures and p95."""
    seconds = history(samples(failed=3))
    assert [(s["second"], s["requests"], s["failures"]) for s in seconds] == [(n, 10, 3 if n == 0 else 0) for n in range(10)]
    assert seconds[9]["p95_ms"] == 100


# ---------------------------------------------------------------- Locust, in a process of its own


class LocustRun:
    """One run against a server that fails some requests: so many users that a miscount at the end would show."""

    def __init__(self, folder: Path) -> None:
        self.out = folder / "load"
        self.api = Api()
        self.api.answer = self._answer
        self.children = psutil.Process().children(recursive=True)
        try:
            plan = LoadPlan(users=200, spawn_rate=1000, seconds=1)
            self.result = run_load(self.api.url, plan, "run-1", make_tiles(folder / "tiles"), self.out)
        finally:
            self.api.close()
        with (self.out / "requests.csv").open(newline="") as lines:
            self.rows = list(csv.DictReader(lines))

    def _answer(self, number: int, path: str) -> tuple[int, bytes]:
        if number % 5 == 0:
            return BROKEN
        return HTML if path != "/predict" else PREDICTION


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocustRun]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        yield LocustRun(tmp_path_factory.mktemp("locust"))


def test_locust_counts_what_the_server_received(run: LocustRun) -> None:
    """Requests sent equal requests received, those in flight at the end included."""
    assert run.result.requests == run.api.received.total() == len(run.rows) > 200


def test_locust_counts_failed_requests(run: LocustRun) -> None:
    """Failures equal the server's own refusals, and their reasons are named."""
    assert run.result.failures == run.api.answered[500] > 0
    assert "POST /predict: HTTP 500" in run.result.errors[0]
    assert run.result.failure_ratio == run.api.answered[500] / run.api.received.total()


def test_every_request_of_locust_bears_the_run(run: LocustRun) -> None:
    """The journey is predictions, / and /docs, mostly predictions, each with the run and its number."""
    asked, numbers = zip(*(request.split("?load=run-1.") for request in run.api.received), strict=True)
    assert set(asked) == {"POST /predict", "GET /", "GET /docs"}
    assert asked.count("POST /predict") > run.result.requests / 2
    assert {*map(int, numbers)} == {*range(1, run.result.requests + 1)}


def test_locust_leaves_its_numbers(run: LocustRun) -> None:
    """load.json holds the result and a history that adds up to it, beside the requests and the log."""
    report = json.loads((run.out / "load.json").read_text())
    assert LoadResult(**report["result"] | {"errors": tuple(report["result"]["errors"])}) == run.result
    assert sum(second["requests"] for second in report["history"]) == run.result.requests
    assert sorted(path.name for path in run.out.iterdir()) == ["load.json", "locust.log", "requests.csv"]


def test_locust_leaves_no_process(run: LocustRun) -> None:
    """When a run has ended, this process has no more children than before."""
    assert set(psutil.Process().children(recursive=True)) <= set(run.children)


def test_locust_refuses_a_foreign_target_before_it_opens_a_socket(api: Api, tiles: Path, tmp_path: Path) -> None:
    """Started by hand with a foreign host, the locustfile ends with code 2; only the test's own probe connected."""
    seen = tmp_path / "seen"
    watched = f"""
import runpy, socket, sys
seen = open({str(seen)!r}, "w", buffering=1)
sys.addaudithook(lambda event, args: event in ("socket.connect", "socket.sendto") and print(args[1], file=seen))
socket.create_connection(("127.0.0.1", {api.server.server_port})).close()
sys.argv = ["locust", "-f", {str(ROOT / "load" / "locustfile.py")!r}, "--headless", "-t", "1s", "--host", {FOREIGN!r}]
runpy.run_module("locust", run_name="__main__")
"""
    environment = {"PATH": "", "HOME": str(tmp_path), "LAUNCH_CONTROL_TILES": str(tiles)}
    ended = subprocess.run(
        [sys.executable, "-c", watched], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2, ended.stderr
    assert "Refused: http://192.0.2.1 is not the deployment under test" in ended.stderr
    assert seen.read_text().splitlines() == [f"('127.0.0.1', {api.server.server_port})"]


def test_a_foreign_target_starts_no_process(
    tiles: Path, tmp_path: Path, no_socket: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """run_load refuses before Locust starts; a deployment named by the environment alone does not count."""
    monkeypatch.setenv("LAUNCH_CONTROL_TARGET", FOREIGN)
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a process was started"))
    with pytest.raises(TargetRefused):
        run_load(FOREIGN, LoadPlan(1, 1, 1), "run-1", tiles, tmp_path / "out")
    assert no_socket == []


def test_locust_gets_an_environment_of_its_own(tiles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither credentials, nor proxies, nor settings of Locust are handed on; a run without requests is an error."""
    given: dict[str, str] = {}

    def pretend(_command: list[str], environment: dict[str, str], log: Path, _seconds: float) -> int:
        given.update(environment)
        log.write_text("the log")
        return 0

    monkeypatch.setattr(load_test, "run_bounded", pretend)
    for name in ("AWS_SECRET_ACCESS_KEY", "HTTP_PROXY", "LOCUST_USERS"):
        monkeypatch.setenv(name, "1")
    with pytest.raises(LoadError, match=r"sent no request in 1 s(.|\n)*the log"):
        run_load(FOREIGN, LoadPlan(1, 1, 1), "run-1", tiles, tmp_path / "out", deployment=FOREIGN)
    assert given["LAUNCH_CONTROL_TARGET"] == FOREIGN
    assert {name for name in given if not name.startswith("LAUNCH_CONTROL_")} == {"PATH", "HOME", "PYTHONPATH"}


def test_a_crash_of_locust_is_an_error_and_not_a_result(api: Api, tmp_path: Path) -> None:
    """Without tiles nothing can be sent: the error shows Locust's own words."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(LoadError, match=r"exit code 1(.|\n)*No \.jpg to send"):
        run_load(api.url, LoadPlan(1, 1, 1), "run-1", tmp_path / "empty", tmp_path / "out")
    assert api.received.total() == 0


def in_locust(script: str) -> str:
    """What a script prints that imports the locustfile, which this process must not do."""
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def test_an_exception_in_the_journey_is_a_crash() -> None:
    """Locust would end well after an exception in the locustfile, which must not pass for a result."""
    script = """
from types import SimpleNamespace
from load.locustfile import tell_a_crash_from_failures
for exceptions in ({}, {1: "a bug"}):
    environment = SimpleNamespace(runner=SimpleNamespace(exceptions=exceptions), process_exit_code=None)
    tell_a_crash_from_failures(environment)
    print(environment.process_exit_code, end=" ")
"""
    assert in_locust(script) == "None 1"


def test_every_user_of_locust_refuses_a_foreign_target() -> None:
    """A host that was changed after the start, as Locust's web page can, is refused by each user."""
    script = f"""
from load.locustfile import Visitor
from load.targets import TargetRefused
from locust.env import Environment
for Visitor.host in ("http://127.0.0.1:8000/", {FOREIGN!r}):
    user = Visitor(Environment())
    try:
        user.on_start()
        print(user.client.base_url, user.client.trust_env)
    except TargetRefused:
        print("refused")
"""
    assert in_locust(script).splitlines() == ["http://127.0.0.1:8000 False", "refused"]


def test_an_overrun_is_killed_with_its_children(tmp_path: Path) -> None:
    """A command that does not end in time is killed, and so is what it started: nobody holds the pipe any more."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    held = threading.Event()

    def read() -> None:
        with fifo.open("rb") as end:
            end.read()  # ends when the last of the writers is gone
        held.set()

    threading.Thread(target=read, daemon=True).start()
    script = f"exec 3>{fifo}; echo started; sleep 300 & sleep 300"
    with pytest.raises(LoadError, match=r"did not end within 1 s and was killed(.|\n)*started"):
        run_bounded(["sh", "-c", script], {"PATH": "/usr/bin:/bin"}, tmp_path / "log", 1)
    assert held.wait(20), "a child of the killed command still runs"


def test_locust_does_not_outlive_the_suite(api: Api, tiles: Path, tmp_path: Path) -> None:
    """When the process that started it is killed, Locust closes its connections, long before its run is over."""
    script = f"""
from pathlib import Path
from load.load_test import LoadPlan, run_load
run_load({api.url!r}, LoadPlan(2, 2, 60), "run-1", Path({str(tiles)!r}), Path({str(tmp_path)!r}))
"""
    suite = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    try:
        assert api.wait_until(lambda: api.received.total() > 0)
    finally:
        suite.kill()
        suite.wait()
    assert api.wait_until(lambda: api.open == 0), "Locust still holds connections"


def stalling() -> Callable[[int, str], tuple[int, bytes]]:
    """A server that stands still for two seconds, once."""
    until = [0.0]

    def answer(number: int, _path: str) -> tuple[int, bytes]:
        if number == 20:
            until[0] = time.monotonic() + 2
        threading.Event().wait(max(0.0, until[0] - time.monotonic()))
        return PREDICTION

    return answer


def test_an_open_model_sees_the_stall_that_a_closed_one_hides(tiles: Path, tmp_path: Path) -> None:
    """Four users who wait send nothing meanwhile, so that four requests are slow; those who arrive all wait."""
    apis = {"closed": Api(), "open": Api()}
    plans = {"closed": LoadPlan(4, 4, 7), "open": LoadPlan(4, 4, 7, rate=20)}
    for api in apis.values():
        api.answer = stalling()
    with ThreadPoolExecutor() as both:
        running = {
            name: both.submit(run_load, api.url, plans[name], f"run-{name}", tiles, tmp_path / name)
            for name, api in apis.items()
        }
    results = {name: each.result() for name, each in running.items()}
    for api in apis.values():
        api.close()
    assert results["open"].requests == apis["open"].received.total() == 140
    assert results["closed"].p95_ms < 1000 < results["open"].p95_ms


def test_workers_share_the_load_and_count_all_of_it(api: Api, tiles: Path, tmp_path: Path) -> None:
    """Each has numbers of its own; the sum is what the server received."""
    result = run_load(api.url, LoadPlan(4, 8, 2, workers=2), "run-1", tiles, tmp_path)
    numbers = sorted(int(path.rpartition(".")[2]) for path in api.received)
    assert result.requests == api.received.total() == len(set(numbers))
    assert {number % 2 for number in numbers} == {0, 1}
    assert sorted(path.name for path in tmp_path.glob("requests.csv*")) == ["requests.csv"]
    arrived = run_load(api.url, LoadPlan(4, 8, 2, rate=10, workers=2), "run-2", tiles, tmp_path)
    assert arrived.requests == 20


def test_a_run_says_so_where_a_worker_has_died(api: Api, tiles: Path, tmp_path: Path) -> None:
    """What it had sent last is not known, so nothing is counted."""

    def kill_one(_number: int, _path: str) -> tuple[int, bytes]:
        mine = psutil.Process().children(recursive=True)
        workers = [each for each in mine if "--processes" in each.cmdline() and "--processes" in each.parent().cmdline()]
        if len(workers) == 2:
            workers[0].kill()
        return PREDICTION

    api.answer = kill_one
    with pytest.raises(LoadError, match="1 of 2 Locust workers died"):
        run_load(api.url, LoadPlan(2, 8, 2, workers=2), "run-1", tiles, tmp_path)


def test_this_process_stays_free_of_locust() -> None:
    """Importing the suite's side imports neither Locust nor gevent, which would change sockets and threads."""
    script = "import sys, load.load_test; sys.exit(bool({'locust', 'gevent'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


# ---------------------------------------------------------------- the secret mission


def test_the_stress_test_counts_what_the_server_received(
    stress: Callable[..., int], api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    """A healthy target gets the bounded number of marked requests, through no proxy, and the exit code is 0."""
    assert stress(api.url, "--seconds", 60) == 0
    table = capsys.readouterr().out.splitlines()[-6:]
    assert [line.split("  ")[0] for line in table] == [
        "requests",
        "failures",
        "p50",
        "p95",
        "p99",
        "requests per second",
    ]
    assert [line.split()[1] for line in table[:2]] == ["40", "0"]
    assert api.received == {"POST /predict?load=stress": 32, "GET /?load=stress": 4, "GET /docs?load=stress": 4}


def test_the_stress_test_ends_with_its_time(
    stress: Callable[..., int], api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a limit in number it ends by its time, has told its progress, and still counts every request."""
    monkeypatch.setattr(stress_test, "MAX_REQUESTS", 10**9)
    assert stress(api.url, "--seconds", 1, "--users", 2) == 0
    progress, *_ = lines = capsys.readouterr().out.splitlines()
    assert progress.split()[1:2] + progress.split()[3:] == ["s", "requests", "0", "failures"]
    assert f"{'requests':<22}{api.received.total()}" in lines


def test_the_stress_test_counts_failures_by_reason(
    stress: Callable[..., int], api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    """Broken answers and pages in place of predictions are failures, and the exit code is 3."""
    api.answer = lambda number, _path: BROKEN if number == 7 else HTML if number == 8 else PREDICTION
    assert stress(api.url, "--users", 1) == 3
    assert "failures              2   (1 x HTTP 500, 1 x not JSON)" in capsys.readouterr().out.splitlines()


def test_a_stalled_answer_is_a_failure(
    stress: Callable[..., int], api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A request that gets no answer in time is counted with that reason, and the others go on."""
    monkeypatch.setattr(journey, "TIMEOUT", (3.0, 0.2))
    over = threading.Event()
    api.answer = lambda number, _path: PREDICTION if number != 3 or over.wait(20) else BROKEN
    code = stress(api.url)
    over.set()
    assert code == 3
    assert "failures              1   (1 x no answer within 0.2 s)" in capsys.readouterr().out.splitlines()


def test_what_never_ended_counts_as_failed() -> None:
    """The table counts requests that were sent and not answered, and can be drawn before any was."""
    ended = [Sample(0, "GET /", 5.0, 200, "")]
    assert "failures              2   (2 x not answered before the end)" in stress_test.summary(3, ended, 1.0)
    assert "p50" not in stress_test.summary(0, [], 0.0)


def test_a_dead_target_is_one_sentence(stress: Callable[..., int], api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    """When nobody listens the script says so at once, and what to look at."""
    api.close()
    assert stress(api.url) == 3
    assert capsys.readouterr().out.splitlines() == [
        f"Nothing answers at {api.url}: connection refused. Is the task RUNNING, and is this still its public IP?"
    ]


def test_the_stress_test_refuses_a_foreign_target(
    stress: Callable[..., int], no_socket: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A foreign address ends with code 2 and says how to allow it, before any socket is opened."""
    assert stress(FOREIGN) == 2
    assert no_socket == []
    refusal, help_line = capsys.readouterr().out.splitlines()
    assert refusal.startswith("Refused: http://192.0.2.1 is not the deployment under test")
    assert "LAUNCH_CONTROL_TARGET" in help_line


@pytest.mark.parametrize("source", ["environment", "newest run"])
def test_the_stress_test_accepts_the_deployment_under_test(
    source: str, stress: Callable[..., int], no_socket: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address that the user or the suite's newest run names is tried: here it meets a closed door."""
    if source == "environment":
        monkeypatch.setenv("LAUNCH_CONTROL_TARGET", FOREIGN)
    else:
        stress_test.ENDPOINT.write_text(json.dumps({"url": FOREIGN}))
    assert stress(FOREIGN) == 3
    assert "192.0.2.1" in no_socket[0]


@pytest.mark.parametrize(
    "arguments",
    [[], ["http://127.0.0.1", "more"], ["http://127.0.0.1", "--seconds", "soon"], ["http://127.0.0.1", "--users", "0"]],
)
def test_wrong_usage_prints_the_usage(
    arguments: list[str], stress: Callable[..., int], no_socket: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Wrong arguments end with the course's exit code 1 and its usage line."""
    with pytest.raises(SystemExit) as end:
        stress(*arguments)
    assert end.value.code == 1
    assert capsys.readouterr().out.splitlines()[0] == (
        "Usage: python load/stress_test.py http://<IP> [--seconds N] [--users N]"
    )
    assert no_socket == []


def test_an_interrupted_stress_test_tells_what_it_has(api: Api, tiles: Path, tmp_path: Path) -> None:
    """Ctrl-C ends the script with its table so far and code 130; it starts from any folder, without Locust."""
    script = f"""
import runpy, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.modules.update(dict.fromkeys(("locust", "gevent", "boto3", "pytest")))
sys.path.remove("")
sys.argv = ["stress_test.py", {api.url!r}, "--seconds", "60"]
api = runpy.run_path({str(ROOT / "load" / "stress_test.py")!r}, run_name="__main__")
"""
    over = threading.Event()

    def stall(number: int, _path: str) -> tuple[int, bytes]:
        over.wait(20 if number >= 20 else 0)
        return PREDICTION

    api.answer = stall
    script_run = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"LAUNCH_CONTROL_TILES": str(tiles)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert api.wait_until(lambda: api.received.total() >= 20)
    script_run.send_signal(signal.SIGINT)
    output, _ = script_run.communicate(timeout=20)
    over.set()
    assert script_run.returncode == 130, output
    assert "Interrupted. So far:" in output
    assert "requests per second" in output
    assert "Traceback" not in output


def test_a_request_that_is_logged_twice_is_one_request() -> None:
    """Frameworks and middlewares log the same request each in its own way; another run's or a cut mark is none."""
    texts = ["GET /?load=r-1.7 200", "access: /?load=r-1.7", "/docs?load=r-1.12", "/?load=r-2.9", "/?load=r-1", "/?x=r-1.3"]
    lines = [LogLine("ecs/satellite-api/1", 0, text) for text in texts]
    assert requests_named(lines, "r-1") == {7, 12}
