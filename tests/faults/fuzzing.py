"""Bundles changed at random: what Hypothesis may do to one, and how it is done."""

import gzip
import json
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from fixtures.evidence.manifest import MANIFEST, pack, write_manifest

MOMENTS = st.one_of(
    st.datetimes(min_value=datetime(1, 1, 2)).map(lambda moment: moment.isoformat() + "+00:00"),
    st.sampled_from(
        ("9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00", "2026-01-01", "24:00", "2026-02-30T00:00:00Z")
    ),
)
NUMBERS = st.one_of(st.integers(), st.floats(), st.sampled_from((0, -1, 2**31, 2**63, 10**14, 10**400, 1e308, -0.0, 1e-320)))
STRANGE = (
    "\ud800",
    "\x00",
    "\x1b[2J",
    "\u202e",
    "a\nb",
    "x" * 70_000,
    "../../etc/passwd",
    "/dev/zero",
    "1e999",
    "nan",
    "{}",
)
TEXTS = st.one_of(st.text(max_size=8), st.sampled_from(STRANGE), MOMENTS)
DEEP = st.sampled_from((50, 300, 900, 5_000)).map(lambda depth: "[" * depth + "]" * depth)
"""JSON that is nested so deeply, as text, since Python does not write it."""
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=5,
)
BYTES = st.one_of(st.binary(max_size=30), st.sampled_from((b"", b"\xff", b"\x1f\x8b\x08", b"PK\x03\x04", b"\x00" * 5_000)))
NUMBER = st.integers(min_value=0, max_value=10**6)
LIKELY = ("run.json", "criteria.json", "results.json", "load/load.json")
_HERE = "\x00here\x00"


@dataclass(frozen=True)
class Change:
    """One change: of the file that is the `file`th, at the `place`th of the places that it has."""

    kind: str
    file: int
    place: int
    value: Any = None


@dataclass(frozen=True)
class Case:
    """What is done to a bundle: the changes, whether its manifest fits them, and a change of its zip if it is one."""

    changes: tuple[Change, ...]
    hashed: bool
    zipped: tuple[Change, ...]


OF_JSON = st.one_of(
    st.builds(Change, st.just("alike"), NUMBER, NUMBER, st.tuples(NUMBERS, TEXTS)),
    st.builds(Change, st.just("replace"), NUMBER, NUMBER, VALUES),
    st.builds(Change, st.just("add"), NUMBER, NUMBER, VALUES),
    st.builds(Change, st.sampled_from(("delete", "twice", "rename", "empty", "swap")), NUMBER, NUMBER),
    st.builds(Change, st.just("deep"), NUMBER, NUMBER, DEEP),
    st.builds(Change, st.just("clock"), NUMBER, NUMBER, st.one_of(MOMENTS, st.integers(-(10**5), 10**5))),
)
OF_BYTES = st.one_of(
    st.builds(Change, st.sampled_from(("cut", "flip")), NUMBER, NUMBER),
    st.builds(Change, st.sampled_from(("insert", "cell")), NUMBER, NUMBER, st.one_of(BYTES, TEXTS)),
)
OF_FILES = st.builds(Change, st.sampled_from(("no file", "folder", "link", "pipe", "copy", "other name")), NUMBER, NUMBER)
CASES = st.builds(
    Case,
    st.lists(st.one_of(OF_JSON, OF_JSON, OF_JSON, OF_BYTES, OF_FILES), min_size=1, max_size=3).map(tuple),
    st.sampled_from((True,) * 9 + (False,)),
    st.one_of(*[st.just(())] * 9, st.lists(OF_BYTES, min_size=1, max_size=2).map(tuple)),
)
"""Anything at all."""
SUBTLE = st.builds(
    Case,
    st.lists(
        st.one_of(
            st.builds(Change, st.just("answer"), NUMBER, NUMBER, VALUES),
            st.builds(Change, st.sampled_from(("answer without", "answer of another")), NUMBER, NUMBER),
            st.builds(Change, st.just("alike"), NUMBER, NUMBER, st.tuples(NUMBERS, TEXTS)),
        ),
        min_size=1,
        max_size=2,
    ).map(tuple),
    st.just(True),
    st.just(()),
)
"""What AWS and the deployment answered, most of all: such a bundle hangs together, so that it is judged."""


def changed(bundle: Path, folder: Path, case: Case) -> Path:
    """The bundle as the case has it, as a copy in the folder: a folder, or a zip."""
    copy = folder / bundle.name
    shutil.copytree(bundle, copy)
    for change in case.changes:
        _make(copy, change)
    if case.hashed:
        with suppress(OSError):  # a link or a pipe is in no manifest
            write_manifest(copy)
    if case.zipped:
        with suppress(OSError, ValueError):
            target = pack(copy)
            for change in case.zipped:
                _change_bytes(target, change)
            return target
    return copy


