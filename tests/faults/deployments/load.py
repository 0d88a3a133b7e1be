"""Step 5: what goes wrong under load."""

from tests.faults.deployments.case import Fault
from tests.faults.deployments.stack import COMMAND

IMPATIENT = ("--max-p95-ms=300",)
"""So that nothing has to take as long as what the course still allows."""
MANY = ("--load-users=8", "--load-spawn-rate=20")
"""Enough that each kind of request is among them."""


def _under_load(id: str, sentence: str, criterion: str, help: str, doing: str, *options: str) -> Fault:
    """`doing` is Python that is run for each request of the load, `n` its number; what it returns is the answer."""
    app = f"def before_each(path):\n    n = load_number(path)\n    if n:\n        {doing}"
    return Fault(id=id, sentence=sentence, criterion=criterion, help=help, app=app, options=options)


def _unlogged(id: str, sentence: str, help: str, kept: str) -> Fault:
    """Of the requests of the load, numbered `n`, only those are logged for which `kept` is true."""
    app = f"access.addFilter(lambda record: (lambda n: n == 0 or {kept})(load_number(record.args[2])))"
    return Fault(id=id, sentence=sentence, criterion="LOAD-2", help=help, app=app)


FAULTS = (
    _under_load("slow", "Every request takes too long.", "LOAD-1", "too slowly", "return time.sleep(0.31)", *IMPATIENT),
    _under_load(
        "slow-after-a-while",
        "The API grows slow as it goes on.",
        "LOAD-1",
        "too slowly",
        "return time.sleep(0.31) if n > 1 else None",
        *IMPATIENT,
    ),
    _under_load("one-in-twenty-fails", "One request in twenty fails.", "LOAD-1", "HTTP 500", "assert n % 20 != 1"),
    _under_load(
        "too-many-requests", "A rate limit answers 429.", "LOAD-1", "HTTP 429", "return 429, {'detail': 'slow down'}"
    ),
    _under_load(
        "overloaded-pages", "Under load an error page says 200.", "LOAD-1", "not JSON", "return 200, '<h1>busy</h1>'", *MANY
    ),
    _under_load(
        "overloaded-errors",
        "Under load an error says 200.",
        "LOAD-1",
        "no classification",
        "return 200, {'error': 'busy'}",
        *MANY,
    ),
    _under_load("unavailable", "Under load all is answered with 503.", "LOAD-1", "HTTP 503", "return 503, 'busy'"),
    Fault(
        id="one-image-only",
        sentence="It classifies the one image that it was tried with.",
        criterion="API-3",
        help="not every other",
        app="first = None\ndef classify(image):\n    global first\n    first = first or image\n"
        "    return (200, {'label': 'desert'}) if image == first else (500, 'shapes differ')",
        options=MANY,
    ),
    Fault(
        id="one-at-a-time",
        sentence="A lock around the model lets one request through at a time.",
        criterion="LOAD-1",
        help="more CPU",
        app="import threading\nlock, at_once = threading.Lock(), predict\ndef predict(image):\n    with lock:\n"
        "        time.sleep(0.31)\n    return at_once(image)",
        options=(*IMPATIENT, *MANY),
    ),
    _unlogged("every-second-line-dropped", "Every second line is dropped.", "in between", "n % 2 == 0"),
    _unlogged("one-line-dropped", "A single line is dropped.", "misses some", "n != 1"),
    _unlogged("log-stops", "The log stops after the first request.", "the log stops at number 1", "n <= 1"),
    _unlogged("log-sampled", "Only one request in ten is logged.", "sample", "n % 10 == 0"),
    _unlogged("load-not-logged", "Whatever bears ?load= is filtered.", "not in the log at all", "False"),
    _under_load(
        "log-level-raised",
        "The log is turned down when it gets busy.",
        "LOAD-2",
        "switch it off",
        "access.setLevel(logging.ERROR)",
    ),
    Fault(
        id="limit-max-requests",
        sentence="uvicorn runs with --limit-max-requests.",
        criterion="LOAD-3",
        help="--limit-max-requests",
        container={"command": [*COMMAND, "--limit-max-requests", "20"]},
    ),
    _under_load(
        "out-of-memory",
        "The kernel kills the application under load.",
        "LOAD-3",
        "exit code 137",
        "os.kill(os.getpid(), signal.SIGKILL)",
    ),
    _under_load("ends-under-load", "The application ends itself under load.", "LOAD-3", "exit code 0", "os._exit(0)"),
    _under_load("fails-under-load", "The application dies of an error under load.", "LOAD-3", "exit code 1", "os._exit(1)"),
    _under_load(
        "crashes-under-load",
        "A native library crashes under load.",
        "LOAD-3",
        "native",
        "os.kill(os.getpid(), signal.SIGSEGV)",
    ),
)
