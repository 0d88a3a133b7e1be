"""`make test` keeps together what shares something, and tells at its end what it has skipped."""

from tests.whole import scope_of, told

pytest_plugins = ["pytester"]


def test_a_file_stays_together_and_a_cell_is_alone():
    """Cells would wait for each other for nothing."""
    assert scope_of("tests/unit/test_rooms.py::test_x[a::b]") == "tests/unit/test_rooms.py"
    assert scope_of("tests/faults/test_adopt.py::test_x") == "tests/faults/test_adopt.py"
    for cell in ("tests/faults/test_signals.py::test_x[1]", "tests/faults/deployments/test_deployments.py::test_x[1]"):
        assert scope_of(cell) == cell


def test_each_reason_is_told_with_its_number():
    """The most frequent first."""
    assert told(["no browser", "no Docker", "no Docker"]) == "2 tests skipped: no Docker\n1 test skipped: no browser"
    assert told([]) == "no test was skipped"


def test_what_pytest_skips_is_told(pytester):
    """By the plugin, below all else but pytest's last line."""
    pytester.makepyfile("import pytest\ndef test_a():\n    pytest.skip('no Docker')\ndef test_b():\n    pass")
    ended = pytester.runpytest_inprocess("-p", "tests.whole", "-p", "no:cacheprovider")
    ended.stdout.fnmatch_lines(["1 test skipped: no Docker", "*1 passed, 1 skipped*"])
