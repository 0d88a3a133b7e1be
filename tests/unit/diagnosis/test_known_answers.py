"""What a deployment answers becomes a cause and advice for who has built it."""

import pytest

from fixtures.diagnosis.answers import DOCS, LOADED, NO_REASON, PREDICT, REFUSED, ROOT
from fixtures.diagnosis.diagnosis import COURSE, diagnose_answer, diagnose_words

IP = "http://127.1.2.3"
GET, POST = f"GET {IP}/: ", f"POST {IP}:20080/predict: "
JSON, HTML = "application/json: ", "text/html; charset=utf-8: "
SILENT, CLOSED = "no answer within 30 s", "connection broken off: it was closed before the answer had come"
SWAGGER = "<title>Swagger UI</title>"
REFUSING = "connection refused: nothing listens on that port"
KILLED = "the container was killed"
LONG = "its answer is longer than 3 MB, and was not read any further"
LISTENS = "the application listens on http://127.0.0.1:80 (Uvicorn running on http://127.0.0.1:80 (Press CTRL+C to quit))"
ANSWERS = [
    (ROOT, GET + f"200 {JSON}{{}}", "it answers"),
    (ROOT, GET + SILENT, "does not answer it"),
    (ROOT, GET + f"{REFUSING}: {LISTENS}", "listens on http://127.0.0.1:80"),
    (
        ROOT,
        GET + f"{REFUSING}: the container was killed (EssentialContainerExited; exit code 137)",
        "the container was killed",
    ),
    (ROOT, GET + "timed out while connecting: a security group, route or network ACL keeps it out", "does not reach it"),
    (ROOT, GET + REFUSING, "nothing listens on port 80"),
    (ROOT, GET + CLOSED, "breaks the connection off"),
    (ROOT, GET + "ContentDecodingError: …", "nothing answers"),
    (ROOT, GET + LONG, "does not end"),
    (ROOT, GET + "its answer cannot be read as HTTP", "no HTTP"),
    (ROOT, GET + f"307 {JSON}", "redirect"),
    (ROOT, GET + f"401 {JSON}{{}}", "brings a key"),
    (ROOT, GET + f"404 {JSON}{{}}", "the application has no /"),
    (ROOT, GET + f"405 {JSON}{{}}", "not for GET"),
    (ROOT, GET + f"422 {JSON}{{}}", "another form"),
    (ROOT, GET + f"500 {HTML}oh", "an error of its own"),
    (
        ROOT,
        GET
        + "500 text/plain: Internal Server Error; its log says: TypeError: Flask.__call__() missing 1 required positional "
        "argument: 'start_response'",
        "is a WSGI one",
    ),
    (ROOT, GET + f'503 {JSON}{{"detail": "model is loading"}}', "not ready"),
    (ROOT, GET + f"204 {JSON}", "not with 200"),
    (DOCS, f"GET {IP}/docs: 404 {JSON}{{}}", "switched off, or moved"),
    (DOCS, f"GET {IP}/docs: 200 {HTML}<title>Swagger UI</title>", "it shows the API"),
    (DOCS, f"GET {IP}/docs: 200 {HTML}{SWAGGER} its openapi.json cannot be read: GET …: 404", "has nothing to show"),
    (DOCS, f"GET {IP}/docs: 200 {HTML}{SWAGGER} POST /predict is not in it, but /", "without its POST /predict"),
    (DOCS, f"GET {IP}/docs: 200 {JSON}{{}}", "with data"),
    (DOCS, f"GET {IP}/docs: 200 {HTML}<h1>Welcome</h1>", "not the API's documentation"),
    (PREDICT, POST + f"404 {JSON}{{}}", "the application has no /predict"),
    (PREDICT, POST + f"405 {JSON}{{}}", "/predict is there, but not for POST"),
    (PREDICT, POST + f"422 {JSON}{{}}; not 200", "another form"),
    (
        PREDICT,
        POST + f'422 {JSON}{{"detail":[{{"type":"missing","loc":["query","model_name"],"msg":"Field required"}}]}}; not 200',
        "wants model_name in the query too",
    ),
    (
        PREDICT,
        POST + f'422 {JSON}{{"detail":[{{"type":"missing","loc":["body","image"],"msg":"Field required"}}]}}; not 200',
        "expects image in the form",
    ),
    (PREDICT, POST + f'422 {JSON}{{"detail":[{{"loc":["body","file"],"msg":"not a file"}}]}}; not 200', "another form"),
    (
        PREDICT,
        POST + f'503 {JSON}{{"detail": "no model"}}; not 200; its log says: Error loading model: <urlopen error [Errno 101] '
        "offline: socket.getaddrinfo to 'download.pytorch.org' refused; only 127.0.0.0/8 is reachable in a rehearsal>",
        "calls 'download.pytorch.org', and a rehearsal lets nothing leave",
    ),
    (
        PREDICT,
        POST + f'500 {JSON}{{"detail": "no model"}}; not 200; its log says: Error loading model: No module named \'torch\'',
        "needs torch, which it does not have where it runs",
    ),
    (
        PREDICT,
        POST + f'503 {JSON}{{"detail": "no model"}}; not 200; its log says: Error loading model: [Errno 2] No such file or '
        "directory: 'models/best.pth'",
        "the file models/best.pth is not in the image",
    ),
    (
        PREDICT,
        POST + f'503 {JSON}{{"detail": "no model"}}; its log says: Failed to load model: bad magic',
        "error of its own",
    ),
    (PREDICT, POST + f'400 {JSON}{{"error": "No image uploaded"}}; not 200', "it refuses the image"),
    (PREDICT, POST + "400 text/plain: Invalid host header; not 200", "by certain names alone"),
    (PREDICT, POST + f'200 {JSON}"Forest"; no class is found in it', "names no class"),
    (
        PREDICT,
        POST
        + f'200 {JSON}{{"label": "No model"}}; no class is found in it (its keys are label: \'No model\'); where one is',
        "what stands in its place",
    ),
    (
        PREDICT,
        POST + f'200 {JSON}{{"items": 3}}; no class is found in it (its keys are items); where one is',
        "it names no class",
    ),
    (
        PREDICT,
        POST + f'200 {JSON}{{"label": "x", "confiance": 97}}; $.confiance: \'97\' is no share from 0 to 1',
        "no share",
    ),
    (PREDICT, POST + f"200 {HTML}<h1>oh</h1>; content type text/html; not JSON", "a web page"),
    (PREDICT, POST + f'200 {JSON}{{"label": "x", "confidence": NaN}}; not JSON', "NaN or Infinity"),
    (PREDICT, POST + f'200 {JSON}"{{\\"label\\": 1}}"; $: not an object', "packed into a string"),
    (PREDICT, POST + '200 text/plain: {"label": "x"}; content type text/plain', "does not call itself JSON"),
    (PREDICT, POST + f'200 {JSON}{{"error": "no model"}}; $: …', "tells of an error"),
    (PREDICT, POST + f'200 {JSON}{{"label": "x", "confidence": 97}}; $.confidence: 97 is greater than …', "no share"),
    (PREDICT, POST + f'200 {JSON}{{"label": "x"}}; its own openapi.json: $: …', "breaks what the API's own"),
    (PREDICT, POST + f"200 {JSON}{{}}; $: {{}} is not valid under any of the given schemas", "names no class"),
    (
        PREDICT,
        POST + f'200 {JSON}{{"label": "x"}}; the same image as y is ...: it goes by the file\'s name',
        "of the file's name",
    ),
    (PREDICT, POST + f"200 {JSON}{{}}; content encoding gzip, which nobody has asked for", "it is packed"),
    (PREDICT, POST + "500 text/plain: oh; another tile, ocean_04.jpg, after …; not 200", "not every other"),
    (
        PREDICT,
        POST + "500 text/plain: Internal Server Error; not 200; its log says: ValueError: "
        "[TypeError(\"'numpy.float32' object is not iterable\"), TypeError('vars() argument must have __dict__ attribute')]",
        "no JSON can be made",
    ),
    (
        PREDICT,
        POST + "500 text/plain: oh; its log says: TypeError: Object of type Tensor is not JSON serializable",
        "no JSON",
    ),
    (PREDICT, POST + f"500 {HTML}oh; a tile of another size, x.jpg, after …; not 200", "one size only"),
    (REFUSED, POST + f'200 {JSON}{{"label": "x"}}', "was taken for one"),
    (REFUSED, POST + f'200 {JSON}{{"error": "cannot identify image file"}}', "told of as an error, but with 200"),
    (REFUSED, POST + f'200 {JSON}{{"success":false,"label":null}}', "told of as an error, but with 200"),
    (REFUSED, POST + f'200 {JSON}{{"label": "x", "error": null, "errors": []}}', "was taken for one"),
    (REFUSED, POST + f'500 {JSON}{{"detail": "OpenCV(4.10.0) error: (-215) !_src.empty()"}}', "gives None for it"),
    (REFUSED, POST + f"500 {HTML}oh", "nobody has thought of"),
    (REFUSED, POST + f'500 {JSON}{{"detail": "400: no image"}}', "of its own refusal"),
    (REFUSED, POST + f"400 {JSON}{{}}; {NO_REASON}", "does not say why"),
    (REFUSED, POST + SILENT, "does not answer it"),
    (REFUSED, POST + CLOSED, "breaks the connection off"),
    (REFUSED, POST + REFUSING, "nothing listens there any more"),
    (REFUSED, POST + f"303 {HTML}", "redirect"),
    (REFUSED, POST + f'400 {JSON}{{"detail": "no image"}}', "does not live on"),
]
LOADS = [
    ("3 x POST /predict: HTTP 429", "limits how often"),
    ("3 x POST /predict: HTTP 503; 1 x GET /: HTTP 429", "limits how often"),
    ("3 x POST /predict: HTTP 503", "errors of the application's own"),
    ("3 x POST /predict: not JSON", "say 200 and are none"),
    ("3 x POST /predict: no answer within 10 s", "pile up"),
    ("3 x POST /predict: its answer is longer than 3 MB", "do not end"),
    ("3 x POST /predict: connection lost", "broken off"),
    ("3 x POST /predict: connection refused", "ended"),
    ("3 x POST /predict: JSON, but no classification", "say 200 and are none"),
    ("p95 2400 ms", "too slowly"),
    ("3 x POST /predict: HTTP 404", "requests fail"),
]


