"""The options, the plugins and what they guard are in `fixtures/plugin.py`; pytest.ini loads it before it looks at a path."""

pytest_plugins = ["fixtures.plugin"]
