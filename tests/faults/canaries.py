"""Canaries: secrets of every kind, planted wherever a run could pick one up. A pytest plugin: `-p tests.faults.canaries`."""

from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Canary:
    """A secret as it stands in a text, and the part of it that must not be found anywhere."""

    kind: str
    planted: str
    secret: str


CANARIES = (
    Canary("foreign account", "arn:aws:iam::210987654321:role/other", "210987654321"),
    Canary("account in a URI", "310987654321.dkr.ecr.us-east-1.amazonaws.com/x:v1", "310987654321"),
    Canary("long-term key", "key AKIAQ7CANARY4EXAMPLE", "AKIAQ7CANARY4EXAMPLE"),
    Canary("temporary key", "key ASIAQ7CANARY4EXAMPLE", "ASIAQ7CANARY4EXAMPLE"),
    Canary("secret key, named", "aws_secret_access_key=wJalrCanaryNamed0/Q7", "wJalrCanaryNamed0"),
    Canary(
        "secret key, bare", "it is wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARYKEY1 here", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARYKEY1"
    ),
    Canary("session token", "IQoJb3JpZ2luX2VjCANARYCANARYCANARYCANARYCANARYCANARYxyz", "b3JpZ2luX2VjCANARY"),
    Canary("session token, named", "x-amz-security-token: FwoCanaryToken123456", "FwoCanaryToken123456"),
    Canary(
        "signature", "https://b.s3.amazonaws.com/k?X-Amz-Signature=feedcafe01canary&X-Amz-Expires=60", "feedcafe01canary"
    ),
    Canary("authorization", "Authorization: Basic Y2FuYXJ5OmF1dGhvcml6YXRpb24=", "Y2FuYXJ5OmF1dGhvcml6YXRpb24"),
    Canary("bearer", "curl -H 'Authorization: Bearer canary-bearer-1234567890'", "canary-bearer-1234567890"),
    Canary("cookie", "Set-Cookie: session=canarycookie42; Path=/", "canarycookie42"),
    Canary("JWT", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlY2FuYXJ5", "eyJzdWIiOiJjYW5hcnkifQ"),
    Canary("password in a URL", "postgres://admin:canarypw99@db.internal:5432/x", "canarypw99"),
    Canary("password, named", '{"password": "two canarywords"}', "canarywords"),
    Canary("password in a query", "password=12345canary", "12345canary"),
    Canary("e-mail", "mail canary.bird@example.org", "canary.bird@example.org"),
    Canary("e-mail in a URL", "canary.bird%40example.net", "canary.bird%40example.net"),
    Canary("home", "/home/canaryhome/.aws/credentials", "canaryhome"),
    Canary("home of a Mac", "/Users/canarymac/src", "canarymac"),
    Canary("private key", "-----BEGIN RSA PRIVATE KEY-----MIICanaryKey-----END RSA PRIVATE KEY-----", "MIICanaryKey"),
    Canary("PGP key", "-----BEGIN PGP PRIVATE KEY BLOCK-----lQOYCanary-----END PGP PRIVATE KEY BLOCK-----", "lQOYCanary"),
    Canary(
        "Slack's webhook", "https://hooks.slack.com/services/T0CANARY1/B0CANARY2/canarycanarycanary", "canarycanarycanary"
    ),
    Canary("Discord's webhook", "https://discord.com/api/webhooks/112233445566/canary_discord-hook", "canary_discord-hook"),
    Canary("Azure's key", f"AccountName=x;AccountKey={'CanaryAzure' * 8}==;EndpointSuffix=y", "CanaryAzure"),
    Canary("Azure's signature", "https://x.blob.core.windows.net/k?sv=1&sig=CanarySas%2Fcanarysas%3D", "CanarySas"),
    Canary("Telegram's token", f"bot 123456789:AA{'canary7' * 4}canar", "canary7canary7"),
    Canary("Mailchimp's key", f"{'0123456789abcdef' * 2}-us14", "0123456789abcdef-us14"),
    Canary("Twilio's key", f"SK{'fedcba98' * 4}", "SKfedcba98fedcba98"),
    Canary("Discord's token", "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs", "ZnCjm1XVW7vRze4b7Cq4se7kKWs"),
    *(
        Canary(f"token {form}", f"it is {form}{'Canary0token1' * 3} here", f"{form}{'Canary0token1' * 3}")
        for form in (
            *("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "glrt-", "glcbt-", "gldt-"),
            *("xoxb-", "xoxp-", "xoxe.", "xapp-", "AIza", "ya29.", "GOCSPX-", "sk_live_", "rk_live_", "sq0csp-", "whsec_"),
            *("SG.", "sk-", "sk-proj-", "sk-ant-api03-", "npm_", "pypi-", "hf_", "dckr_pat_", "hvs.", "dop_v1_", "shpat_"),
        )
    ),
)
ENVIRONMENT = (
    {"name": "MODEL_NAME", "value": "canaryvalue-plain"},
    {"name": "API_KEY", "value": "canaryvalue-secret"},
)
"""Of the container: their values are nobody's business. The application logs the second."""
TEXT = " | ".join(canary.planted for canary in CANARIES)
APP = f"""
import sys
from fastapi import FastAPI, File, HTTPException, Response, UploadFile
app = FastAPI()
TEXT = {TEXT!r}
print(TEXT, "canaryvalue-secret", flush=True)

@app.get("/")
def index(response: Response):
    response.headers["x-canary"] = TEXT
    response.headers["set-cookie"] = "session=canarycookie42"
    return {{"name": TEXT, "token": "canarytoken-json"}}

@app.post("/predict")
def predict(file: UploadFile = File()):
    print(TEXT, file=sys.stderr, flush=True)
    if not file.file.read().endswith(b"\\xff\\xd9"):
        raise HTTPException(400, TEXT)
    return {{"label": "desert", "confidence": 0.123456789012, "said": TEXT, "number": 410987654321}}
"""
OTHERS = ("canaryvalue-plain", "canaryvalue-secret", "canarytoken-json", "410987654321", "123456789012:")


def pytest_configure(config):
    """Plant them in tags, in the task definition, and in a criterion that raises with its locals and prints."""
    from fixtures.resources import task_definition  # noqa: PLC0415 - pytest has to load them first, to rewrite their asserts
    from fixtures.run import Run  # noqa: PLC0415 - the same

    patch = pytest.MonkeyPatch()
    document, tags = task_definition.document, Run.tags.fget

    def with_environment(run, role_arn):
        found = document(run, role_arn)
        found["containerDefinitions"][0]["environment"] = [dict(variable) for variable in ENVIRONMENT]
        return found

    def with_canaries(run):
        return tags(run) | {
            f"canary-{number}": canary.planted for number, canary in enumerate(CANARIES[:40])
        }  # AWS takes 50

    def raises(_aws, _arn):
        held = TEXT
        print(held)
        raise RuntimeError(held)

    patch.setattr(task_definition, "document", with_environment)
    patch.setattr(Run, "tags", property(with_canaries))
    patch.setattr("fixtures.resources.iam.describe_role", raises)
    config.add_cleanup(patch.undo)
