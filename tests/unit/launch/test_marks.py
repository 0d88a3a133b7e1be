"""The marks of a run's requests are found however an application logs its requests."""

import pytest

from fixtures.launch.marks import has_nonce, is_of_the_probe, load_numbers

RUN = "20261129T104754Z-147b"
LOGGED = (
    'INFO:     127.0.0.1:56844 - "POST /predict?{}={} HTTP/1.1" 200 OK',
    '{{"event": "request", "path": "/predict", "query": {{"{}": "{}"}}, "status": 200}}',
    '{{"params": {{"{}": ["{}"]}}}}',
    "POST /predict {{'{}': '{}'}}",
    "path=/predict query_{}={} took=0.1",
)


@pytest.mark.parametrize("line", LOGGED)
def test_a_mark_is_found_in_text_and_in_json(line):
    """The prediction's, the grader's word, and the load's number; each is not taken for another."""
    assert is_of_the_probe(line.format("probe", RUN), RUN)
    assert has_nonce(line.format("nonce", "word-7"), "word-7")
    assert load_numbers(line.format("load", f"{RUN}.17"), RUN) == {17}
    assert not is_of_the_probe(line.format("load", f"{RUN}.17"), RUN)
    assert load_numbers(line.format("probe", RUN), RUN) == set()


@pytest.mark.parametrize("line", ["", f"run {RUN} began", f"probe={RUN}7", f"probe={RUN}.7", "probe=20260101T000000Z-0000"])
def test_what_is_no_mark_of_the_prediction_is_none(line):
    """A run's ID alone, another run's, and a number behind it."""
    assert not is_of_the_probe(line, RUN)
