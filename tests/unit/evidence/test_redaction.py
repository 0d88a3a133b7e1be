"""What must not be seen is replaced, alike in a run; what proves something, and JSON's form, stays."""

import json
import re
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, quote_plus

import pytest

from fixtures.evidence.redaction import Redactor
from tests.faults.canaries import CANARIES, TEXT


@pytest.fixture
def redactor():
    """One that has met its own account."""
    own = Redactor()
    own.alias("123456789012")
    return own


@pytest.mark.parametrize("canary", CANARIES, ids=lambda canary: canary.kind)
def test_a_secret_is_not_in_the_text(redactor, canary):
    """In plain text, in JSON, and in a Python representation of headers."""
    for text in (canary.planted, json.dumps({"said": canary.planted}), repr([("x-said", canary.planted)])):
        assert canary.secret not in redactor.text(text)


def test_redacting_twice_changes_nothing_more(redactor):
    """Texts come by more than once on their way to the report."""
    once = redactor.text(TEXT)
    assert redactor.text(once) == once


def test_an_account_has_one_alias_all_through(redactor):
    """Of 12 digits, so that ARNs and image URIs keep their form; another account has another."""
    text = (
        "arn:aws:iam::123456789012:role/x 123456789012.dkr.ecr.eu-west-1.amazonaws.com/api:v1 arn:aws:iam::210987654321:root"
    )
    assert redactor.text(text) == (
        "arn:aws:iam::900000000001:role/x 900000000001.dkr.ecr.eu-west-1.amazonaws.com/api:v1 arn:aws:iam::900000000002:root"
    )


@pytest.mark.parametrize(
    "text",
    [
        "20261124T152025Z-1251",
        "request 59dbff89-35bd-4eac-99ed-123412341234",
        "sha256:" + "0123456789012345" * 4,
        "0123456789abcdef0123456789abcdef01234567",
        '{"confidence": 0.123456789012, "at": 1795532575818}',
        "arn:aws:ecs:us-east-1:900000000001:task/satellite-cluster/0123456789ab0123456789ab01234567",
        '127.0.0.1 - "POST /predict?probe=20261124T152025Z-1251 HTTP/1.1" 200 OK',
        '{"nextToken": "eyAndMore", "clientToken": "abc"}',
        '{"token": null, "password": {"type": "string"}, "secret": 7}',
        "repo/satellite-api@sha256:" + "ab" * 32,
        "",
    ],
)
def test_what_proves_something_stays(redactor, text):
    """Run IDs, request IDs, digests, decimals, times in milliseconds, pages' tokens, and what only looks like a secret."""
    assert redactor.text(text) == text


LEARNT = 's3cr+t/of "mine" & y\u00f6urs'
SPELLINGS = {
    "in a URL": quote(LEARNT, safe=""),
    "in a form": quote_plus(LEARNT),
    "in JSON": json.dumps(LEARNT)[1:-1],
    "in JSON of another": json.dumps(LEARNT, ensure_ascii=False)[1:-1],
    "in capitals": LEARNT.upper(),
    "in hexadecimal": LEARNT.encode().hex(),
    "in base64": b64encode(LEARNT.encode()).decode(),
    "in base64 after one": b64encode(b"u" + LEARNT.encode()).decode(),
    "in base64 after a name": b64encode(b"user:" + LEARNT.encode() + b"\n").decode(),
    "in base64 of URLs": urlsafe_b64encode(b"us" + LEARNT.encode()).decode(),
    "over two lines": f"{LEARNT[:9]}\n{LEARNT[9:]}",
    "over two lines in JSON": f"{LEARNT[:9]}\\n{LEARNT[9:]}",
    "over many lines": "\r\n".join(LEARNT),
    "in base64 of 8 a line": "\n".join(re.findall(".{1,8}", b64encode(LEARNT.encode()).decode())),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_what_was_learnt_is_hidden_in_every_spelling(redactor, name):
    """Of base64, all but what shares a character with what stands beside."""
    redactor.learn(LEARNT)
    found = redactor.text(f"before {SPELLINGS[name]} after")
    assert found.startswith("before ") and found.endswith(" after")
    assert len(found.replace("[redacted]", "")) < len("before after") + 14, found


def test_what_was_learnt_is_found_in_time_that_grows_with_the_text(redactor):
    """Lines that break within what looks like a secret, without end."""
    redactor.learn("aaaaaaaab")
    text = "a\n\n" * 200_000
    assert redactor.text(text) == text


def test_json_stays_json(redactor):
    """What is judged by its form is judged alike after."""
    text = json.dumps(
        {"account": 123456789012, "password": "x y", "token": "a", "mail": "a@example.org", "ok": [1, None, True]}
    )
    assert json.loads(redactor.text(text)).keys() == json.loads(text).keys()


def test_a_key_says_what_its_value_is(redactor):
    """Secrets by name, and the values of a container's environment; they are then hidden wherever they stand."""
    found = redactor.data(
        {"SecretAccessKey": "not-like-a-key", "n": 1, "environment": [{"name": "DB_PASSWORD", "value": "hunter2hunter2"}]}
    )
    assert found == {
        "SecretAccessKey": "[redacted]",
        "n": 1,
        "environment": [{"name": "DB_PASSWORD", "value": "[redacted]"}],
    }
    assert redactor.text("it was hunter2hunter2") == "it was [redacted]"


def test_own_credentials_are_hidden_whatever_they_look_like(redactor):
    """They are known; short ones would be found in other words."""
    redactor.learn("plainwords")
    redactor.learn("moto")
    assert redactor.text("plainwords and moto") == "[redacted] and moto"


def test_switched_off_it_changes_nothing():
    """--no-redact is for one's own eyes."""
    assert Redactor(enabled=False).text(TEXT) == TEXT
    assert Redactor(enabled=False).data({"password": TEXT}) == {"password": TEXT}
