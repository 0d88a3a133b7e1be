"""What the recorder writes, the player gives back: nothing of an answer is told one way and read another."""

import socket
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

from fixtures.evidence.recorder import Recorder
from fixtures.evidence.stored import read_evidence
from fixtures.launch import address
from fixtures.launch.contract import Contract
from fixtures.launch.endpoint import Endpoint
from fixtures.launch.load import load
from fixtures.replay.player import Player, TapeInternet
from fixtures.replay.tape import Clock, Tape
from fixtures.settings.settings import LoadPlan
from fixtures.wire.internet import Exchange, Internet
from load.journey import Sample
from load.load_test import LoadError, summarize
from tests.unit.report.report_support import Answering, write_load

URL = "http://127.1.2.3/predict"


@pytest.fixture
def recorder(tmp_path):
    """Evidence of API-3."""
    recorder = Recorder(tmp_path / "evidence")
    recorder.criterion = "API-3"
    return recorder


@pytest.fixture
def player(tmp_path):
    """The same criterion, judged again from the evidence that there is when it is called."""

    def play():
        player = Player(tmp_path, Tape(read_evidence(tmp_path / "evidence"), Clock()))
        player.criterion = "API-3"
        return player

    return play


@pytest.mark.parametrize(
    "answer",
    [
        Exchange("POST", URL, 200, "application/json", '{"label": "sea"}', 0.25, headers={"server": "uvicorn"}),
        Exchange("POST", URL, 500, "text/plain", "word " * 9_000, 0.25),
        Exchange("POST", URL, 0, "", "", 0.0, "no answer within 30 s"),
    ],
    ids=["an answer", "a long answer", "no answer"],
)
def test_an_exchange_is_played_as_it_was_recorded(answer, recorder, player):
    """Status, type, headers, text, time and trouble; asked with the same file, and no other."""

    def post(recorder, internet, content=b"JPEG"):
        endpoint = Endpoint("http://127.1.2.3", recorder, 1.0, internet)
        return endpoint.post_file("/predict", "tile.jpg", content, "image/jpeg", {"probe": "7"})

    assert post(recorder, Answering(answer)) == answer
    again = player()
    assert post(again, TapeInternet(again)) == answer
    with pytest.raises(pytest.skip.Exception, match="holds no answer to http POST /predict"):
        post(again, TapeInternet(again), b"another")


def test_a_call_without_an_answer_fails_again(recorder, player, monkeypatch):
    """With the same error of botocore, in the same words."""

    def fails(*_):
        raise EndpointConnectionError(endpoint_url="http://nowhere")

    def ask(recorder):
        client = boto3.client("ecs", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
        recorder.watch(client)
        monkeypatch.setattr(client._endpoint, "make_request", fails)
        with pytest.raises(EndpointConnectionError) as raised:
            client.describe_clusters(clusters=["c"])
        return str(raised.value)

    assert ask(recorder) == ask(player()) == 'Could not connect to the endpoint URL: "http://nowhere"'


def test_a_port_that_took_a_connection_does_so_again(recorder, player, monkeypatch):
    """And one that refused it refuses it; of one that nobody tried nothing is known."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        ports = [each.getsockname()[1] for each in (server, unused)]
        monkeypatch.setattr(address, "PROBED_PORTS", ports)
        probed = address.Probe(SimpleNamespace(internet=Internet(), recorder=recorder), "127.0.0.1", {}).result()
    internet = TapeInternet(player())
    assert [internet.connect("127.0.0.1", port) for port in ports] == ["open", "refused"]
    assert probed == (ports[:1], ports[1:])
    with pytest.raises(pytest.skip.Exception, match="does not say whether port 1 took"):
        internet.connect("127.0.0.1", 1)


def test_a_load_is_counted_again_from_its_requests(player, tmp_path):
    """What it summed up then is not believed."""
    (tmp_path / "load").mkdir()
    samples = [Sample(1_700_000_000 + n / 8, "POST /predict", 5.5 + n, 200, "HTTP 500" * (n == 3)) for n in range(8)]
    write_load(tmp_path, samples)
    assert player().load() == summarize(samples)


def test_a_load_that_failed_fails_again(recorder, player):
    """It is the suite that failed, not the deployment, in a replay too; no load is sent for it."""

    def measure(recorder, how):
        answer = Exchange("POST", "http://127.1.2.3/predict", 200, "application/json", "{}", 0.1)
        settings = SimpleNamespace(no_load=False, load=LoadPlan(4, 4.0, 1), live=False, run_id="run-1")
        run = SimpleNamespace(settings=settings, recorder=recorder, bundle=Path(), load=how)
        with pytest.raises(LoadError) as raised:
            load.__wrapped__(run, SimpleNamespace(url="http://127.1.2.3"), Contract(answer, "tile.jpg"))
        return str(raised.value)

    def crash(*_, **__):
        raise LoadError("Locust ended with exit code 1.")

    assert measure(recorder, crash) == measure(player(), player().load) == "Locust ended with exit code 1."
