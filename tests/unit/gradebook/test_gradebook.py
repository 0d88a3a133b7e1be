"""Whose a bundle is, who shares what, and what is not even looked at."""

import csv
import os
import shutil
import warnings
import zipfile
from collections import namedtuple
from pathlib import Path

import pytest

from fixtures.evidence.manifest import MOST_BYTES
from fixtures.gradebook import submissions
from fixtures.gradebook.book import row_of, write_book
from fixtures.gradebook.judging import Limits, Task, _fast, _Judges
from fixtures.gradebook.roster import Person, read_roster
from fixtures.gradebook.submissions import Entry, digest_of, entries_of, owners
from fixtures.gradebook.traces import copies, in_common, traces_of
from fixtures.replay.unpacking import InvalidError
from fixtures.settings.settings import SettingsError

PEOPLE = (
    Person("Jane Doe", "jane.doe@example.org", "12345", "jdoe"),
    Person("Émile van der Zola", "emile@example.org", "77777", "octo-cat"),
    Person("Doe", "doe@example.org"),
)


@pytest.mark.parametrize(
    ("whose", "name"),
    [
        ("Jane Doe", "Jane Doe"),
        ("doejane_12345_678_bundle", "Jane Doe"),
        ("doejane_LATE_9_678_bundle", "Jane Doe"),
        ("Jane Doe_4711_assignsubmission_file_", "Jane Doe"),
        ("jane.doe@example.org", "Jane Doe"),
        ("launch-control-octo-cat", "Émile van der Zola"),
        ("Emile van der Zola", "Émile van der Zola"),
        ("zolaemilevander_1_2_x", "Émile van der Zola"),
        ("77777_12345", "77777_12345"),
        ("somebody", "somebody"),
        ("", ""),
    ],
)
def test_a_name_of_a_file_names_one_person_of_the_roster(whose, name):
    """As platforms write it; whoever could be two people is nobody of them."""
    entry = Entry(whose, whose, Path())
    found = owners([entry], PEOPLE)[entry]
    assert found.name == name
    assert found.expected == (name in [person.name for person in PEOPLE])


CLASS = (
    Person("Doe, Jane (555)", "Jane.Doe@Example.org", "555", "jdoe"),
    Person("Doe, Jane (556)", "doe@example.org", "556", "jd2"),
    Person("Jörg Müller", "jm@example.org", "777", "jmueller"),
    Person("Madonna", "m@example.org", "8", "mad"),
    Person("Mary-Ann O'Neil", "mao@example.org", "9", "octo-cat"),
    Person("Jan Li", "jan@example.org", "12", "jl"),
    Person("Participant 41", "", "Participant 41"),
)


