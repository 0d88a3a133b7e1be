"""Step 4: what goes wrong with the API, and with its log."""

from tests.faults.deployments.case import Fault
from tests.faults.deployments.stack import COMMAND, Stack

BRIEF = ("--no-load",)
"""What the load would show is shown by other cases."""
SOON = ("--no-load", "--log-timeout=0.3")
"""For lines that never come."""
SILENT = ("--no-load", "--answer-timeout=1")
"""For answers that never come."""


def _answers(function: str, status: int, content: str) -> str:
    """Python that lets one of the application's functions answer so."""
    return f"def {function}(_): return {status}, {content}"


_ROOT = (
    Fault(
        id="root-404",
        sentence="The API has no GET /, only its /predict.",
        criterion="API-1",
        help='@app.get("/")',
        app=_answers("root", 404, '{"detail": "Not Found"}'),
    ),
    Fault(
        id="root-500",
        sentence="GET / fails with an error of the application's own.",
        criterion="API-1",
        help="aws logs tail",
        app=_answers("root", 500, '"Internal Server Error"'),
    ),
    Fault(
        id="root-redirect",
        sentence="GET / sends everybody to /docs.",
        criterion="API-1",
        help="redirect",
        app=_answers("root", 307, '""'),
    ),
    Fault(
        id="root-wants-a-key",
        sentence="The whole API asks for a key.",
        criterion="API-1",
        help="take the log-in or the API key off",
        app="def answer(*_): return 401, {'detail': 'Not authenticated'}",
        also=("API-2", "API-3"),
    ),
    Fault(
        id="root-says-nothing",
        sentence="GET / answers 204, without content.",
        criterion="API-1",
        help="Answer with status 200",
        app=_answers("root", 204, '""'),
    ),
    Fault(
        id="root-hangs",
        sentence="GET / takes the request and never answers.",
        criterion="API-1",
        help="does not answer",
        app="def root(_): time.sleep(60)",
        options=SILENT,
    ),
    Fault(
        id="root-dies",
        sentence="The first request ends the application.",
        criterion="API-1",
        help="with an error (exit code 1)",
        app="def root(_): os._exit(1)",
        options=BRIEF,
    ),
    Fault(
        id="mounted-elsewhere",
        sentence="Every path answers 404, as the application is mounted under /api.",
        criterion="API-1",
        help="the application has no /",
        app="def answer(*_): return 404, {'detail': 'Not Found'}",
        also=("API-2", "API-3"),
    ),
)
_DOCS = (
    Fault(
        id="docs-off",
        sentence="The docs were switched off, as is usual in production.",
        criterion="API-2",
        help="docs_url='/docs'",
        app=_answers("docs", 404, '{"detail": "Not Found"}'),
    ),
    Fault(
        id="docs-welcome-page",
        sentence="/docs shows a page of welcome.",
        criterion="API-2",
        help="not the API's documentation",
        app=_answers("docs", 200, "'<h1>Welcome to nginx!</h1>'"),
        options=BRIEF,
    ),
    Fault(
        id="docs-500",
        sentence="/docs fails, because the schema of a parameter cannot be made.",
        criterion="API-2",
        help="error of its own",
        app=_answers("docs", 500, "'Internal Server Error'"),
        options=BRIEF,
    ),
    Fault(
        id="docs-with-a-404",
        sentence="/docs shows the page with status 404, as a catch-all handler makes it.",
        criterion="API-2",
        help="switched off, or moved",
        app=_answers("docs", 404, "'<title>satellite-api - Swagger UI</title>'"),
        options=BRIEF,
    ),
    Fault(
        id="docs-redirect",
        sentence="/docs is moved to /documentation by a redirect.",
        criterion="API-2",
        help="redirect",
        app=_answers("docs", 302, '""'),
        options=BRIEF,
    ),
    Fault(
        id="docs-json-error",
        sentence="/docs answers 200 with an error in JSON.",
        criterion="API-2",
        help="answers with data",
        app=_answers("docs", 200, '{"error": "no such page"}'),
        options=BRIEF,
    ),
    Fault(
        id="docs-empty",
        sentence="/docs answers 200 with nothing.",
        criterion="API-2",
        help="docs_url='/docs'",
        app=_answers("docs", 200, "''"),
        options=BRIEF,
    ),
    Fault(
        id="docs-without-predict",
        sentence="/predict was made with include_in_schema=False.",
        criterion="API-2",
        help="include_in_schema=False",
        app=_answers("openapi", 200, '{"openapi": "3.1.0", "paths": {"/": {"get": {}}}}'),
        options=BRIEF,
    ),
    Fault(
        id="docs-without-document",
        sentence="/docs shows Swagger UI, and the openapi.json that it wants is not there.",
        criterion="API-2",
        help="has nothing to show",
        app=_answers("openapi", 404, '{"detail": "Not Found"}'),
        options=BRIEF,
    ),
    Fault(
        id="docs-of-no-json",
        sentence="openapi.json answers with a page, as a front end takes all that it does not know.",
        criterion="API-2",
        help="is no JSON",
        app=_answers("openapi", 200, '"<div id=app>"'),
        options=BRIEF,
    ),
    Fault(
        id="docs-behind-a-password",
        sentence="The docs ask for a password.",
        criterion="API-2",
        help="Let everybody call it",
        app=_answers("docs", 401, '{"detail": "Not authenticated"}'),
        options=BRIEF,
    ),
)


