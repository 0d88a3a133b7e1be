"""What `make test` has skipped is told at its end."""

from tests.skipped import told

pytest_plugins = ["pytester"]


def test_each_reason_is_told_with_its_number():
    """The most frequent first."""
    assert told(["no browser", "no Docker", "no Docker"]) == "2 tests skipped: no Docker\n1 test skipped: no browser"
    assert told([]) == "no test was skipped"


def test_what_pytest_skips_is_noted(pytester, monkeypatch, tmp_path):
    """By the plugin, whatever else is told."""
    pytester.makepyfile("import pytest\ndef test_a():\n    pytest.skip('no Docker')\ndef test_b():\n    pass")
    monkeypatch.setenv("LAUNCH_CONTROL_SKIPPED", str(tmp_path / "noted"))
    pytester.runpytest_inprocess("-p", "tests.skipped", "-p", "no:cacheprovider")
    assert (tmp_path / "noted").read_text(encoding="utf-8") == "no Docker\n"
