"""A signal stops the run once; what is being undone goes on."""

import os
import signal

import pytest

from fixtures.wire.interruption import Interruption


@pytest.fixture
def interruption():
    """One that has the signals, and gives them back."""
    own = Interruption()
    own.arm()
    yield own
    own.disarm()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_run_and_says_which(interruption, number):
    """All of them end like Ctrl-C."""
    with pytest.raises(KeyboardInterrupt, match=f"interrupted by {number.name}"):
        os.kill(os.getpid(), number)
    assert interruption.reason == f"interrupted by {number.name}"


def test_a_second_signal_is_answered_and_stops_nothing(interruption, capfd):
    """The first has been raised; while pytest carries it, another must not break the undo."""
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGINT)
    assert interruption.reason == "interrupted by SIGINT"


def test_nothing_is_stopped_while_it_is_held(interruption):
    """It is remembered, and stops the run at the next moment at which it can be stopped."""
    with interruption.held():
        os.kill(os.getpid(), signal.SIGTERM)
        interruption.check()
    with pytest.raises(KeyboardInterrupt, match="SIGTERM"):
        interruption.check()


def test_a_wait_ends_when_what_was_raised_got_lost(interruption):
    """Python drops exceptions that are raised inside of a destructor."""
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        interruption.sleep(600)


def test_the_time_limit_stops_the_run(interruption):
    """It says which limit it was."""
    with pytest.raises(KeyboardInterrupt, match=r"limit of 0.001 minutes \(--max-minutes\)"):
        interruption.limit(0.001)
        interruption.sleep(600)


def test_the_time_limit_does_not_stop_the_end(interruption):
    """When the session finishes, its clock is stopped."""
    interruption.limit(10)
    interruption.hold()
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_signals_are_given_back():
    """Whoever had them before has them again."""
    before = signal.getsignal(signal.SIGTERM)
    own = Interruption()
    own.arm()
    assert signal.getsignal(signal.SIGTERM) != before
    own.disarm()
    assert signal.getsignal(signal.SIGTERM) == before
