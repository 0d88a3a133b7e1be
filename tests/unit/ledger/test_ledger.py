"""The ledger remembers what may exist, on disk, before it exists."""

import json

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
