"""A class is judged: the table says what single replays say, copies are found and nobody else, and nothing of it harms."""

import csv
import fcntl
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import warnings
import zipfile
from pathlib import Path

import pytest

from fixtures.evidence.manifest import write_manifest
from fixtures.gradebook.platforms import pack
from fixtures.gradebook.traces import copies, in_common, traces_of
from fixtures.wire.waiting import Waiter
from tests.faults.class_of import HOSTILE_NAMES, Original, made, zipped
from tests.faults.suite import Suite, context
from tests.faults.tampering import edit

ROOT = Path(__file__).parents[2]
NUMBER = int(os.environ.get("LAUNCH_CONTROL_CLASS", "34"))
"""By hand: 300."""
SINGLE = NUMBER if "LAUNCH_CONTROL_CLASS" in os.environ else 3
TERMS = ("--load-seconds", "1")
ENTRIES = ROOT / "fixtures" / "gradebook" / "entries"


def command(*words):
    """The gradebook's, with the options of the rehearsal that its people have made."""
    return [sys.executable, "-m", "fixtures.gradebook", *map(str, words), *TERMS]


def grade(*words, code=0):
    """What it says, in a fork of a warm process: the command itself is run by the tests that stop it."""
    with tempfile.TemporaryDirectory() as folder:
        printed = Path(folder, "printed.txt")
        process = context().Process(target=_grade, args=(command(*words)[2:], printed))
        process.start()
        process.join(600)
        said = printed.read_text()
    assert process.exitcode == code, said
    assert "Traceback" not in said, said
    return said


def _grade(words, printed):
    output = os.open(printed, os.O_RDWR | os.O_CREAT)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.environ.clear()
    os.chdir(ROOT)
    sys.argv = words
    from fixtures.gradebook.__main__ import main  # noqa: PLC0415 - only in the fork

    sys.exit(main())


def table(out, name="grades.csv"):
    """The rows of a table by the name of whose they are."""
    with (out / name).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row.get("name") or row.get("Student") or row.get("Full name"): row for row in rows}


@pytest.fixture(scope="module")
def original(bundle):
    """The rehearsal of which all are made."""
    return Original(bundle)


@pytest.fixture(scope="module")
def classroom(bundle, tmp_path_factory):
    """A class, what came of it, and what was said."""
    folder = tmp_path_factory.mktemp("class")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of a name that is there twice
        members = made(bundle, folder / "submissions", NUMBER)
    said = grade(folder / "submissions", "--out", folder / "grades", "--timeout", "30")
    return folder, members, said


@pytest.fixture(scope="module")
def few(original, tmp_path_factory):
    """Six people, two of whom share, what came of them, and what was said."""
    folder = tmp_path_factory.mktemp("few")
    for number in range(6):
        (folder / "submissions" / f"person {number}").mkdir(parents=True)
        zipped(original, folder / "submissions" / f"person {number}", min(number, 4))
    words = command(folder / "submissions", "--out", folder / "grades")
    ended = subprocess.run(words, cwd=ROOT, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=True)
    return folder, ended.stdout


def row_name(member):
    """A name as a spreadsheet may have it."""
    told = member.name.partition("/")[0].replace("\u202e", "\\u202e").replace("::", ": :", 1 if member.name[0] == ":" else 0)
    return f"'{told}" if told[0] in "=+-@" else told


def test_each_gets_the_verdict_of_their_own_bundle(classroom):
    """Nobody is missing, and one bundle's harm is nobody else's."""
    folder, members, _ = classroom
    rows = table(folder / "grades")
    assert len(rows) == len(members)
    wrong = [(m.name, rows[row_name(m)]) for m in members if m.verdict not in ("?", rows[row_name(m)]["verdict"])]
    assert wrong == []
    assert all(row["notes"] for row in rows.values() if row["verdict"] == "INVALID")
    assert all((row["points"] == "") == (row["verdict"] == "INVALID") for row in rows.values())


