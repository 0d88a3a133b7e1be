"""No file outside the suite is ever code to the suite's own process, however it is called and whatever lies there."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from fixtures.evidence.manifest import write_manifest
from tests.faults.suite import Suite

ROOT = Path(__file__).parents[2]
USAGE, INVALID = 4, 6
CODE = "open({seen!r}, 'a').write('ran ' + __file__ + '\\n')\n"
SETTINGS = {
    "pytest.ini": "[pytest]\npythonpath = .\naddopts = -p evil\n",
    "setup.cfg": "[tool:pytest]\npythonpath = .\naddopts = -p evil\n",
    "tox.ini": "[pytest]\npythonpath = .\naddopts = -p evil\n",
    "pyproject.toml": "[tool.pytest.ini_options]\npythonpath = ['.']\naddopts = '-p evil'\n",
}
MODULES = ("conftest", "evil", "test_x", "__init__", "setup", "sitecustomize", "usercustomize", "pytest", "json", "jinja2")
PACKAGES = ("fixtures", "tests", "load", "app")
WATCH = """
import sys
def watch(event, arguments, seen={seen!r}, hostile={hostile!r}):
    if event in ("exec", "compile", "import"):
        what = arguments[0] if event == "exec" else arguments[1]
        name = str(getattr(what, "co_filename", what))
        if hostile in name:
            open(seen, "a").write(f"{{event}} {{name}}\\n")
