"""A replay agrees with what was judged, and with nothing else: bundles that were tampered with are found out."""

import json
import os
import shutil
import signal
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import pytest

from fixtures.evidence.manifest import write_manifest
from fixtures.replay.session import prepared
from fixtures.replay.unpacking import InvalidError
from load.load_test import read_samples
from tests.faults.canaries import APP
from tests.faults.pages import PARTS, parts_of, tells_its_run, whole_page
from tests.faults.suite import Suite, catch, rehearsing
from tests.faults.tampering import BROKEN, NOTED, REHASHED, UNDETECTABLE, ZIPS, edit, smuggle

ROOT = Path(__file__).parents[2]
CODES = {"AGREES": 0, "DISAGREES": 1, "INVALID": 6}
WAYS = (*BROKEN, *REHASHED, *NOTED, *UNDETECTABLE)
OF_THE_RUN_ALONE = {"deployment", "timing", "contents"}
"""Parts of a page that a replay cannot say as the run did: some facts are told at its end, and its end is its own."""


def rehearse(folder, *options, sabotage=""):
    """A real rehearsal; the folder of its bundle."""
    plugin = ["-p", "tests.faults.sabotage"] if sabotage else []
    with rehearsing(folder, *plugin, *options, LAUNCH_CONTROL_SABOTAGE=sabotage) as suite:
        suite.wait()
    return (folder / "reports" / "latest").resolve()


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    """One green bundle, packed too; a red one; a part of a course; and one of an application that leaks its secrets."""
    app = tmp_path_factory.mktemp("api")
    (app / "app").mkdir()
    (app / "app" / "main.py").write_text(APP)
    return {
        "green": rehearse(tmp_path_factory.mktemp("green"), "--bundle-zip", "--nonce", "word-7"),
        "red": rehearse(tmp_path_factory.mktemp("red"), sabotage="open_a_second_port"),
        "partial": rehearse(tmp_path_factory.mktemp("partial"), "-k", "NET- or TASK-"),
        "leaking": rehearse(tmp_path_factory.mktemp("leaking"), "--app", str(app)),
    }


def replay(bundle, folder, *options):
    """How the replay ended, and its last line."""
    with Suite([str(ROOT / "tests" / "acceptance"), f"--replay={bundle}", *options], {}, folder) as suite:
        ended = suite.wait()
    return ended, ended.output.rstrip().splitlines()[-1].partition(": ")[0]


def statuses(bundle):
    """The statuses of a bundle's own results, in order."""
    return [each["status"] for each in outcomes(bundle)]


def outcomes(folder):
    """The outcomes of a criteria.json."""
    return json.loads((folder / "criteria.json").read_text())["outcomes"]


@pytest.mark.parametrize("name", ["green", "red", "partial", "leaking"])
def test_a_replay_agrees_criterion_by_criterion(bundles, name, tmp_path):
    """Its table has the very statuses of the bundle, and its page says the same as the run's."""
    page = bundles[name].with_name(f"{bundles[name].name}-replay") / "report.html"
    ended, line = replay(bundles[name], tmp_path)
    told = [
        row for row in ended.output.splitlines() if row[:4].split("-")[0].strip() in ("NET", "TASK", "RUN", "API", "LOG")
    ]
    assert (ended.code, line) == (0, "AGREES"), ended
    for status in set(statuses(bundles[name])):
        shown = sum(f" {status} " in row[:20] + " " for row in told)
        wanted = [s for s, i in zip(statuses(bundles[name]), range(18), strict=False) if s == status]
        assert shown == len(wanted), (status, ended.output)
    again, first = (parts_of(each.read_text()) for each in (page, bundles[name] / "report.html"))
    assert tuple(again) == PARTS
    assert [part for part in set(PARTS) - OF_THE_RUN_ALONE if again[part].text != first[part].text] == []


def test_the_page_of_a_rehearsal_is_whole(bundles):
    """Each part has its content, and it is that of this very run."""
    tells_its_run(bundles["green"])


