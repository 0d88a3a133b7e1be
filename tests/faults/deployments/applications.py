"""What runs in the container otherwise than in the course: how it is started, what it answers, how it ends, what it logs."""

from typing import Any

from tests.faults.deployments.accounts import breaks
from tests.faults.deployments.benign import BRIEF, says, varies
from tests.faults.deployments.case import Fault, Variation
from tests.faults.deployments.stack import COMMAND, Stack

SERVE = " ".join(COMMAND)
LOGGING = {"awslogs-group": "/ecs/satellite-api", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "ecs"}
AWSLOGS = {"logDriver": "awslogs", "options": LOGGING}
SOON = (*BRIEF, "--log-timeout=0.3")
"""For lines that never come."""
PLAIN_JSON = "def kind_of(_): return 'application/json'\ndef data_of(content): return json.dumps(content).encode()\n"
"""Where a text is answered as JSON has it."""
SCALAR = "<script id='api-reference' data-url='/openapi.json'></script><title>Scalar</title>"


def command(*words: str, entry: tuple[str, ...] = ()) -> dict[str, Any]:
    """A container that is started so."""
    return {"container": {"command": [*words]} | ({"entryPoint": [*entry]} if entry else {})}


def fails(id: str, sentence: str, help: str, program: str) -> Fault:
    """An application whose start-up code raises what a library raises then."""
    return breaks(id, sentence, "RUN-2", help, app=f"\n\ndef starting():\n    {program}\n")


def answers(id: str, sentence: str, help: str, answer: str, more: str = "") -> Fault:
    """An answer to every image in which nobody finds a class."""
    return breaks(id, sentence, "API-3", help, app=f"def classify(_): return 200, {answer}\n{more}")


def prepared(*needs: str, **of_it: Any) -> Any:
    """A revision whose first container prepares something, ends, and is waited for."""

    def register(s: Stack) -> None:
        first = {"name": "prepare", "image": s.image, "essential": False, "command": ["true"]}
        waits = [{"containerName": "prepare", "condition": need} for need in needs]
        s.register(containerDefinitions=[first, s.container() | {"dependsOn": waits}], **of_it)

    return register


def shared_volume(s: Stack) -> None:
    """Two containers that share an empty volume."""
    mounts = [{"sourceVolume": "cache", "containerPath": "/var/cache/models", "readOnly": False}]
    helper = {"name": "helper", "image": s.image, "essential": False, "command": ["sleep", "600"], "mountPoints": mounts}
    s.register(containerDefinitions=[s.container() | {"mountPoints": mounts}, helper], volumes=[{"name": "cache"}])


def beside_it(**container: Any) -> Any:
    """A second container has what was meant for the first one, which goes without."""

    def register(s: Stack) -> None:
        own = {name: value for name, value in s.container().items() if name not in container}
        helper = {"name": "helper", "image": s.image, "essential": False, "command": ["sleep", "600"]}
        s.register(containerDefinitions=[own, helper | container])

    return register


