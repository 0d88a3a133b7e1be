"""The reference classifier: its tiles, its model, its answers, and what it refuses."""

import csv
import hashlib
import io
import json
import math
import re
import shutil
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image

from fixtures.satellite.app.model import MODEL_FILE
from fixtures.satellite.train import TILES, model_text

SATELLITE = TILES.parent
ROWS = list(csv.DictReader((TILES / "tiles.csv").read_text("utf-8").splitlines()))
HELD_OUT = [row for row in ROWS if row["split"] == "held_out"]
TILE = (TILES / HELD_OUT[0]["file"]).read_bytes()
COURSE_COMMAND = ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "80"]
TILE_DEGREES = 64 / 15
needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from Linux's /proc")


@dataclass(frozen=True)
class Server:
    """A running uvicorn: where it answers, what it said when it started, and its access log."""

    url: str
    pid: int
    startup: str
    access_log: Path

    def predict(self, content: bytes, query: str = "") -> requests.Response:
        """Send the content as the multipart field `file`."""
        return requests.post(f"{self.url}/predict{query}", files={"file": ("image", content)}, timeout=60)

    def peak_mb(self) -> float:
        """Read the highest resident memory so far, in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text("ascii")
        return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1000


def uvicorn_in(folder: Path) -> list[str]:
    """Build the course's command, on a free port of 127.0.0.1, for the app in a folder."""
    options = ["--app-dir", str(folder), "--host", "127.0.0.1", "--port", "0"]
    return [sys.executable, "-m", "uvicorn", "app.main:app", *options]


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Run the classifier until the block ends; its access log goes into the folder."""
    log = folder / "access.log"
    with (
        log.open("w") as stdout,
        subprocess.Popen(uvicorn_in(SATELLITE), stdout=stdout, stderr=subprocess.PIPE, text=True) as process,
        ThreadPoolExecutor(1) as reader,
    ):
        try:
            assert process.stderr is not None
            startup = ""
            while "Uvicorn running on" not in startup:
                line = process.stderr.readline()
                assert line, f"the classifier ended before it served; it said:\n{startup}"
                startup += line
            reader.submit(process.stderr.read)  # a pipe that nobody reads fills up and stops the server
            yield Server(re.findall(r"running on (\S+)", startup)[0], process.pid, startup, log)
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One classifier for all tests that leave no mark on it."""
    with serving(tmp_path_factory.mktemp("satellite")) as running:
        yield running


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[Server]:
    """A classifier of the test's own, whose peak memory nobody else has raised."""
    with serving(tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def answers(server: Server) -> list[requests.Response]:
    """The answers for all held-out tiles, in the order of HELD_OUT."""
    return [server.predict((TILES / row["file"]).read_bytes()) for row in HELD_OUT]


def black_png(width: int, height: int, depth: int, colour_type: int, samples: int) -> bytes:
    """Build a PNG by hand, so that a huge one costs the test nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer, row = zlib.compressobj(1), bytes(1 + (width * depth * samples + 7) // 8)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def encoded(mode: str, image_format: str) -> bytes:
    """Encode a held-out tile in another mode of colours."""
    buffer = io.BytesIO()
    Image.open(io.BytesIO(TILE)).convert(mode).save(buffer, image_format)
    return buffer.getvalue()


def fifty_megabytes_in_chunks() -> Iterator[bytes]:
    """Yield a multipart body that does not declare its length."""
    yield b'--edge\r\nContent-Disposition: form-data; name="file"; filename="image"\r\n\r\n'
    yield from (bytes(1_000_000) for _ in range(50))
    yield b"\r\n--edge--\r\n"


def test_tile_list_names_exactly_the_tiles_in_the_repository() -> None:
    """Every tile has its coordinates in tiles.csv, and every row has its tile."""
    assert sorted(row["file"] for row in ROWS) == sorted(str(p.relative_to(TILES)) for p in TILES.glob("*/*.jpg"))


def test_tile_names_carry_the_split_and_label_of_their_row() -> None:
    """Training reads label and split from the path, so path and row agree."""
    for row in ROWS:
        assert re.fullmatch(rf"{row['split']}/{row['label']}_\d\d\.jpg", row["file"]), row


def test_no_two_tiles_show_the_same_ground() -> None:
    """A held-out tile overlaps no training tile, nor does any other pair."""
    for one, other in combinations(ROWS, 2):
        gaps = [abs(float(one[axis]) - float(other[axis])) for axis in ("lat", "lon")]
        assert max(gaps) >= TILE_DEGREES, f"{one['file']} and {other['file']} overlap: move one in tiles.csv"
    assert len({hashlib.sha256((TILES / row["file"]).read_bytes()).digest() for row in ROWS}) == len(ROWS)


def test_tiles_stay_small() -> None:
    """Tiles are 64 x 64 pixels and weigh less than 400 kB together."""
    tiles = [(TILES / row["file"]).read_bytes() for row in ROWS]
    assert {Image.open(io.BytesIO(tile)).size for tile in tiles} == {(64, 64)}
    assert sum(len(tile) for tile in tiles) < 400_000


def test_training_reproduces_the_model_byte_for_byte() -> None:
    """The stored model, with its accuracy, is what the script makes of the stored tiles."""
    assert model_text().encode() == MODEL_FILE.read_bytes(), "run: python -m fixtures.satellite.train"


def test_stored_accuracy_is_what_the_api_reaches_on_held_out_tiles(answers: list[requests.Response]) -> None:
    """The accuracy that the model claims is measured again, over HTTP."""
    hits = [answer.json()["label"] == row["label"] for answer, row in zip(answers, HELD_OUT, strict=True)]
    accuracy = round(sum(hits) / len(hits), 4)
    assert accuracy == json.loads(MODEL_FILE.read_text("utf-8"))["held_out_accuracy"]
    assert accuracy > 0.9


def test_every_held_out_tile_gets_a_distribution_over_the_classes(answers: list[requests.Response]) -> None:
    """Scores are finite, sum to 1, and the label is the class that scores highest."""
    for answer in answers:
        assert answer.status_code == 200, answer.text
        said = answer.json()
        assert set(said["scores"]) == {row["label"] for row in ROWS}
        assert math.isclose(sum(said["scores"].values()), 1)
        assert said["confidence"] == said["scores"][said["label"]] == max(said["scores"].values())


def test_openapi_describes_the_answer(server: Server) -> None:
    """/openapi.json names exactly the fields of a real answer, and the refusals."""
    described = requests.get(f"{server.url}/openapi.json", timeout=60).json()
    schema = described["components"]["schemas"]["Prediction"]
    assert set(schema["required"]) == set(schema["properties"]) == set(server.predict(TILE).json())
    responses = described["paths"]["/predict"]["post"]["responses"]
    assert set(responses) == {"200", "400", "413", "422"}
    assert responses["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/Prediction")


def test_root_says_that_this_is_a_stand_in(server: Server) -> None:
    """GET / names Project 3, the classes and the way to ask."""
    said = requests.get(f"{server.url}/", timeout=60).json()
    assert "stand-in for the image of Project 3" in said["notice"]
    assert set(said["classes"]) == {row["label"] for row in ROWS}
    assert "/predict" in said["usage"]


def test_it_answers_as_project_2_does(server: Server, answers: list[requests.Response]) -> None:
    """`/` says that the model is loaded; of an image that it is not sure of, a prediction says so."""
    said = requests.get(server.url, timeout=60).json()
    assert (said["status"], said["model_loaded"]) == ("online", True)
    found = [answer.json() for answer in answers]
    assert {each["prediction"] == "Uncertain" for each in found if each["confidence"] < 0.6} == {True}
    assert {each["prediction"] == each["label"] for each in found if each["confidence"] >= 0.6} == {True}


def test_docs_page_is_served(server: Server) -> None:
    """GET /docs answers 200 with a page."""
    page = requests.get(f"{server.url}/docs", timeout=60)
    assert (page.status_code, "swagger" in page.text.lower()) == (200, True)


def test_startup_lines_reach_the_log(server: Server) -> None:
    """Uvicorn says that the application has started, and where it listens."""
    assert "Application startup complete." in server.startup
    assert "Uvicorn running on http://127.0.0.1:" in server.startup


def test_access_log_carries_the_probe_of_the_query(server: Server) -> None:
    """An unknown query parameter is accepted, and its log line traces the request."""
    assert server.predict(TILE, "?probe=4f1c").status_code == 200
    assert '"POST /predict?probe=4f1c HTTP/1.1" 200' in server.access_log.read_text("utf-8")


@pytest.mark.parametrize(
    ("content", "status", "reason"),
    [
        pytest.param(b"", 400, "the file is empty", id="empty"),
        pytest.param(b"hello\n" * 50, 400, "no JPEG, PNG or WebP image", id="text"),
        pytest.param(TILE[: len(TILE) // 2], 400, "cannot be decoded", id="truncated-jpeg"),
        pytest.param(encoded("RGB", "PNG")[:500], 400, "cannot be decoded", id="truncated-png"),
        pytest.param(encoded("P", "GIF"), 400, "no JPEG, PNG or WebP image", id="gif"),
        pytest.param(black_png(5000, 4001, 1, 0, 1), 413, "20005000 pixels", id="just-over-20-megapixels"),
        pytest.param(black_png(16000, 16000, 1, 0, 1), 413, "256000000 pixels", id="decompression-bomb"),
        pytest.param(bytes(50_000_000), 413, "Content Too Large", id="50-MB"),
    ],
)
def test_bad_file_gets_a_4xx_with_a_reason(server: Server, content: bytes, status: int, reason: str) -> None:
    """What cannot be classified is refused, the refusal says why, and the next tile is classified."""
    refusal = server.predict(content)
    assert (refusal.status_code, reason in refusal.text) == (status, True), refusal.text
    assert server.predict(TILE).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="no-body"),
        pytest.param({"files": {"image": TILE}}, id="another-field"),
        pytest.param({"data": {"file": "text"}}, id="a-string"),
        pytest.param({"json": {"file": "text"}}, id="json"),
    ],
)
def test_missing_file_gets_a_422_that_names_the_field(server: Server, body: dict[str, Any]) -> None:
    """A request without the multipart field `file` is told which field it lacks."""
    refusal = requests.post(f"{server.url}/predict", timeout=60, **body)
    assert refusal.status_code == 422
    assert refusal.json()["detail"][0]["loc"] == ["body", "file"]


@pytest.mark.parametrize(
    ("mode", "image_format"),
    [
        *((mode, "PNG") for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
        *((mode, "JPEG") for mode in ("L", "RGB", "CMYK", "YCbCr")),
    ],
)
def test_every_mode_of_colours_is_classified(server: Server, mode: str, image_format: str) -> None:
    """Grey, palette, transparent, 16-bit and CMYK images get an answer too."""
    assert server.predict(encoded(mode, image_format)).status_code == 200


@pytest.mark.parametrize("image", [TILE, encoded("P", "PNG")], ids=["jpeg", "png"])
def test_corrupt_bytes_never_cause_a_5xx(server: Server, image: bytes) -> None:
    """Whichever byte of an image is flipped, the answer is 200 or 4xx."""
    for position in range(0, len(image), len(image) // 80):
        corrupt = image[:position] + bytes([image[position] ^ 0xFF]) + image[position + 1 :]
        answer = server.predict(corrupt)
        assert answer.status_code < 500, f"byte {position}: {answer.status_code} {answer.text}"


@needs_proc
def test_refused_uploads_cost_almost_no_memory(fresh_server: Server) -> None:
    """50 MB, declared or in chunks, and a bomb of 256 megapixels raise the peak by less than 25 MB."""
    bomb = black_png(16000, 16000, 1, 0, 1)
    idle = fresh_server.peak_mb()
    chunked = requests.post(
        f"{fresh_server.url}/predict",
        data=fifty_megabytes_in_chunks(),
        headers={"Content-Type": "multipart/form-data; boundary=edge"},
        timeout=60,
    )
    refusals = [chunked, fresh_server.predict(bytes(50_000_000)), fresh_server.predict(bomb)]
    assert [refusal.status_code for refusal in refusals] == [413, 413, 413]
    assert fresh_server.peak_mb() - idle < 25


@needs_proc
def test_largest_images_at_once_fit_the_task(fresh_server: Server) -> None:
    """Three images of 20 megapixels at once, then three broken ones, peak below 300 MB: the task has 512."""
    largest = black_png(5000, 4000, 8, 6, 4)
    with ThreadPoolExecutor(3) as clients:
        answers = list(clients.map(fresh_server.predict, [largest] * 3))
    broken = [fresh_server.predict(largest[:-30_000]) for _ in range(3)]
    assert [answer.status_code for answer in answers + broken] == [200] * 3 + [400] * 3
    assert fresh_server.peak_mb() < 300


def test_broken_model_stops_the_start(tmp_path: Path) -> None:
    """A model that lacks a feature ends the process at startup, before it can answer anybody."""
    shutil.copytree(SATELLITE / "app", tmp_path / "app")
    broken = json.loads(MODEL_FILE.read_text("utf-8"))
    broken["scale"].pop()
    (tmp_path / "app" / "model.json").write_text(json.dumps(broken))
    ended = subprocess.run(uvicorn_in(tmp_path), capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode != 0
    assert "Application startup failed. Exiting." in ended.stderr


def test_dockerfile_runs_the_command_of_the_course() -> None:
    """The image starts uvicorn on port 80 and writes its log unbuffered."""
    lines = (SATELLITE / "Dockerfile").read_text("utf-8").splitlines()
    assert f"CMD {json.dumps(COURSE_COMMAND)}" in lines
    assert {"FROM python:3.11-slim", "ENV PYTHONUNBUFFERED=1", "EXPOSE 80"} <= set(lines)
