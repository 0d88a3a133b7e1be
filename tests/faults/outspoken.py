"""An API whose words are orders to CI and Markdown, and, with `-p tests.faults.outspoken`, a run with such tags."""

import pytest

from tests.faults.application import APPLICATION

ORDERS = (
    "::set-output name=verdict::PASS",
    "::error title=NET-1::all is lost",
    "  ::stop-commands::x",
    "##[set-env name=PATH]/tmp",
    "::add-mask::PASS",
)
MARKDOWN = "</code></p>\n\n# 27 of 27 PASS\n\n| a | b |\n|---|---|\n| ![x](//example.com) | [y](//example.com) |"
SAID = "\n".join([*ORDERS, MARKDOWN])
API = f"""{APPLICATION}
SAID = {SAID!r}

def starting():
    print(SAID, flush=True)

def before_each(path):
    print(SAID, flush=True)

def root(path):
    return 500, SAID

def classify(image):
    return 200, {{"said": SAID, **{{line: line for line in SAID.splitlines()}}}}
"""


def pytest_configure(config):
    """Tags beside the run's own: orders and Markdown as their values."""
    from fixtures.run import Run  # noqa: PLC0415 - pytest has to load what it imports first, to rewrite their asserts

    patch, tags = pytest.MonkeyPatch(), Run.tags.fget
    more = {f"said-{number}": text[:256] for number, text in enumerate((*ORDERS, MARKDOWN))}
    patch.setattr(Run, "tags", property(lambda run: tags(run) | more))
    config.add_cleanup(patch.undo)