def test_the_table_says_what_single_replays_say(classroom, tmp_path):
    """The very verdict, points and outcomes."""
    folder, members, _ = classroom
    rows = table(folder / "grades")
    for member in [each for each in members if each.verdict == "?"][-SINGLE:]:
        (path,) = (each for each in (folder / "submissions" / member.name).iterdir() if each.is_dir())
        out = tmp_path / member.name.replace("/", "")
        words = [f"--replay={path}", f"--replay-out={out}", "--strict", *TERMS]
        with Suite([str(ROOT / "tests" / "acceptance"), *words], {}, tmp_path / "printed") as suite:
            last = suite.wait().output.rstrip().splitlines()[-1]
        row = rows[row_name(member)]
        assert row["verdict"] == last.partition(" ")[0].rstrip(":"), (member.name, last)
        if out.exists():
            told = json.loads((out / "criteria.json").read_text())
            assert row["points"] == str(told["points"])
            assert {o["criterion"]["id"]: o["status"] for o in told["outcomes"]}.items() <= row.items()


def test_all_copies_are_found_and_nobody_else(classroom):
    """Whoever shares is named with those they share with; the tampered and the honest are not."""
    folder, members, said = classroom
    (shared,) = [line for line in said.splitlines() if line.startswith("SHARED by")]
    named = shared.removeprefix("SHARED by ").partition(": ")[0].split(", ")
    assert sorted(named) == sorted(member.name for member in members if member.copies)
    assert all(f"{kind}" in shared for kind in ("request ID", "task", "interface", "log event"))
    notes = {name: row["notes"] for name, row in table(folder / "grades").items()}
    assert {name for name, note in notes.items() if "COPY?" in note} == set(named)


def test_what_is_hostile_stays_text(classroom):
    """No cell is a formula, no name is markup or a path, and nothing was written beside the gradebook."""
    folder, _, said = classroom
    page = (folder / "grades" / "index.html").read_text()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    cells = [
        cell
        for name in ("grades.csv", "canvas.csv", "moodle.csv")
        for row in table(folder / "grades", name).values()
        for cell in row.values()
    ]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))] == []
    assert not [line for line in said.splitlines() if line.lstrip().startswith("::")]
    assert sorted(path.name for path in folder.iterdir()) == ["grades", "submissions"]
    assert all(re.fullmatch("[0-9a-f]{16}", path.name) for path in (folder / "grades" / "reports").iterdir())
    assert not Path("/tmp/evil.txt").exists()
    assert len(HOSTILE_NAMES) > 5


def test_a_second_time_only_what_has_changed_is_judged(few, original, tmp_path):
    """Also when the first time was cut off, in a line; and with another rubric all is judged anew."""
    folder, _ = few
    out = tmp_path / "grades"
    shutil.copytree(folder / "grades", out)
    lines = (out / "grades.jsonl").read_text().splitlines()
    assert "6 bundles, 0 of them to be judged" in grade(folder / "submissions", "--out", out)
    assert (out / "grades.jsonl").read_text().splitlines() == lines
    (out / "grades.jsonl").write_text("\n".join(lines[1:-1]) + "\n" + lines[0][:100])
    assert re.search("6 bundles, [12] of them to be judged", grade(folder / "submissions", "--out", out))
    assert table(out) == table(folder / "grades")
    small = tmp_path / "submissions" / "ann"
    small.mkdir(parents=True)
    zipped(original, small, 1)
    rubric = tmp_path / "rubric.toml"
    rubric.write_text("[NET-2]\npoints = 20\n")
    grade(small.parent, "--out", tmp_path / "few")
    assert "1 of them to be judged" in grade(small.parent, "--out", tmp_path / "few", "--rubric", rubric)
    assert table(tmp_path / "few")["ann"]["points"] == "114"
    grade("--nonce", "mine", small.parent, "--out", tmp_path / "few")
    assert "the nonce mine is missing" in table(tmp_path / "few")["ann"]["notes"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 2), (signal.SIGKILL, -9)])
def test_killed_half_way_it_goes_on_from_there(few, tmp_path, number, code):
    """What was judged is kept."""
    folder, _ = few
    out = tmp_path / "grades"
    words = command(folder / "submissions", "--out", out, "--jobs", "1")
    read, write = os.pipe()
    most = fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 4096)
    os.write(write, bytes(most - 60))  # what it says of the second does not fit any more: there it waits
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # in a shell's background it is ignored, and by heirs
    judging = subprocess.Popen(words, cwd=ROOT, stdout=write)
    signal.signal(signal.SIGINT, before)
    os.close(write)
    count = lambda: len((out / "grades.jsonl").read_text().splitlines()) if (out / "grades.jsonl").exists() else 0  # noqa: E731
    Waiter().until("lines", count, lambda lines: lines > 1, 60)
    judging.send_signal(number)
    os.read(read, most)
    assert judging.wait(30) == code
    os.close(read)
    kept = count()
    assert 1 < kept < 6
    said = grade(folder / "submissions", "--out", out)
    assert int(re.search(r"(\d+) of them to be judged", said)[1]) <= 6 - kept
    assert table(out) == table(folder / "grades")