@pytest.mark.parametrize(
    "names",
    [
        {  # Canvas: lib/content_zipper.rb
            "müllerjörg_1_679_run": "Jörg Müller",
            "madonna_LATE_2_680_x": "Madonna",
            "oneilmaryann_3_681_jdoe": "Mary-Ann O'Neil",
            "oneilmaryann_3_682_2024-jl": "Mary-Ann O'Neil",
            "doejane_555_683_x": "Doe, Jane (555)",
            "doejane_LATE_556_684_x": "Doe, Jane (556)",
            "doejane_557_685_x": "doejane_557",
            "madonna_12_686_x": "madonna_12",
            "lijan_4_text": "Jan Li",
            "teamred_777_687_x": "teamred_777",
            "somebody_5_688_jdoe": "somebody_5",
        },
        {"anon_Ab3dE_678_jdoe": "anon_Ab3dE", "LATE_anon_Xb3dE_679_1_jdoe": "LATE_anon_Xb3dE"},
        {  # Moodle: mod/assign/classes/downloader.php
            "Jörg Müller_12_assignsubmission_file_": "Jörg Müller",
            "Madonna_777_assignsubmission_file_jdoe": "Madonna",
            "Mary-Ann ONeil_8_assignsubmission_onlinetext_": "Mary-Ann O'Neil",
            "Jane Doe_555_assignsubmission_file_": "Jane Doe_555",
            "Somebody-jl_9_assignsubmission_file_jdoe": "Somebody-jl_9",
            "Default group_assignsubmission_file_": "Default group",
        },
        {
            "Participant_41_assignsubmission_file_": "Participant 41",
            "Participant_12_assignsubmission_file_": "Participant_12",
        },
        {  # Blackboard: kwurst/bb-file-cleanup
            "HW_1_2_jdoe_attempt_2024-01-01-12-00-00_jl": "Doe, Jane (555)",
            "HW 1_jmueller_attempt_2024-01-01-12-00-00.txt": "Jörg Müller",
            "HW 1_jm_attempt_2024-01-01-12-00-00_jl.zip": "Jörg Müller",
            "HW 1_m_a_o_attempt_2024-01-01-12-00-00_jl.zip": "Mary-Ann O'Neil",
            "HW 1_else_attempt_2024-01-01-12-00-00_jdoe": "HW 1_else",
        },
        {  # Brightspace, in folders and flat
            "397063-2557369 - Mary-Ann O'Neil - Sep 24, 2024 926 PM": "Mary-Ann O'Neil",
            "1-2 - Madonna - Jan 1, 2024 1200 PM": "Madonna",
            "3-8 - Who Else - Jan 1, 2024 1200 PM - jdoe": "Who Else_3",
        },
        {"Doe, Jane(jdoe)": "Doe, Jane (555)", "Müller, Jörg(x)": "Jörg Müller"},  # Sakai
        {"Doe_Jane_jd2_99": "Doe, Jane (556)", "Mueller_Joerg_x_8": "Jörg Müller", "Else_Who_y_7": "Else_Who_y_7"},  # ILIAS
        {"launch-control-octo-cat": "Mary-Ann O'Neil", "launch-control-li": "launch-control-li"},  # GitHub Classroom
        {
            "Jane Doe - 555 - jane.doe@example.org (submission_8)": "Doe, Jane (555)",
            "Jörg Müller - 9 - mao@example.org (submission_12)": "Jörg Müller - 9 - mao@example.org",
            "Jan Li - 12 - jan@example.org - Madonna - 8 - m@example.org (submission_9)": None,
        },
        {"JM@EXAMPLE.ORG": "Jörg Müller", "jdoe (1)": "Doe, Jane (555)", "jd2 - Copy": "Doe, Jane (556)"},
        {"madonna copy 2": "Madonna", "jan": "Jan Li", "Jan_Smith": "Jan_Smith", "1_2": "1_2"},
        {"lab_1_2_jdoe": "Doe, Jane (555)", "lab_1_2_jl": "Jan Li"},
        {"lab_8_jdoe": "Doe, Jane (555)", "lab_8_stranger": "lab_8_stranger", "lab-12": "lab-12", "team_12": "team_12"},
        {  # whoever calls their files as another platform does is not believed
            "doejane_555_1_run": "Doe, Jane (555)",
            "madonna_2_2_jdoe_attempt_2024-01-01-12-00-01": "Madonna",
            "madonna_2_3_jdoe_attempt_2024-01-01-12-00-02": "Madonna",
            "madonna_2_4_jdoe_attempt_2024-01-01-12-00-03": "Madonna",
        },
    ],
)
def test_names_are_read_as_the_platform_gives_them(names):
    """What a learner has called their file names nobody, a number alone is nobody's, and a contradiction is told."""
    found = owners([Entry(name, name, Path()) for name in names], CLASS)
    assert {entry.name: person.name for entry, person in found.items()} == {k: v or k[:-15] for k, v in names.items()}


