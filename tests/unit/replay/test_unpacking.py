"""What a zip is unpacked to: what it says, and nothing beside it."""

import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest

from fixtures.replay.unpacking import unpacked


def test_what_macos_puts_into_a_zip_is_left_out(tmp_path):
    """The files of a bundle may have been chosen, and not its folder: then its shadows lie among them."""
    with zipfile.ZipFile(tmp_path / "run.zip", "w") as archive:
        for name in (
            "manifest-sha256.txt",
            "evidence/0001-x.json",
            "__MACOSX/._run.json",
            "__MACOSX/evidence/._0001-x.json",
        ):
            archive.writestr(name, "x")
    bundle, _ = unpacked(tmp_path / "run.zip", tmp_path / "unpacked")
    found = sorted(path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file())
    assert found == ["evidence/0001-x.json", "manifest-sha256.txt"]


OLD, NEW = "20261129T235959Z-ffff", "20261130T000000Z-0000"
TWO = f"of 2 runs that were handed in together the newest counts: {NEW}"


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize(
    ("runs", "taken", "said"),
    [
        ({NEW: NEW}, NEW, ""),
        ({"latest": NEW, NEW: NEW}, "latest", ""),
        ({NEW: NEW, OLD: OLD, "latest": NEW}, "latest", TWO),
        ({OLD: OLD, "latest": NEW}, "latest", TWO),
        ({OLD: NEW, "mine": OLD}, OLD, TWO),
        ({"a": NEW, OLD: "no run ID"}, "a", TWO),
    ],
)
def test_of_several_runs_the_newest_is_taken(runs, taken, said, packed, tmp_path):
    """By what they tell, whatever their folders are called; `latest` is one of them, where a tool has followed the link."""
    for folder, run_id in runs.items():
        (tmp_path / "reports" / folder).mkdir(parents=True)
        (tmp_path / "reports" / folder / "run.json").write_text(json.dumps({"run_id": run_id}))
        (tmp_path / "reports" / folder / "manifest-sha256.txt").write_text(run_id)
    given = shutil.make_archive(tmp_path / "reports", "zip", tmp_path, "reports") if packed else tmp_path / "reports"
    bundle, told = unpacked(Path(given), tmp_path / "unpacked")
    assert (bundle.name, told) == (taken, said)


def test_what_is_no_plain_file_is_not_waited_for(tmp_path):
    """A pipe in a folder of several: it is not opened to see which run is the newest."""
    for folder in "a", "b":
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "manifest-sha256.txt").write_text(folder)
        os.mkfifo(tmp_path / folder / "run.json")
    assert unpacked(tmp_path, tmp_path)[0].name == "b"
