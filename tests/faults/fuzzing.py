"""Bundles of the real suite, changed at random: what Hypothesis may do to one, and a folder in which that is cheap."""

import copy
import gzip
import hashlib
import json
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st

from fixtures.evidence import manifest, stored
from fixtures.evidence.manifest import MANIFEST, UNLISTED

MOMENTS = st.one_of(
    st.datetimes(min_value=datetime(1, 1, 2)).map(lambda moment: moment.isoformat() + "+00:00"),
    st.sampled_from(
        ("9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00", "2026-01-01", "24:00", "2026-02-30T00:00:00Z")
    ),
)
NUMBERS = st.one_of(
    st.integers(),
    st.floats(),
    st.sampled_from((0, -1, 2**31, 2**63, 10**18, 10**400, 1e308, -0.0, 1e-320)),
)
TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ("\ud800", "\x00", "\x1b[2J", "\u202e", "a\nb", "x" * 70_000, "../../etc/passwd", "/dev/zero", "1e999", "nan")
    ),
    MOMENTS,
)
DEEP = st.sampled_from((50, 300, 900, 5_000)).map(lambda depth: "[" * depth + "]" * depth)
"""JSON that is nested so deeply, as text, since Python does not write it."""
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=5,
)
BYTES = st.one_of(st.binary(max_size=30), st.sampled_from((b"", b"\xff", b"\x1f\x8b\x08", b"PK\x03\x04", b"\x00" * 5_000)))
BYTE_KINDS = ("insert", "cell", "cut", "flip", "no file", "folder", "link", "pipe", "copy", "other name")


@dataclass(frozen=True)
class Change:
    """One change: of the file that is the `file`th, at the `place`th of the places that it has."""

    kind: str
    file: int
    place: int
    value: object = None


def changes():
    """Any change that there is; JSON's are the likeliest, as the reader has most to say of them."""
    number = st.integers(min_value=0, max_value=10**6)
    of_json = st.one_of(
        st.builds(Change, st.just("replace"), number, number, VALUES),
        st.builds(Change, st.just("add"), number, number, VALUES),
        st.builds(Change, st.sampled_from(("delete", "twice", "rename", "empty", "swap")), number, number),
        st.builds(Change, st.just("deep"), number, number, DEEP),
        st.builds(Change, st.just("clock"), number, number, st.one_of(MOMENTS, st.integers(-(10**5), 10**5))),
    )
    of_bytes = st.one_of(
        st.builds(Change, st.sampled_from(BYTE_KINDS[2:]), number, number),
        st.builds(Change, st.sampled_from(BYTE_KINDS[:2]), number, number, st.one_of(BYTES, TEXTS)),
    )
    return st.lists(st.one_of(of_json, of_json, of_json, of_bytes), min_size=1, max_size=3)


class Scratch:
    """A copy of a bundle that is changed, read, and put right again. What was not changed is read once only."""

    def __init__(self, bundle: Path, folder: Path) -> None:
        self.folder = folder / bundle.name
        shutil.copytree(bundle, self.folder)
        for name in UNLISTED:
            (self.folder / name).unlink(missing_ok=True)
        paths = [path for path in sorted(self.folder.rglob("*")) if path.is_file() and path.name != MANIFEST]
        self._was = {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in paths}
        self._lines = {name: f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in self._was.items()}
        named = [name for name in ("run.json", "criteria.json", "load/load.json") if name in self._was]
        texts = [name for name in ("load/requests.csv", "logs/service.log") if name in self._was]
        self._json = [name for name in self._was if name.endswith((".json", ".json.gz"))] + named * 15
        self._all = [*self._was, *texts * 20]
        self._touched: set[str] = set()

    def remember(self, monkeypatch) -> None:
        """From now on what has not changed is neither hashed nor parsed again."""
        read = stored._stored

        def read_alone(path):
            shelf = stored._Shelf(path.parent)
            return read(path, shelf), shelf.bulk

        remembered = _remembering(read_alone)

        def read_again(path, shelf):
            envelope, bulk = remembered(path)
            shelf.bulk |= bulk
            return envelope

        monkeypatch.setattr(stored, "_stored", read_again)
        monkeypatch.setattr(manifest, "_digest", _remembering(manifest._digest))

    def apply(self, chosen) -> None:
        """Make these changes, and a manifest to match."""
        for change in chosen:
            self._make(change)
        lines = dict(self._lines)
        for name in self._touched:
            path = self.folder / name
            lines.pop(name, None)
            if path.is_file() and not path.is_symlink():
                lines[name] = f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n"
        (self.folder / MANIFEST).write_bytes(os.fsencode("".join(lines.values())))

    def restore(self) -> None:
        """Make the folder what it was."""
        for name in self._touched:
            path = self.folder / name
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            path.unlink(missing_ok=True)
            if name in self._was:
                path.write_bytes(self._was[name])
        self._touched = set()

    def _make(self, change) -> None:
        of_bytes = change.kind in BYTE_KINDS
        names = self._all if of_bytes else self._json
        name = names[change.file % len(names)]
        path = self.folder / name
        if not path.is_file() or path.is_symlink():
            return
        self._touched |= {name}
        if of_bytes:
            self._touched |= {made.relative_to(self.folder).as_posix() for made in change_bytes(path, change)}
            return
        with suppress(ValueError, RecursionError, OSError):  # it was broken by the change before
            packed = path.suffix == ".gz"
            changed = changed_json((gzip.decompress(path.read_bytes()) if packed else path.read_bytes()).decode(), change)
            path.write_bytes(gzip.compress(changed.encode(), 1) if packed else changed.encode())


