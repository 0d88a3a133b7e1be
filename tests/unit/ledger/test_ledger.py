"""The ledger remembers what may exist, on disk, before it exists."""

import errno
import json
import os

import pytest

from fixtures.ledger.ledger import Ledger, LeftBehind


class InterruptedCallError(Exception):
    """The call that creates did not come back."""


@pytest.fixture
def ledger(tmp_path):
    """An empty ledger."""
    return Ledger(tmp_path / "ledger.jsonl")


def make(ledger, kind, name):
    """Note the creation of one resource with an ID."""
    with ledger.creating(kind, name) as outputs:
        outputs["id"] = f"id-{name}"


def test_the_intent_is_on_disk_before_the_resource_is_created(ledger):
    """Whoever dies during the call leaves a trace of what it was about to make."""
    with ledger.creating("cluster", "c"):
        on_disk = [json.loads(line) for line in ledger.path.read_text().splitlines()]
    assert [(record["event"], record["name"]) for record in on_disk] == [("intent", "c")]


def test_a_creation_that_fails_stays_open(ledger):
    """A call that failed may still have created something: the entry is there to be undone."""
    with pytest.raises(InterruptedCallError), ledger.creating("cluster", "c"):
        raise InterruptedCallError
    assert [(entry.name, entry.created) for entry in ledger.open_entries()] == [("c", False)]


def test_open_entries_come_newest_first(ledger):
    """What was made last is undone first."""
    for name in ("first", "second", "third"):
        make(ledger, "cluster", name)
    assert [entry.name for entry in ledger.open_entries()] == ["third", "second", "first"]


def test_a_ledger_read_again_knows_the_same(ledger):
    """After a crash the file alone tells what exists."""
    make(ledger, "cluster", "c")
    make(ledger, "service", "s")
    ledger.undo("service", lambda entry: None, str)
    again = Ledger(ledger.path)
    assert again.entries() == ledger.entries()
    assert [entry.details for entry in again.open_entries()] == [{"id": "id-c"}]


def test_undo_deletes_each_entry_once(ledger):
    """Finalizer, step 6 and sweep may all call it: the second finds nothing to do."""
    make(ledger, "cluster", "c")
    deleted = []
    ledger.undo("cluster", deleted.append, str)
    ledger.undo("cluster", deleted.append, str)
    assert [entry.name for entry in deleted] == ["c"]


def test_one_failed_delete_does_not_stop_the_others(ledger):
    """All are tried; what is left is named with its error and the command that removes it."""
    for name in ("first", "stuck", "third"):
        make(ledger, "cluster", name)
    deleted = []

    def delete(entry):
        if entry.name == "stuck":
            raise InterruptedCallError("busy")
        deleted.append(entry.name)

    with pytest.raises(LeftBehind, match=r"cluster stuck is left behind: busy\. Remove it with: rm stuck"):
        ledger.undo("cluster", delete, lambda entry: f"rm {entry.name}")
    assert deleted == ["third", "first"]
    assert [entry.name for entry in ledger.open_entries()] == ["stuck"]


def test_undo_of_one_kind_leaves_the_others_alone(ledger):
    """The order of kinds is the cleanup's, not the ledger's."""
    make(ledger, "cluster", "c")
    make(ledger, "service", "s")
    ledger.undo("service", lambda entry: None, str)
    assert [entry.kind for entry in ledger.open_entries()] == ["cluster"]


def test_what_is_read_from_a_file_is_not_witnessed(ledger):
    """Only the process that AWS has answered knows without asking again."""
    make(ledger, "cluster", "c")
    assert [entry.witnessed for entry in ledger.entries()] == [True]
    assert [entry.witnessed for entry in Ledger(ledger.path).entries()] == [False]


def test_what_was_only_found_is_not_witnessed(ledger):
    """A tag has led to it, and a tag is not enough."""
    ledger.found("cluster", "c")
    ledger.found("cluster", "c")
    assert [(entry.name, entry.witnessed) for entry in ledger.open_entries()] == [("c", False)]


def test_a_line_that_was_cut_short_is_written_over(ledger):
    """The next line does not stick to it: both would be lost."""
    make(ledger, "cluster", "c")
    with ledger.path.open("a") as file:
        file.write('{"event": "intent", "number": 9, "ki')
    again = Ledger(ledger.path)
    make(again, "service", "s")
    third = Ledger(ledger.path)
    assert (third.broken, [entry.name for entry in third.entries()]) == (0, ["c", "s"])


def test_a_line_that_is_none_of_a_ledger_is_counted_and_the_rest_counts(ledger):
    """One bad line hides nothing else."""
    make(ledger, "cluster", "c")
    with ledger.path.open("a") as file:
        file.write('{"event": "created", "number": 7, "details": {}}\n[[[\n')
    make(Ledger(ledger.path), "service", "s")
    again = Ledger(ledger.path)
    assert (again.broken, [entry.name for entry in again.entries()]) == (2, ["c", "s"])


def test_a_full_disk_keeps_nothing_from_being_deleted(ledger, monkeypatch):
    """That it is deleted cannot be noted; when there is room again, the next line is whole."""

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    make(ledger, "cluster", "first")
    make(ledger, "service", "second")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        ledger.undo("cluster", lambda entry: None, str)
        with pytest.raises(OSError, match="No space"):
            make(ledger, "cluster", "third")
    assert len(ledger.troubles) == 1
    assert [entry.name for entry in ledger.open_entries()] == ["second"]
    ledger.undo("service", lambda entry: None, str)
    again = Ledger(ledger.path)
    assert (again.broken, [entry.name for entry in again.open_entries()]) == (0, ["first"])


def sparse(path):
    """A gigabyte that takes no place on the disk."""
    path.touch()
    os.truncate(path, 2**30)


@pytest.mark.parametrize("put", [os.mkfifo, os.mkdir, sparse])
def test_what_is_no_ledger_is_not_read(tmp_path, put):
    """A pipe would be waited for, and a gigabyte would fill the memory."""
    put(tmp_path / "ledger.jsonl")
    with pytest.raises(OSError, match=r"no file|directory|longer"):
        Ledger(tmp_path / "ledger.jsonl")
