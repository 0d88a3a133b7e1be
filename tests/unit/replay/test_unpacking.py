"""What a zip is unpacked to: what it says, and nothing beside it."""

import zipfile

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
TWO = "of 2 runs that were handed in together the newest counts"


@pytest.mark.parametrize(
    ("folders", "taken", "said"),
    [
        ([f"reports/{NEW}"], NEW, ""),
        ([f"reports/{NEW}", "reports/latest"], NEW, ""),
        (["latest"], "latest", ""),
        ([f"reports/{OLD}", f"reports/{NEW}", "reports/latest"], NEW, TWO),
        ([OLD, "zzz"], OLD, TWO),
        (["a/run", "b/run 2"], "run 2", TWO),
    ],
)
def test_of_several_runs_the_newest_is_taken(folders, taken, said, tmp_path):
    """By the name that the suite gave it; `latest` is one of them, where a tool has followed the link."""
    with zipfile.ZipFile(tmp_path / "reports.zip", "w") as archive:
        for folder in folders:
            archive.writestr(f"{folder}/manifest-sha256.txt", "x")
    bundle, told = unpacked(tmp_path / "reports.zip", tmp_path / "unpacked")
    assert (bundle.name, told) == (taken, said)