@pytest.mark.parametrize(
    ("text", "encoding", "people"),
    [
        (
            'Student,ID,SIS User ID,SIS Login ID\r\n    Points Possible,,,\r\n"Doe, Jane",1,S1,a\r\n"Doe, Jane",2,S2,b\r\n',
            "utf-8-sig",
            [("Doe, Jane (1)", "", "1", "a"), ("Doe, Jane (2)", "", "2", "b")],
        ),
        (
            'Identifier,"Full name","Email address",Grade\nParticipant 12,Jane Doe,J@x.org,\nParticipant 13,,,',
            "utf-8-sig",
            [("Jane Doe", "J@x.org", "Participant 12", ""), ("Participant 13", "", "Participant 13", "")],
        ),
        ("Vorname;Nachname;E-Mail-Adresse\nJörg;Müller;J@X.ORG", "cp1252", [("Jörg Müller", "J@X.ORG", "", "")]),
        ("Name;Vorname;Matrikelnummer\nJörgens;Jörg;007", "utf-8", [("Jörg Jörgens", "", "007", "")]),
        (
            "first name,last name\nJames,Jameson\nAnn,Ann\n",
            "utf-8",
            [("James Jameson", "", "", ""), ("Ann Ann", "", "", "")],
        ),
        ('name,first name\n"Doe, Jane",Jane\n', "utf-8", [("Doe, Jane", "", "", "")]),
        (
            '"Last Name"\t"First Name"\t"Username"\t"Student ID"\n"Doe"\t"Jane"\t"jd"\t"5"\n',
            "utf-16",
            [("Jane Doe", "", "5", "jd")],
        ),
        (
            "OrgDefinedId,Username,Last Name,First Name,Email,End-of-Line Indicator\n#5,#jd,Doe,Jane,j@x.org,#",
            "utf-8",
            [("Jane Doe", "j@x.org", "5", "jd")],
        ),
        ("First Name,Last Name,SID,Email,Role\nJane,Doe,5,j@x.org,Student", "utf-8", [("Jane Doe", "j@x.org", "5", "")]),
        (
            '"identifier","github_username","github_id","name"\n"j@x.org","octo-cat","7",""',
            "utf-8",
            [("j@x.org", "", "j@x.org", "octo-cat")],
        ),
        (
            'name,email\n"Jane\nDoe",j@x.org,more\n\nBob\n',
            "utf-16-le",
            [("Jane\nDoe", "j@x.org", "", ""), ("Bob", "", "", "")],
        ),
    ],
)
def test_a_roster_is_read_as_platforms_and_spreadsheets_write_it(tmp_path, text, encoding, people):
    """Canvas, Moodle (two), a German list, Blackboard, Brightspace, Gradescope, GitHub Classroom; cells that are missing."""
    (tmp_path / "roster.csv").write_bytes(text.encode(encoding))
    found = read_roster(tmp_path / "roster.csv")
    assert [(each.name, each.email, each.id, each.login) for each in found] == people


def test_gradescopes_folders_are_called_by_the_list_beside_them(tmp_path):
    """And by nothing else in it."""
    export = tmp_path / "assignment_1_export"
    for name in ("submission_8/run.zip", "submission_9/run.zip", "submission_10/run.zip", "submission_metadata.yml"):
        (export / name).parent.mkdir(parents=True, exist_ok=True)
        (export / name).write_text("")
    (export / "submission_metadata.yml").write_text(
        "submission_8:\n  :submitters:\n  - :name: Jane Doe\n    :sid: '555'\n    :email: j/d@x.org\n  :score: 1\n"
        "  :output: \"a\n    :name: Bob\"\nsubmission_9:\n  :submitters:\n  - :name: Ann\n  - :name: Bob\n    :sid: ''\n"
    )
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for path in export.rglob("*.*"):
            archive.write(path, path.relative_to(tmp_path))
    names = {
        "Jane Doe - 555 - j_d@x.org (submission_8)/run.zip",
        "Ann - Bob (submission_9)/run.zip",
        "submission_10/run.zip",
    }
    assert {entry.name for entry in entries_of(tmp_path / "all.zip", tmp_path / "unpacked")} == names
    assert {entry.name for entry in entries_of(export, tmp_path)} == names


def test_one_persons_folder_in_a_zip_stays_theirs(tmp_path):
    """A single late submission is exported as many are, and a table that was handed in is something handed in."""
    for count, names in enumerate([["Ann_7_assignsubmission_file_/run.zip"], ["ann_7_8_x.csv", "grades.csv"]]):
        with zipfile.ZipFile(tmp_path / f"{count}.zip", "w") as archive:
            for name in names:
                archive.writestr(name, "")
        found = entries_of(tmp_path / f"{count}.zip", tmp_path / str(count))
        assert [entry.whose for entry in found] == [names[0].partition("/")[0].removesuffix(".csv")]