def _predicts(id: str, sentence: str, help: str, content: str, status: int = 200, more: str = "") -> Fault:
    """A /predict that gives every image this answer."""
    app = _answers("classify", status, content) + "\n" + more
    return Fault(id=id, sentence=sentence, criterion="API-3", help=help, app=app)


_PROMISE = (
    "def openapi(_): return 200, {'openapi': '3.1.0', 'paths': {'/predict': {'post': {'responses': {'200': {'content': "
    "{'application/json': {'schema': {'type': 'object', 'required': ['label', 'took_ms']}}}}}}}}}"
)
_SAYS_GZIP = "def coded(path): return [(b'content-encoding', b'gzip')] * (path == '/predict')"
_PACKS = """plain = data_of
def data_of(content): return gzip.compress(plain(content)) if 'label' in content else plain(content)"""
_PREDICT = (
    _predicts("predict-404", "The API calls it /classify.", "no /predict", "{'detail': 'Not Found'}", 404),
    _predicts("predict-500", "Every prediction fails.", "error of its own", "'Internal Server Error'", 500),
    _predicts("predict-503", "The model is still loading, for ever.", "not ready", "{'detail': 'loading'}", 503),
    _predicts("predict-redirect", "The path ends with a slash: /predict/.", "redirect", "''", 307),
    _predicts("predict-201", "A prediction answers 201 Created.", "not with 200", "{'label': 'desert'}", 201),
    _predicts("predict-wants-a-key", "/predict asks for a key.", "take the log-in", "{'detail': 'no key'}", 401),
    _predicts("predict-html", "An error page says 200.", "a web page", "'<h1>Something went wrong</h1>'"),
    _predicts("predict-error", "An error is told with 200.", "tells of an error", "{'error': 'model not loaded'}"),
    _predicts(
        "predict-error-beside-a-label",
        "An error stands beside a made-up label.",
        "tells of an error",
        "{'label': 'desert', 'error': 'model not loaded'}",
    ),
    _predicts("predict-label-error", "The label is `error`.", "names no class", "{'label': 'error', 'confidence': 0}"),
    _predicts("predict-status-ok", "Only a status comes.", "names no class", "{'status': 'ok', 'filename': 'a.jpg'}"),
    _predicts("predict-nan", "The confidence is NaN.", "NaN", "{'label': 'desert', 'confidence': float('nan')}"),
    _predicts("predict-infinity", "A score is infinite.", "no JSON", "{'label': 'desert', 'scores': {'a': float('inf')}}"),
    _predicts("predict-percent", "The confidence is in percent.", "from 0 to 1", "{'label': 'desert', 'confidence': 97}"),
    _predicts("predict-negative", "The confidence is a logit.", "softmax", "{'label': 'desert', 'confidence': -3.2}"),
    _predicts("predict-text-share", "The confidence is text.", "from 0 to 1", "{'label': 'a', 'confidence': '97 %'}"),
    _predicts("predict-empty-object", "The answer is {}.", "names no class", "{}"),
    _predicts("predict-empty-list", "The answer is [].", "names no class", "[]"),
    _predicts("predict-no-predictions", "No class passes the threshold.", "names no class", "{'predictions': []}"),
    _predicts("predict-null", "The function forgot its return.", "names no class", "None"),
    _predicts("predict-empty-label", "The label is empty.", "names no class", "{'label': '', 'confidence': 0.5}"),
    _predicts("predict-blank-label", "The label is a blank.", "names no class", "{'label': ' ', 'confidence': 0.5}"),
    _predicts("predict-null-label", "The label is null.", "names no class", "{'label': None, 'confidence': 0.5}"),
    _predicts(
        "predict-packed",
        "JSON was dumped twice.",
        "packed into a string",
        "json.dumps({'label': 'desert'})",
        more="def kind_of(_): return 'application/json'\ndef data_of(content): return json.dumps(content).encode()",
    ),
    _predicts(
        "predict-mispacked", "JSON was called gzip, and is none.", "nobody has asked", "{'label': 'desert'}", more=_SAYS_GZIP
    ),
    _predicts(
        "predict-packed-for-everybody",
        "JSON was packed with gzip for those, too, who do not unpack it.",
        "nobody has asked",
        "{'label': 'desert'}",
        more=f"import gzip\n{_SAYS_GZIP}\n" + _PACKS,
    ),
    _predicts(
        "predict-plain-text",
        "JSON came as text/plain.",
        "not call itself JSON",
        "{'label': 'desert'}",
        more="def kind_of(_): return 'text/plain'",
    ),
    _predicts(
        "predict-no-image-back",
        "The image itself comes back.",
        "not call itself JSON",
        "'...'",
        more="def kind_of(_): return 'image/jpeg'",
    ),
    _predicts(
        "predict-breaks-its-promise",
        "The answer lacks a field of its own docs.",
        "openapi.json",
        "{'label': 'desert'}",
        more=_PROMISE,
    ),
    Fault(
        id="predict-one-size-only",
        sentence="It takes 64 x 64 pixels, and fails for any other size.",
        criterion="API-3",
        help="image.resize",
        app="def classify(image): return (200, {'label': 'sea'}) if len(image) < 2500 else (500, 'shapes differ')",
        options=BRIEF,
    ),
    Fault(
        id="predict-second-tile-fails",
        sentence="The model is moved into the first answer, and the second image fails.",
        criterion="API-3",
        help="not every other",
        app="left = [{'label': 'sea'}]\ndef classify(_): return 200, left.pop() if left else {}",
        options=BRIEF,
    ),
    Fault(
        id="predict-cached-by-name",
        sentence="Answers are cached by the file's name.",
        criterion="API-3",
        help="what a file is called says nothing",
        app="""
cache = {}
def file_of(body):
    return body.partition(FIELD)[2] or None
def predict(form):
    name, image = form.partition(b"\\r\\n")[0], form.partition(b"\\r\\n\\r\\n")[2].rpartition(b"\\r\\n--")[0]
    if image[:2] + image[-2:] != b"\\xff\\xd8\\xff\\xd9":
        return refuse(image)
    return cache.setdefault(name, (200, {"label": f"class-{len(image) % 7}"}))
""",
        options=BRIEF,
    ),
    Fault(
        id="predict-field-image",
        sentence="The form's field is called `image`.",
        criterion="API-3",
        help="async def predict(file: UploadFile)",
        app="FIELD = b'name=\"image\"'",
    ),
    Fault(
        id="predict-get-only",
        sentence="/predict was made for GET.",
        criterion="API-3",
        help='@app.post("/predict")',
        app="METHOD = 'GET'",
    ),
    Fault(
        id="predict-base64",
        sentence="/predict wants JSON with base64, and no form.",
        criterion="API-3",
        help="another form",
        app="def file_of(_): return None",
    ),
    Fault(
        id="predict-dies",
        sentence="The application dies of an image, such as of a broken native library.",
        criterion="API-3",
        help="breaks the connection off",
        app="def classify(_): os._exit(139)",
    ),
    Fault(
        id="predict-hangs",
        sentence="A prediction never ends.",
        criterion="API-3",
        help="does not answer",
        app="def classify(_): time.sleep(60)",
        options=("--answer-timeout=1",),
    ),
)