def _make(folder: Path, change: Change) -> None:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    found = [path for path in files if path.suffix in (".json", ".gz")]
    evidence = [path for path in found if path.parent.name == "evidence"]
    likely = [path for path in found if path.relative_to(folder).as_posix() in LIKELY]
    of_files = change.kind in ("no file", "folder", "link", "pipe", "copy", "other name")
    if of_files or change.kind in ("cut", "flip", "insert", "cell"):
        likely = [path for path in files if path.suffix in (".csv", ".log") or path.name == MANIFEST]
        chosen = [*files, *likely * 10]
    elif change.kind.startswith("answer"):
        chosen = evidence
    else:
        chosen = [*found, *likely * 15]
    if not chosen:
        return
    path = chosen[change.file % len(chosen)]
    if of_files:
        _change_file(path, change)
    elif path.suffix not in (".json", ".gz") or change.kind in ("cut", "flip", "insert", "cell"):
        _change_bytes(path, change)
    else:
        with suppress(ValueError, RecursionError, OSError, EOFError):  # it was broken by the change before
            text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            made = _changed_json(text.decode(), change).encode()
            path.write_bytes(gzip.compress(made, 1) if path.suffix == ".gz" else made)


def _changed_json(text: str, change: Change) -> str:
    """The JSON with one of its places changed."""
    value = json.loads(text)
    kind = {"answer": "replace", "answer without": "delete", "answer of another": "swap"}.get(change.kind, change.kind)
    places = list(_places(value["response"] if change.kind.startswith("answer") else value))
    if kind == "clock":
        places = [(holder, key) for holder, key in places if _is_moment(holder[key])] or places
    if not places:
        return text
    holder, key = places[change.place % len(places)]
    if kind == "delete":
        del holder[key]
    elif kind == "rename" and isinstance(holder, dict):
        holder[f"{key}x"] = holder.pop(key)
    elif kind == "swap":
        other, there = places[(change.place * 7 + 1) % len(places)]
        holder[key], other[there] = json.loads(json.dumps([other[there], holder[key]]))
    else:
        holder[key] = _instead(holder[key], kind, change.value)
    made = json.dumps(value)
    if kind == "twice" and isinstance(holder, dict):
        made = made.replace(f"{json.dumps(key)}: ", f"{json.dumps(key)}: 0, {json.dumps(key)}: ", 1)
    return made.replace(json.dumps(_HERE), str(change.value))


def _instead(old: Any, kind: str, given: Any) -> Any:
    """What takes the place of a value."""
    if kind == "alike" and isinstance(old, (int, float, str)) and not isinstance(old, bool):
        return given[isinstance(old, str)]
    if kind == "empty":
        return type(old)() if old is not None else {}
    if kind == "add" and isinstance(old, dict):
        return old | {str(given)[:20]: given}
    if kind == "add" and isinstance(old, list):
        return [given, *old]
    return {"replace": given, "deep": _HERE, "clock": _moved(old, given)}.get(kind, old)


def _places(value: Any) -> Any:
    """Every place of JSON, as what holds it and the key or number there."""
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from _places(value[key])


def _is_moment(value: Any) -> bool:
    with suppress(ValueError, TypeError):
        return bool(datetime.fromisoformat(value)) and len(value) > 10
    return False


def _moved(old: Any, value: Any) -> Any:
    """The time moved by some seconds, or another value."""
    if isinstance(value, int) and _is_moment(old):
        with suppress(OverflowError):
            return (datetime.fromisoformat(old) + timedelta(seconds=value)).isoformat()
    return value


def _change_bytes(path: Path, change: Change) -> None:
    """Change what a file holds without a look at what it means."""
    content, place = path.read_bytes(), change.place
    at = place % (len(content) + 1)
    given = change.value if isinstance(change.value, bytes) else str(change.value).encode(errors="surrogatepass")
    if change.kind == "cut":
        path.write_bytes(content[:at])
    elif change.kind == "flip" and content:
        at %= len(content)
        path.write_bytes(content[:at] + bytes([content[at] ^ (1 << place % 8)]) + content[at + 1 :])
    elif change.kind == "insert":
        path.write_bytes(content[:at] + given + content[at:])
    else:
        rows = content.split(b"\n")
        cells = rows[place % len(rows)].split(b",")
        cells[place % len(cells)] = given
        rows[place % len(rows)] = b",".join(cells)
        path.write_bytes(b"\n".join(rows))


def _change_file(path: Path, change: Change) -> None:
    """Change what a file is."""
    beside = path.with_name(f"x{path.name}")
    if change.kind == "copy":
        shutil.copyfile(path, beside)
        return
    if change.kind == "other name":
        path.rename(beside)
        return
    path.unlink()
    if change.kind == "folder":
        path.mkdir()
    elif change.kind == "link":
        path.symlink_to("/dev/zero" if change.place % 2 else "run.json")
    elif change.kind == "pipe":
        os.mkfifo(path)
