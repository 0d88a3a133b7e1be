"""The container's environment, from a file as `docker run --env-file` reads it."""

from pathlib import Path

from fixtures.settings.settings import _environment


def test_lines_become_variables(tmp_path: Path) -> None:
    """Comments and blank lines are none; a value may hold what it likes."""
    file = tmp_path / "vars"
    file.write_text("# model\nMODEL_BUCKET=tiles\n\n  KEY=a=b c\nEMPTY=\n")
    assert _environment(file) == {"MODEL_BUCKET": "tiles", "KEY": "a=b c", "EMPTY": ""}
    assert _environment(None) == {}