def _refuses(id: str, sentence: str, help: str, app: str, *options: str) -> Fault:
    """A /predict that does this with what is no image."""
    return Fault(id=id, sentence=sentence, criterion="API-4", help=help, app=app, options=options or BRIEF)


_BAD_INPUT = (
    _refuses("junk-classified", "Text was classified, too.", "taken for one", "def refuse(image): return classify(image)"),
    _refuses(
        "junk-error-200",
        "Text gets 200 and an error.",
        "as an error, but with 200",
        _answers("refuse", 200, "{'error': 'no'}"),
    ),
    _refuses(
        "junk-500", "Text lets the decoder fail.", "UnidentifiedImageError", _answers("refuse", 500, "'Internal Error'")
    ),
    _refuses(
        "junk-by-two-bytes",
        "Whatever begins as a JPEG does is classified.",
        "taken for one",
        "def predict(image): return classify(image) if image[:2] == b'\\xff\\xd8' else refuse(image)",
    ),
    _refuses(
        "junk-empty-500",
        "An empty file lets it fail.",
        "nobody has thought of",
        "def refuse(image): return (400, {'detail': 'no image'}) if image else (500, 'Internal Server Error')",
    ),
    Fault(
        id="junk-kills-later",
        sentence="Junk ends the application half a second later, when its answer has gone out.",
        criterion="LOAD-3",
        help="exit code 1",
        app="import threading\ndef refuse(_):\n    threading.Timer(0.5, os._exit, [1]).start()\n"
        "    return 400, {'detail': 'no image'}",
        options=("--log-timeout=2",),
    ),
    _refuses("junk-empty-400", "Text is refused without a word.", "does not say why", _answers("refuse", 400, "''")),
    _refuses("junk-refused-by-braces", "Text is refused with {}.", "does not say why", _answers("refuse", 400, "{}")),
    _refuses("junk-accepted", "Text is accepted, for later.", "taken for one", _answers("refuse", 202, "{'job': 7}")),
    _refuses("junk-redirect", "Text is sent to a page of help.", "redirect", _answers("refuse", 303, "''")),
    _refuses("junk-kills", "Text kills the application.", "breaks the connection off", "def refuse(_): os._exit(1)"),
    _refuses(
        "junk-kills-under-load",
        "The load meets who text has killed.",
        "dies",
        "def refuse(_): os._exit(1)",
        "--log-timeout=2",
    ),
    _refuses("junk-hangs", "Text hangs the decoder.", "does not answer", "def refuse(_): time.sleep(60)", *SILENT),
    _refuses(
        "junk-spoils-the-rest",
        "After text the application answers everything with 500.",
        "does not live on",
        "spoilt = False\ndef refuse(_):\n    global spoilt\n    spoilt = True\n    return 400, {'detail': 'no image'}\n"
        "def root(_): return (500, 'broken') if spoilt else (200, {'name': 'satellite-api'})",
    ),
)