def test_shards_are_joined(few, tmp_path):
    """The table of all parts is the table of the whole, copies across them too."""
    folder, said = few
    parts = [tmp_path / str(part) for part in (1, 2)]
    for part in parts:
        grade(folder / "submissions", "--out", part, "--shard", f"{part.name}/2")
    joined = grade("--out", tmp_path / "all", "--join", *parts)
    assert table(tmp_path / "all") == table(folder / "grades")
    assert [line for line in joined.splitlines() if "SHARED" in line] == [
        line for line in said.splitlines() if "SHARED" in line
    ]
    assert all((tmp_path / "all" / row["page"]).exists() for row in table(tmp_path / "all").values())


def test_the_roster_the_date_and_the_mode_stand_beside_the_points(original, tmp_path):
    """Who is missing, who was late, whose nonce is not there; names as Canvas, Moodle and GitHub have them; a zip of all."""
    for seed, name in enumerate(
        ("doejane_LATE_12345_77_bundle", "Émile Zola_9_assignsubmission_file_", "launch-octo-cat", "stranger")
    ):
        (tmp_path / "all" / name).mkdir(parents=True)
        zipped(original, tmp_path / "all" / name, seed)
    roster = tmp_path / "roster.csv"
    people = [
        "Jane Doe,jane@example.org,12345,,",
        "Emile Zola,e@example.org,,,",
        "Ann Cat,a@example.org,,octo-cat,mine",
        "Nobody,n@example.org,,,",
    ]
    roster.write_text("\n".join(["Name,email,id,login,nonce", *people]) + "\n")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for path in (tmp_path / "all").rglob("*.zip"):
            archive.write(path, path.relative_to(tmp_path))
    words = ("--roster", roster, "--due", "2020-01-01T00:00Z", "--require", "live")
    said = grade(tmp_path / "all.zip", "--out", tmp_path / "grades", *words)
    rows = table(tmp_path / "grades")
    assert {name: row["verdict"] for name, row in rows.items()} == {
        "Ann Cat": "INVALID",
        "Emile Zola": "AGREES",
        "Jane Doe": "AGREES",
        "Nobody": "NOTHING",
        "stranger": "AGREES",
    }
    assert "the nonce mine is missing" in rows["Ann Cat"]["notes"]
    assert (rows["Jane Doe"]["late"], rows["Jane Doe"]["points"]) == ("late", "")
    assert "no points: it is a REHEARSAL, and LIVE is required; LATE" in rows["Jane Doe"]["notes"]
    assert "handed in nothing (1): Nobody" in said
    assert "not on the roster (1): stranger" in said
    assert "stranger" not in table(tmp_path / "grades", "canvas.csv")
    assert table(tmp_path / "grades", "canvas.csv")["Jane Doe"]["SIS User ID"] == "12345"
    assert table(tmp_path / "grades", "moodle.csv")["Emile Zola"]["Email address"] == "e@example.org"
    grade(tmp_path / "all.zip", "--out", tmp_path / "grades", "--roster", roster, "--require", "rehearsal")
    assert table(tmp_path / "grades")["Jane Doe"]["points"] == "100"
    assert table(tmp_path / "grades", "canvas.csv")["Jane Doe"]["Launch Control"] == "100"


class Unsaid(zipfile.ZipInfo):
    """An entry as Canvas and macOS write it: its name is UTF-8, and nothing says so."""

    def _encodeFilenameFlags(self):  # noqa: N802 - zipfile's own
        return self.filename.encode(), self.flag_bits


