"""Ways to make a run endless or to fill the memory, as data: what a stranger gives, and what has to come of it.

Those that a bundle or a zip can be broken with, and the limits of one pattern each, are in `tampering.py` and
`test_patterns.py`.
"""

import gzip
import io
import itertools
import json
import lzma
import os
import shutil
import socket
import struct
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fixtures.evidence.manifest import MANIFEST, MOST_FILES, pack, write_manifest
from fixtures.evidence.redaction import Redactor
from fixtures.launch.contract import faults_of
from fixtures.replay.session import prepared
from fixtures.replay.unpacking import InvalidError
from fixtures.report.rubric_file import RubricError, read_rubric
from fixtures.settings.options import OPTIONS, PREDICT_SCHEMA
from fixtures.settings.settings import SettingsError, read_settings
from fixtures.settings.trouble import Exceeded
from fixtures.wire.internet import Exchange, Internet, Request
from tests.faults.tampering import edit, edit_evidence

PATIENCE = 1.0
"""Seconds that a slow answer may take; one that is only long has more, as the machine may be busy."""
MOST_PIECES = 4_000
"""No attack sends more than so many pieces, so that it ends even where nothing ends it."""
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
OWN = json.loads(PREDICT_SCHEMA.read_text())
GOOD = '{"label": "sea", "confidence": 0.9}'
MEGABYTE = b"0" * 1_000_000


@dataclass(frozen=True)
class Attack:
    """One way. `outcome` tries it in a folder, on a copy of a bundle, and says in words what came of it: `told` is in it."""

    name: str
    outcome: Callable[[Path, Path], str]
    told: str
    costly: bool = False
    """Whether it takes seconds where it is withstood: such siblings of others are tried by hand."""


# ---------------------------------------------------------------- answers of the deployment


def answers(name: str, pieces: Callable[[], Iterator[bytes]], told: str, pause: float = 0.0) -> Attack:
    """An answer in pieces, with a pause after each."""

    def outcome(_folder: Path, _bundle: Path) -> str:
        with socket.create_server(("127.0.0.1", 0)) as server:
            threading.Thread(target=_serve, args=(server, pieces(), pause), daemon=True).start()
            url = f"http://127.0.0.1:{server.getsockname()[1]}/predict"
            answer = Internet().send(Request("GET", url, PATIENCE if pause else 20.0))
        return answer.trouble or "; ".join(*faults_of([answer], OWN, Exchange("GET", url, 404, "", "", 0.0)))

    return Attack(name, outcome, told)


def _serve(server: socket.socket, pieces: Iterator[bytes], pause: float) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(65_536)
        try:
            for piece in itertools.islice(pieces, MOST_PIECES):
                connection.sendall(piece)
                time.sleep(pause)
        except OSError:
            return  # whoever asked has had enough


def _packed(packing: str, pack_it: Callable[[bytes], bytes]) -> Callable[[], Iterator[bytes]]:
    def pieces() -> Iterator[bytes]:
        body = pack_it(MEGABYTE * 50)
        yield HEAD + f"content-encoding: {packing}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body

    return pieces


def _whole(body: str) -> Callable[[], Iterator[bytes]]:
    return lambda: iter([HEAD + f"content-length: {len(body)}\r\n\r\n{body}".encode()])


def _endless(begin: bytes, more: bytes) -> Callable[[], Iterator[bytes]]:
    return lambda: itertools.chain([begin], itertools.repeat(more))


TOO_LONG, TOO_SLOW, NO_ANSWER = "longer than 3 MB", "no answer within 1 s", "cannot be read as HTTP"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"

