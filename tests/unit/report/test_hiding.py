"""Whatever pytest shows of an acceptance test that fails, is captured, cannot be collected or crashes, is redacted."""

import pytest

from tests.unit.report.nested import pytest_in

CANARY = "AKIAQ7CANARY4EXAMPLE"
CONFTEST = """
from fixtures.evidence.redaction import Redactor
from fixtures.report.hiding import Hiding

def pytest_configure(config):
    config.pluginmanager.register(Hiding(Redactor()))
"""
CRASH = f"""
def pytest_collection_finish(session):
    raise ValueError("{CANARY}")
"""


def run(folder, where, body, conftest=CONFTEST):
    """What a nested pytest prints and writes for JUnit."""
    (folder / where).mkdir()
    (folder / "conftest.py").write_text(conftest)
    (folder / where / "test_it.py").write_text(body)
    junit = folder / "junit.xml"
    ended = pytest_in(folder, "--junitxml", str(junit), "-o", "junit_logging=all")
    return ended.output + junit.read_text()


@pytest.mark.parametrize(
    "body",
    [
        f'def test_a():\n    print("{CANARY}")\n    raise RuntimeError("{CANARY}")\n',
        f'import pytest\ndef test_a():\n    pytest.skip("{CANARY}")\n',
        f'raise RuntimeError("{CANARY}")\n',
    ],
    ids=["a failure and its output", "a skip", "a module that cannot be collected"],
)
def test_an_acceptance_test_gives_nothing_away(tmp_path, body):
    """Neither on the terminal nor in JUnit."""
    shown = run(tmp_path, "acceptance", body)
    assert CANARY not in shown
    assert "[access key]" in shown


def test_a_crash_gives_nothing_away(tmp_path):
    """pytest shows an INTERNALERROR with the lines of source that it came by."""
    shown = run(tmp_path, "acceptance", "def test_a():\n    pass\n", CONFTEST + CRASH)
    assert "INTERNALERROR> " in shown
    assert CANARY not in shown


def test_other_tests_are_left_alone(tmp_path):
    """Those of the suite itself are for its makers."""
    assert CANARY in run(tmp_path, "unit", f'def test_a():\n    raise RuntimeError("{CANARY}")\n')
