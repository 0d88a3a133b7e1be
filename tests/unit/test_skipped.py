"""What `make test` has skipped or tried twice is told at its end."""

from tests.skipped import told

pytest_plugins = ["pytester"]


def test_each_reason_is_told_with_its_number():
    """The most frequent first."""
    lines = ["skipped: no browser", *["skipped: no Docker"] * 2]
    assert told(lines) == "2 tests skipped: no Docker\n1 test skipped: no browser"
    assert told([]) == "no test was skipped"


def test_what_pytest_skips_is_noted(pytester, monkeypatch, tmp_path):
    """By the plugin, once, also where workers have run the tests."""
    pytester.makepyfile("import pytest\ndef test_a():\n    pytest.skip('no Docker')\ndef test_b():\n    pass")
    monkeypatch.setenv("LAUNCH_CONTROL_SKIPPED", str(tmp_path / "noted"))
    pytester.runpytest_inprocess("-p", "tests.skipped", "-p", "no:cacheprovider", "-n", "1")
    assert (tmp_path / "noted").read_text(encoding="utf-8") == "skipped: no Docker\n"


UNSTEADY = """
import pytest
began = []

@pytest.fixture
def begun():
    began.append(1)
    assert len(began) > 1, "not yet"
    yield

def test_a(begun):
    assert len(began) == 2

def test_b():
    assert False, "never"

def test_c():
    assert False, "nor this"
"""


def test_ci_tries_twice_and_tells_it(pytester, monkeypatch, tmp_path):
    """What passes then is named with what it said at first; what fails twice is red, and the third is not tried again."""
    pytester.makepyfile(UNSTEADY)
    monkeypatch.setenv("LAUNCH_CONTROL_SKIPPED", str(tmp_path / "noted"))
    monkeypatch.setattr("tests.again._tried", [])
    result = pytester.runpytest_inprocess("-p", "tests.again", "-p", "tests.skipped", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["*failed at first: *::test_a*", "*not yet*", "*failed at first: *::test_b*"])
    assert "failed at first: test_ci_tries_twice_and_tells_it.py::test_c" not in result.stdout.str()
    assert "tried twice: test_ci_tries_twice_and_tells_it.py::test_a" in (tmp_path / "noted").read_text(encoding="utf-8")
