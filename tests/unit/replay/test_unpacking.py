"""What a zip is unpacked to: what it says, and nothing beside it."""

import zipfile

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
    bundle = unpacked(tmp_path / "run.zip", tmp_path / "unpacked")
    found = sorted(path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file())
    assert found == ["evidence/0001-x.json", "manifest-sha256.txt"]