def _unlogged(*more: str) -> dict[str, object]:
    return {"command": [*COMMAND, *more]}


def _yesterdays_log(s: Stack) -> None:
    """The lines of a task that ran a day ago."""
    s.say(
        "ecs/satellite-api/0123456789abcdef0123456789abcdef",
        "INFO:     Application startup complete.",
        at=s.now() - 86_400_000,
    )


def _neighbours_log(s: Stack) -> None:
    """The lines of another container that started just now."""
    s.say("ecs/neighbour/0123456789abcdef0123456789abcdef", "INFO:     Application startup complete.", at=s.now())


def _log_shipper(s: Stack) -> None:
    """A second container that prints what the application writes into a file."""
    shipper = {"name": "shipper", "image": s.image, "essential": False, "command": ["tail", "-F", "app/access.flag"]}
    logging = {"logConfiguration": s.container()["logConfiguration"]}
    s.register(containerDefinitions=[s.container(), shipper | logging])


_STARTUP = (
    Fault(
        id="log-level-critical",
        sentence="uvicorn runs with --log-level critical.",
        criterion="LOG-1",
        help="--log-level",
        container=_unlogged("--log-level", "critical"),
        options=SOON,
    ),
    Fault(
        id="log-level-critical-under-load",
        sentence="uvicorn runs with --log-level error, and is loaded.",
        criterion="LOG-1",
        help="--log-level",
        container=_unlogged("--log-level", "error"),
        options=SOON[1:],
    ),
    Fault(
        id="only-own-prints",
        sentence="Only the application's own prints are in the log.",
        criterion="LOG-1",
        help="model is running on cpu",
        container=_unlogged("--log-level", "critical"),
        app="def starting(): print('the model is running on cpu', flush=True)",
        options=SOON,
    ),
    Fault(
        id="yesterdays-startup",
        sentence="The start-up lines of yesterday's task are there, this one's are not.",
        criterion="LOG-1",
        help="ecs/satellite-api/0123456789abcdef0123456789abcdef",
        container=_unlogged("--log-level", "critical"),
        after=_yesterdays_log,
        options=SOON,
    ),
    Fault(
        id="neighbours-startup",
        sentence="Another task has just started and said so in the same group, this one says nothing.",
        criterion="LOG-1",
        help="ecs/neighbour/0123456789abcdef0123456789abcdef",
        container=_unlogged("--log-level", "critical"),
        after=_neighbours_log,
        options=SOON,
    ),
    Fault(
        id="stdout-redirected",
        sentence="The application writes its output to a file of the container.",
        criterion="LOG-1",
        help="nothing was written",
        app="out = os.open('/dev/null', os.O_WRONLY); os.dup2(out, 1); os.dup2(out, 2)",
        options=SOON,
    ),
    Fault(
        id="logging-disabled",
        sentence="A library calls logging.disable().",
        criterion="LOG-1",
        help="logging.disable",
        app="logging.disable(logging.CRITICAL)",
        options=SOON,
    ),
)
_TRACE = (
    Fault(
        id="no-access-log",
        sentence="uvicorn runs with --no-access-log.",
        criterion="LOG-2",
        help="--no-access-log",
        container=_unlogged("--no-access-log"),
        options=SOON,
    ),
    Fault(
        id="no-access-log-under-load",
        sentence="uvicorn runs with --no-access-log, and is loaded.",
        criterion="LOG-2",
        help="--no-access-log",
        container=_unlogged("--no-access-log"),
        options=SOON[1:],
    ),
    Fault(
        id="access-log-without-query",
        sentence="The access log leaves out queries.",
        criterion="LOG-2",
        help="query",
        container=_unlogged("--no-access-log"),
        app="def before_each(path): print('request of', path.partition('?')[0], flush=True)",
        options=SOON,
    ),
    Fault(
        id="logged-by-another-container",
        sentence="Requests are logged to a file, which another container prints.",
        criterion="LOG-2",
        help="in the task's place",
        container=_unlogged("--no-access-log"),
        app="requests = open(pathlib.Path(__file__).with_name('access.flag'), 'a', buffering=1)\n"
        "def before_each(path): print(path, file=requests)",
        without=("definition",),
        before=_log_shipper,
        options=(*BRIEF, "--log-timeout=5"),
    ),
    Fault(
        id="only-failures-logged",
        sentence="Only requests that fail are logged.",
        criterion="LOG-2",
        help="filter",
        app="access.addFilter(lambda record: record.args[-1] >= 400)",
        options=SOON,
    ),
    Fault(
        id="first-request-not-logged",
        sentence="The log leaves out the first prediction, and none of those of the load.",
        criterion="LOG-2",
        help="no line has it",
        app="access.addFilter(lambda record: 'probe=' not in record.args[2])",
        options=SOON[1:],
    ),
    Fault(
        id="health-filter-too-wide",
        sentence="A filter that was to hide health checks hides /predict.",
        criterion="LOG-2",
        help="filter",
        app="access.addFilter(lambda record: '/predict' not in record.args[2])",
        options=SOON,
    ),
)
FAULTS = (*_ROOT, *_DOCS, *_PREDICT, *_BAD_INPUT, *_STARTUP, *_TRACE)