def test_the_forms_for_import_keep_what_the_platform_has_exported(tmp_path):
    """Whose row it is, and what is nobody's business here; in Moodle's worksheet the grade alone is new."""
    sheet = {"Identifier": "Participant 12", "Status": "Submitted", "Grade": "", "Feedback comments": "", "Extra": "=1"}
    told = {"verdict": "AGREES", "points": 90, "full_marks": 100}
    for row in (sheet, {"Student": "Doe, Jane", "ID": "5", "Section": "X"}, {"Student": "Jane", "Student ID": "1"}, {}):
        person = Person("Jane", "j@x.org", "1", "jd", row=tuple(row.items()))
        write_book(tmp_path, [row_of(person, [("x", told, "")], None, "", "")], [], [])
        written = [
            list(csv.DictReader((tmp_path / name).read_text("utf-8-sig").splitlines()))[-1]
            for name in ("canvas.csv", "moodle.csv")
        ]
        assert written == [
            {"Student": "Jane", "ID": "", "SIS User ID": "1", "SIS Login ID": "jd", "Section": "", "Launch Control": "90"}
            | {key: value for key, value in row.items() if "ID" in row}
            | {key: "" for key in ("SIS User ID", "SIS Login ID") if "ID" in row},
            row | {"Grade": "90", "Extra": "'=1"}
            if row is sheet
            else {
                "Email address": "j@x.org",
                "Full name": "Jane",
                "ID number": "1",
                "Username": "jd",
                "Launch Control": "90",
                "Feedback comments": "",
            },
        ]


def test_a_grade_that_is_for_the_grader_to_decide_stays_in_moodles_worksheet(tmp_path):
    """Whoever has handed in nothing that can be judged may have been given one by hand, with words."""
    row = (("Identifier", "Participant 12"), ("Grade", "7.00"), ("Feedback comments", "see me"))
    write_book(tmp_path, [row_of(Person("Participant 12", row=row), [], None, "", "late")], [], [])
    assert (tmp_path / "moodle.csv").read_text("utf-8-sig").splitlines()[1] == "Participant 12,7.00,see me"


def test_what_can_lie_in_no_folder_keeps_nobody_else_from_being_judged(tmp_path):
    """One learner's links, paths and names are left out of the zip of all; a colon is written as Windows can have it."""
    names = (
        "ann_1_2_run:1.zip",
        "bob/a/b/c/d/e/f/g/h/i/j.txt",
        "bob_3_4_a\\..\\x.zip",
        "/x.zip",
        f"{'x' * 256}.zip",
        "eve.zip",
    )
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for name in (*names, names[-1]):
            with warnings.catch_warnings(action="ignore"):
                archive.writestr(name, "")
    assert [entry.name for entry in entries_of(tmp_path / "all.zip", tmp_path / "all")] == ["ann_1_2_run_1.zip", "eve.zip"]


@pytest.mark.parametrize("name", ["Ann_7_assignsubmission_file_", "hw_1_2024_all", "everybody"])
def test_a_zip_of_one_folder_is_a_class_unless_the_folder_is_somebodys(name, tmp_path):
    """Canvas names no folders, so that one only looks like a person's."""
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for run in ("a.zip", "b.zip", ".DS_Store"):
            archive.writestr(f"{name}/{run}", "")
    found = [entry.whose for entry in entries_of(tmp_path / "all.zip", tmp_path / "all")]
    assert found == ([name, name] if "assign" in name else ["a", "b"])


def test_without_a_roster_everybody_is_expected():
    """There is nobody who says otherwise."""
    entry = Entry("ann", "ann", Path())
    assert owners([entry], ())[entry] == Person("ann")


@pytest.mark.parametrize(
    "text", ["", "name\n", "points\n7\n", "name\nAnn\nAnn\n", "\x00", "name,email\n" + '"' + "x" * 200_000]
)
def test_a_roster_that_cannot_be_used_is_one_message(tmp_path, text):
    """It says which option it is."""
    (tmp_path / "roster.csv").write_text(text)
    with pytest.raises(SettingsError, match="--roster"):
        read_roster(tmp_path / "roster.csv")


