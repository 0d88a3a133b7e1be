"""Faults of AWS and of the machine, at one chosen call: `variables` names them to a run of the suite, which `install`s them.

Botocore's own hook `before-send` is enough: what is injected passes through its real parsers and retries. Toxiproxy knows
bytes but no AWS errors, botocore's Stubber has no retries, and neither can kill the caller between a request and its answer.
"""

import json
import os
import signal
import threading
from collections import Counter
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import botocore.handlers
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.httpsession import URLLib3Session
from botocore.retries.standard import ExponentialBackoff

VARIABLE = "AWS_FAULTS"
EVERYTHING = "*"
FOREVER = 10**9
IAM_PREFIXES = {
    "cloudwatch-logs": "logs",
    "application-auto-scaling": "application-autoscaling",
    "service-quotas": "servicequotas",
}
_VISIBLE_SECONDS = 0.2
"""The rehearsal shows at once what it has made, so nobody need look for longer."""
_XML_SERVICES = ("ec2", "iam", "sts")


@dataclass(frozen=True)
class Fault:
    """What happens at the calls `first` to `last` (counted from 1) of an operation, such as ecs.CreateService."""

    kind: str
    """throttling, server_error, access_denied, expired_token, time_out, lost_answer, or a signal such as SIGKILL."""
    operation: str = EVERYTHING
    first: int = 1
    last: int = 1
    after: bool = False
    """A signal comes when the request was carried out and its answer is not yet known; else before it is sent."""
    spreads: bool = False
    """From then on it happens at every call of every operation."""
    tries: bool = False
    """It happens at first tries only; botocore's second one is let through."""
    again: int = 0
    """So many calls later, of whatever operation, it happens once more."""


def variables(record: os.PathLike[str], *faults: Fault) -> dict[str, str]:
    """The environment that brings the faults about and has every call written to `record`."""
    return {VARIABLE: json.dumps({"record": os.fspath(record), "faults": [asdict(fault) for fault in faults]})}


class Saboteur:
    """The hook. Counts the requests of each operation, retries included, and lets the faults happen."""

    def __init__(self, record: str, faults: list[Fault]) -> None:
        self._record, self._faults = record, faults
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._spread: Fault | None = None
        self._http = URLLib3Session()

    def __call__(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse | None:
        service, operation = event_name.split(".")[1:]
        name = f"{service}.{operation}"
        with self._lock:
            self._counts.update([name, EVERYTHING])
            fault = self._spread or next((f for f in self._faults if self._strikes(f, name, request)), None)
            self._spread = fault if fault and fault.spreads else None
            if fault and fault.again:
                number = self._counts[EVERYTHING] + fault.again
                self._faults.append(Fault(fault.kind, EVERYTHING, number, number))
        self._note(name, fault.kind if fault else "")
        return self._happen(fault, request, service, operation) if fault else None

    def _strikes(self, fault: Fault, name: str, request: AWSPreparedRequest) -> bool:
        if fault.tries and "attempt=1" not in str(request.headers["amz-sdk-request"]):
            return False
        return fault.operation in (name, EVERYTHING) and fault.first <= self._counts[fault.operation] <= fault.last

    def _note(self, name: str, kind: str) -> None:
        with Path(self._record).open("a", encoding="utf-8") as file:
            file.write(f"{name} {kind}\n")

    def _happen(self, fault: Fault, request: AWSPreparedRequest, service: str, operation: str) -> AWSResponse | None:
        if fault.kind == "time_out":
            raise ReadTimeoutError(endpoint_url=request.url)
        if fault.kind == "lost_answer":
            self._http.send(request)
            raise ConnectionClosedError(endpoint_url=request.url)
        if fault.kind.startswith("SIG"):
            answer = self._http.send(request) if fault.after else None
            os.kill(os.getpid(), signal.Signals[fault.kind])
            return answer
        return refusal(fault.kind, service, operation, request.url)


def refusal(kind: str, service: str, operation: str, url: str) -> AWSResponse:
    """AWS's answer of that kind, in the words and the protocol of that service."""
    action = f"{IAM_PREFIXES.get(service, service)}:{operation}"
    denied = f"User: arn:aws:iam::123456789012:user/learner is not authorized to perform: {action}"
    denied += f" because no identity-based policy allows the {action} action"
    expired = "The security token included in the request is expired"
    json_errors = {
        "throttling": (
            400,
            "TooManyRequestsException" if service == "service-quotas" else "ThrottlingException",
            "Rate exceeded",
        ),
        "server_error": (
            500,
            "ServerException" if service in ("ecs", "ecr") else "InternalFailure",
            "Service Unavailable. Please try again later.",
        ),
        "access_denied": (400, "AccessDeniedException", denied),
        "expired_token": (400, "ExpiredTokenException", expired),
    }
    xml_errors = {
        "throttling": (400, "Throttling", "Rate exceeded"),
        "server_error": (500, "InternalFailure", "The request processing has failed because of an unknown error."),
        "access_denied": (403, "AccessDenied", denied),
        "expired_token": (403, "ExpiredToken", expired),
    }
    ec2_errors = {
        "throttling": (503, "RequestLimitExceeded", "Request limit exceeded."),
        "server_error": (500, "InternalError", "An internal error has occurred"),
        "access_denied": (403, "UnauthorizedOperation", f"You are not authorized to perform this operation. {denied}"),
        "expired_token": (400, "RequestExpired", "Request has expired."),
    }
    if service not in _XML_SERVICES:
        status, code, message = json_errors[kind]
        body, content_type = json.dumps({"__type": code, "message": message}), "application/x-amz-json-1.1"
    else:
        status, code, message = (ec2_errors if service == "ec2" else xml_errors)[kind]
        error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        wrapped = f"<Response><Errors>{error}</Errors><RequestID>injected</RequestID></Response>"
        plain = f"<ErrorResponse>{error}<RequestId>injected</RequestId></ErrorResponse>"
        body, content_type = wrapped if service == "ec2" else plain, "text/xml"
    headers = {"Content-Type": content_type, "x-amzn-RequestId": "injected"}
    return AWSResponse(url, status, headers, _Raw(body.encode()))


class _Raw(BytesIO):
    """A body as urllib3 gives it."""

    def stream(self, **_: Any) -> Any:
        while chunk := self.read(65536):
            yield chunk


def install() -> None:
    """Hook into every client that is made from now on, and let nobody wait longer than the rehearsal needs."""
    from fixtures.settings import settings  # noqa: PLC0415 - only in the suite's own process

    if VARIABLE not in os.environ:
        return
    given = json.loads(os.environ[VARIABLE])
    botocore.handlers.BUILTIN_HANDLERS.append(
        ("before-send", Saboteur(given["record"], [Fault(**f) for f in given["faults"]]))
    )
    ExponentialBackoff.delay_amount = lambda self, context: 0.0  # type: ignore[method-assign]  # as many attempts, sooner
    patience = settings.AWS_PATIENCE
    settings.AWS_PATIENCE = type(patience)(**(asdict(patience) | {"visible": _VISIBLE_SECONDS}))
