"""The options, the plugins and what they guard are in `fixtures/plugin.py`; pytest.ini has it loaded before all else."""

pytest_plugins = ["fixtures.plugin"]
