"""Ctrl-C, SIGTERM and the time limit stop whatever a stranger's material has the suite do, long before that would end."""

import signal
import time

import psutil
import pytest

from fixtures.evidence.redaction import Redactor
from fixtures.wire.child import ask
from fixtures.wire.interruption import Interruption
from tests.faults.application import APPLICATION
from tests.faults.suite import Suite, catch, rehearsing

INTERRUPTED = pytest.ExitCode.INTERRUPTED
MOMENT = 0.5 / 60
"""Minutes that a limit leaves what has begun."""
SOON = 20
"""Seconds: what goes on meanwhile would take at least half a minute."""
DRIPPING = '''

plain = app


async def app(scope, receive, send):
    """A byte now and then, for minutes; everything else as ever."""
    if scope.get("path") != "/predict":
        return await plain(scope, receive, send)
    pathlib.Path(__file__).with_name("dripping.flag").touch()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    for _ in range(3_000):
        await send({"type": "http.response.body", "body": b" ", "more_body": True})
        await asyncio.sleep(0.1)
'''


@pytest.fixture
def interruption():
    """Signals come to the suite's own handler."""
    armed = Interruption()
    armed.arm()
    yield armed
    armed.disarm()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGALRM], ids=lambda number: number.name)
def test_a_run_stops_while_an_answer_drips(number, tmp_path, stage):
    """The rest of the answer is not waited for; the time limit's own signal does the same."""
    app = tmp_path / "api" / "app"
    app.mkdir(parents=True)
    (app / "main.py").write_text(APPLICATION + DRIPPING)
    stage.reset()
    words = (f"--app={app.parent}", "--no-load", "--answer-timeout=300", "-k", "RUN- or API-3")
    with rehearsing(tmp_path, *words, **stage.variables) as suite:
        catch(suite, "answer", (app / "dripping.flag").exists)
        suite.signal(number)
        ended = suite.wait(SOON)
    assert ended.code == INTERRUPTED, ended
    assert "Traceback" not in ended.output, ended


def test_a_childs_judging_stops(interruption):
    """It has longer to go than the limits of time leave it, and it is gone at once."""
    before = set(psutil.Process().children())
    with pytest.raises(KeyboardInterrupt, match="stopped at its limit"):
        interruption.limit(MOMENT)
        ask(time.sleep, SOON * 10)
    assert set(psutil.Process().children()) <= before


def test_redacting_stops(interruption):
    """A log of a hundred megabytes takes a minute."""
    with pytest.raises(KeyboardInterrupt, match="stopped at its limit"):
        interruption.limit(MOMENT)
        Redactor().text("GET /predict?token=abc 200 OK somebody@example.org\n" * 2_000_000)


@pytest.mark.parametrize(
    "when",
    ["1 run.json", "2 run.json", "1 manifest-sha256.txt", "2 requests.csv", "3 requests.csv"],
    ids=["hashing", "reading", "looking at the manifest", "looking at the load", "judging"],
)
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGALRM"])
def test_a_replay_stops_without_a_verdict(name, when, bundle, tmp_path):
    """It says so, and nobody's bundle is called anything."""
    words = [
        "tests/acceptance",
        "-q",
        "-p",
        "tests.faults.signalled",
        f"--replay={bundle}",
        f"--replay-out={tmp_path / 'out'}",
    ]
    with Suite(words, {"LAUNCH_CONTROL_SIGNAL": f"{name} {when}", "TMPDIR": str(tmp_path)}, tmp_path) as suite:
        ended = suite.wait()
    assert ended.code == INTERRUPTED, ended
    assert ": there is no verdict" in ended.output, ended
    assert not [word for word in ("Traceback", "AGREES", "INVALID") if word in ended.output], ended
    assert not list(tmp_path.glob("replay-*")), ended
