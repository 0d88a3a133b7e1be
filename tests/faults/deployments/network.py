"""Step 1: what goes wrong with the security group."""

from tests.faults.deployments.case import Fault

FAULTS = (
    Fault(
        id="second-port",
        sentence="Port 443 was opened too, for later.",
        criterion="NET-2",
        help="revoke-security-group-ingress",
        after=lambda s: s.allow(FromPort=443, ToPort=443, IpRanges=[{"CidrIp": "0.0.0.0/0"}]),
    ),
    Fault(
        id="no-rule",
        sentence="The group was made, and nothing was let in.",
        criterion="NET-2",
        help="authorize-security-group-ingress",
        rules=(),
    ),
)
