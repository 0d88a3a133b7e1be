"""The page that a replay's own outcomes and its bundle make. A pytest plugin: `-p tests.faults.replayed_page`."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Write it to where PAGE names, as of the run that was judged again: its times are not the replay's."""
    from fixtures.replay.session import REPLAY  # noqa: PLC0415 - pytest has to load it first, to rewrite its asserts
    from fixtures.report.html_plugin import REPORT_KEY  # noqa: PLC0415 - the same
    from fixtures.report.page import summary_html  # noqa: PLC0415 - the same

    yield
    bundle = session.config.stash[REPLAY].bundle
    of_the_run = {"started": bundle.started, "ended": bundle.ended, "redacted": bundle.record.redacted}
    report = replace(session.config.stash[REPORT_KEY](), **of_the_run)
    Path(os.environ["PAGE"]).write_text(summary_html(report, bundle.folder), encoding="utf-8")