@pytest.mark.parametrize(("table", "told", "cause"), ANSWERS, ids=[told for _, told, _ in ANSWERS])
def test_a_wrong_answer_is_understood(table, told, cause):
    """The cause says what to mend, in words that need no knowledge of HTTP."""
    found = diagnose_answer(table, told, COURSE)
    assert cause in found.cause
    assert found.said == told
    assert "{" not in found.cause


@pytest.mark.parametrize(("told", "cause"), LOADS)
def test_what_fails_under_load_is_understood(told, cause):
    """The most frequent errors say it, or that there are none."""
    assert cause in diagnose_words(LOADED, told, COURSE).cause


def test_advice_names_method_and_path():
    """It can be pasted into the application."""
    assert '@app.post("/predict")' in diagnose_answer(PREDICT, POST + f"405 {JSON}", COURSE).advice
    assert '@app.get("/")' in diagnose_answer(ROOT, GET + f"404 {JSON}", COURSE).advice


@pytest.mark.parametrize("row", dict.fromkeys([*ROOT, *DOCS, *PREDICT, *REFUSED, *LOADED]), ids=lambda row: row.id)
def test_each_row_can_be_reached(row):
    """No row hides behind one above it in every table that has it."""
    reached = [diagnose_answer(table, told, COURSE).id for table, told, _ in ANSWERS]
    reached += [diagnose_words(LOADED, told, COURSE).id for told, _ in LOADS]
    assert row.id in reached
