"""What the README shows of a run is what a run leaves: its last lines, and the files of its bundle."""

import re
import subprocess
import sys

import pytest

from fixtures.settings.options import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory):
    """A whole rehearsal: its output, and its bundle."""
    reports = tmp_path_factory.mktemp("reports")
    command = [sys.executable, "-m", "pytest", "tests/acceptance", "--reports", str(reports), "--load-seconds", "1"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout
    return run.stdout, reports / "latest"


def test_the_sample_output_is_what_a_run_prints(rehearsed):
    """But for the run ID."""
    output, _ = rehearsed
    sample = README.split("```")[3].strip().splitlines()
    printed = output.strip().splitlines()[-len(sample) :]
    assert printed[:-1] == sample[:-1]
    assert re.fullmatch(r"report: .*reports.*/\d{8}T\d{6}Z-[0-9a-f]{4}/report\.html", printed[-1])
    assert re.fullmatch(r"report: reports/\d{8}T\d{6}Z-[0-9a-f]{4}/report\.html", sample[-1])


def test_the_bundle_has_the_files_that_are_listed_and_no_other(rehearsed):
    """Readers find what they were promised, and know what everything is."""
    _, bundle = rehearsed
    rows = re.findall(r"^\| (`.*`) \| (.*) \|$", README.split("### The bundle")[1].split("###")[0], re.MULTILINE)
    named = [names for names, what in rows if not what.startswith("with `--docker`")]
    listed = re.findall(r"`([\w./*-]+)`", " ".join(named))
    found = {str(path.relative_to(bundle)) for path in bundle.rglob("*") if path.is_file()}
    found = {path for path in found if not path.startswith("evidence/bulk/")}  # only where something was long
    assert {path for pattern in listed for path in map(str, bundle.glob(pattern))} == {str(bundle / path) for path in found}
    assert all(any(bundle.glob(pattern)) for pattern in listed)
