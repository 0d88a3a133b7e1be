"""An envelope has all that a replay needs; what is given again is noted, and what is long is stored once."""

import gzip
import json

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.stub import Stubber

from fixtures.evidence.recorder import Recorder
from fixtures.evidence.stored import UnreadableError, read_evidence


@pytest.fixture
def recorder(tmp_path):
    """Evidence of the criterion NET-1."""
    recorder = Recorder(tmp_path / "evidence")
    recorder.criterion = "NET-1"
    return recorder


def envelopes(tmp_path):
    """What was written, in order."""
    return [json.loads(path.read_text()) for path in sorted((tmp_path / "evidence").glob("*.json"))]


def test_an_answer_that_is_given_again_is_noted_in_its_envelope(recorder, tmp_path):
    """Each time and request ID is kept; another answer to the question has an envelope of its own."""
    for number, state in enumerate(["a", "a", "a", "b", "a"]):
        answer = {"state": state, "ResponseMetadata": {"RequestId": f"r{number}"}}
        recorder.record("ecs", "Describe", "eu-west-1", {"x": 1}, 200, answer)
    assert [(e["response"]["state"], e["request_id"], len(e["again"])) for e in envelopes(tmp_path)] == [
        ("a", "r0", 2),
        ("b", "r3", 0),
        ("a", "r4", 0),
    ]
    assert [moment.request_id for moment in read_evidence(tmp_path / "evidence")[0].moments] == ["r0", "r1", "r2"]


def test_questions_do_not_disturb_each_other(recorder, tmp_path):
    """A wait that asks two things in turn has two envelopes, however long it takes."""
    for _ in range(5):
        for status in ("RUNNING", "STOPPED"):
            recorder.record("ecs", "ListTasks", "eu-west-1", {"desiredStatus": status}, 200, {"taskArns": []})
    assert [len(e["again"]) for e in envelopes(tmp_path)] == [4, 4]


def test_what_is_long_is_stored_once(recorder, tmp_path):
    """However often it is read: three reads of a log cost one, and a replay has it whole."""
    events = [{"message": f"line {number} of a@example.org"} for number in range(1000)]
    for token in ("a", "b", "c"):
        recorder.record("logs", "FilterLogEvents", "eu-west-1", {"t": token}, 200, {"events": events, "nextToken": token})
    (bulk,) = (tmp_path / "evidence" / "bulk").iterdir()
    assert b"example.org" not in gzip.decompress(bulk.read_bytes())
    assert [len(each.response["events"]) for each in read_evidence(tmp_path / "evidence")] == [1000] * 3
    assert all(path.stat().st_size < 1000 for path in (tmp_path / "evidence").glob("*.json"))


def test_a_refused_call_is_evidence(recorder, tmp_path):
    """AWS's own words, with the parameters that it was asked with."""
    client = boto3.client("ecs", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    recorder.watch(client)
    with Stubber(client) as stub:
        stub.add_client_error("describe_clusters", "AccessDeniedException", "no", 400)
        with pytest.raises(ClientError):
            client.describe_clusters(clusters=["c"])
    (envelope,) = envelopes(tmp_path)
    assert (envelope["service"], envelope["operation"], envelope["status"]) == ("ecs", "DescribeClusters", 400)
    assert envelope["parameters"] == {"clusters": ["c"]}
    assert envelope["response"]["Error"]["Code"] == "AccessDeniedException"


def test_a_call_without_an_answer_is_evidence(recorder, tmp_path, monkeypatch):
    """It has no status, and says what botocore raised, so that a replay can raise the same."""
    client = boto3.client("ecs", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    recorder.watch(client)

    def fails(*_):
        raise EndpointConnectionError(endpoint_url="http://nowhere")

    monkeypatch.setattr(client._endpoint, "make_request", fails)
    with pytest.raises(EndpointConnectionError):
        client.describe_clusters(clusters=["c"])
    (envelope,) = envelopes(tmp_path)
    assert envelope["status"] is None
    assert envelope["response"]["exception"] == "EndpointConnectionError"
    assert envelope["response"]["fields"] == {"endpoint_url": "http://nowhere"}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"response": NaN}', '{"response": {}, "response": {}}'])
def test_what_is_no_envelope_is_told(tmp_path, text):
    """A replay ends in words, not in a traceback."""
    (tmp_path / "0001-x-y.json").write_text(text)
    with pytest.raises(UnreadableError, match=r"0001-x-y\.json is no envelope"):
        read_evidence(tmp_path)