def test_bundles_are_found_wherever_they_lie_and_no_link_is_followed(tmp_path, monkeypatch):
    """A folder a person, with folders and zips in it; a file that is no bundle is theirs too."""
    for name in (
        "ann/run/manifest-sha256.txt",
        "bob/deep/er/run.zip",
        "eve.zip",
        "kim/essay.txt",
        "jane.doe/manifest-sha256.txt",
        "m.x.PDF",
        "__MACOSX/x",
        "roster.csv",
        "pat/run.zip/run/manifest-sha256.txt",
        *(f"sue/app/{number}" for number in range(20)),
        "sue/reports/run/manifest-sha256.txt",
    ):
        (tmp_path / "class" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "class" / name).write_text("")
    monkeypatch.setattr(submissions, "_MOST_SEEN", 15)
    (tmp_path / "class" / "lee").symlink_to("/")
    (tmp_path / "class" / "kim" / "latest").symlink_to("/")
    found = {entry.name: entry.whose for entry in entries_of(tmp_path / "class", tmp_path / "unpacked")}
    names = {"ann/run/": "ann", "bob/deep/er/run.zip": "bob", "eve.zip": "eve", "kim/": "kim", "lee/": "lee"}
    names |= {"pat/run.zip/run/": "pat", "sue/reports/run/": "sue"}
    assert found == names | {"jane.doe/": "jane.doe", "m.x.PDF": "m.x"}


def test_what_is_no_plain_file_is_not_opened(tmp_path):
    """A pipe would be waited for, a link followed."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "essay").mkdir()
    (tmp_path / "essay" / "a.pdf").write_text("")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/etc/passwd")
    for name, why in (
        ("empty", "no file"),
        ("essay", "no bundle, but a.pdf"),
        ("pipe", "no plain file"),
        ("link", "a link"),
        ("none", "No such file"),
    ):
        with pytest.raises(InvalidError, match=why):
            digest_of(tmp_path / name)


def test_those_who_share_are_one_group_and_what_they_share_is_counted_once():
    """However they are chained; the archive is somebody too."""
    found = copies(
        [
            ("a", {"task": ["1", "2"]}),
            ("b", {"task": ["2", "3"]}),
            ("c", {"task": ["3"], "request ID": ["9"]}),
            ("d", {"task": ["4"]}),
            ("d", {"task": ["4"]}),
            ("e", {"request ID": ["9"]}),
        ]
    )
    assert found == [(("a", "b", "c", "e"), "1 request ID, 2 tasks")]


def test_what_a_class_has_in_common_is_no_copy():
    """It is told with who has it."""
    class_ = [(name, {"account": ["123456789012"], "nonce": [name]}) for name in "abc"]
    assert copies(class_) == []
    assert in_common(class_) == [(("a", "b", "c"), "account 123456789012")]


def test_a_quoted_id_in_a_log_line_is_no_trace(tmp_path):
    """Nobody can put somebody else's ID into what an application prints."""
    (tmp_path / "evidence").mkdir()
    said = '{"message": "\\"request_id\\": \\"0123456789abcdef0123\\"", "request_id": "own-0123456789abcdef"}'
    (tmp_path / "evidence" / "0001-x.json").write_text(said)
    (tmp_path / "evidence" / "0002-x.json").write_text("[" * 100_000 + "\\u0041")
    assert traces_of(tmp_path) == {"request ID": ["own-0123456789abcdef"]}


def test_nobody_is_judged_where_the_disk_is_nearly_full(tmp_path, monkeypatch):
    """It would be held against them."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: namedtuple("Usage", "free")(1_000_000))
    with pytest.raises(OSError, match="too little disk"):
        _Judges([Task(tmp_path, None)], Limits(), lambda *_: None, tmp_path)._forked()


@pytest.mark.parametrize(("free", "where"), [(9 * MOST_BYTES, "/dev/shm"), (MOST_BYTES, None)])
@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="only Linux has a folder in memory")
def test_bundles_are_unpacked_into_memory_where_they_leave_it_room(free, where, monkeypatch):
    """Else onto the disk: memory that is full ends other programs."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: namedtuple("Usage", "free")(free))
    assert _fast(Limits(jobs=2)) == where
