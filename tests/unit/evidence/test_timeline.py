"""The timeline: each wait and each criterion, on the disk as soon as it is over."""

import json
from pathlib import Path
from typing import Any

import pytest

from fixtures.evidence.timeline import Timeline
from fixtures.wire.waiting import Waiter


def lines(path: Path) -> list[dict[str, Any]]:
    """What is in the timeline so far."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def path(tmp_path):
    """Where the timeline is written."""
    return tmp_path / "timeline.jsonl"


def test_a_wait_is_written_with_what_ended_it(path):
    """What was waited for, for how long, and what was seen last: whether it came or not."""
    now = iter([0.0, 0.5, 1.5, 10.0, 10.0])
    waiter = Waiter(clock=lambda: next(now), sleep=lambda _: None, ended=Timeline(path).waited)
    seen = iter(["PENDING", "RUNNING"])
    waiter.settle("task RUNNING", lambda: next(seen), lambda status: status == "RUNNING", 60)
    waiter.settle("nothing", lambda: "silence", lambda _: False, 0)
    assert [(line["kind"], line["what"], line["seconds"], line["ended_as"]) for line in lines(path)] == [
        ("wait", "task RUNNING", 1.5, "RUNNING"),
        ("wait", "nothing", 0.0, "silence"),
    ]


def test_a_wait_that_is_cut_off_is_written_too(path):
    """An error, or Ctrl-C, ends it: it says which, and is passed on."""
    waiter = Waiter(clock=lambda: 0.0, ended=Timeline(path).waited)

    def interrupt():
        raise KeyboardInterrupt("stop")

    with pytest.raises(KeyboardInterrupt):
        waiter.settle("task RUNNING", interrupt, bool, 60)
    assert lines(path)[0]["ended_as"] == "KeyboardInterrupt: stop"


def test_a_criterion_is_written_as_soon_as_it_is_judged(path):
    """A run that is killed afterwards has its time all the same."""
    timeline = Timeline(path)
    timeline.judged("NET-1", 0.25, "PASS")
    assert (lines(path)[0]["kind"], lines(path)[0]["what"], lines(path)[0]["seconds"]) == ("criterion", "NET-1", 0.25)


def test_what_was_seen_is_kept_short(path):
    """Five megabytes of log lines are in the evidence, and not here."""
    Timeline(path).waited("lines", 1, "x" * 5_000_000)
    assert path.stat().st_size < 1000


def test_a_full_disk_is_told_once_and_fails_no_wait(tmp_path):
    """The wait goes on; the report says that its timeline is not complete."""
    timeline = Timeline(tmp_path / "no such folder" / "timeline.jsonl")
    timeline.waited("task RUNNING", 1, "RUNNING")
    timeline.judged("NET-1", 1, "PASS")
    assert len(timeline.troubles) == 1
    assert timeline.troubles[0].startswith("the timeline could not be written")
