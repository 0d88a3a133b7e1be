"""A class, made from one rehearsal: each of its people has IDs of their own, and hands in something else.

`python -m tests.faults.class_of BUNDLE FOLDER NUMBER` makes one to measure with, of a rehearsal with `--load-seconds 1`.
"""

import gzip
import hashlib
import re
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fixtures.evidence.manifest import pack, write_manifest
from fixtures.gradebook.traces import UNIQUE, traces_of
from tests.faults.tampering import BROKEN, NOTED, REHASHED, UNDETECTABLE, ZIPS, Tampering, edit, everywhere, smuggle

_TEXTS = {".json", ".csv", ".log", ".xml", ".html", ".jsonl", ".txt"}
_DIGITS = "0123456789"


class Original:
    """A bundle, and where in it the IDs stand that a run alone has; `anew` is the same run with others."""

    def __init__(self, bundle: Path) -> None:
        found = traces_of(bundle)
        ids = sorted({name for kind in (*UNIQUE, "run ID") for name in found.get(kind, ())}, key=len, reverse=True)
        self._ids = re.compile("|".join(map(re.escape, ids)))
        self._files = {}
        for path in (path for path in bundle.rglob("*") if path.is_file()):
            content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            text = content.decode() if path.suffix in _TEXTS | {".gz"} else None
            pieces = self._split(text) if text is not None else content
            self._files[path.relative_to(bundle)] = pieces
        self._name = bundle.name

    def _split(self, text: str) -> list[str]:
        pieces, end = [], 0
        for found in self._ids.finditer(text):
            pieces += [text[end : found.start()], found[0]]
            end = found.end()
        return [*pieces, text[end:]]

    def anew(self, folder: Path, seed: int) -> Path:
        """The bundle of somebody else, below a folder."""
        target = folder / _other(self._name, seed)
        for name, pieces in self._files.items():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            if isinstance(pieces, bytes):
                content = pieces
            else:
                content = "".join(_other(each, seed) if place % 2 else each for place, each in enumerate(pieces)).encode()
            (target / name).write_bytes(gzip.compress(content, 1) if name.suffix == ".gz" else content)
        write_manifest(target)
        return target


def _other(name: str, seed: int) -> str:
    """An ID of the same form: digits stay digits, letters become others, and so does the end of a run ID alone."""
    kept = (
        len("20261129T135301Z-")
        if re.fullmatch(r"\d{8}T\d{6}Z-[0-9a-f]{4}", name)
        else name.find("-") + 1
        if name[:4] == "eni-"
        else 0
    )
    digest = hashlib.sha512(f"{seed} {name}".encode()).hexdigest() * 2
    tail = (
        _DIGITS[int(new, 16) % 10] if name.isdigit() else new.upper() if old.isupper() else new if old.isalnum() else old
        for old, new in zip(name[kept:], digest, strict=False)
    )
    return name[:kept] + "".join(tail)


@dataclass(frozen=True)
class Member:
    """Somebody of the class: what they hand in, and what has to come of it. `copies` names whom they share with."""

    name: str
    hand_in: Callable[[Original, Path, int], None]
    verdict: str = "AGREES"
    copies: str = ""


def tampered(way: Tampering) -> Callable[[Original, Path, int], None]:
    """Their own run, tampered with."""
    return lambda original, folder, seed: way.apply(original.anew(folder, seed))


def zipped(original: Original, folder: Path, seed: int) -> None:
    """Their own run, packed."""
    bundle = original.anew(folder, seed)
    pack(bundle)
    shutil.rmtree(bundle)


def copied(from_seed: int, *changes: Callable[[Path], None]) -> Callable[[Original, Path, int], None]:
    """Somebody else's run, edited and sealed anew."""

    def hand_in(original: Original, folder: Path, _: int) -> None:
        bundle = original.anew(folder, from_seed)
        for change in changes:
            change(bundle)
        write_manifest(bundle)

    return hand_in