ANSWERS = (
    answers("a body without end", _endless(HEAD + b"\r\n", MEGABYTE), TOO_LONG),
    answers(
        "a body longer than it says, without end", _endless(HEAD + b"content-length: 9999999999\r\n\r\n", MEGABYTE), TOO_LONG
    ),
    answers("a body byte by byte", _endless(HEAD + b"content-length: 9999\r\n\r\n", b"0"), TOO_SLOW, 0.05),
    answers("a head byte by byte", _endless(b"HTTP/1.1 200 OK\r\nx-", b"a"), TOO_SLOW, 0.05),
    answers("a head line by line", _endless(b"HTTP/1.1 200 OK\r\n", b"x-a: b\r\n"), TOO_SLOW, 0.05),
    answers("a status line byte by byte", _endless(b"HTTP/1.1 2", b"0"), TOO_SLOW, 0.05),
    answers("a head of very many lines", _endless(HEAD, b"x-a: b\r\n" * 1_000), NO_ANSWER),
    answers("a head with one very long line", _endless(HEAD + b"x-a: ", MEGABYTE), NO_ANSWER),
    answers("a very long status line", _endless(b"HTTP/1.1 200 ", MEGABYTE), NO_ANSWER),
    answers("informational answers without end", _endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), TOO_SLOW, 0.01),
    answers("many informational answers", _endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000), TOO_LONG),
    answers("chunks without end", _endless(CHUNKED, b"3e8\r\n" + b"0" * 1_000 + b"\r\n"), TOO_LONG),
    answers("tiny chunks without end", _endless(CHUNKED, b"1\r\n0\r\n" * 1_000), TOO_LONG),
    answers("a chunk byte by byte", _endless(CHUNKED + b"ffff\r\n", b"0"), TOO_SLOW, 0.05),
    answers("a chunk of an endless size", _endless(CHUNKED, b"f" * 1_000), NO_ANSWER),
    answers("a chunk's extension without end", _endless(CHUNKED + b"1;", MEGABYTE), NO_ANSWER),
    answers("trailers without end", _endless(CHUNKED + b"0\r\n", b"x-a: b\r\n" * 1_000), TOO_LONG),
    answers("nothing at all", _endless(b"", b""), TOO_SLOW, 0.05),
    answers("a gzip bomb", _packed("gzip", gzip.compress), "content encoding gzip"),
    answers(
        "a gzip bomb in a gzip bomb",
        _packed("gzip, gzip", lambda body: gzip.compress(gzip.compress(body))),
        "content encoding gzip, gzip",
    ),
    answers("a deflate bomb", _packed("deflate", zlib.compress), "content encoding deflate"),
    answers("a bomb packed by brotli's name", _packed("br", lambda _: b"\x00" * 10_000), "content encoding br"),
    answers(
        "a redirect to itself",
        lambda: iter([b"HTTP/1.1 302 Found\r\nlocation: /predict\r\ncontent-length: 0\r\n\r\n"]),
        "not 200",
    ),
    answers("deep JSON", _whole("[" * 1_000_000), "not JSON"),
    answers("JSON of a million empty objects", _whole("[" + "{}," * 990_000 + "{}]"), "not JSON"),
    answers("a number of a million digits", _whole('{"label": ' + "9" * 1_000_000 + "}"), "not JSON"),
    answers("a share of 400 digits", _whole(f'{{"label": "sea", "confidence": {10**400}}}'), "is no share from 0 to 1"),
    answers("a label of nearly three megabytes", _whole(json.dumps({"label": "a" * 2_900_000})), "no class is found in it"),
    answers(
        "a text in an encoding that takes for ever",
        lambda: iter([HEAD.replace(b"json", b"json; charset=punycode") + b"\r\n" + MEGABYTE]),
        "not JSON",
    ),
)


# ---------------------------------------------------------------- schemas


def promises(name: str, schema: dict, told: str, answer: str = GOOD, costly: bool = False) -> Attack:
    """An openapi.json whose promise is this schema; its other parts are beside it."""
    content = {"application/json": {"schema": schema.pop("schema", schema)}}
    paths = {"/predict": {"post": {"responses": {"200": {"content": content}}}}}
    return told_by(name, json.dumps({"openapi": "3.1.0", "paths": paths} | schema), told, answer, costly=costly)