def test_the_page_of_a_red_run_is_whole(bundles):
    """Each part has its content, and the picture says what is wrong."""
    picture = whole_page(bundles["red"])["deployment"].text
    assert "Security group · NET-2 FAIL satellite-api-sg" in picture
    assert "2: tcp 22 from 0.0.0.0/0; tcp 80 from 0.0.0.0/0" in picture


def test_the_page_of_a_part_of_the_course_says_what_was_left_out(bundles):
    """Nothing was launched, so there is nothing to be told of an endpoint, of its log and of a load."""
    chosen = "NOT RUN: not selected by the command line"
    parts = whole_page(
        bundles["partial"],
        exchange=f"No image was sent to the endpoint (API-3 is {chosen}).",
        log=f"The log group held no line when it was kept (LOG-1 is {chosen}).",
        load=f"No load was sent (LOAD-1 is {chosen}).",
    )
    assert "Service · RUN-2 NOT RUN not seen Task · RUN-3 NOT RUN not seen " in parts["deployment"].text
    assert "in all $0.0000" in parts["cost"].text


def test_a_run_that_was_stopped_is_judged_as_far_as_it_came(tmp_path):
    """What it had not judged is NOT RUN here, too, and what it undid is nobody's evidence."""
    with rehearsing(tmp_path, "--load-seconds=5") as suite:
        loads = lambda: (tmp_path / "reports").glob("2*/load/requests.csv")  # noqa: E731
        catch(suite, "load", lambda: any(map(read_samples, loads())))
        suite.signal(signal.SIGINT)
        suite.wait()
    bundle = (tmp_path / "reports" / "latest").resolve()
    assert "NOT RUN" in statuses(bundle)
    reason = "LOAD-1 is NOT RUN: the run ended before it, or its file was not named"
    whole_page(bundle, load=f"The load was cut off after N requests ({reason}).")
    assert replay(bundle, tmp_path / "printed")[1] == "AGREES"


def test_a_zip_is_as_good_as_its_folder(bundles, tmp_path):
    """It is unpacked somewhere else, and beside it nothing changes."""
    packed = bundles["green"].with_name(f"{bundles['green'].name}.zip")
    before = sorted(bundles["green"].parent.iterdir())
    assert replay(packed, tmp_path, f"--replay-out={tmp_path / 'out'}")[1] == "AGREES"
    assert sorted(bundles["green"].parent.iterdir()) == before
    assert "(not linked)" in (tmp_path / "out" / "report.html").read_text()


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_of_all_reports_the_newest_counts(bundles, tmp_path, packed):
    """Handed in as they lie there: with a run before it, and the link to the newest; that is told."""
    reports, newest = tmp_path / "reports", bundles["red"].name
    for name in "green", "red":
        shutil.copytree(bundles[name], reports / bundles[name].name)
    (reports / "latest").symlink_to(newest)
    given = linked_zip(reports) if packed else reports
    ended, verdict = replay(given, tmp_path / "printed", f"--replay-out={tmp_path / 'out'}")
    assert verdict == "AGREES"
    assert f"- of 2 runs that were handed in together the newest counts: {newest}" in flat(ended.output)


def linked_zip(folder):
    """The folder as `zip -ry` and Finder pack it: links stay links."""
    target = folder.with_suffix(".zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in folder.rglob("*"):
            entry = zipfile.ZipInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}")
            if path.is_symlink():
                entry.external_attr = 0o120777 << 16
                archive.writestr(entry, str(path.readlink()))
            elif path.is_file():
                archive.writestr(entry, path.read_bytes())
    return target


def flat(text):
    """Lines that were wrapped, as one."""
    return " ".join(text.split())


def test_a_replay_leaves_the_bundle_as_it_was(bundles, tmp_path):
    """Not a byte of it changes, and sha256sum agrees."""
    bundle = bundles["green"]
    before = {path: path.read_bytes() for path in bundle.rglob("*") if path.is_file()}
    replay(bundle, tmp_path, f"--replay-out={tmp_path / 'out'}")
    assert {path: path.read_bytes() for path in bundle.rglob("*") if path.is_file()} == before
    command = ["sha256sum", "--check", "--quiet", "--strict", "manifest-sha256.txt"]
    assert subprocess.run(command, cwd=bundle, check=False).returncode == 0


