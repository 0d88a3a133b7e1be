"""Applications that only look right. Those that can be told from outside are faults; here are those that cannot.

They pass, and that is said openly: what they do is what a bad model, or an honest server, might do as well.
"""

from tests.faults.deployments.benign import BRIEF
from tests.faults.deployments.case import Cheat


def cheats(id: str, sentence: str, app: str, **how: object) -> Cheat:
    """One that is not loaded."""
    return Cheat(**({"id": id, "sentence": sentence, "app": app, "options": BRIEF} | how))  # type: ignore[arg-type]


CHEATS = (
    cheats("constant", "There is no model: every image is the same class.", "def classify(_): return 200, {'label': 'sea'}"),
    cheats(
        "by-the-bytes",
        "The class is a checksum of the file.",
        "import zlib\ndef classify(image): return 200, {'label': f'class-{zlib.crc32(image) % 10}', 'confidence': 0.9}",
    ),
    cheats(
        "by-the-length",
        "The class is the length of the file.",
        "def classify(image): return 200, {'label': f'class-{len(image) % 10}', 'confidence': 0.9}",
    ),
    cheats(
        "by-a-list-of-the-tiles",
        "It has a list of the suite's own tiles, and knows no other.",
        "def classify(image): return 200, {'label': {1: 'desert', 2: 'sea'}.get(len(image) % 9, 'forest')}",
    ),
    cheats(
        "by-turns",
        "The class is the next one of a list, and each image keeps the one that it was given.",
        "given = {}\ndef classify(image): return 200, {'label': f'class-{given.setdefault(image, len(given))}'}",
    ),
    cheats(
        "the-image-before",
        "Each image gets the class of the one that came before it.",
        "last = [b'']\ndef classify(image):\n    last.append(image)\n    return 200, {'label': f'class-{len(last[-2])}'}",
    ),
    cheats(
        "confidence-made-up",
        "The confidence is a number that looks good.",
        "import zlib\ndef classify(image): return 200, {'label': 'sea', 'confidence': 0.9 + zlib.crc32(image) % 100 / 1000}",
    ),
    cheats(
        "images-by-their-ends",
        "What begins and ends as a JPEG does is one, whatever is between.",
        "def predict(image): return classify(image) if image[:2] + image[-2:] == b'\\xff\\xd8\\xff\\xd9' else refuse(image)",
    ),
    Cheat(
        id="start-printed-by-hand",
        sentence="The lines of the start are printed, and no server has said them.",
        app="logging.getLogger('uvicorn.error').disabled = True\n"
        "def starting(): print('INFO:     Application startup complete.', flush=True)",
    ),
    Cheat(
        id="requests-printed-by-hand",
        sentence="The lines of the requests are printed, and no access log has written them.",
        app="access.disabled = True\ndef before_each(path): print('INFO:     10.0.0.1 - \"POST', path, '200', flush=True)",
    ),
    Cheat(
        id="from-memory-under-load",
        sentence="Under load it answers from memory, whatever was sent.",
        app="def before_each(path):\n    if load_number(path) and path.startswith('/predict'):\n"
        "        return 200, {'label': 'sea'}",
    ),
    cheats(
        "for-this-caller",
        "It works while it is judged, and never again.",
        "began = time.monotonic()\ndef before_each(_): return (503, 'over') if time.monotonic() > began + 600 else None",
    ),
    cheats(
        "dies-afterwards",
        "It ends by itself long after the run.",
        "import threading\ndef starting():\n    late = threading.Timer(900, os._exit, [1])\n    late.daemon = True\n"
        "    late.start()",
    ),
    cheats(
        "docs-of-nothing",
        "The docs show more than there is.",
        "def openapi(_): return 200, {'openapi': '3.1.0', 'paths': {'/predict': {'post': {}}, '/train': {'post': {}}}}",
    ),
)