def told_by(name: str, openapi: str, told: str, answer: str = GOOD, schema: dict = OWN, costly: bool = False) -> Attack:
    """An openapi.json as a text, and an answer that is held to it."""

    def outcome(_folder: Path, _bundle: Path) -> str:
        kind = "application/json"
        given = Exchange("POST", "http://127.0.0.1/predict", 200, kind, answer, 0.0)
        try:
            document = Exchange("GET", "http://127.0.0.1/openapi.json", 200, kind, openapi, 0.0)
            return "; ".join(*faults_of([given], schema, document))
        except Exceeded as error:
            return str(error)

    return Attack(name, outcome, told, costly)


def _doubled(word: str, depth: int = 28) -> dict:
    """Definitions of which each refers to the next one twice."""
    kept = {f"a{n}": {word: [{"$ref": f"#/components/schemas/a{n + 1}"}] * 2} for n in range(depth)}
    return {"components": {"schemas": kept | {f"a{depth}": {}}}, "schema": {"$ref": "#/components/schemas/a0"}}


def _in_itself(word: str, depth: int) -> dict:
    schema: dict = {}
    for _ in range(depth):
        schema = {word: schema}
    return schema


SLOW, LONG_LABEL = "it takes more than 3 s or 300 MB", json.dumps({"label": "a" * 40 + "!"})
MANY_L, ITSELF = (
    json.dumps({"label": "sea", "l" * 60: 1}),
    "#/paths/~1predict/post/responses/200/content/application~1json/schema",
)
BACKTRACKING = {"properties": {"label": {"pattern": "^(a+)+$"}}}
SCHEMAS = (
    promises("a pattern that backtracks", BACKTRACKING, SLOW, LONG_LABEL),
    promises("a pattern with two ways", {"properties": {"label": {"pattern": "^(a|a)*$"}}}, SLOW, LONG_LABEL, costly=True),
    promises("a backtracking name", {"patternProperties": {"^(l|l|la)+(x+x+)+y": {}}}, SLOW, MANY_L, costly=True),
    promises("allOf of two to the power of 28", _doubled("allOf"), SLOW, costly=True),
    promises("oneOf of two to the power of 28", _doubled("oneOf"), SLOW, costly=True),
    promises("a reference to itself", {"$ref": ITSELF}, "RecursionError"),
    promises("a schema deep in itself", _in_itself("not", 400), "the schema cannot be used"),
    promises("very many properties to have", {"required": [str(n) for n in range(20_000)]}, "'0' is a required property"),
    promises("a schema of another place", {"$ref": "http://127.0.0.1:9/endless"}, "which is not in it"),
    told_by("an openapi.json that is deep", '{"paths": ' * 100_000, ""),
    told_by("an openapi.json of many objects", '{"paths": [' + "{}," * 900_000 + "{}]}", ""),
    told_by("a grader's schema that backtracks", "{}", SLOW, LONG_LABEL, BACKTRACKING, costly=True),
)


# ---------------------------------------------------------------- bundles


def bundles(
    name: str, change: Callable[[Path], Path | None], told: str, hashed: bool = True, costly: bool = False
) -> Attack:
    """What is done to a bundle's copy; a path is what is judged in its place."""

    def outcome(folder: Path, bundle: Path) -> str:
        copy = folder / bundle.name
        shutil.copytree(bundle, copy)
        other = change(copy)
        if hashed and not other:
            write_manifest(copy)
        try:
            prepared(other or copy, folder / "prepared")
        except InvalidError as error:
            return f"INVALID: {error}"
        return "it hangs together"

    return Attack(name, outcome, told, costly)


def _bare(folder: Path, name: str, make: Callable[[Path], object]) -> None:
    (folder / name).unlink()
    make(folder / name)


def _long(path: Path, size: int) -> None:
    """A file that takes no place on the disk."""
    with path.open("ab") as file:
        file.truncate(size)


def _many(folder: Path) -> None:
    (folder / "x").mkdir()
    for number in range(MOST_FILES + 1):
        os.link(folder / "run.json", folder / "x" / str(number))


def _nested(folder: Path) -> None:
    (folder / "/".join("x" * 500)).mkdir(parents=True)