sys.addaudithook(watch)
"""


@dataclass(frozen=True)
class Place:
    """An environment of the suite's own, and a bundle with code in it, below a checkout that is somebody else's."""

    bin: Path
    bundle: Path
    zip: Path
    seen: Path
    """What was run of the bundle's, or of what lies above it, is written here."""

    def call(self, words, here, **variables):
        """How a call ends: exit code and output. Nothing hostile may have run."""
        self.seen.unlink(missing_ok=True)
        values = {"X": self.bundle, "ZIP": self.zip, "BIN": self.bin, "ROOT": ROOT}
        said = subprocess.run(
            words.format(**values).split(),
            cwd=str(here).format(**values),
            env={"PATH": os.environ["PATH"], "HOME": str(self.seen.parent)} | variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert not self.seen.exists(), f"{words} in {here}: {self.seen.read_text()}"
        return said.returncode, said.stdout + said.stderr


def hostile(folder, seen):
    """Put everything there that pytest or Python would load if they looked."""
    folder.mkdir(parents=True, exist_ok=True)
    code = CODE.format(seen=str(seen))
    for name, text in SETTINGS.items():
        (folder / name).write_text(text)
    for name in MODULES:
        (folder / f"{name}.py").write_text(code)
    for name in PACKAGES:
        (folder / name).mkdir(exist_ok=True)
        for module in ("__init__", "plugin", "main", "way_in"):
            (folder / name / f"{module}.py").write_text(code)
    (folder / "evil.pth").write_text(f"import sys; open({str(seen)!r}, 'a').write('pth')\n")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A real bundle of a small run, made hostile and hashed anew; and an environment as set-up makes it."""
    folder = tmp_path_factory.mktemp("way-in")
    seen, theirs = folder / "seen.txt", folder / "theirs"
    with Suite(["tests/acceptance", "-q", "-k", "NET-1", f"--reports={folder / 'reports'}"], {}, folder) as suite:
        ended = suite.wait()
    bundle = theirs / "reports" / (folder / "reports" / "latest").resolve().name
    shutil.copytree((folder / "reports" / "latest").resolve(), bundle)
    for each in (theirs, bundle, bundle / "evidence"):
        hostile(each, seen)
    (bundle / "rubric.toml").write_text("[NET-1]\npoints = 3\n")
    (bundle / "schema.json").write_text("{}")
    shutil.copy(next((bundle / "sent").glob("*.jpg")), bundle / "image.jpg")
    write_manifest(bundle)
    packed = folder / "bundle.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(bundle.rglob("*")):
            archive.write(path, path.relative_to(bundle.parent))
    assert ended.code == 0, str(ended)
    return Place(environment(folder / "venv", seen, str(theirs)), bundle, packed, seen)


def environment(folder, seen, theirs):
    """What `make` sets up, with a hook that sees whatever is compiled, imported or run of theirs."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    packages = Path(
        subprocess.check_output([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True).strip()
    )
    (packages / "a_watch.py").write_text(WATCH.format(seen=str(seen), hostile=theirs))
    (packages / "a_watch.pth").write_text("import a_watch\n")
    (packages / "z_installed.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    subprocess.run([python, "-c", "from fixtures.way_in import write_pth; write_pth()"], cwd=ROOT, check=True)
    for name, code in {
        "pytest": "import pytest; sys.exit(pytest.main())",
        "uvicorn": "import uvicorn; uvicorn.main()",
    }.items():
        script = folder / "bin" / name
        script.write_text(f"#!{python}\nimport sys\n{code}\n")
        script.chmod(0o755)
    return folder / "bin"


REPLAYS = [
    ("{BIN}/pytest --replay {X}", "{ROOT}"),
    ("{BIN}/pytest --replay={X}", "{X}"),
    ("{BIN}/pytest --replay {X}", "/"),
    ("{BIN}/pytest -q --replay .", "{X}"),
    ("{BIN}/pytest --replay ../.", "{X}/evidence"),
    ("{BIN}/pytest --replay {ZIP}", "{X}"),
    ("{BIN}/python -m pytest --replay {X}", "{ROOT}"),
    ("{BIN}/python -P -m pytest --replay {X}", "{X}"),
]
OTHERS = "--rubric{}{{X}}/rubric.toml --app{}{{X}} --initiative{}{{X}} --reports{}{{X}}/new --test-image{}{{X}}/image.jpg "
OTHERS += "--predict-schema{}{{X}}/schema.json"


@pytest.mark.parametrize(("words", "here"), REPLAYS, ids=[f"{words} in {here}" for words, here in REPLAYS])
def test_a_replay_reads_data_only(words, here, place):
    """It comes to a verdict, and nothing of the bundle, or of what lies above it, was code to it."""
    code, said = place.call(words, here)
    assert said.rstrip().splitlines()[-1].startswith(("AGREES", "INVALID (no criterion asks")), said
    assert code in (0, INVALID), said


@pytest.mark.parametrize("here", ["{ROOT}", "{X}", "/"])
@pytest.mark.parametrize("sign", [" ", "="], ids=["space", "equals"])
def test_the_value_of_an_option_is_no_test_and_no_settings(sign, here, place):
    """Every option that names a path, given at once; pytest's root stays the suite."""
    code, said = place.call(f"{{BIN}}/pytest --collect-only {OTHERS.replace('{}', sign).replace('{{X}}', '{X}')}", here)
    assert code == 0, said
    assert f"rootdir: {ROOT}" in said
    assert "test_x" not in said


@pytest.mark.parametrize(
    ("words", "here"),
    [
        ("{BIN}/python -m pytest --replay=.", "{X}"),
        ("{BIN}/python -mpytest", "{X}"),
        ("{BIN}/python -m fixtures.rehearsal", "{X}"),
        ("{BIN}/pytest test_x.py", "{X}"),
        ("{BIN}/pytest --co {X}", "{ROOT}"),
        ("{BIN}/pytest {X}/test_x.py::test", "/"),
    ],
)
def test_a_call_that_would_load_code_from_elsewhere_is_refused(words, here, place):
    """One sentence that says how to call it, exit code 4."""
    code, said = place.call(words, here)
    assert code == USAGE, said
    assert len(said.strip().splitlines()) == 1, said
    assert "would load code from" in said or "is no test of this suite" in said


@pytest.mark.parametrize("value", ["/", "/nowhere", "/dev/null", "''", "{ROOT}", "{X}/evidence", "{X}/../..", "a\x1bb"])
def test_no_path_ends_in_a_traceback(value, place):
    """Whatever is named, the answer is a sentence."""
    code, said = place.call(f"{{BIN}}/pytest --replay {value}", "{ROOT}")
    assert code in (USAGE, INVALID), said
    assert "Traceback" not in said
    assert "INTERNALERROR" not in said


SPY = """
import pathlib
from fastapi import FastAPI
app = FastAPI()
found = [path for path in pathlib.Path("/proc").glob("[0-9]*/environ") if b"canary-" in read(path)]
print("seen" if found else "nothing seen")
"""
READ = """
def read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""
"""


def test_an_application_finds_no_secret_of_the_caller_in_any_process(place, tmp_path):
    """Offline the suite begins anew without them, before anything of a stranger's is started."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.py").write_text(READ + SPY)
    secrets = {"AWS_SECRET_ACCESS_KEY": "canary-1", "GITHUB_TOKEN": "canary-2", "DATABASE_URL": "canary-3"}
    words = f"{{BIN}}/pytest -q -k LOG-1 --app {tmp_path} --reports {tmp_path / 'reports'}"
    code, said = place.call(words, "/", **secrets)
    log = tmp_path / "reports" / "latest" / "logs" / "service.log"
    assert log.is_file(), said
    assert "nothing seen" in log.read_text(), said
    assert "canary" not in said
    assert code in (0, 1)