def _no_request_ids(folder: Path) -> None:
    for path in folder.glob("evidence/*.json"):
        path.write_text(re.sub(r'("request_id": ")(\w{6})', lambda found: found[1] + found[2][::-1], path.read_text()))


def _written_as_numbers(folder: Path) -> None:
    for path in folder.glob("evidence/*.json"):
        text = path.read_text().replace('"request_id"', '"reques\\u0074_id"').replace("eni-", "\\u0065ni-")
        path.write_text(text.replace('"eventId"', '"event\\u0049d"').replace('"logStreamName"', '"logStrea\\u006dName"'))


def _bomb(_: Original, folder: Path, __: int) -> None:
    with zipfile.ZipFile(folder / "bundle.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bundle/manifest-sha256.txt", b"")
        archive.writestr("bundle/zeros", b"0" * 30_000_000)


def _smuggled(smuggled: object) -> Callable[[Original, Path, int], None]:
    return lambda _, folder, __: smuggle(smuggled, folder / "evil.zip")


def _another_run_id(folder: Path) -> None:
    run_id = re.search(r'"run_id": "([^"]+)"', (folder / "run.json").read_text())[1]
    everywhere(lambda _: run_id, "20200101T000000Z-0000")(folder)


HOSTILE_NAMES = (
    '=HYPERLINK("http://127.0.0.1","x")',
    "+1",
    "@SUM(A1)",
    "<script>alert(1)<",
    "a'\"b",
    "\u202egnp.exe",
    "::error::x",
)
WAYS = [way for way in (*BROKEN, *REHASHED, *NOTED, *UNDETECTABLE) if way.bundle == "green" and not way.options]
"""Most of these are judged otherwise on strict terms, so what a single replay says is asked for each."""


def members() -> Iterator[Member]:
    """Of each kind one: the first 30 are tried in every test run."""
    yield Member("honest", zipped)
    yield Member("victim", copied(1), copies="thief")
    yield Member("thief", copied(1), copies="victim")
    yield Member("thief of a run", copied(1, _another_run_id), "?", copies="victim")
    yield Member("thief who edits", copied(1, _no_request_ids), copies="victim")
    yield Member("thief who hides", copied(1, _written_as_numbers), copies="victim")
    yield Member(
        "thief of the points",
        copied(1, edit("results.json", lambda told: told.update(score=100))),
        "DISAGREES",
        copies="victim",
    )
    yield Member(
        "thief who breaks it", copied(1, lambda folder: (folder / "run.json").write_text("{")), "INVALID", copies="victim"
    )
    yield Member("empty", lambda _, folder, __: None, "INVALID")
    yield Member("no bundle", lambda _, folder, __: (folder / "essay.txt").write_text("x") and None, "INVALID")
    yield Member("link", lambda _, folder, __: (folder / "bundle.zip").symlink_to("/etc/passwd"), "INVALID")
    yield Member("bomb", _bomb, "INVALID")
    yield from (Member(smuggled.name, _smuggled(smuggled), "INVALID") for smuggled in ZIPS[:3])
    yield from (Member(name, zipped) for name in HOSTILE_NAMES)
    yield from (Member(f"{way.name}{' again' * way.rehash}", tampered(way), "?") for way in WAYS[::11])
    yield from (Member(smuggled.name, _smuggled(smuggled), "INVALID") for smuggled in ZIPS[3:])
    yield from (Member(f"{way.name} {number}", tampered(way), "?") for number, way in enumerate(WAYS))


def made(bundle: Path, folder: Path, number: int) -> list[Member]:
    """A class of so many below a folder, filled up with the honest."""
    original, found = Original(bundle), list(members())[:number]
    found += [Member(f"honest {each}", zipped) for each in range(number - len(found))]
    for seed, member in enumerate(found, start=2):
        (folder / member.name).mkdir(parents=True)
        member.hand_in(original, folder / member.name, seed)
    return found


if __name__ == "__main__":
    made(Path(sys.argv[1]).resolve(), Path(sys.argv[2]), int(sys.argv[3]))