def test_the_graders_nonce_comes_back(bundles, tmp_path):
    """In a tag, a request and a log line: the report says it, and a replay holds the bundle to it."""
    facts = json.loads((bundles["green"] / "criteria.json").read_text())["facts"]
    assert facts["Nonce"] == "word-7, in a tag that AWS told, a request and a log line"
    assert replay(bundles["green"], tmp_path, "--nonce", "word-7")[1] == "AGREES"
    assert "the nonce word-8 is missing in" in replay(bundles["green"], tmp_path, "--nonce", "word-8")[1]


def test_the_graders_rubric_counts(bundles, tmp_path):
    """The bundle's points are not asked for; what is dropped is not compared."""
    rubric = tmp_path / "rubric.toml"
    rubric.write_text("[NET-2]\npoints = 20\n[CLEAN-6]\ndrop = true\n")
    ended, line = replay(bundles["green"], tmp_path, f"--rubric={rubric}")
    assert line == "AGREES", ended
    assert "26 PASS · 1 NOT RUN — 111 of 111 points" in ended.output


def test_a_replay_opens_no_connection(bundles, tmp_path):
    """Neither to this machine nor to another: what it knows is in the bundle."""
    plugin = tmp_path / "no_sockets.py"
    plugin.write_text(
        "import sys\n"
        "def refuse(event, arguments):\n"
        "    if event in ('socket.connect', 'socket.bind', 'socket.getaddrinfo'):\n"
        "        raise RuntimeError(event)\n"
        "sys.addaudithook(refuse)\n"
    )
    variables = {"PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-m", "pytest", "tests/acceptance", "-q", "-p", "no_sockets", f"--replay={bundles['green']}"]
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | variables
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert "\nAGREES: " in ended.stdout, ended.stdout + ended.stderr


def name_of(way):
    """The way's name, and whether it was covered up."""
    return f"{way.name}{' covered up' * way.rehash}"


def verdict(bundle, folder, options=()):
    """The verdict of a replay, its exit code, and all that it says.

    What is INVALID before anything is judged is found in this process: that is the most of it, and much faster.
    """
    nonce = options[1] if options else ""
    try:
        prepared(bundle, folder / "prepared", nonce)
    except InvalidError as error:
        return "INVALID", str(error)
    ended, line = replay(bundle, folder, *options)
    word = line.split(" ")[0]
    assert ended.code == CODES[word], ended
    return word, ended.output


@pytest.mark.parametrize("way", WAYS, ids=name_of)
def test_tampering_is_found_or_listed(bundles, way, tmp_path):
    """The verdict is the one that the way's data names, and says why; what cannot be found is listed as that."""
    folder = tmp_path / bundles[way.bundle].name
    shutil.copytree(bundles[way.bundle], folder)
    way.apply(folder)
    word, told = verdict(folder, tmp_path / "again", way.options)
    assert word == way.verdict, told
    assert way in UNDETECTABLE or way.told in " ".join(told.split())


def test_what_is_invalid_ends_so(bundles, tmp_path):
    """One line, the exit code 6, and no criterion is judged."""
    folder = tmp_path / bundles["green"].name
    shutil.copytree(bundles["green"], folder)
    BROKEN[0].apply(folder)
    ended, _ = replay(folder, tmp_path / "printed")
    assert (ended.code, ended.output.rstrip().splitlines()[-1]) == (6, "INVALID (criteria.json was changed)")
    assert "NET-1" not in ended.output


def test_at_least_forty_ways_are_found():
    """And no two have one name."""
    assert len([*BROKEN, *REHASHED, *ZIPS]) >= 40
    assert len({name_of(way) for way in WAYS}) == len(WAYS)


