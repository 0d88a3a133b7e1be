"""The waiter says what it waits for, looks often at first and seldom later, and ends in words."""

import itertools

import pytest

from fixtures.wire.waiting import Waiter, WaitTimeout


class FakeTime:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.now = 0.0
        self.sleeps = []

    def sleep(self, seconds):
        """Let time pass."""
        self.sleeps.append(seconds)
        self.now += seconds

    def waiter(self, **given):
        """A waiter that lives in this time."""
        return Waiter(clock=lambda: self.now, sleep=self.sleep, **given)


@pytest.fixture
def fake():
    """Time that stands still."""
    return FakeTime()


def test_what_is_done_at_once_is_returned_without_a_sleep(fake):
    """The first look comes before the first wait."""
    assert fake.waiter().until("it", lambda: 7, lambda seen: seen == 7, timeout=60) == 7
    assert fake.sleeps == []


def test_the_wait_ends_with_the_first_look_that_is_done(fake):
    """No look follows a success."""
    looks = itertools.count()
    assert fake.waiter().until("it", lambda: next(looks), lambda seen: seen == 3, timeout=60) == 3
    assert next(looks) == 4


def test_a_wait_is_at_most_half_a_second_or_an_eightieth_too_long(fake):
    """Between two looks passes a tenth of the time already waited, up to half a second; later an eightieth."""
    fake.waiter().settle("it", lambda: fake.now, lambda _seen: False, timeout=600)
    begins = [end - sleep for end, sleep in zip(itertools.accumulate(fake.sleeps), fake.sleeps, strict=True)]
    allowed = [max(0.05, min(waited / 10, 0.5), waited / 80) for waited in begins]
    assert all(sleep <= most + 1e-9 for sleep, most in zip(fake.sleeps, allowed, strict=True))
    assert max(fake.sleeps) == 2.0


@pytest.mark.parametrize(("seconds", "most"), [(2, 27), (10, 48), (60, 138), (600, 440)])
def test_a_wait_asks_no_more_often_than_it_must(fake, seconds, most):
    """Whoever is asked has others to answer, too."""
    looks = itertools.count()
    fake.waiter().settle("it", lambda: next(looks), lambda _seen: False, timeout=seconds)
    assert next(looks) <= most


def test_a_time_out_says_what_was_waited_for_and_what_was_seen(fake):
    """It is an assertion error: the deployment did not do what it had to."""
    with pytest.raises(WaitTimeout, match=r"task RUNNING: not within 5 s; last seen: PENDING") as caught:
        fake.waiter().until("task RUNNING", lambda: "PENDING", lambda seen: seen == "RUNNING", timeout=5)
    assert isinstance(caught.value, AssertionError)
    assert fake.now == pytest.approx(5)


def test_a_terminal_signal_ends_the_wait(fake):
    """What the observer raises goes through, at once."""

    def observe():
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError, match="gone"):
        fake.waiter().until("it", observe, lambda _seen: True, timeout=600)
    assert fake.sleeps == []


def test_settle_returns_what_is_not_done(fake):
    """It is for the caller to judge."""
    assert fake.waiter().settle("it", lambda: "half", lambda _seen: False, timeout=1) == "half"


def test_progress_is_told_after_each_look(fake):
    """What, how long, and what was seen, in the caller's words; and once more when it is over."""
    told = []
    waiter = fake.waiter(progress=lambda *told_now: told.append(told_now))
    looks = itertools.count()
    waiter.until("it", lambda: next(looks), lambda seen: seen == 2, timeout=9, describe=lambda seen: f"{seen} of 2")
    assert [(what, seen) for what, _seconds, seen in told] == [("it", "0 of 2"), ("it", "1 of 2"), ("it", None)]
