"""The endpoint tells what a user would see, and every exchange is evidence."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from fixtures import endpoint as endpoint_module
from fixtures.endpoint import Endpoint, probe_ports
from fixtures.evidence import Recorder


class Api(BaseHTTPRequestHandler):
    """A few answers, good and bad."""

    def do_GET(self):
        """Answer by path."""
        self.server.seen.append(self.headers)
        if self.path == "/silent":
            self.server.silence.wait(10)
        self.send_response(302 if self.path == "/elsewhere" else 200)
        self.send_header("content-type", "application/json")
        self.send_header("location", "http://192.0.2.1/")
        self.end_headers()
        self.wfile.write(b'{"ok": true}')

    def do_POST(self):
        """Echo what was sent."""
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
        thread = threading.Thread(target=api.serve_forever)
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
    """The endpoint of the server, with little patience."""
    return Endpoint(f"http://127.0.0.1:{server.server_port}", recorder, 0.5)


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


def test_a_redirect_is_not_followed(api):
    """It could lead to a server that is not the deployment."""
    assert api.get("/elsewhere").status == 302


def test_silence_is_told(api):
    """The connection stands, and nothing comes."""
    answer = api.get("/silent")
    assert (answer.status, answer.trouble) == (0, "no answer within 0.5 s")


def test_a_refusal_is_told(recorder):
    """Nothing listens: the application's fault, not the network's."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        answer = Endpoint(f"http://127.0.0.1:{unused.getsockname()[1]}", recorder, 1).get("/")
    assert answer.status == 0
    assert "connection refused or reset" in answer.trouble
    assert recorder.files("API-1")


def test_a_blocked_port_is_told(recorder, monkeypatch):
    """A time-out while connecting is a security group's, route's or network ACL's doing."""
    monkeypatch.setattr(endpoint_module, "_CONNECT_SECONDS", 0.2)
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


def test_a_port_that_takes_connections_is_found(server, monkeypatch):
    """Of the ports that are tried, those that accept."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setattr(endpoint_module, "PROBED_PORTS", (unused.getsockname()[1], server.server_port))
        assert probe_ports("127.0.0.1", {}).result() == [server.server_port]
