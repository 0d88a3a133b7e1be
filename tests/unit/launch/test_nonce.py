"""Where the grader's word has come back, by evidence as a run writes it."""

import pytest

from fixtures.evidence.recorder import Recorder
from fixtures.evidence.stored import read_evidence
from fixtures.launch.nonce import NonceSeen, nonce_in
from fixtures.ledger.owner import NONCE_TAG
from fixtures.wire.internet import Exchange, Request

RUN, WORD = "20260101T000000Z-abcd", "orange-42"
TAG = {"key": NONCE_TAG, "value": WORD}
LINE = f"GET /predict?probe={RUN}&nonce={WORD} 200"


def seen(tmp_path, tags=None, query=None, lines=(), operation="FilterLogEvents"):
    """What is seen of the word in the evidence of a run."""
    recorder = Recorder(tmp_path)
    if tags is not None:
        recorder.record("ecs", "DescribeServices", "us-east-1", {}, 200, tags)
    if query is not None:
        url = "http://127.0.0.1/predict"
        Exchange("POST", url, 200, "text/plain", "", 0.1).record(recorder, "/predict", Request("POST", url, 1.0, query))
    if lines:
        events = [{"message": line} for line in lines]
        recorder.record("logs", operation, "us-east-1", {}, 200, {"events": events})
    return nonce_in(read_evidence(tmp_path), WORD, RUN, adopted=False)


TAGS = {
    "as ECS gives them": ({"services": [{}, {"tags": [{"key": "a", "value": "b"}, TAG]}]}, True),
    "as EC2 gives them": ({"SecurityGroups": [{"Tags": [{"Key": NONCE_TAG, "Value": WORD}]}]}, True),
    "another word": ({"tags": [TAG | {"value": f"{WORD}0"}]}, False),
    "another tag": ({"tags": [{"key": "nonce-of-mine", "value": WORD}]}, False),
    "the word in a text": ({"services": [WORD, {"serviceName": WORD}]}, False),
    "the two apart": ({"tags": [{"key": NONCE_TAG, "value": ""}, {"key": "", "value": WORD}]}, False),
}


@pytest.mark.parametrize(("told", "there"), TAGS.values(), ids=TAGS)
def test_a_tag_is_found_in_whichever_form_it_is_given(tmp_path, told, there):
    """Wherever it stands in an answer."""
    assert seen(tmp_path, tags=told) == NonceSeen(WORD, tag=there, request=False, log=False)


def test_what_an_application_can_write_is_no_tag(tmp_path):
    """Its answers and its lines may hold anything."""
    recorder = Recorder(tmp_path)
    recorder.record("logs", "DescribeLogGroups", "us-east-1", {}, 200, {"tags": [TAG]})
    recorder.record("http", "GET /", "", {"url": "", "query": {}, "files": {}}, 200, {"tags": [TAG]})
    assert not nonce_in(read_evidence(tmp_path), WORD, RUN, adopted=False).tag


QUERIES = {
    "the run's own": ({"probe": RUN, "nonce": WORD}, True),
    "another run's": ({"probe": "another", "nonce": WORD}, False),
    "another word": ({"probe": RUN, "nonce": "apple"}, False),
    "no word": ({"probe": RUN}, False),
}


@pytest.mark.parametrize(("query", "there"), QUERIES.values(), ids=QUERIES)
def test_the_request_is_the_runs_own_prediction(tmp_path, query, there):
    """With its mark and the word."""
    assert seen(tmp_path, query=query) == NonceSeen(WORD, tag=False, request=there, log=False)


LINES = {
    "its line": (["", LINE], "FilterLogEvents", True),
    "another run's": ([LINE.replace(RUN, "another")], "FilterLogEvents", False),
    "without the word": ([LINE.replace(WORD, "")], "FilterLogEvents", False),
    "in two lines": ([f"probe={RUN}", f"nonce={WORD}"], "FilterLogEvents", False),
    "not from CloudWatch": ([LINE], "GetSomething", False),
}


@pytest.mark.parametrize(("lines", "operation", "there"), LINES.values(), ids=LINES)
def test_the_line_has_both_the_run_and_the_word(tmp_path, lines, operation, there):
    """So that no other run's line counts."""
    assert seen(tmp_path, lines=lines, operation=operation) == NonceSeen(WORD, tag=False, request=False, log=there)


def test_it_is_told_where_the_word_is_and_where_it_is_missing():
    """Nobody has tagged what was adopted."""
    whole, nothing = NonceSeen(WORD, True, True, True), NonceSeen(WORD, False, False, False)
    assert str(whole) == f"{WORD}, in a tag that AWS told, a request and a log line"
    assert str(nothing) == f"{WORD}, which is missing in a tag that AWS told and a request and a log line"
    assert str(NonceSeen(WORD, False, True, True, adopted=True)) == f"{WORD}, in a request and a log line"
    assert NonceSeen(WORD, False, True, False, adopted=True).missing == ("a log line",)