def repacked(bundle, target, name=lambda name: name, more=()):
    """A bundle as somebody else's tool packs it, with what else that tool leaves in it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in bundle.rglob("*") if path.is_file()):
            archive.writestr(name(f"run/{path.relative_to(bundle).as_posix()}"), path.read_bytes())
        for extra in more:
            archive.writestr(name(extra), b"x")


def test_bundles_count_however_somebody_elses_tool_has_packed_them(original, tmp_path):
    """macOS' and Windows' zips, a zip in a zip, folders around it, with a screenshot: in a zip as Canvas exports it."""
    bundles = [original.anew(tmp_path / "made", seed) for seed in range(6)]
    given = tmp_path / "given"
    finder = ("__MACOSX/run/._manifest-sha256.txt", "__MACOSX/._run", "run/.DS_Store", "run/evidence/.DS_Store")
    repacked(bundles[0], given / "müllerjörg_LATE_1_11_run.zip", more=finder)
    repacked(bundles[1], given / "doejane_2_12_run.zip", lambda name: name.replace("/", "\\"), more=["run/evidence/"])
    repacked(bundles[2], given / "adaann_3_13_reports-1.ZIP", lambda name: f"home/ann/reports/{name}")
    repacked(bundles[3], tmp_path / "run.zip")
    with zipfile.ZipFile(given / "bobbill_4_14_x.zip", "w") as archive:
        archive.write(tmp_path / "run.zip", "to hand in/run (1).zip")
        archive.writestr("__MACOSX/to hand in/._run (1).zip", b"x")
    (given / "adaann_3_15_screenshot.png").write_bytes(b"x")
    (given / "caincarl_5_16_run.pdf").write_bytes(b"x")
    (given / "dorndiana_6_17_grades.csv").write_bytes(b"x")
    repacked(bundles[4], given / "caincarla_7_18_janedoe.zip")
    repacked(bundles[5], given / "the_reds_2_19_run.zip")
    with zipfile.ZipFile(tmp_path / "submissions.zip", "w") as archive:
        for path in given.iterdir():
            archive.writestr(Unsaid(path.name), path.read_bytes())
        link = zipfile.ZipInfo("latest")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc")
        archive.writestr(f"{'deep/' * 20}deep", "")
    roster = tmp_path / "roster.csv"
    people = ["Müller, Jörg", "Doe, Jane", "Ada, Ann", "Bob, Bill", "Cain, Carl", "Dorn, Diana"]
    rows = [f'"{name}",{number},SIS{number},{name[:3]}@x.org,A;B,,' for number, name in enumerate(people, 1)]
    head = "Student,ID,SIS User ID,SIS Login ID,Section,Launch Control (99),Final Score"
    roster.write_text("\r\n".join([head, "    Points Possible,,,,,100,(read only)", *rows, ""]), encoding="utf-8-sig")
    said = grade(tmp_path / "submissions.zip", "--out", tmp_path / "grades", "--roster", roster)
    rows = table(tmp_path / "grades")
    assert {name: row["verdict"] for name, row in rows.items()} == dict.fromkeys(people[:4], "AGREES") | {
        "Cain, Carl": "INVALID",
        "Dorn, Diana": "INVALID",
        "caincarla_7": "AGREES",
        "the_reds_2": "AGREES",
    }
    assert "bundles" not in rows["Ada, Ann"]["notes"]
    assert "caincarl_5_16_run.pdf is no zip" in rows["Cain, Carl"]["notes"]
    assert "not on the roster (2): caincarla_7, the_reds_2" in said
    canvas = table(tmp_path / "grades", "canvas.csv")
    assert [*canvas] == ["Points Possible", *sorted(people)]
    assert [*canvas["Doe, Jane"].values()] == ["Doe, Jane", "2", "SIS2", "Doe@x.org", "A;B", "100"]


def test_last_years_are_compared_and_the_last_run_counts(original, tmp_path):
    """Somebody of this year shares with one of the last; whoever hands in twice shares with nobody."""
    for seed, name in (
        (1, "old/kim"),
        (4, "older/kim"),
        (4, "new/zoe"),
        (1, "new/lee"),
        (2, "new/pat"),
        (2, "new/pat/again"),
        (3, "new/archive: a"),
        (3, "new/archive: b"),
    ):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
        zipped(original, tmp_path / name, seed)
        if name.endswith("kim"):
            next((tmp_path / name).iterdir()).rename(tmp_path / name / "run.zip")
    archives = ("--archive", tmp_path / "old", "--archive", tmp_path / "older")
    said = grade(tmp_path / "new", "--out", tmp_path / "grades", *archives)
    shared = sorted(line.partition(": 1")[0] for line in said.splitlines() if "SHARED" in line)
    assert shared == [
        "SHARED by /kim/run.zip (archive), lee",
        "SHARED by /kim/run.zip of archive 2 (archive), zoe",
        "SHARED by archive: a, archive: b",
    ]
    rows = table(tmp_path / "grades")
    assert sorted(rows) == ["archive: a", "archive: b", "lee", "pat", "zoe"]
    assert "2 bundles: the one counts whose run ended last" in rows["pat"]["notes"]


def _probe(folder, told):
    """What a judge finds around it."""
    from fixtures.gradebook.judging import Limits, _enter, leave_network  # noqa: PLC0415 - only in the fork

    alone = leave_network()
    _enter(folder, Limits(1, 7.0, 900))
    limits = {name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[0] for name in ("CPU", "AS", "NOFILE", "CORE")}
    found = {"alone": alone, "interfaces": [name for _, name in socket.if_nameindex()], "limits": limits}
    Path(told).write_text(json.dumps(found | {"variables": dict(os.environ), "temporary": tempfile.gettempdir()}))


def test_a_judge_has_limits_and_no_variables_and_no_network(tmp_path):
    """As far as this machine allows networks of their own."""
    process = context().Process(target=_probe, args=(tmp_path, tmp_path / "told.json"))
    process.start()
    process.join(60)
    told = json.loads((tmp_path / "told.json").read_text())
    assert told["variables"] == {"PATH": os.defpath}
    assert told["limits"] == {"CPU": 8, "AS": 900 * 2**20, "NOFILE": 256, "CORE": 0}
    assert told["temporary"] == str(tmp_path)
    assert set(told["interfaces"]) <= {"lo"} or not told["alone"]


@pytest.mark.parametrize("limit", [("--timeout", "0.05"), ("--memory", "120")])
def test_what_takes_too_much_is_invalid(original, tmp_path, limit):
    """The judge is ended, and its person gets the reason."""
    (tmp_path / "class" / "ann").mkdir(parents=True)
    zipped(original, tmp_path / "class" / "ann", 1)
    grade(tmp_path / "class", "--out", tmp_path / "grades", *limit)
    row = table(tmp_path / "grades")["ann"]
    assert row["verdict"] == "INVALID"
    assert "judging it takes more than" in row["notes"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nowhere",), "nowhere cannot be read"),
        ((".", "--roster", "README.md"), "names nobody"),
        ((".", "--due", "tomorrow"), "--due 'tomorrow' is no time with its zone"),
        ((".", "--jobs", "0"), "--jobs, --timeout and --memory are numbers above 0"),
        ((".", "--shard", "4/3"), "--shard is a part such as 3/20"),
        ((".", "--rubric", "README.md"), "--rubric README.md cannot be read as TOML"),
        (("fixtures", "--max-p95-ms", "-1"), "--max-p95-ms is -1.0; give a number above 0"),
        (("fixtures", "--live"), "leave out --live"),
        (("fixtures", "--frobnicate"), "unrecognized arguments: --frobnicate"),
    ],
)
def test_a_mistake_of_the_grader_is_one_message(words, told, tmp_path):
    """Exit code 4, and nothing is judged."""
    said = grade(*words, "--out", tmp_path / "grades", code=4)
    assert told in said
    assert not (tmp_path / "grades" / "grades.csv").exists()


def test_honest_runs_of_one_machine_and_one_account_share_nothing(bundle, stage, tmp_path):
    """Two runs at one standing rehearsal, which is one account: what they have in common is told as that."""
    variables = stage.variables | {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "us-east-1"}
    stage.reset()
    found = [("first", traces_of(bundle))]
    for name in ("second", "third"):
        words = [
            "tests/acceptance",
            "--live",
            "-q",
            "--no-redact",
            "--no-load",
            "--steady=0.1",
            f"--reports={tmp_path / name}",
        ]
        with Suite(words, variables, tmp_path / name) as suite:
            suite.wait()
        found.append((name, traces_of((tmp_path / name / "latest").resolve())))
    assert all({"request ID", "task", "interface", "log event"} <= set(traces) for _, traces in found)
    assert copies(found) == []
    assert "account 123456789012" in {shared.what for shared in in_common(found)}
    assert [shared.who for shared in copies([*found, ("copy", found[1][1])])] == [("copy", "second")]


def layout(folder, original, kind):
    """What a platform gives a script for a submission of this kind."""
    folder.mkdir()
    if kind == "right":
        zipped(original, folder, 1)
    elif kind == "wrong":
        edit("results.json", lambda told: told.update(score=100))(bundle := original.anew(folder, 2))
        write_manifest(bundle)
    elif kind == "hostile":
        (folder / "b.zip").symlink_to("/etc/passwd")
    return folder


@pytest.mark.parametrize(
    ("kind", "points", "told"),
    [("right", 100, "DISAGREES"), ("wrong", 100, "DISAGREES"), ("empty", 0, "no bundles"), ("hostile", 0, "link")],
)
def test_each_platform_gets_its_result(kind, points, told, original, tmp_path):
    """Its own script, run in its own layout. The load of the bundle is too short for strict terms."""
    points -= 10 * (points > 0)
    submission = layout(tmp_path / "submission", original, kind)
    (tmp_path / "results").mkdir()
    python = unpacked(tmp_path / "source") / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(
        f'#!/bin/sh\nPYTHONPATH={sysconfig.get_path("purelib")} exec {os.path.realpath(sys.executable)} "$@"\n'
    )
    python.chmod(0o700)
    shutil.copy(ENTRIES / "run_autograder", tmp_path)
    repository = tmp_path / "repository"
    shutil.copytree(submission, repository / "bundle", symlinks=True)
    suite = {"PATH": os.environ["PATH"], "LAUNCH_CONTROL": str(ROOT)}
    given = {"CLASSROOM": "c", "ASSIGNMENT": "a", "USERNAME": "u", "SUBMISSION_TAG": "submit/x"}
    files = {"vocareumGradeFile": str(tmp_path / "grade"), "vocareumReportFile": str(tmp_path / "report")}
    scripts = [
        subprocess.Popen([tmp_path / "run_autograder"], env={"PATH": os.environ["PATH"]}, cwd=tmp_path),
        subprocess.Popen([ENTRIES / "autograder.sh"], env=suite | given, cwd=repository),
        subprocess.Popen([ENTRIES / "grade.sh"], env=suite | files | {"VOC_HOME_DIR": str(submission)}, cwd=submission),
    ]
    assert [script.wait(120) for script in scripts] == [0, 0, 0]
    result = json.loads((tmp_path / "results" / "results.json").read_text())
    assert sum(test["score"] for test in result["tests"]) == points
    assert told in result["output"]
    assert ("Hand in the folder of your run" in result["output"]) == (not points)
    result = json.loads((repository / "result.json").read_text())
    assert (result["schema"], result["usernames"], result["classroom"]) == ("classroom50/result/v1", ["u"], "c")
    assert (result["score"], result["max-score"]) == (points, 100)
    assert len(result["tests"]) == 27
    grades = dict(line.split(",") for line in (tmp_path / "grade").read_text().splitlines())
    assert sum(map(int, grades.values())) == points
    assert (tmp_path / "report").read_text().startswith("VOC_NO_REPORT_OUTPUT\n")


def unpacked(folder):
    """What Gradescope is given, as it unpacks it: a result shows that all that judges is in it."""
    pack(folder.with_suffix(".zip"))
    with zipfile.ZipFile(folder.with_suffix(".zip")) as archive:
        archive.extractall(folder)
    return folder


@pytest.mark.parametrize(("too_old", "refused", "python"), [(0, 0, "python3"), (1, 0, "python3.11"), (0, 100, "python3")])
def test_gradescope_sets_the_autograder_up(too_old, refused, python, tmp_path):
    """Without make, venv or lists of packages; with a Python that is new enough. What fails is not passed over."""
    calls, programs, source = tmp_path / "calls.txt", tmp_path / "bin", unpacked(tmp_path / "source")
    programs.mkdir()
    for name, code in (("python3", too_old), ("apt-get", refused), ("make", 0)):
        (programs / name).write_text(f'#!/bin/sh\n[ {name} = python3 ] || echo {name} "$@" >> "{calls}"\nexit {code}\n')
        (programs / name).chmod(0o700)
    path = {"PATH": f"{programs}:{os.environ['PATH']}"}
    ended = subprocess.run(["/bin/bash", source / "setup.sh"], env=path, cwd=tmp_path, timeout=60, check=False)
    whole = ["apt-get update", f"apt-get install -y make {python} {python}-venv", f"make PYTHON={python} .venv/.ready"]
    assert (ended.returncode, calls.read_text().splitlines()) == (refused, whole[:1] if refused else whole)
