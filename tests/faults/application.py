"""The learner's API: a right one, without a framework so that it starts at once. A case replaces its functions by name."""

APPLICATION = '''
import asyncio, json, logging, os, pathlib, re, signal, sys, time, traceback

access = logging.getLogger("uvicorn.access")
seen = 0  # requests so far
METHOD, FIELD = "POST", b'name="file"'  # how an image comes


def root(path):
    return 200, {"name": "satellite-api"}


def docs(path):
    return 200, "<title>satellite-api - Swagger UI</title>"


def openapi(path):
    return 200, {"openapi": "3.1.0", "paths": {"/predict": {"post": {}}}}


def predict(image):
    """One image of the form's field."""
    whole = image.startswith(b"\\xff\\xd8") and image.endswith(b"\\xff\\xd9")
    return classify(image) if whole else refuse(image)


def classify(image):
    return 200, {"label": "desert", "confidence": 0.9}


def refuse(image):
    return 400, {"detail": "this is no image"}


def before_each(path):
    """Called with the path and query of each request; what it returns is the answer."""


def load_number(path):
    """The number of a request of the load; 0 for all others."""
    found = re.search(r"[?&]load=[^.]+[.](\\d+)", path)
    return int(found[1]) if found else 0


def kind_of(content):
    return "text/html" if isinstance(content, str) else "application/json"


def coded(path):
    """How the answer says that it is packed."""
    return []


def data_of(content):
    return (content if isinstance(content, str) else json.dumps(content)).encode()


def starting():
    """Called once, before the server listens."""


def file_of(body):
    head, found, rest = body.partition(FIELD)
    return rest.partition(b"\\r\\n\\r\\n")[2].rpartition(b"\\r\\n--")[0] if found else None


async def app(scope, receive, send):
    global seen
    if scope["type"] == "lifespan":
        await receive()
        try:
            starting()
        except Exception:  # told as Starlette tells it
            await send({"type": "lifespan.startup.failed", "message": traceback.format_exc()})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    body, more = b"", True
    while more:
        event = await receive()
        body, more = body + event.get("body", b""), event.get("more_body", False)
    seen += 1
    path, query = scope["path"], scope["query_string"].decode()
    early = before_each(f"{path}?{query}")
    status, content = early or await asyncio.to_thread(answer, scope["method"], path, body)
    data = data_of(content) if status != 204 else b""
    headers = [(b"content-type", kind_of(content).encode()), (b"content-length", str(len(data)).encode())]
    headers += coded(path)
    headers += [(b"location", b"/elsewhere")] if 300 <= status < 400 else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": data})


def answer(method, path, body):
    pages = {"/": root, "/docs": docs, "/openapi.json": openapi}
    if path == "/predict":
        if method != METHOD:
            return 405, {"detail": "Method Not Allowed"}
        image = file_of(body)
        return (422, {"detail": "Field required: file"}) if image is None else predict(image)
    return pages[path](path) if path in pages else (404, {"detail": "Not Found"})
'''
"""For uvicorn as app.main:app. It answers in threads, as FastAPI's plain functions do."""
