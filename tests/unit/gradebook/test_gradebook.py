"""Whose a bundle is, who shares what, and what is not even looked at."""

import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from fixtures.evidence.manifest import MOST_BYTES
from fixtures.gradebook.judging import Limits, Task, _fast, _Judges
from fixtures.gradebook.submissions import Entry, Person, digest_of, entries_of, owners, read_roster
from fixtures.gradebook.traces import copies, in_common, traces_of
from fixtures.replay.unpacking import InvalidError
from fixtures.settings.settings import SettingsError

PEOPLE = (
    Person("Jane Doe", "jane.doe@example.org", "12345", "jdoe"),
    Person("Émile van der Zola", "emile@example.org", "777", "octo-cat"),
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
        ("777_12345", "777_12345"),
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


def test_without_a_roster_everybody_is_expected():
    """There is nobody who says otherwise."""
    entry = Entry("ann", "ann", Path())
    assert owners([entry], ())[entry] == Person("ann")


@pytest.mark.parametrize(
    "text", ["", "name\n", "mail\na@example.org\n", "name\nAnn\nAnn\n", "\x00", "name,email\n" + '"' + "x" * 200_000]
)
def test_a_roster_that_cannot_be_used_is_one_message(tmp_path, text):
    """It says which option it is."""
    (tmp_path / "roster.csv").write_text(text)
    with pytest.raises(SettingsError, match="--roster"):
        read_roster(tmp_path / "roster.csv")


def test_bundles_are_found_wherever_they_lie_and_no_link_is_followed(tmp_path):
    """A folder a person, with folders and zips in it; a file that is no bundle is theirs too."""
    for name in (
        "ann/run/manifest-sha256.txt",
        "bob/deep/er/run.zip",
        "eve.zip",
        "kim/essay.txt",
        "__MACOSX/x",
        "roster.csv",
    ):
        (tmp_path / "class" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "class" / name).write_text("")
    (tmp_path / "class" / "lee").symlink_to("/")
    (tmp_path / "class" / "kim" / "latest").symlink_to("/")
    found = {entry.name: entry.whose for entry in entries_of(tmp_path / "class", tmp_path / "unpacked")}
    assert found == {"ann/run": "ann", "bob/deep/er/run.zip": "bob", "eve.zip": "eve", "kim": "kim", "lee": "lee"}


def test_what_is_no_plain_file_is_not_opened(tmp_path):
    """A pipe would be waited for, a link followed."""
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/etc/passwd")
    for name, why in (("empty", "no file"), ("pipe", "no plain file"), ("link", "a link"), ("none", "No such file")):
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
