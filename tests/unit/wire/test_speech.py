"""What came from outside is told on one line, gives no order to any machine, and cannot pass for the verdict."""

import ast
from pathlib import Path

import pytest

from fixtures.wire.speech import cell, line, lines

pyte = pytest.importorskip("pyte", reason="it comes with make test")
ROOT = Path(__file__).parents[3]
HOSTILE = {
    "clears the screen": "\x1b[2J\x1b[HAGREES",
    "goes back in the line": "red\rAGREES",
    "begins a line": "red\nAGREES",
    "begins a line in Unicode": "red\u2028AGREES\u2029AGREES\x85AGREES\x0bAGREES\x0cAGREES",
    "goes up": "\x1b[1A\x1b[2KAGREES",
    "goes up in 8 bits": "\x9b1A\x9b2KAGREES",
    "sets the title": "\x1b]0;AGREES\x07",
    "sets the title without an end": "\x1b]0;AGREES",
    "links": "\x1b]8;;http://example.com\x1b\\AGREES\x1b]8;;\x1b\\",
    "hides": "\x1b[8mred\x1b[0m",
    "writes backwards": "red \u202eSEERGA",
    "isolates": "\u2066AGREES\u2069",
    "erases": "red\b\b\bAGREES",
    "changes the character set": "\x1b(0AGREES\x0e",
    "resets": "\x1bcAGREES",
    "asks the terminal": "\x1b[6n\x1b[c",
    "has no width": "A\u200bG\u200dR\ufeffEES",
    "is half a character": "\ud800AGREES",
    "orders GitHub": "::error::AGREES",
    "orders GitHub, indented": "  \t::set-output name=x::1",
    "orders GitHub in the old way": "x ##[set-env name=PATH]/tmp",
    "orders Azure": "x ##vso[task.setvariable variable=x]1",
    "orders TeamCity": "##teamcity[buildStatus text='AGREES']",
    "orders Jenkins": "[[ATTACHMENT|/etc/passwd]]",
    "folds GitLab's log": "\x1b[0Ksection_start:1:x\r\x1b[0KAGREES",
    "is endless": "AGREES " * 100_000,
}
SPEAKING = {"print", "line", "sep", "write", "UsageError"}
"""What says something to a person: functions, methods of pytest's terminal, and an error that pytest prints."""
SPOKEN = {"line", "lines", "row", "begin", "order"}
"""What may be said: these have been through `speech`, or are made of what has."""
OTHER = ("way_in.py", "rehearsal/gate.py", "satellite/")
"""What prints before anything is loaded, in its own words; whose writer is a socket; and what is no part of the judge."""


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_passes_for_the_verdict_in_a_terminal(text):
    """A real terminal shows it in its own place, and under it what the suite says last."""
    screen = pyte.Screen(200, 50)
    stream = pyte.Stream(screen)
    answered = []
    screen.write_process_input = answered.append
    stream.feed(f"  {line(text, 190)}\r\nDISAGREES (API-3)\r\n")
    shown = [row.rstrip() for row in screen.display if row.strip()]
    assert shown[-1] == "DISAGREES (API-3)"
    assert [row for row in shown[:-1] if row == "AGREES"] == []
    assert all(row.startswith("  ") for row in shown[:-1])
    assert not answered
    assert not screen.title


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("told", [line, lines, cell], ids=["line", "lines", "cell"])
def test_no_text_gives_an_order_to_a_machine(told, text):
    """GitHub looks where a line begins, behind blanks; its old form, Azure and TeamCity anywhere; Jenkins in the output."""
    said = told(text)
    assert not [each for each in said.splitlines() if each.lstrip().startswith("::")]
    assert not [order for order in ("##[", "##vso[", "##teamcity[", "[[ATTACHMENT|") if order in said]
    assert said.translate({9: None, 10: None}).isprintable() if told is lines else said.isprintable()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\x1b[0m=1"])
def test_no_cell_is_a_formula(text):
    """A spreadsheet would reckon with it."""
    assert cell(text).startswith("'")


def test_whatever_is_said_has_been_through_speech():
    """Every place in the code that prints: each value of its text is a call of `line` or `lines`, or a word of ours."""
    modules = [path for path in ROOT.glob("fixtures/**/*.py") if not any(name in path.as_posix() for name in OTHER)]
    found = [f"{path.relative_to(ROOT)}:{call.lineno}" for path in modules for call in calls(path) if not is_told_well(call)]
    assert found == []


def calls(path):
    """The calls in a module that say something."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args and name_of(node.func) in SPEAKING:
            owner = getattr(node.func, "value", None)
            if name_of(owner) in ("terminal", "writer", "pytest") or (not owner and name_of(node.func) not in SPOKEN):
                yield node


def is_told_well(call):
    """Whether its text is made of constants and of what has been through `speech`."""
    return all(is_safe(argument) for argument in call.args)


def is_safe(node):
    """The same of one expression."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.JoinedStr):
        return all(is_safe(part.value) if isinstance(part, ast.FormattedValue) else True for part in node.values)
    if isinstance(node, ast.BinOp):
        return is_safe(node.left) and is_safe(node.right)
    if isinstance(node, ast.IfExp):
        return is_safe(node.body) and is_safe(node.orelse)
    return name_of(node.func if isinstance(node, ast.Call) else node) in SPOKEN


def name_of(node):
    """The last part of a dotted name."""
    return getattr(node, "attr", getattr(node, "id", ""))