def _remembering(function):
    known = {}

    def remembered(path):
        status = path.stat()
        key = (path, status.st_mtime_ns, status.st_size)
        if key not in known:
            known[key] = function(path)
        return known[key]

    return remembered


def changed_json(text, change) -> str:
    """The JSON with one of its places changed."""
    value = copy.deepcopy(json.loads(text))
    places = list(_places(value))
    if change.kind == "clock":
        places = [(holder, key) for holder, key in places if _is_moment(holder[key])] or places
    if not places:
        return text
    holder, key = places[change.place % len(places)]
    old, mark = holder[key], "\x00here\x00"
    if change.kind in ("replace", "clock"):
        moved = isinstance(change.value, int) and not isinstance(change.value, bool) and _is_moment(old)
        new = change.value
        if change.kind == "clock" and moved:
            with suppress(OverflowError):
                new = (datetime.fromisoformat(old) + timedelta(seconds=change.value)).isoformat()
        holder[key] = new
    elif change.kind == "empty":
        holder[key] = type(old)() if old is not None else {}
    elif change.kind == "deep":
        holder[key] = mark
    elif change.kind == "add" and isinstance(old, (dict, list)):
        old.update({str(change.value)[:20]: change.value}) if isinstance(old, dict) else old.insert(0, change.value)
    elif change.kind == "delete":
        del holder[key]
    elif change.kind == "rename" and isinstance(holder, dict):
        holder[f"{key}x"] = holder.pop(key)
    elif change.kind == "swap":
        other_holder, other = places[(change.place * 7 + 1) % len(places)]
        with suppress(LookupError, TypeError):
            holder[key], other_holder[other] = copy.deepcopy(other_holder[other]), copy.deepcopy(old)
    made = json.dumps(value)
    if change.kind == "twice" and isinstance(holder, dict):
        made = made.replace(f"{json.dumps(key)}: ", f"{json.dumps(key)}: 0, {json.dumps(key)}: ", 1)
    return made.replace(json.dumps(mark), str(change.value))


def _places(value):
    """Every place of JSON, as what holds it and the key or number there."""
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from _places(value[key])


def _is_moment(value) -> bool:
    with suppress(ValueError, TypeError):
        return bool(datetime.fromisoformat(value)) and len(value) > 10
    return False


def change_bytes(path, change):
    """Change a file without looking at what it means; the paths that are there besides now."""
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
    elif change.kind == "cell":
        rows = content.split(b"\n")
        cells = rows[place % len(rows)].split(b",")
        cells[place % len(cells)] = given
        rows[place % len(rows)] = b",".join(cells)
        path.write_bytes(b"\n".join(rows))
    elif change.kind == "copy":
        path.with_name(f"x{path.name}").write_bytes(content)
        return [path.with_name(f"x{path.name}")]
    elif change.kind == "other name":
        return [path.rename(path.with_name(f"x{path.name}"))]
    else:
        path.unlink()
        if change.kind == "folder":
            path.mkdir()
        elif change.kind == "link":
            path.symlink_to("/dev/zero" if place % 2 else "run.json")
        elif change.kind == "pipe":
            os.mkfifo(path)
    return []