def test_a_replay_has_a_page_and_results_of_its_own(bundles, tmp_path):
    """They are by the evidence, stand beside the bundle, link into it, and are what the last line names."""
    bundle = tmp_path / bundles["red"].name
    shutil.copytree(bundles["red"], bundle)
    edit("results.json", lambda told: told.update(tests=[]))(bundle)
    write_manifest(bundle)
    ended, _ = replay(bundle, tmp_path / "printed")
    out = tmp_path / f"{bundle.name}-replay"
    assert ended.output.rstrip().endswith(f"-replay{os.sep}report.html"), ended
    page = (out / "report.html").read_text()
    assert "DISAGREES (results.json), by the evidence alone" in page
    assert f'href="../{bundle.name}/evidence/' in page
    assert "cannot be read" not in page
    own = {each["number"]: each["score"] for each in json.loads((out / "results.json").read_text())["tests"]}
    assert own == {o["criterion"]["id"]: o["criterion"]["points"] * (o["status"] == "PASS") for o in outcomes(out)}
    assert [o["status"] for o in outcomes(out)] == statuses(bundle)


def test_a_strict_replay_judges_by_the_graders_own_terms(bundles, tmp_path):
    """A limit that the grader sets lower turns the criterion red, and what was not asked for so is not judged."""
    ended, line = replay(bundles["green"], tmp_path, "--strict", "--max-p95-ms", "0.001", "--load-seconds", "1")
    assert line == "DISAGREES (LOAD-1)", ended
    assert "max_p95_ms was 8000.0, not 0.001. It is judged on your terms" in " ".join(ended.output.split())
    ended, line = replay(bundles["green"], tmp_path, "--strict")
    assert "load.seconds was 1, not 5" in " ".join(ended.output.split()), ended
    assert line.startswith("DISAGREES (LOAD-1"), ended


def test_the_nonce_is_held_to_the_time_at_which_it_was_given(bundles, tmp_path):
    """A run that began before is no answer to it; a time without a zone is nobody's time."""
    assert replay(bundles["green"], tmp_path, "--nonce", "word-7", "--nonce-since", "2020-01-01T00:00Z")[1] == "AGREES"
    ended, _ = replay(bundles["green"], tmp_path, "--nonce", "word-7", "--nonce-since", "2120-01-01T00:00Z")
    assert "before the nonce was given out" in ended.output
    assert replay(bundles["green"], tmp_path, "--nonce-since", "2020-01-01")[0].code == pytest.ExitCode.USAGE_ERROR


@pytest.mark.parametrize("smuggled", ZIPS, ids=lambda smuggled: smuggled.name)
def test_a_hostile_zip_is_refused(smuggled, tmp_path):
    """Before anything of it is written where it does not belong."""
    (tmp_path / "in").mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of a name that is there twice
        smuggle(smuggled, tmp_path / "in" / "evil.zip")
    with pytest.raises(InvalidError, match=smuggled.told):
        prepared(tmp_path / "in" / "evil.zip", tmp_path / "a" / "b")
    assert list(tmp_path.rglob("evil.txt")) == []
    assert not Path("/tmp/evil.txt").exists()


def test_a_bomb_is_refused(tmp_path, monkeypatch):
    """It is read no further than a bundle may be large, whatever the zip says of its size."""
    monkeypatch.setattr("fixtures.replay.unpacking.MOST_BYTES", 1_000)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bundle/zeros", b"0" * 100_000)
    with pytest.raises(InvalidError, match="bomb"):
        prepared(tmp_path / "bomb.zip", tmp_path / "a")


def test_what_is_no_zip_is_invalid(tmp_path):
    """A picture with the wrong name."""
    (tmp_path / "bundle.zip").write_bytes(b"JPEG")
    with pytest.raises(InvalidError, match=r"bundle\.zip is no zip"):
        prepared(tmp_path / "bundle.zip", tmp_path / "a")


@pytest.mark.parametrize("options", [("--replay=nowhere",), ("--replay=.", "--live"), ("--replay=.", "--keep")])
def test_a_mistake_of_the_grader_is_one_message(options, tmp_path):
    """Exit code 4, and nothing is judged."""
    with Suite([str(ROOT / "tests" / "acceptance"), *options], {}, tmp_path) as suite:
        ended = suite.wait()
    assert ended.code == pytest.ExitCode.USAGE_ERROR, ended
    assert "ERROR: --replay" in ended.output
