"""pytest-html's own table stays small, whatever the tests print."""

import html
import json

import pytest

from fixtures.report.engineers import CUT, MOST_OF_LOGS, cut_logs


def size(rows: list[dict[str, str]]) -> int:
    """The bytes that the logs take in the page."""
    return sum(len(html.escape(json.dumps(row["log"]))) for row in rows)


@pytest.mark.parametrize("text", ["x" * 120, "&lt;script&gt;", "漢字", "\x00", '"'])
def test_logs_of_megabytes_are_cut_until_they_fit(text: str) -> None:
    """Whatever a letter of them takes in the page; 27 tests with 300 kB each leave a page that opens."""
    rows = [{"log": "\n".join(["first", *[text * 10] * (300_000 // len(text) // 10), "last"])} for _ in range(27)]
    cut_logs(rows)
    assert size(rows) <= MOST_OF_LOGS + 27 * len(CUT) * 2
    assert CUT in rows[0]["log"]


def test_a_cut_log_keeps_its_ends() -> None:
    """The first line says what it is, and the last ones what went wrong; no entity is cut in two."""
    rows = [{"log": "\n".join(["first", *["&lt;" * 100] * 10_000, "last"])}]
    cut_logs(rows)
    assert rows[0]["log"].startswith("first\n&lt;")
    assert rows[0]["log"].endswith("&lt;\nlast")
    assert set(rows[0]["log"].replace(CUT, "").split("&lt;")) <= {"", "first\n", "\n", "\nlast", "\n\n", "\n\n\n"}


def test_a_traceback_of_two_hundred_lines_is_whole() -> None:
    """Tracebacks of 27 tests of that length are, too."""
    log = "\n".join(f"tests/acceptance/test_1.py:{n}: in test_it" for n in range(200))
    rows = [{"log": log} for _ in range(27)]
    cut_logs(rows)
    assert {row["log"] for row in rows} == {log}
