"""Every regular expression of the suite is linear: a text of twice the length, however bad, takes at most twice the time.

A stranger's text meets nearly all of them, and while one runs no signal is heard. So each is found in the code, its worst
texts are made from its own parts, and the time of the processor that they take is compared over eight times the length.
"""

import ast
import functools
import importlib
import itertools
import json
import re
import time
import warnings
from pathlib import Path

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from re import _compiler, _parser

ROOT = Path(__file__).parents[2]
SOURCES = [*ROOT.glob("fixtures/**/*.py"), *ROOT.glob("load/*.py"), *ROOT.glob("tests/acceptance/*.py")]
METHODS = ("compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer")
ANCHORED = ("match", "fullmatch")
LOCAL = {
    "run_id": "20260101T000000Z-0000",
    "home": "/home/somebody",
    "name": "host-1",
    "secret": "aaaaaaab",
    "nonce": "aaaaaaab",
}
"""What stands for the variables that some patterns are made with."""
ALPHABET = "a1A_. -:/\\\"'@%+=,{}[]()<>#$&;!?|`~*^\t\x1b\x00\n\u00e9"
FILLERS = ("", "\x00", "\n", " ")
LONGEST_STRETCH = 5
"""Items of a pattern that are repeated together."""
SHORT, LONG = 250, 2_000
QUICK = 0.0001
"""Seconds for LONG characters: no pattern is as fast that looks at them again and again."""
HOPELESS = 0.03
"""Seconds for half of LONG: a hundred times of what is usual."""
TRIES = 5
GROWTH = 24
"""Times for eight times the length: 8 is linear, 64 is quadratic."""


@functools.cache
def nodes(path):
    """All of a source's syntax tree: it is asked for each pattern."""
    return list(ast.walk(ast.parse(path.read_text())))


def calls():
    """Each call of `re` in the code: its module, the call, and the methods of what it compiles."""
    used = {}
    found = []
    for path in SOURCES:
        for node in nodes(path):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                owner, method = node.func.value.id, node.func.attr
                if owner == "re" and method in METHODS:
                    found.append((".".join(path.relative_to(ROOT).with_suffix("").parts), node))
                elif method in METHODS:
                    used.setdefault(owner, set()).add(method)
    return found, used


def name_of(module, call):
    """The constant that holds what is compiled; empty where it is none."""
    for node in nodes(ROOT / f"{module.replace('.', '/')}.py"):
        if isinstance(node, ast.Assign) and ast.dump(node.value) == ast.dump(call):
            return node.targets[0].id
    return ""


def rows():
    """The patterns of the tables of what is known."""
    for name in ("answers", "ends", "failures", "refusals", "supplies"):
        module = importlib.import_module(f"fixtures.diagnosis.{name}")
        for table in vars(module).values():
            for row in table if isinstance(table, tuple) else [table]:
                if hasattr(row, "pattern") and hasattr(row, "advice"):
                    yield f"{name} {row.id}", row.pattern


def schema_patterns(value):
    """Those in a JSON Schema."""
    if isinstance(value, dict):
        yield from [each for name, each in value.items() if name == "pattern" and isinstance(each, str)]
        value = list(value.values())
    for each in value if isinstance(value, list) else []:
        yield from schema_patterns(each)


def patterns():
    """Every pattern: where it stands, compiled, and whether it is tried at the beginning alone."""
    found, used = calls()
    for module, call in found:
        source = ast.unparse(call.args[0])
        if source.endswith(".pattern"):
            continue  # the tables
        place = vars(importlib.import_module(module))
        given = [ast.unparse(more) for more in (*call.args[1:], *(word.value for word in call.keywords))]
        flags = [getattr(re, more.removeprefix("re.")) for more in given if more.startswith("re.")]
        pattern = eval(source, LOCAL | place)  # noqa: S307 - our own code
        methods = {call.func.attr} if call.func.attr != "compile" else used.get(name_of(module, call), set())
        anchored = bool(methods) and methods <= {*ANCHORED}
        yield f"{module}:{call.lineno}", re.compile(pattern, *flags), anchored
    for where, pattern in rows():
        yield where, re.compile(pattern), False
    for path in ROOT.glob("fixtures/**/*.schema.json"):
        for pattern in schema_patterns(json.loads(path.read_text())):
            yield path.name, re.compile(pattern), False


PATTERNS = {f"{where} {found.pattern!r:.60}": (found, anchored) for where, found, anchored in patterns()}


def nested(item):
    """The sequences within an item of a parsed pattern."""
    name, value = str(item[0]), item[1]
    if name == "BRANCH":
        return value[1]
    if name == "ATOMIC_GROUP":
        return [value]
    place = {"SUBPATTERN": 3, "MAX_REPEAT": 2, "MIN_REPEAT": 2, "POSSESSIVE_REPEAT": 2, "ASSERT": 1, "ASSERT_NOT": 1}.get(
        name
    )
    return [] if place is None else [value[place]]