_STARTED = (
    breaks(
        "port-of-the-other",
        "The port is mapped for the second container.",
        "TASK-3",
        "portMappings has no port",
        without=("definition",),
        before=beside_it(portMappings=[{"containerPort": 80, "protocol": "tcp"}]),
    ),
    breaks(
        "log-of-the-other",
        "Only the second container logs.",
        "TASK-4",
        "no logConfiguration",
        without=("definition", "service"),
        before=beside_it(logConfiguration=AWSLOGS),
    ),
    breaks(
        "shell-drops-its-words",
        "sh -c is given the words of the command one by one, of which it takes the first alone.",
        "TASK-3",
        'the shell runs only "uvicorn"',
        **command(*COMMAND, entry=("/bin/sh", "-c")),
    ),
    breaks(
        "port-given-twice",
        "A copied option stands at the end, and the last one counts.",
        "TASK-3",
        "port 8000",
        **command(*COMMAND, "--port", "8000"),
    ),
    breaks(
        "ipv6-any",
        "The server listens on ::, which is every address of IPv6.",
        "TASK-3",
        "uvicorn listens on :: port 80",
        **command("uvicorn", "app.main:app", "--host", "::", "--port", "80"),
    ),
    breaks(
        "variable-of-nobody",
        "A shell fills in a port that the environment does not have.",
        "TASK-3",
        "port $PORT",
        **command("sh", "-c", "uvicorn app.main:app --host 0.0.0.0 --port $PORT"),
    ),
    breaks(
        "http-server",
        "Python's own web server shows the files.",
        "TASK-3",
        "does not start uvicorn",
        also=("LOG-1",),
        **command("python", "-m", "http.server", "80"),
    ),
    breaks(
        "socket-file",
        "uvicorn is told to listen on a socket file, as behind nginx.",
        "API-1",
        "nothing listens on port 80",
        options=(*BRIEF, "--answer-timeout=1"),
        **command(*COMMAND, "--uds", "api.sock"),
    ),
    Fault(
        id="limit-concurrency",
        sentence="uvicorn takes two connections at once, and refuses the others.",
        criterion="LOAD-1",
        help="HTTP 503",
        options=("--load-users=6", "--load-spawn-rate=20"),
        **command(*COMMAND, "--limit-concurrency", "2"),
    ),
)
_ENDED = (
    fails(
        "weights-of-git-lfs",
        "The weights in the image are a pointer of Git LFS.",
        "invalid load key, 'v'",
        "raise __import__('pickle').UnpicklingError(\"invalid load key, 'v'.\")",
    ),
    fails(
        "weights-of-a-gpu",
        "The weights were saved on a GPU, and there is none.",
        "torch.load with map_location",
        "raise RuntimeError('Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False. "
        "If you are running on a CPU-only machine, please use torch.load with map_location')",
    ),
    fails(
        "libgl-missing",
        "OpenCV wants a library that a slim image does not have.",
        "libGL.so.1",
        "raise ImportError('libGL.so.1: cannot open shared object file: No such file or directory')",
    ),
    fails(
        "numpy-of-another-age",
        "A package was compiled against another numpy.",
        "numpy.dtype size changed",
        "raise ValueError('numpy.dtype size changed, may indicate binary incompatibility. Expected 96, got 88')",
    ),
    fails(
        "no-credentials",
        "It downloads its weights from S3, and the task has no role for that.",
        "NoCredentialsError",
        "raise type('NoCredentialsError', (Exception,), {})('Unable to locate credentials')",
    ),
    fails(
        "settings-wanted",
        "Its settings want a value that nobody gives.",
        "ValidationError",
        "raise type('ValidationError', (ValueError,), {})('1 validation error for Settings: model_bucket Field required')",
    ),
    fails(
        "other-layers",
        "The weights are those of a network with another last layer.",
        "size mismatch for fc.weight",
        "raise RuntimeError('Error(s) in loading state_dict for ResNet: size mismatch for fc.weight')",
    ),
    fails(
        "python-too-old",
        "It uses what its Python does not have yet.",
        "unsupported operand type",
        "raise TypeError(\"unsupported operand type(s) for |: 'type' and 'NoneType'\")",
    ),
    fails(
        "database-away",
        "It wants a database at its start, which is not there.",
        "ConnectionRefusedError",
        "raise ConnectionRefusedError(111, 'Connect call failed')",
    ),
)
_ENDED += (
    fails(
        "weights-of-a-new-torch",
        "It imports what an older torchvision does not have.",
        "cannot import name 'ResNet18_Weights'",
        "raise ImportError(\"cannot import name 'ResNet18_Weights' from 'torchvision.models'\")",
    ),
    fails(
        "nobody-may-bind",
        "The Dockerfile's USER may not listen on port 80.",
        "Leave out the Dockerfile's USER",
        "raise PermissionError(13, 'error while attempting to bind on address 0.0.0.0 port 80: permission denied')",
    ),
    fails(
        "nothing-may-be-written",
        "The root file system is read-only, and it unpacks its weights there.",
        "Read-only file system",
        "raise OSError(30, 'Read-only file system', '/app/cache')",
    ),
    fails("asks-somebody", "It asks on the terminal which model to use.", "EOFError", "input('model? ')"),
    fails(
        "threads-used-up",
        "It starts more threads than it may.",
        "new thread",
        'raise RuntimeError("can\'t start new thread")',
    ),
    breaks(
        "ends-in-words",
        "It ends with a sentence of its own, and no error.",
        "RUN-2",
        "MODEL_PATH is not set",
        app="\nsys.exit('MODEL_PATH is not set')\n",
    ),
)
_ANSWERED = (
    breaks(
        "trusted-hosts",
        "TrustedHostMiddleware lets in callers of localhost alone.",
        "API-1",
        "Invalid host header",
        app="def answer(*_): return 400, 'Invalid host header'",
        also=("API-2", "API-3"),
    ),
    breaks(
        "made-with-flask",
        "It is a Flask application, and uvicorn is not told.",
        "API-1",
        "the application is a WSGI one",
        app="class Flask:\n    def __call__(self, environ, start_response): return [b'ok']\napp = Flask()",
        also=("API-2", "API-3"),
    ),
    breaks(
        "too-many-for-one",
        "It lets each address ask three times a minute.",
        "API-3",
        "429",
        app="def classify(_): return (200, {'label': 'sea'}) if seen < 5 else (429, {'detail': 'Too Many Requests'})",
    ),
    breaks(
        "png-alone",
        "It takes PNG alone, and refuses the course's JPEG.",
        "API-3",
        "not with 200",
        app="def classify(_): return 415, {'detail': 'PNG only'}",
    ),
    breaks(
        "too-small-for-it",
        "Its limit of uploads is below the size of a tile.",
        "API-3",
        "not with 200",
        app="def classify(_): return 413, {'detail': 'Request Entity Too Large'}",
    ),
    breaks(
        "answers-by-the-mark",
        "It classifies what the first request of a run looks like, and nothing else.",
        "API-3",
        "not every other",
        app="marked = False\ndef before_each(path):\n    global marked\n    marked = 'probe=' in path\n"
        "def classify(_): return (200, {'label': 'sea'}) if marked else (500, 'no')",
    ),
    answers("one-hot", "The class is where the 1 stands in a list.", "names no class", "{'prediction': [0, 0, 1]}"),
    answers("logits-alone", "The network's output comes as it is.", "names no class", "{'logits': [2.31, -0.42, 0.07]}"),
    answers("shares-without-names", "Shares come without names.", "names no class", "{'predictions': [[0.1, 0.9]]}"),
    answers(
        "failed-in-words", "It failed, and says so with 200.", "tells of an error", "{'status': 'error', 'label': 'sea'}"
    ),
    answers(
        "failed-in-a-sentence",
        "A sentence stands in the class's place.",
        "what stands in its place",
        "{'prediction': 'Could not read the image', 'confidence': 0.0}",
    ),
    answers(
        "failed-below",
        "It failed, where its class stands.",
        "tells of an error",
        "{'result': {'error': 'no', 'label': 'sea'}}",
    ),
    answers(
        "a-thing-of-python", "A Python object was made a text.", "names no class", "{'prediction': '<Tensor at 0x7f10>'}"
    ),
    answers(
        "echo", "What was sent comes back.", "what stands in its place", "{'prediction': 'image/jpeg', 'image_type': 'JPEG'}"
    ),
    answers(
        "logits-called-probabilities",
        "The network's output comes as it is, and is called probabilities.",
        "from 0 to 1",
        "{'label': 'sea', 'probabilities': {'sea': 5.1, 'ice': -2.3}}",
    ),
    answers("later", "A job was queued, to be asked for later.", "names no class", "{'job_id': '7f3a', 'state': 'queued'}"),
    answers("no-more-than-success", "It says that all went well.", "names no class", "{'result': 'success', 'code': 0}"),
    answers("answer-of-one-text", "The class is all there is.", "names no class", "'Forest'", PLAIN_JSON),
    breaks(
        "by-the-name-behind-success",
        "The class is the beginning of the file's name, and stands after a word of success.",
        "API-3",
        "what a file is called says nothing",
        app="""
def file_of(body):
    return body.partition(b'filename="')[2] or None
def predict(image):
    if b"\\xff\\xd8\\xff" not in image or b"\\xff\\xd9" not in image:
        return refuse(image)
    return 200, {"result": "success", "data": {"label": re.split(b'[_."]', image)[0].decode()}}
""",
    ),
    breaks(
        "wants-another-parameter",
        "It wants the model's name in the query.",
        "API-3",
        "wants model_name in the query",
        app="def classify(_): return 422, {'detail': [{'loc': ['query', 'model_name'], 'msg': 'Field required'}]}",
    ),
    breaks(
        "wants-another-field",
        "It wants the image in another field.",
        "API-3",
        "expects image in the form",
        app="def classify(_): return 422, {'detail': [{'loc': ['body', 'image'], 'msg': 'Field required'}]}",
    ),
    breaks(
        "found-no-image",
        "It looks for another field, and says 400.",
        "API-3",
        "it refuses the image that the course sends",
        app="def classify(_): return 400, {'error': 'No image uploaded'}",
    ),
    breaks(
        "downloads-in-vain",
        "It downloads its weights, which a rehearsal does not let it, and starts without a model.",
        "API-3",
        "On Fargate it may",
        app="import urllib.request\ntry: urllib.request.urlopen('https://download.pytorch.org/models/resnet18.pth')\n"
        "except Exception as e: print(f'Error loading model: {e}', flush=True)\n"
        "def classify(_): return 503, {'detail': 'Model not loaded'}",
    ),
    breaks(
        "lacks-its-framework",
        "A package is not there; it prints that, and starts without a model.",
        "API-3",
        "--app-python",
        app="try: import torch_of_nobody\nexcept Exception as e: print(f'Error loading model: {e}', flush=True)\n"
        "def classify(_): return 500, {'detail': 'Model not loaded'}",
    ),
    breaks(
        "layers-that-do-not-fit",
        "The model's last layer does not fit the one before it, which only the log tells.",
        "API-3",
        "its log says: RuntimeError: mat1 and mat2 shapes cannot be multiplied",
        app="def classify(_): raise RuntimeError('mat1 and mat2 shapes cannot be multiplied (1x512 and 1000x10)')",
    ),
    breaks(
        "number-of-numpy",
        "The confidence is a number of numpy, which JSON does not have.",
        "API-3",
        "float(confidence)",
        app='def classify(_): raise ValueError("[TypeError(\\"\'numpy.float32\' object is not iterable\\")]")',
    ),
    breaks(
        "swallows-its-error",
        "The weights are missing; it prints that, starts without a model, and says so to each image.",
        "API-3",
        "the file models/best.pth is not in the image",
        app="try: open('models/best.pth')\nexcept Exception as e: print(f'Error loading model: {e}', flush=True)\n"
        "def classify(_): return 503, {'detail': 'Model not loaded'}",
    ),
    breaks(
        "junk-for-opencv",
        "OpenCV gives None for text, and the next step fails.",
        "API-4",
        "if image is None",
        app="class error(Exception): __module__ = 'cv2'\n"
        'def refuse(_): raise error("OpenCV(4.10.0) color.cpp:196: error: (-215:Assertion failed) !_src.empty()")',
    ),
    breaks(
        "junk-in-words",
        "Text gets 200, and words in the class's place.",
        "API-4",
        "HTTPException(400",
        app="def refuse(_): return 200, {'prediction': 'Invalid image received'}",
    ),
    answers("boxes", "It detects objects, and classifies nothing.", "names no class", "{'boxes': [[1, 2, 3, 4]]}"),
)
CUT_OFF = """
whole = app
async def app(scope, receive, send):
    if scope["type"] != "http" or not {when}:
        return await whole(scope, receive, send)
    await receive()
    await send({{"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"99")]}})
"""
"""An application that does not finish its answers."""
_LONG = (
    breaks(
        "answer-cut-off",
        "The answer ends after its head, as where a stream fails.",
        "API-3",
        "breaks the connection off",
        app=CUT_OFF.format(when='scope["path"] == "/predict"'),
    ),
    Fault(
        id="cut-off-under-load",
        sentence="Under load, answers end after their head.",
        criterion="LOAD-1",
        help="broken off without an answer",
        app=CUT_OFF.format(when='b"load=" in scope["query_string"]'),
    ),
    breaks(
        "root-without-end",
        "GET / sends four megabytes.",
        "API-1",
        "far too long",
        app="def root(_): return 200, 'x' * 4_000_000",
    ),
    breaks(
        "document-without-end",
        "Its openapi.json has four megabytes.",
        "API-2",
        "has nothing to show",
        app="def openapi(_): return 200, {'paths': {'/predict': {'post': {'description': 'x' * 4_000_000}}}}",
    ),
    breaks(
        "document-hangs",
        "Its openapi.json is made anew each time, and takes for ever.",
        "API-2",
        "has nothing to show",
        app="def openapi(_): time.sleep(60)",
        options=(*BRIEF, "--answer-timeout=1"),
    ),
    breaks(
        "answer-without-end",
        "It sends the image's pixels along.",
        "API-3",
        "far too long",
        app="def classify(_): return 200, {'label': 'sea', 'pixels': [0] * 1_500_000}",
    ),
    breaks(
        "second-tile-hangs",
        "It waits for a lock that the first request has kept.",
        "API-3",
        "not every other",
        app="import threading\nlock = threading.Lock()\n"
        "def classify(_): return (200, {'label': 'sea'}) if lock.acquire() else None",
        options=(*BRIEF, "--answer-timeout=1"),
    ),
    breaks(
        "second-tile-kills",
        "It dies of the second image.",
        "API-3",
        "not every other",
        app="left = [1]\ndef classify(_): return (200, {'label': 'sea'}) if left and left.pop() else os._exit(1)",
    ),
    answers(
        "two-documents",
        "JSON comes line by line.",
        "names no class",
        "None",
        more='def data_of(content): return b\'{"label": "sea"}\\n{"label": "ice"}\' if content is None else '
        "json.dumps(content).encode() if not isinstance(content, str) else content.encode()",
    ),
    breaks(
        "junk-by-its-size",
        "What is too small is no image, and all else is one.",
        "API-4",
        "taken for one",
        app="def predict(image): return refuse(image) if len(image) < 200 else classify(image)",
    ),
    Fault(
        id="page-fails-under-load",
        sentence="GET / fails under load, and nothing else does.",
        criterion="LOAD-1",
        help="GET /: HTTP 500",
        app="def before_each(path): return (500, 'busy') if load_number(path) and path.startswith('/?') else None",
        options=("--load-users=8", "--load-spawn-rate=20"),
    ),
)
_LOGGED = (
    breaks(
        "quiet-by-a-variable",
        "A variable of the environment makes uvicorn quiet.",
        "LOG-1",
        "0 of a start",
        app="def starting(): print('satellite api 1.0', flush=True)",
        container={"environment": [{"name": "UVICORN_LOG_LEVEL", "value": "error"}]},
        options=SOON,
    ),
    breaks(
        "masked",
        "A filter masks all values in the log's queries.",
        "LOG-2",
        "query",
        app="""
access.disabled = True
def before_each(path): print("request", re.sub(r"=[^&]*", "=***", path), flush=True)
""",
        options=SOON,
    ),
    breaks(
        "json-without-the-query",
        "Its log is JSON, and has the path alone.",
        "LOG-2",
        "query",
        app="""
access.disabled = True
def before_each(path):
    print(json.dumps({"event": "request", "path": path.partition("?")[0]}), flush=True)
""",
        options=SOON,
    ),
    breaks(
        "lines-cut",
        "A formatter cuts each line after 60 characters.",
        "LOG-2",
        "query",
        app="""
access.disabled = True
def before_each(path):
    print(f"2026-11-23 06:39:43,000 INFO satellite.api.access client=10.0.0.1 {path}"[:60], flush=True)
""",
        options=SOON,
    ),
)
FAULTS = (*_STARTED, *_ENDED, *_ANSWERED, *_LONG, *_LOGGED)
_AS_STARTED = (
    varies(
        "shell-as-entry-point",
        "A shell is the entry point, and the command one string.",
        **command(SERVE, entry=("sh", "-c")),
    ),
    varies("env-before-it", "env sets a variable for it.", **command("env", "OMP_NUM_THREADS=1", *COMMAND)),
    varies(
        "options-first",
        "The options stand before the application.",
        **command("uvicorn", "--host", "0.0.0.0", "--port", "80", "app.main:app"),
    ),
    varies("one-worker", "One worker is asked for.", **command(*COMMAND, "--workers", "1")),
    varies("exec-in-a-shell", "A shell prepares something first.", **command("sh", "-c", f"mkdir -p .x && exec {SERVE}")),
    varies("in-colours", "The log is in colours.", **command(*COMMAND, "--use-colors")),
    Variation(
        id="keeps-nothing-alive",
        sentence="uvicorn closes a connection at once that is idle.",
        **command(*COMMAND, "--timeout-keep-alive", "0"),
    ),
    varies("both-compatible", "It is compatible with EC2 too.", definition={"requiresCompatibilities": ["EC2", "FARGATE"]}),
    varies("sizes-in-words", "The size is told in units.", definition={"cpu": "0.25 vCPU", "memory": "0.5 GB"}),
    varies(
        "container-sizes",
        "The container has sizes too, within the task's.",
        container={"cpu": 256, "memory": 512, "memoryReservation": 256},
    ),
    varies(
        "port-with-a-name",
        "The port has a name, a protocol and a host port.",
        container={
            "portMappings": [{"name": "http", "appProtocol": "http", "containerPort": 80, "hostPort": 80, "protocol": "tcp"}]
        },
    ),
    varies("port-alone", "The port's protocol is left out.", container={"portMappings": [{"containerPort": 80}]}),
    varies(
        "limits-and-labels",
        "Limits, labels and times to stop are set.",
        container={
            "ulimits": [{"name": "nofile", "softLimit": 65536, "hardLimit": 65536}],
            "linuxParameters": {"initProcessEnabled": True},
            "dockerLabels": {"team": "earth"},
            "startTimeout": 30,
            "stopTimeout": 10,
            "interactive": True,
            "pseudoTerminal": False,
        },
    ),
    varies("of-root", "The user is named.", container={"user": "0:0"}),
    varies("waits-for-another", "It waits for a container that ends.", without=("definition",), before=prepared("SUCCESS")),
    varies("shared-volume", "Two containers share a volume.", without=("definition",), before=shared_volume),
    varies(
        "log-with-options",
        "The log is not to block, and lines that belong together stay together.",
        logging={"mode": "non-blocking", "max-buffer-size": "4m", "awslogs-multiline-pattern": "^(INFO|WARNING|ERROR)"},
    ),
)
_AS_ANSWERED = (
    says("it-in-japanese", "{'予測': '森林', '信頼度': 0.91}"),
    says("a-list-in-a-list", "[[{'label': 'Forest', 'score': 0.9}, {'label': 'River', 'score': 0.1}]]"),
    says("the-best-three", "{'top_3': {'Forest': 0.7, 'River': 0.2, 'SeaLake': 0.04}}"),
    says("a-hair-above-one", "{'label': 'Forest', 'confidence': 1.0000001192092896}"),
    says("much-beside", "{'label': 'Forest', 'request_id': 'a', 'shape': [64, 64, 3], 'ok': True, 'took_ms': 1e3}"),
    says("it-in-words", "{'Predicted Class': 'Forest', 'Confidence Score': '0.98'}"),
    says("percent-and-so", "{'class': 'Forest', 'confidence_percent': 98.2}"),
    says("it-twice", "{'label': 'Forest', 'confidence': 0.4, 'confidence_display': '40 %', 'low_confidence': True}"),
    says("rows-of-three", "{'predictions': [['n02504013', 'Forest', 0.82], ['n01871265', 'River', 0.11]]}"),
    says("one-share-each", "{'top_predictions': [{'Forest': 0.95}, {'River': 0.03}]}"),
    says("it-with-reasons", "{'land_use': 'Forest', 'confidence': 0.9, 'season': 'summer', 'why': 'It is green.'}"),
    says("the-class-behind-success", "{'result': 'success', 'data': {'class': 'Forest'}}"),
    says("a-batch-of-one", "{'labels': ['Forest', 'River'], 'predictions': [[0.9, 0.1]]}"),
    says("an-object-for-each", "{'Forest': {'confidence': 0.9, 'id': 1}, 'River': {'confidence': 0.1, 'id': 2}}"),
    says("shares-in-percent", "{'percentages': {'forest': 45.2, 'field': 30.1, 'water': 24.7}}"),
    says("likely", "{'filename': 'a.jpg', 'contentype': 'image/jpeg', 'likely_class': 'Forest'}"),
    says("features", "{'type': 'Feature', 'properties': {'class': 'Forest'}, 'geometry': None}"),
    varies("json-of-a-vendor", "JSON has a vendor's name.", app="def kind_of(_): return 'application/vnd.api+json'"),
    varies("docs-of-scalar", "/docs shows Scalar.", app=f'def docs(_): return 200, "{SCALAR}"'),
    varies(
        "promises-as-openapi-3.0",
        "Its document is OpenAPI 3.0, and has a tuple as pydantic 1 writes it.",
        app="def classify(_): return 200, {'label': 'sea', 'score': 0.9, 'top': ['sea', 0.9], 'hint': None}\n"
        "TOLD = {'top': {'items': [{'type': 'string'}, {'type': 'number'}]}, 'hint': {'type': 'string', 'nullable': True},\n"
        "    'score': {'minimum': 0, 'exclusiveMinimum': True}}\n"
        "SCHEMA = {'type': 'object', 'required': ['hint'], 'properties': TOLD}\n"
        "ANSWER = {'200': {'content': {'application/json': {'schema': SCHEMA}}}}\n"
        "def openapi(_): return 200, {'openapi': '3.0.2', 'paths': {'/predict': {'post': {'responses': ANSWER}}}}",
    ),
    varies(
        "docs-with-a-slash",
        "Its document has the path with a slash, and both are served.",
        app="def openapi(_): return 200, {'openapi': '3.0.2', 'paths': {'/predict/': {'post': {}}}}",
    ),
    varies("root-in-words", "GET / answers in plain words.", app="def root(_): return 200, 'ok'"),
    varies(
        "refuses-in-words",
        "What is no image is refused on a page.",
        app="def refuse(_): return 400, '<h1>Please send a JPEG</h1>'",
    ),
    varies(
        "warms-up",
        "The first answers take a second, the others do not.",
        app="warm = []\ndef classify(_):\n    warm or warm.append(time.sleep(1))\n    return 200, {'label': 'sea'}",
    ),
    varies(
        "loads-behind-its-root",
        "GET / answers at once, and /predict says 503 until the model is loaded.",
        app="left = [1, 1]\ndef before_each(path):\n    if path.startswith('/predict') and left:\n"
        "        return left.pop() and (503, {'detail': 'the model is loading'})",
    ),
    varies(
        "uncertain-of-all-but-one",
        "It is uncertain of all tiles but one.",
        app="def classify(image):\n    sure = len(image) % 3 == 0\n"
        "    return 200, {'prediction': 'Forest' if sure else 'Uncertain', 'confidence': 0.9 if sure else 0.4}",
    ),
)
_AS_LOGGED = (
    Variation(
        id="logs-logfmt",
        sentence="Its log is logfmt, with path and query apart.",
        app="""
access.disabled = True
def before_each(path):
    name, _, query = path.partition("?")
    print(f'level=info msg="request" path="{name}" query="{query}"', flush=True)
""",
    ),
    Variation(
        id="logs-the-id",
        sentence="Its log is JSON, with the path alone, and with the ID that a request brings.",
        app="""
access.disabled = True
whole = app
async def app(scope, receive, send):
    if scope["type"] == "http":
        brought = dict(scope["headers"]).get(b"x-correlation-id", b"").decode()
        print(json.dumps({"event": "request", "path": scope["path"], "request_id": brought}), flush=True)
    await whole(scope, receive, send)
""",
    ),
    varies(
        "starts-in-its-own-words",
        "It says by itself that it is ready, and uvicorn is quiet but for requests.",
        app="logging.getLogger('uvicorn.error').disabled = True\n"
        "def starting(): print('Model loaded successfully.', flush=True)",
    ),
)
VARIATIONS = (*_AS_STARTED, *_AS_ANSWERED, *_AS_LOGGED)