def _bulk(folder: Path, content: bytes, times: int = 1) -> None:
    """Bulk that envelopes refer to."""
    (folder / "evidence" / "bulk").mkdir(exist_ok=True)
    (folder / "evidence" / "bulk" / "b.json.gz").write_bytes(content)
    for path in sorted(folder.glob("evidence/0*.json"))[:times]:
        told = json.loads(path.read_text())
        path.write_text(json.dumps(told | {"response": {"a": {"bulk": "bulk/b.json.gz"}}}))


def _write(name: str, content: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(content) and None


def _zip(folder: Path, change: Callable[[bytes], bytes] = bytes) -> Path:
    target = pack(folder)
    target.write_bytes(change(target.read_bytes()))
    return target


def _bomb(folder: Path) -> Path:
    """A zip of a quarter of a megabyte that unpacks to 200."""
    target = folder.with_name("bomb.zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("bundle/zeros", "w") as file:
        for _ in range(200):
            file.write(MEGABYTE)
    return target


def _zipped(folder: Path, packing: int, *contents: bytes) -> Path:
    target = folder.with_name("bomb.zip")
    with zipfile.ZipFile(target, "w", packing) as archive:
        for number, content in enumerate(contents):
            archive.writestr(f"bundle/{number}.zip" if number else f"bundle/{MANIFEST}", content)
    return target


def _inner_zip() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("more", MEGABYTE * 20)
    return target.getvalue()


def _overlapping(folder: Path) -> Path:
    """A zip whose list names one packed megabyte a thousand times, each time as another file."""
    target = _zipped(folder, zipfile.ZIP_DEFLATED, MEGABYTE)
    content = target.read_bytes()
    start, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    entry, name = content[start:end], b"bundle/" + MANIFEST.encode()
    entries = [entry.replace(name, f"{n:0{len(name)}}".encode()) for n in range(1_000)]
    listed = b"".join(entries)
    told = struct.pack("<HHII", len(entries), len(entries), len(listed), start)
    target.write_bytes(content[:start] + listed + content[end : end + 8] + told + content[end + 20 :])
    return target


def _huge_list(folder: Path) -> Path:
    """A zip that says that its list of files takes hundreds of megabytes, and has them."""
    target = folder.with_name("list.zip")
    size = 300_000_000
    _long(target, size)
    with target.open("ab") as file:
        file.write(b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 65_535, 65_535, size, 0, 0))
    return target


def _flipped(content: bytes) -> bytes:
    """A zip in which every packed file is broken in its middle."""
    start = content.index(b"PK\x01\x02")
    broken = bytearray(content)
    for place in range(200, start, 97):
        broken[place] ^= 0xFF
    return bytes(broken)


def _pipe(folder: Path) -> Path:
    os.mkfifo(folder.with_name("pipe.zip"))
    return folder.with_name("pipe.zip")


def _many_requests(folder: Path) -> None:
    with (folder / "load" / "requests.csv").open("ab") as file:
        file.write(b"\n1,a,1,1," * 1_500_000)


def _much_evidence(folder: Path) -> None:
    for number in range(9):
        (folder / "evidence" / f"900{number}-a-b.json").write_bytes(b'"' + b"a" * 19_000_000 + b'"')


def _long_arn(told: dict) -> None:
    told["response"]["arn"] = f"arn:aws:ecs:us-east-1:{'1' * 12}{':a' * 9_000_000}"


def _many_tags(told: dict) -> None:
    told["parameters"]["a"] = [{"Key": "launch-control-run", "Value": "x"}] * 100_000


def _link_all(folder: Path) -> None:
    for path in sorted(folder.glob("evidence/0*.json")):
        _bare(folder, path.relative_to(folder).as_posix(), lambda put: put.symlink_to("/dev/zero"))


NO_FILE, TOO_MUCH = "is a link or no file", "it holds more than 20,000 files, 500 MB or 8 folders deep"
HEAP = b'{"a":[' + b'{"":0},' * 1_000_000 + b"0]}"
BUNDLES = (
    bundles("a pipe in place of its record", lambda f: _bare(f, "run.json", os.mkfifo), NO_FILE, hashed=False),
    bundles("a pipe in place of its manifest", lambda f: _bare(f, MANIFEST, os.mkfifo), NO_FILE, hashed=False),
    bundles("a pipe in place of itself", _pipe, "neither a folder nor a file"),
    bundles("a device in place of itself", lambda _: Path("/dev/zero"), "neither a folder nor a file"),
    bundles(
        "a link to a device", lambda f: _bare(f, "cost.json", lambda p: p.symlink_to("/dev/zero")), NO_FILE, hashed=False
    ),
    bundles("links to a device for all evidence", _link_all, NO_FILE, hashed=False),
    bundles("a link to its own folder", lambda f: (f / "x").symlink_to("."), NO_FILE, hashed=False),
    bundles("a socket", lambda f: socket.socket(socket.AF_UNIX).bind(os.path.relpath(f / "x")), NO_FILE, hashed=False),
    bundles("a file of 40 GB", lambda f: _long(f / "x", 40 * 10**9), TOO_MUCH, hashed=False),
    bundles("an unlisted file of 40 GB", lambda f: _long(f / "ledger.jsonl", 40 * 10**9), TOO_MUCH, hashed=False),
    bundles("a zip of 40 GB", lambda f: _long(f.with_name("a.zip"), 40 * 10**9) or f.with_name("a.zip"), "no zip"),
    bundles("a record of 100 MB", lambda f: _long(f / "run.json", 100_000_000), "longer than 20 MB"),
    bundles(
        "an envelope of 60 MB",
        lambda f: _long(f / "evidence/0001-sts-GetCallerIdentity.json", 60_000_000),
        "longer than 20 MB",
    ),
    bundles("a log of 60 MB", lambda f: _long(f / "logs/service.log", 60_000_000), "longer than 20 MB"),
    bundles("a list of requests of 60 MB", lambda f: _long(f / "load/requests.csv", 60_000_000), "load/ cannot be read"),
    bundles("a list of very many requests", _many_requests, "load/ cannot be read"),
    bundles(
        "a list of requests with one huge cell",
        _write("load/requests.csv", b"started,name,ms,status,failure\n" + b"1" * 15_000_000),
        "load/ cannot be read",
    ),
    bundles("too many files", _many, TOO_MUCH, hashed=False),
    bundles("folders in folders in folders", _nested, TOO_MUCH, hashed=False),
    bundles(
        "a manifest of very many lines",
        _write(MANIFEST, (b"0" * 64 + b"  x\n") * 80_000),
        "lists more than 20,000 files",
        hashed=False,
    ),
    bundles("a manifest of one line", _write(MANIFEST, b"0" * 5_900_000), "is missing", hashed=False),
    bundles("a manifest of empty lines", _write(MANIFEST, b"\n" * 5_900_000), "lists more than 20,000 files", hashed=False),
    bundles("deep JSON in its record", _write("run.json", b'{"a":' * 100_000), "RecursionError"),
    bundles("its record full of little objects", _write("run.json", HEAP), "150 MB of memory"),
    bundles("its criteria full of little objects", _write("criteria.json", HEAP), "150 MB of memory"),
    bundles("its results full of little objects", _write("results.json", HEAP), "150 MB of memory"),
    bundles("a number of a million digits in its record", _write("run.json", b"9" * 1_000_000), "4300 digits"),
    bundles("bulk that is a bomb", lambda f: _bulk(f, gzip.compress(MEGABYTE * 100, 1)), "is a bomb"),
    bundles("bulk that is a bomb in many parts", lambda f: _bulk(f, gzip.compress(MEGABYTE, 1) * 100), "is a bomb"),
    bundles("bulk of many little objects", lambda f: _bulk(f, gzip.compress(HEAP, 1)), "150 MB of memory"),
    bundles("bulk of a broken stream", lambda f: _bulk(f, gzip.compress(MEGABYTE)[:-20]), "no envelope"),
    bundles("bulk that is LZMA", lambda f: _bulk(f, lzma.compress(MEGABYTE)), "no envelope"),
    bundles(
        "one bulk for all evidence",
        lambda f: _bulk(f, gzip.compress(json.dumps(["a" * 900] * 20_000).encode(), 1), 120),
        "INVALID",
        costly=True,
    ),
    bundles("much evidence that is not so much each", _much_evidence, "no envelope", costly=True),
    bundles("an ARN of twenty megabytes", edit_evidence("NET-1", "DescribeSecurityGroups", _long_arn), "account"),
    bundles("a tag list of very many", edit_evidence("NET-1", "CreateSecurityGroup", _many_tags), "run's tag", costly=True),
    bundles("a log of very many lines", _write("logs/service.log", b"a\n" * 9_000_000), "not what CloudWatch told"),
    bundles(
        "an answer of /predict of very many words",
        _write("public_endpoint_test.json", b"a " * 4_000_000),
        "not what /predict answered",
    ),
    bundles(
        "a run ID of very many letters",
        edit("run.json", lambda told: told.update(run_id="0" * 15_000_000)),
        "INVALID: '0000",
    ),
    bundles("a mode of very many letters", edit("run.json", lambda told: told.update(mode="\x1b" * 3_000_000)), "mode"),
    bundles("a zip bomb", _bomb, "bomb"),
    bundles("a zip bomb of LZMA", lambda f: _zipped(f, zipfile.ZIP_LZMA, MEGABYTE * 10), "unusual way"),
    bundles("a zip bomb of bzip2", lambda f: _zipped(f, zipfile.ZIP_BZIP2, MEGABYTE * 10), "unusual way"),
    bundles("zips in a zip", lambda f: _zipped(f, zipfile.ZIP_DEFLATED, b"", *[_inner_zip()] * 20), "added"),
    bundles("a zip whose files are one", _overlapping, "INVALID"),
    bundles("a zip with a huge list of files", _huge_list, "INVALID"),
    bundles("a zip of broken streams", lambda f: _zip(f, _flipped), "no zip that can be read"),
    bundles(
        "a zip that is cut off", lambda f: _zip(f, lambda content: content[: len(content) // 2]), "no zip that can be read"
    ),
    bundles(
        "a zip of too many files",
        lambda f: _zipped(f, zipfile.ZIP_STORED, *[b""] * (MOST_FILES + 1)),
        "the zip holds",
        costly=True,
    ),
)


# ---------------------------------------------------------------- options, and what is printed


def options(name: str, put: Callable[[Path], object], told: str, dest: str = "", suffix: str = ".toml") -> Attack:
    """A file that an option names; without the option's name it is the rubric."""

    def outcome(folder: Path, _bundle: Path) -> str:
        path = folder / f"given{suffix}"
        other = put(path)
        path = other if isinstance(other, Path) else path
        try:
            if dest:
                read_settings({option.dest: option.default for option in OPTIONS} | {dest: path}, {})
            else:
                read_rubric(path)
        except (SettingsError, RubricError) as error:
            assert "\n" not in str(error)
            return f"exit code 4: {error}"
        return "taken"

    return Attack(name, outcome, told)


def _picture(path: Path, size: int) -> None:
    """A PNG of so many pixels in each direction, all black where it has any."""
    packed = zlib.compress(bytes((size // 8 + 1) * 1_000))
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", size, size, 1, 0, 0, 0, 0)), (b"IDAT", packed), (b"IEND", b""))
    parts = (struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c)) for k, c in chunks)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


def _text(content: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(content)


NO_PLAIN, TOO_LARGE = "it is no plain file", "it is longer than"
FILES = (
    options("a device as rubric", lambda _: Path("/dev/zero"), NO_PLAIN),
    options("a pipe as rubric", os.mkfifo, NO_PLAIN),
    options("a rubric of 40 GB", lambda path: _long(path, 40 * 10**9), TOO_LARGE),
    options("a rubric of one endless name", _text(".".join("a" * 5_900) + "=1"), "there is no criterion a"),
    options("a deep rubric", _text("a=" + "[" * 11_000), "cannot be read"),
    options("a deep rubric in JSON", _text("[" * 11_000), "cannot be read", suffix=".json"),
    options("a rubric with a number of many digits", _text("[NET-1]\npoints=" + "9" * 11_000), "cannot be read"),
    options("a device as schema", lambda _: Path("/dev/zero"), NO_PLAIN, "predict_schema"),
    options("a pipe as schema", os.mkfifo, NO_PLAIN, "predict_schema"),
    options("a schema of 40 GB", lambda path: _long(path, 40 * 10**9), TOO_LARGE, "predict_schema"),
    options("a deep schema", _text('{"not":' * 9_000), "is not a JSON Schema", "predict_schema"),
    options("a schema of many parts", _text('{"allOf":[' + "1," * 40_000 + "1]}"), "is not a JSON Schema", "predict_schema"),
    options("a device as image", lambda _: Path("/dev/zero"), NO_PLAIN, "test_image"),
    options("a pipe as image", os.mkfifo, NO_PLAIN, "test_image"),
    options("an image of 40 GB", lambda path: _long(path, 40 * 10**9), TOO_LARGE, "test_image"),
    options("an image of 50,000 by 50,000", lambda path: _picture(path, 50_000), "decompression bomb", "test_image"),
)


def redacted(name: str, text: Callable[[], str], hidden: str, costly: bool = False) -> Attack:
    """A text on its way to the bundle; what must stand in it then."""
    return Attack(name, lambda *_: Redactor().text(text()), hidden, costly)


LOGS = (
    redacted("log lines of 40 KB with one @", lambda: ("a" * 20_000 + "@" + "b." * 10_000 + "\n") * 6, "a"),
    redacted("a megabyte of log", lambda: "GET /predict?token=abc 200 OK somebody@example.org\n" * 20_000, "[e-mail]"),
    redacted(
        "ten megabytes of log", lambda: "GET /predict?token=abc 200 OK somebody@example.org\n" * 200_000, "[e-mail]", True
    ),
    redacted("400 KB of what begins like a token", lambda: "eyJ-" * 100_000, "eyJ"),
    redacted("a megabyte of digits", lambda: "123456789012" * 90_000, "1"),
    redacted("a megabyte of what may be a secret", lambda: "password=" * 120_000, "password="),
    redacted("half a megabyte of quotes", lambda: 'secret\\"' * 60_000, "secret"),
    redacted("half a megabyte of the beginnings of a key", lambda: "-----BEGIN PRIVATE KEY-----" * 20_000, "[redacted]"),
    redacted("a megabyte of accounts", lambda: " ".join(str(10**11 + n) for n in range(80_000)), "900000000001"),
)

ATTACKS = (*ANSWERS, *SCHEMAS, *BUNDLES, *FILES, *LOGS)

# ---------------------------------------------------------------- deployments, judged whole


@dataclass(frozen=True)
class Deployment:
    """An application that does this, and the criteria that it fails for it."""

    name: str
    app: str
    failed: tuple[str, ...]


DEPLOYMENTS = (
    Deployment(
        "a schema that backtracks, and log lines of 40 KB with one @",
        """
def before_each(path):
    print(("a" * 20_000 + "@" + "b." * 10_000 + chr(10)) * 6)


def openapi(path):
    content = {"application/json": {"schema": {"properties": {"label": {"pattern": "^(a+)+$"}}}}}
    return 200, {"openapi": "3.1.0", "paths": {"/predict": {"post": {"responses": {"200": {"content": content}}}}}}


def classify(image):
    return 200, {"label": "a" * 40 + "!"}
""",
        ("API-3",),
    ),
    Deployment(
        "answers of ten megabytes everywhere",
        """
def before_each(path):
    return 200, {"label": "a" * 10_000_000}
""",
        ("API-1",),
    ),
)