def variants(item, state):
    """A few texts that one item of a parsed pattern takes, or looks for."""
    name, value = str(item[0]), item[1]
    if name == "WORD":
        return [value]
    if name in ("NOT_LITERAL", "IN", "ANY"):
        taken = _compiler.compile(_parser.SubPattern(state, [item])).fullmatch
        fitting = [char for char in ALPHABET if taken(char.encode() if isinstance(state.str, bytes) else char)] or [""]
        return [fitting[0], next((char for char in fitting if not (char.isalnum() or char == "_")), fitting[-1])]
    if name == "ASSERT_NOT":
        return [""]  # see `fillers`
    times = max(value[0], 1) if name.endswith("REPEAT") else 1
    return [text * times for sequence in nested(item) for text in texts(sequence, state)] or [""]


def texts(items, state, most=4):
    """A few texts that a sequence takes: the first variant of each item, the second of each, and so on."""
    choices = [variants(item, state) for item in words(items)]
    count = min(most, max(map(len, choices), default=1))
    return list(dict.fromkeys("".join(each[min(n, len(each) - 1)] for each in choices) for n in range(count)))


def words(items):
    """The sequence with letters that stand side by side as one item."""
    made = []
    for operation, value in items:
        if str(operation) != "LITERAL":
            made.append((operation, value))
        elif made and made[-1][0] == "WORD":
            made[-1] = ("WORD", made[-1][1] + chr(value))
        else:
            made.append(("WORD", chr(value)))
    return made


def inner(items):
    """The sequence, and all that are within it."""
    yield words(items)
    for item in items:
        for sequence in nested(item):
            yield from inner(list(sequence))


def worst_texts(pattern):
    """What to repeat, and what to put before: every stretch of every sequence of the pattern, in its variants."""
    parsed = _parser.parse(pattern.pattern, pattern.flags)
    found = {}
    for items in inner(list(parsed)):
        for start in range(len(items)):
            before = texts(items[:start], parsed.state)[0]
            for end in range(start + 1, min(start + LONGEST_STRETCH, len(items)) + 1):
                for pump in texts(items[start:end], parsed.state, most=3):
                    if pump:
                        found[("", pump)] = found[(before, pump)] = None
    return list(found)


def seconds(pattern, anchored, text):
    """The processor's time for all that the pattern finds in a text."""
    if isinstance(pattern.pattern, bytes):
        text = text.encode()
    began = time.thread_time()
    if anchored:
        pattern.fullmatch(text)
    else:
        for _ in pattern.finditer(text):
            pass
    return time.thread_time() - began


def least(pattern, anchored, text):
    """The same of three looks: a pause in one of them makes no slow pattern look quick."""
    return min(seconds(pattern, anchored, text) for _ in range(3))


def fillers(pattern):
    """What a worst text may end with: what most patterns do not go on with, and what this one must not go on with."""
    parsed = _parser.parse(pattern.pattern, pattern.flags)
    refused = [item for items in inner(list(parsed)) for item in items if str(item[0]) == "ASSERT_NOT"]
    return dict.fromkeys([*FILLERS, *(text for item in refused for text in texts(item[1][1], parsed.state, most=2))])


def long_text(before, pump, after, length):
    """A text of about so many characters."""
    return before + pump * (length // len(pump)) + after


def is_linear(pattern, anchored, before, pump, after):
    """Whether eight times the length takes less than GROWTH times as long; it is tried anew before it is said to be not.

    A virtual machine's own pauses count as the time of whoever runs: no single look says that a pattern is slow.
    """
    for length in (18, 20, 22, 24, 28, 32, 256, 1_000):
        text = long_text(before, pump, after, length)
        if all(seconds(pattern, anchored, text) > HOPELESS for _ in range(TRIES)):
            return False  # longer ones would not end
    whole = seconds(pattern, anchored, long_text(before, pump, after, LONG))
    if whole < QUICK or whole < GROWTH * least(pattern, anchored, long_text(before, pump, after, SHORT)):
        return True
    for _ in range(TRIES):
        few, many = (least(pattern, anchored, long_text(before, pump, after, 2 * size)) for size in (SHORT, LONG))
        if many < GROWTH * few:
            return True
    return False


def slow_texts(pattern, anchored=False):
    """The worst texts that take a pattern too long."""
    return (
        (before, pump, after)
        for (before, pump), after in itertools.product(worst_texts(pattern), fillers(pattern))
        if not is_linear(pattern, anchored, before, pump, after)
    )


@pytest.mark.parametrize("where", PATTERNS)
def test_a_pattern_is_linear_in_its_worst_texts(where):
    """Whatever of it is repeated."""
    assert next(slow_texts(*PATTERNS[where]), None) is None


@pytest.mark.parametrize(
    "pattern",
    [
        r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}\b",
        r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*",
        r"(authorization:\s*)(?!\s*[{\[])([^\"'\r\n\\]+)",
        r"^(a+)+$",
        r"(?:a|a)*b",
        r"Usage: .*uvicorn",
        r"\s+$",
        r"\$\S*(?:confidence|score)\S*: ",
    ],
)
def test_a_pattern_that_is_not_linear_is_found(pattern):
    """Those that the suite had, and some that everybody knows."""
    assert next(slow_texts(re.compile(pattern)), None)


def test_every_pattern_of_the_code_is_looked_at():
    """As many as there are, and none hides behind another name of `re`."""
    assert len(PATTERNS) > 150
    for path in SOURCES:
        assert not re.search(r"from re import|import re as|import regex", path.read_text()), path
