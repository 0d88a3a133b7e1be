"""A whole run in Docker: what a learner sees who rehearses an image."""

import csv
import json
import shutil

from fixtures.settings.options import REFERENCE_APP
from tests import images
from tests.faults.suite import Suite, rehearsing
from tests.images.python import python


def test_a_whole_run_of_an_image_is_green_and_leaves_nothing(tmp_path):
    """It is built first, judged, loaded and undone; the report says what was rehearsed and draws what it used."""
    client = images.client()
    (tmp_path / "Dockerfile").write_text(f"FROM {images.base()}\nENV WHOSE=learner\n", encoding="utf-8")
    words = ["tests/acceptance", "--docker=launch-control-test:whole", f"--build={tmp_path}", "--load-seconds=2"]
    ended = Suite([*words, f"--reports={tmp_path / 'reports'}"], {}, tmp_path).wait()
    assert ended.code == 0, ended
    assert "Step 2/2 : ENV WHOSE=learner" in ended.output
    bundle = (tmp_path / "reports" / "latest").resolve()
    facts = json.loads((bundle / "criteria.json").read_text(encoding="utf-8"))["facts"]
    assert facts["Application"] == "the image launch-control-test:whole of the local Docker, at 0.25 vCPU and 512 MB"
    rows = list(csv.DictReader((bundle / "load" / "usage.csv").read_text(encoding="utf-8").splitlines()))
    assert {row["container"] for row in rows} == {"satellite-api"}
    assert max(float(row["cpu_percent"]) for row in rows) > 0
    assert "% of the task's size" in (bundle / "report.html").read_text(encoding="utf-8")
    again = Suite(["tests/acceptance", f"--replay={bundle}"], {}, tmp_path).wait()
    assert again.code == 0, again
    left = client.containers(all=True, filters={"ancestor": "launch-control-test:whole"})
    assert left == []


def test_a_whole_run_of_the_image_of_project_3_is_green(tmp_path):
    """As its Dockerfile makes it, but that Python and its packages are there already, as no registry can be asked."""
    shutil.copytree(REFERENCE_APP / "app", tmp_path / "app")
    whole = (REFERENCE_APP / "Dockerfile").read_text(encoding="utf-8").replace("python:3.11-slim", python())
    steps = [line for line in whole.splitlines() if "requirements.txt" not in line]
    (tmp_path / "Dockerfile").write_text("\n".join(steps), encoding="utf-8")
    with rehearsing(tmp_path, "--docker=launch-control-test:project-3", f"--build={tmp_path}") as suite:
        ended = suite.wait()
    assert (ended.code, "27 PASS — 100 of 100 points" in ended.output) == (0, True), ended


def test_an_image_that_is_not_there_ends_the_run_before_it_begins(tmp_path):
    """With one sentence, exit code 4 and no bundle."""
    images.client()
    ended = Suite(["tests/acceptance", "--docker=nobody:nothing", f"--reports={tmp_path / 'reports'}"], {}, tmp_path).wait()
    assert (ended.code, ended.output.count("there is no image nobody:nothing in the local Docker")) == (4, 1)
    assert not list((tmp_path / "reports").glob("2*"))
