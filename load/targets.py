"""Which addresses may be loaded: this machine, and the deployment under test. Everything else is refused."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, ip_address
from urllib.parse import urlsplit


class TargetRefused(ValueError):  # noqa: N818 - it names what happened
    """The target is not ours to load; the message says why, and what to give instead."""


def refuse_foreign_target(url: str, allowed: Iterable[str] = ()) -> str:
    """The target as `http://<address>[:port]`, for the caller to use in place of the given text.

    It is allowed on a loopback address (127.0.0.0/8, ::1, localhost), or when it equals one of `allowed`, the URLs of
    the deployment under test. Opens no socket and looks up no name. Raises TargetRefused for everything else.
    """
    target, host = _plain(url)
    if _is_loopback(host):
        return target
    deployments = {_plain(deployment)[0] for deployment in allowed}
    if target not in deployments:
        known = ", ".join(sorted(deployments)) or "none is known"
        raise TargetRefused(f"{target} is not the deployment under test ({known}), and load may go nowhere else.")
    return target


def _plain(url: str) -> tuple[str, str]:
    """A URL rebuilt from its checked parts, so that nothing can be smuggled past the check, and its host."""
    expected = f"expected http://<IP>, found {url!r}"
    if not re.fullmatch(r"http://[A-Za-z0-9.:\[\]]+/?", url):
        raise TargetRefused(f"The target is not a plain http address: {expected}.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if host != "localhost":
            host = str(ip_address(host))
    except ValueError:
        raise TargetRefused(f"The target is not an IP address, and names are not looked up: {expected}.") from None
    netloc = f"[{host}]" if ":" in host else host
    return f"http://{netloc}" if port in (None, 80) else f"http://{netloc}:{port}", host


def _is_loopback(host: str) -> bool:
    if host in ("localhost", "::1"):
        return True
    address = ip_address(host)
    return isinstance(address, IPv4Address) and address.is_loopback
