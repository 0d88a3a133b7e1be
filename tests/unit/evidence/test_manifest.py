"""The manifest finds what is missing, added or changed; a sweep's files are no evidence; a zip is the same each time."""

import zipfile

import pytest

from fixtures.evidence.manifest import MANIFEST, broken, pack, write_manifest


@pytest.fixture
def bundle(tmp_path):
    """A small one, sealed."""
    folder = tmp_path / "run-1"
    (folder / "evidence").mkdir(parents=True)
    (folder / "report.html").write_text("page")
    (folder / "evidence" / "0001-x.json").write_text("{}")
    (folder / "ledger.jsonl").write_text("real\n")
    write_manifest(folder)
    return folder


def test_a_whole_bundle_has_nothing_broken(bundle):
    """Whatever a sweep writes to it later, and whoever looks at it with a Mac or with Windows."""
    for name in (".DS_Store", "evidence/.DS_Store", "evidence/Thumbs.db", "desktop.ini"):
        (bundle / name).write_text("seen")
    (bundle / "ledger.jsonl").write_text("swept\n")
    (bundle / "sweep").mkdir()
    (bundle / "sweep" / "0001-y.json").write_text("{}")
    assert broken(bundle) == []
    assert "ledger" not in (bundle / MANIFEST).read_text()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda b: (b / "report.html").unlink(), "report.html is missing"),
        (lambda b: (b / "report.html").write_text("other"), "report.html was changed"),
        (lambda b: (b / "new.html").write_text("page"), "new.html was added"),
        (lambda b: (b / "evidence" / "ledger.jsonl").write_text("x"), "evidence/ledger.jsonl was added"),
        (lambda b: (b / "evidence" / "._0002-x.json").write_text("{}"), "evidence/._0002-x.json was added"),
        (lambda b: (b / MANIFEST).unlink(), f"{MANIFEST} is missing"),
        (lambda b: (b / MANIFEST).write_bytes(b"\xff"), f"{MANIFEST} is missing or cannot be read"),
    ],
)
def test_each_difference_is_told(bundle, change, told):
    """By the name of the file."""
    change(bundle)
    assert any(told in problem for problem in broken(bundle))


def test_a_zip_is_the_same_each_time(bundle):
    """Names in order, one date, the manifest in it, and not the ledger."""
    first = pack(bundle).read_bytes()
    (bundle / "report.html").touch()
    packed = pack(bundle)
    assert packed.read_bytes() == first
    with zipfile.ZipFile(packed) as archive:
        assert archive.namelist() == ["run-1/evidence/0001-x.json", "run-1/report.html", f"run-1/{MANIFEST}"]
