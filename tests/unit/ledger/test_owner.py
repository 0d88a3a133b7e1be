"""Whether a run is still at work is told from its tags, on this machine and on another."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fixtures.ledger.owner import Life, Mark, Owner, mark

NOW = datetime.now(UTC)


@pytest.fixture
def own():
    """The mark of this process."""
    return mark("20260101T000000Z-abcd", NOW + timedelta(minutes=30))


def test_this_process_is_alive(own):
    """Whoever asks is there."""
    assert own.life(NOW) is Life.ALIVE


def test_a_process_that_has_ended_is_dead(own):
    """Its number may be free, or be another process's by now."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    gone = replace(Owner.this_process(), pid=ended.pid)
    assert replace(own, owner=str(gone)).life(NOW) is Life.DEAD


def test_a_process_of_the_same_number_is_another_one(own):
    """After a restart of the machine numbers are given anew."""
    earlier = replace(Owner.this_process(), started=Owner.this_process().started - 3600)
    assert replace(own, owner=str(earlier)).life(NOW) is Life.DEAD


def test_a_run_on_another_machine_is_unknown_until_its_time_is_over(own):
    """Nobody can see it from here, but by then it has undone itself if it lives."""
    elsewhere = replace(own, owner=str(replace(Owner.this_process(), machine="0123456789ab")))
    assert elsewhere.life(NOW) is Life.UNKNOWN
    assert elsewhere.life(NOW + timedelta(minutes=31)) is Life.DEAD


def test_a_job_that_has_moved_on_to_another_machine_is_dead(own):
    """CI's jobs run on machines of their own: the one that sweeps says whose runs are over, and of no other."""
    elsewhere = replace(own, owner=str(replace(Owner.this_process("run 1"), pid=2**22, started=1)))
    assert elsewhere.life(NOW, "run 1") is Life.DEAD
    assert elsewhere.life(NOW, "run 2") is Life.UNKNOWN
    assert elsewhere.life(NOW) is Life.UNKNOWN
    here = mark("20260101T000000Z-abcd", NOW, "run 1")
    assert here.life(NOW, "run 1") is Life.ALIVE
    assert own.life(NOW, "run 1") is Life.ALIVE


def test_a_mark_survives_its_tags(own):
    """What is written on a resource is read back from it."""
    assert Mark.of(own.tags | {"somebody's": "tag"}) == own
    assert Mark.of({"somebody's": "tag"}) is None


def test_tags_fit_aws(own):
    """AWS takes letters, digits, spaces and a few signs, up to 256 of them."""
    for value in own.tags.values():
        assert len(value) <= 256
        assert all(char.isalnum() or char in " _.:/=+-@" for char in value)


@pytest.mark.parametrize("owner", ["", "me", "0123456789ab/1", "0123456789ab/x/1", "0123456789AB/1/1"])
def test_a_run_of_a_strange_owner_is_never_dead(own, owner):
    """Somebody has edited the tag: nobody knows whose it is, and no time makes that better."""
    strange = replace(own, owner=owner)
    assert Mark.of(strange.tags) is None
    assert strange.life(NOW + timedelta(days=999)) is Life.UNKNOWN


@pytest.mark.parametrize("until", ["", "never", "2020-01-01T00:00:00", "2020-01-01", "0001-01-01T00:00:00+23:59"])
def test_a_run_whose_time_is_not_known_is_never_dead(own, until):
    """Not even where its process is gone: one of the three tags is not this suite's."""
    gone = replace(own, owner=str(replace(Owner.this_process(), started=1)), until=until)
    assert Mark.of(gone.tags) is None
    assert gone.life(NOW + timedelta(days=999)) is Life.UNKNOWN
