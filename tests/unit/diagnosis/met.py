"""What AWS and containers have said to others when a launch failed, shortened, with invented accounts and names.

Each with the row that it is, and what the cause or the advice has to name.
"""

# ruff: noqa: E501 - a text is a line

ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
PULL = "TaskFailedToStart; CannotPullContainerError: "
START = "TaskFailedToStart; ResourceInitializationError: "
AUTH = START + "unable to pull secrets or registry auth: "
GETTING = AUTH + "execution resource retrieval failed: "
ASM = GETTING + "unable to retrieve secret from asm: service call has been retried 1 time(s): "
SSM = GETTING + "unable to retrieve secrets from ssm: service call has been retried 1 time(s): "
LOGGER = START + "failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log "
EFS = START + "failed to invoke EFS utils commands to set up EFS volumes: stderr: "
RUNC = "TaskFailedToStart; CannotStartContainerError: ResourceInitializationError: failed to create new container runtime task: "
RUNC += "OCI runtime create failed: runc create failed: unable to start container process: "
ENI = "TaskFailedToStart; Unexpected EC2 error while attempting to Create Network Interface with public IP assignment enabled in "
ENI += "subnet 'subnet-1': "
SDK = "https response error StatusCode: 400, RequestID: 1, api error "
MAY_NOT = "AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/theirs/1 is not authorized to perform: "
UNREACHED = "There is a connection issue between the task and AWS Secrets Manager. Check your task network configuration."

STOPPED = (
    ("N03", "internet", PULL + f"API error (500): Get https://{ECR}/v2/: net/http: request canceled while waiting for connection"),
    ("N03", "internet", PULL + "The task can’t pull the image. Check your network configuration."),
    ("N03", "internet", PULL + f"The task cannot pull 'x' from the Amazon ECR repository '{ECR}/x'. There is a connection issue"),
    ("N03", "internet", PULL + 'failed to resolve ref docker.io/a/b: failed to do request: Head "https://r": dial tcp: i/o timeout'),
    ("N03", "internet", PULL + "ref pull has been retried 5 time(s): failed to copy: httpReadSeeker: dial tcp 1.2.3.4:443: i/o timeout"),
    ("N03", "internet", PULL + "pull command failed: panic: runtime error: invalid memory address or nil pointer dereference"),
    ("N03", "internet", PULL + "error pulling image configuration: Get https://b.s3.amazonaws.com/x: dial tcp 1.2.3.4: i/o timeout"),
    ("N03", "internet", GETTING + "unable to retrieve ecr registry auth: RequestError: send request failed caused by: Post https://api.ecr...."),
    ("N03", "internet", AUTH + f"unable to retrieve secret from asm: {UNREACHED} failed to fetch secret x: context deadline exceeded"),
    ("N03", "internet", AUTH + "unable to retrieve secrets from ssm: The task cannot pull secrets from AWS Systems Manager. " + UNREACHED),
    ("N03", "internet", SSM + "RequestCanceled: request context canceled caused by: context deadli..."),
    ("N03", "internet", START + "failed to download env files: non-empty error stream: RequestCanceled: context deadline exceeded"),
    ("L03", "CloudWatch", START + "failed to validate logger args: : There is a connection issue between the task and Amazon CloudWatch."),
    ("U03", "some/nonsense", PULL + "The task can’t pull the image. Check whether the image exists. pull access denied for some/nonsense, "
     "repository does not exist or may require 'docker login': denied: requested access to the resource is denied"),
    ("U03", "docker.io/library/ngin:latest", PULL + 'failed to resolve ref "docker.io/library/ngin:latest": pull access denied, '
     "repository does not exist or may require authorization: server message: insufficient_scope: authorization failed"),
    ("U03", f"{ECR}/first:v9", PULL + f'inspect image has been retried 1 time(s): failed to resolve ref "{ECR}/first:v9": not found'),
    ("U03", "list-images", PULL + f"inspect image has been retried 5 time(s): repository {ECR}/x not found or image tag latest …"),
    ("U03", "list-images", PULL + "invalid reference format"),
    ("U04", f"{ECR}/mine", PULL + f"Error response from daemon: pull access denied for {ECR}/mine, repository does not exist"),
    ("U04", "policy", PULL + f"failed to copy: httpReaderSeeker: failed open: unexpected status code https://{ECR}/v2/x: 403 Forbidden"),
    ("I03", "ecr:BatchGetImage", PULL + "The task can’t pull the image. Check that the role has the permissions to pull images from "
     f"the registry. pull access denied for {ECR}/mine: denied: {MAY_NOT}ecr:BatchGetImage on resource: r because no identity-based "
     "policy allows the ecr:BatchGetImage action"),
    ("I03", "--role-name theirs", GETTING + f"unable to retrieve ecr registry auth: operation error ECR: GetAuthorizationToken, {SDK}"
     f"{MAY_NOT}ecr:GetAuthorizationToken on resource: * because no identity-based policy allows it"),
    ("I03", "write to the log", LOGGER + f"stream: operation error CloudWatch Logs: CreateLogStream, {SDK}{MAY_NOT}logs:CreateLogStream"),
    ("L02", "make its log group itself", LOGGER + f"group: operation error CloudWatch Logs: CreateLogGroup, {SDK}{MAY_NOT}logs:CreateLogGroup"),
    ("I12", "VPC endpoint policy", PULL + f"unexpected status code 403: {MAY_NOT}s3:GetObject on resource: r because no VPC endpoint policy "
     "allows the s3:GetObject action"),
    ("I12", "permissions boundary", GETTING + f"{MAY_NOT}ecr:GetAuthorizationToken on resource: * because no permissions boundary allows it"),
    ("I12", "resource-based policy", PULL + f"denied: {MAY_NOT}ecr:BatchGetImage on resource: r because no resource-based policy allows it"),
    ("I12", "service control policy", GETTING + f"{MAY_NOT}ecr:GetAuthorizationToken on resource: * with an explicit deny in a service "
     "control policy: arn:aws:organizations::1:policy/p"),
    ("I08", '"secretsmanager:GetSecretValue"', ASM + f"failed to fetch secret x: operation error Secrets Manager: GetSecretValue, {SDK}"
     f"{MAY_NOT}secretsmanager:GetSecretValue on resource: x because no identity-based policy allows it"),
    ("I08", "ssm:GetParameters", SSM + f"operation error SSM: GetParameters, {SDK}{MAY_NOT}ssm:GetParameters on resource: x"),
    ("I08", "ssm:GetParameters", AUTH + "unable to retrieve secrets from ssm: AccessDeniedException"),
    ("I08", "kms:Decrypt", ASM + "failed to fetch secret x: AccessDeniedException: Access to KMS is not allowed status code: 400"),
    ("I08", "secretsmanager:GetSecretValue", "TaskFailedToStart; Fetching secret data from AWS Secrets Manager in region us-east-1: "
     f"secret x: {MAY_NOT}secretsmanager:GetSecretValue on resource: x"),
    ("I09", "has no value", ASM + "failed to fetch secret x: ResourceNotFoundException: Secrets Manager can't find the specified "
     "secret value for staging label: AWSCURRENT"),
    ("I09", "correct its ARN", SSM + "invalid ssm parameters: /model/bucket"),
    ("I09", "correct its ARN", "TaskFailedToStart; Fetching secret data from SSM Parameter Store in us-west-2: invalid parameters: /x"),
    ("I09", "correct its ARN", AUTH + "The task can't retrieve the secret with ARN 'x' from Secrets Manager. ResourceNotFoundException: …"),
    ("I14", "get-secret-value", ASM + "retrieved secret from Secrets Manager did not contain json key creds_key"),
    ("I14", "get-secret-value", AUTH + "retrieved secret from Secrets Manager did not contain json key uri"),
    ("I14", "get-secret-value", ASM + "invalid character '\\'' looking for beginning of value"),
    ("V01", "TCP 2049", EFS + "mount.nfs4: mounting fs-1:/x failed, reason given by server: No such file or directory"),
    ("V01", "TCP 2049", EFS + "b'mount.nfs4: access denied by server while mounting 127.0.0.1:/'"),
    ("V01", "TCP 2049", EFS + "Mount attempt 1/3 failed due to timeout after 15 sec b'mount.nfs4: mount system call failed'"),
    ("V01", "mountPoints", EFS + 'Failed to resolve "fs-1.efs.us-east-1.amazonaws.com"'),
    ("L01", "create-log-group", START + "failed to validate logger args: failed to create CloudWatch log stream: "
     "ResourceNotFoundException: The specified log group does not exist."),
    ("S14", "slows ECS down", LOGGER + "stream: ThrottlingException: Rate exceeded"),
    ("U06", "broken", PULL + "ref pull has been retried 1 time(s): number of layers and diffIDs don't match: 3 != 15"),
    ("U06", "ephemeralStorage", PULL + "write /var/lib/docker/tmp/GetImageBlob1: no space left on device"),
    ("U06", "broken", PULL + "ref pull has been retried 1 time(s): failed to copy: unexpected EOF"),
    ("W01", "events[:5]", PULL + "pull image manifest has been retried 5 time(s)"),
    ("W01", "events[:5]", GETTING + "unable to retrieve ecr registry auth: service call has been retried 3 time(s)"),
    ("W01", "events[:5]", ASM + "failed to fetch secret arn:aws:secretsmanager:eu-west-1:123456789..."),
    ("W01", "events[:5]", START + "failed to validate logger args"),
    ("T07", "not in the image", RUNC + 'exec: "uvicorn": executable file not found in $PATH: unknown'),
    ("T07", "not in the image", RUNC + 'exec: "/app/start.sh": stat /app/start.sh: no such file or directory: unknown'),
    ("T07", "chmod 755", RUNC + 'exec: "./entrypoint.sh": permission denied: unknown'),
    ("T09", "`user`", "TaskFailedToStart; CannotStartContainerError: ResourceInitializationError: unable to create new container: mount "
     "callback failed on /tmp/containerd-mount1: open /tmp/containerd-mount1/etc/passwd: no such file or directory"),
    ("T09", "`user`", "TaskFailedToStart; CannotCreateContainerError: mount callback failed on /tmp/containerd-mount1: no users found"),
    ("T09", "`user`", RUNC + "unable to find user app: no matching entries in passwd file"),
    ("T10", "/missing", RUNC + 'chdir to cwd ("/missing") set in config.json failed: no such file or directory: unknown'),
    ("T08", "docker run", "TaskFailedToStart; ContainerRuntimeError: failed to create container: unknown"),
    ("E08", "Run again", "TaskFailedToStart; ContainerRuntimeTimeoutError: Could not transition to running; context deadline exceeded"),
    ("E08", "Run again", "EssentialContainerExited; CannotInspectContainerError: Could not transition to inspecting; timed out"),
    ("N15", "AvailableIpAddressCount", ENI + "InsufficientFreeAddressesInSubnet"),
    ("N15", "quota", ENI + "NetworkInterfaceLimitExceeded"),
    ("N18", "AuthFailure", ENI + "AuthFailure"),
    ("N19", "update-service", ENI + "InvalidGroup.NotFound"),
    ("P16", "tag policy", "TaskFailedToStart; Unexpected EC2 error while attempting to tag the network interface: TagPolicyViolation"),
    ("N16", "network interface", START + "failed to configure ENI: failed to setup regular eni: netplugin failed with no error message"),
    ("N16", "network interface", "TaskFailedToStart; InternalError: the report of the interface came too late"),
    ("S04", "FARGATE", "TaskFailedToStart; The selected task definition is not compatible with the selected compute strategy"),
    ("", "FARGATE_SPOT", "TerminationNotice; Your Spot Task was interrupted."),
    ("U03", f"{ECR}/x is not", PULL + f"API error (404): repository {ECR}/x not found"),
    ("U03", f"{ECR}/x is not", PULL + f"failed to copy: unexpected status code https://r/v2/blobs/1: 404 Not Found: repository {ECR}/x"),
    ("U03", "list-images", PULL + 'Get "https://1.dkr.ecr.us-west-2.amazonawss.com/v2/": net/http: request canceled while waiting'),
    ("U03", "satellite-api is not at Docker Hub", PULL + "pull access denied for satellite-api, repository does not exist or may require"),
    ("U03", "nginx:1 is not at Docker Hub", PULL + 'failed to resolve ref docker.io/library/nginx:1: failed to do request: Head '
     '"https://registry-1.docker.io/v2/x": dial tcp: lookup registry-1.docker.io: no such host'),
    ("U03", "nginx:1 is not at Docker Hub", PULL + "failed to resolve ref docker.io/library/nginx:1: failed to do request: EOF"),
    ("U03", "b:v1 is not at Docker Hub", PULL + "failed to resolve ref docker.io/a/b:v1: failed to authorize: failed to fetch anonymous token"),
    ("U03", "list-images", PULL + f'Head "https://{ECR}.example/v2/x": dial tcp 1.2.3.4:443: i/o timeout'),
    ("N03", "internet", PULL + f"failed to resolve ref ({ECR}): i/o timeout"),
    ("N03", "internet", PULL + f'Head "https://{ECR}?x": dial tcp 1.2.3.4:443: i/o timeout'),
    ("N03", "internet", PULL + f"dial tcp: lookup {ECR}.: i/o timeout"),
    ("U06", "Build it again", PULL + "failed to copy: unexpected EOF"),
    ("U03", "ghcr.io/a/b:1 is not at ghcr.io", PULL + "failed to resolve ref ghcr.io/a/b:1: failed to authorize: 401 Unauthorized"),
    ("U03", "ghcr.io/a/b:1 is not at ghcr.io", PULL + "failed to resolve ref ghcr.io/a/b:1: unexpected status: 403 Forbidden"),
    ("U03", "public.ecr.aws/x/y is not at", PULL + "failed to resolve ref public.ecr.aws/x/y: public.ecr.aws/x/y: not found"),
    ("U04", f"{ECR}/mine:v1 to", PULL + f"failed to resolve ref {ECR}/mine:v1: pulling from host {ECR} failed: 403 Forbidden"),
    ("U05", "ECR Public", PULL + "failed to resolve ref public.ecr.aws/x/y: 429 Too Many Requests: toomanyrequests: Rate exceeded"),
    ("U06", "--provenance=false", PULL + "failed to extract layer 1: failed to get stream processor for application/vnd.in-toto+json"),
    ("U01", "another processor", RUNC + "exec /app/start.sh: exec format error: unknown"),
    ("E08", "want of memory", "EssentialContainerExited; CannotStopContainerError: failed sending SIGTERM: context deadline exceeded"),
    ("V01", "volume", "TaskFailedToStart; CannotCreateVolumeError: the volume cannot be created"),
    ("I09", "to be deleted", ASM + "failed to fetch secret x: InvalidRequestException: … because it was marked for deletion."),
    ("I09", "valueFrom", ASM + "failed to fetch secret x: ValidationException: Invalid name. Must be a valid name"),
    ("P08", "support", ENI + "PendingVerification"),
    ("S04", "FARGATE", "TaskFailedToStart; EMPTY CAPACITY PROVIDER"),
    ("W01", "events[:5]", "TaskFailedToStart; Task failed to start"),
)  # fmt: skip
PLACE = "(service s) was unable to place a task. Reason: "
TOLD = (
    ("P09", "quota", PLACE + "The requested CPU configuration is above your limit."),
    ("P09", "quota", PLACE + "The requested MEMORY configuration is above your limit."),
    ("S04", "FARGATE", PLACE + "No Container Instances were found in your capacity provider."),
    ("I14", "get-secret-value", PLACE + "unable to pull secrets or registry auth: invalid character 'p' in literal true"),
    ("N03", "internet", PLACE + f"ResourceInitializationError: unable to retrieve secret from asm: {UNREACHED}"),
    ("U05", "Docker Hub", PLACE + "CannotPullContainerError: failed to resolve ref docker.io/library/python:3.12: 429 Too Many Requests"),
    ("N19", "update-service", "(service s) failed to launch a task with (error The security group 'sg-1' does not exist)."),
    ("I01", "ecs_taskrole", "(service s) failed to launch a task with (error ECS was unable to assume the role "
     "'arn:aws:iam::123456789012:role/ecs_taskrole' that was provided for this task."),
    ("", "healthCheck", "(service s) (deployment ecs-svc/1) deployment failed: tasks failed container health checks."),
    ("S04", "FARGATE", PLACE + "Unable to launch instance(s) for capacity provider p. UnfulfillableCapacity: Unable to fulfill capacity"),
    ("S09", "alarm", "(service s) (deployment ecs-svc/1) deployment failed: alarm detected."),
)  # fmt: skip
GOOD_NEWS = (
    "(service s) has begun draining connections on 1 tasks.",
    "(service s, taskSet ecs-svc/1) has begun draining connections on 1 tasks.",
    "(service s) deregistered 1 targets in (target-group arn:x/failed-to/1)",
    "(service s) rolling back to deployment ecs-svc/2.",
)
"""What tells of no failure, or only of what ECS does after one."""
YOU = "User: arn:aws:iam::123456789012:user/sam is not authorized to perform: "
LAB = "User: arn:aws:sts::123456789012:assumed-role/voclabs/user1=Sam is not authorized to perform: "
REGISTER, CREATE = "RegisterTaskDefinition", "CreateService"
REFUSED = (
    ("P13", "Start the lab again", "AccessDeniedException", "CreateCluster", YOU + "ecs:CreateCluster on resource: c with an explicit deny "
     "in an identity-based policy: arn:aws:iam::123456789012:policy/voc-cancel-cred"),
    ("P14", "make new ones", "UnauthorizedOperation", "CreateSecurityGroup", YOU + "ec2:CreateSecurityGroup with an explicit deny in an "
     "identity-based policy: arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"),
    ("P15", "identity-based policy", "AccessDeniedException", CREATE, YOU + "ecs:CreateService with an explicit deny in an identity-based policy"),
    ("P15", "permissions boundary", "AccessDenied", "CreateRole", YOU + "iam:CreateRole on resource: r because no permissions boundary allows "
     "the iam:CreateRole action"),
    ("P15", "permissions boundary", "UnauthorizedOperation", "CreateSecurityGroup", YOU + "ec2:CreateSecurityGroup on resource: v with an "
     "explicit deny in a permissions boundary: arn:aws:iam::1:policy/lab"),
    ("P15", "session policy", "AccessDeniedException", REGISTER, YOU + "ecs:RegisterTaskDefinition on resource: * because no session policy …"),
    ("P15", "VPC endpoint policy", "AccessDeniedException", "CreateLogGroup", YOU + "logs:CreateLogGroup because no VPC endpoint policy allows"),
    ("P06", "organization", "AccessDeniedException", "CreateCluster", YOU + "ecs:CreateCluster because no service control policy allows it"),
    ("P06", "organization", "AccessDeniedException", "DescribeImages", YOU + "ecr:DescribeImages with an explicit deny in a resource control policy"),
    ("P07", "fixtures/caller-policy.json", "AccessDeniedException", "CreateLogGroup", YOU + "logs:CreateLogGroup on resource: g because no "
     "identity-based policy allows the logs:CreateLogGroup action"),
    ("P07", "iam:CreateServiceLinkedRole", "AccessDeniedException", CREATE, YOU + "iam:CreateServiceLinkedRole on resource: r"),
    ("P15", "explicit deny", "AccessDenied", "CreateRole", YOU + "iam:CreateRole on resource: role/r with an explicit deny"),
    ("P17", "--execution-role LabRole", "AccessDenied", "CreateRole", LAB + "iam:CreateRole on resource: r because no identity-based policy"),
    ("P17", "--execution-role LabRole", "AccessDenied", "CreateRole", LAB + "iam:CreateRole with an explicit deny in an identity-based policy"),
    ("P06", "organization", "AccessDeniedException", "CreateCluster", LAB + "ecs:CreateCluster with an explicit deny in a service control policy"),
    ("P18", "trust policy", "AccessDenied", "AssumeRole", YOU + "sts:AssumeRole on resource: arn:aws:iam::123456789012:role/deploy"),
    ("P18", "trust policy", "AccessDenied", "AssumeRole", "Access denied"),
    ("P18", "trust policy", "AccessDenied", "AssumeRoleWithWebIdentity", "Access denied"),
    ("P07", "iam:CreateRole", "AccessDenied", "CreateRole", "User: arn:aws:sts::1:assumed-role/AssumeRole-admin/me is not authorized to "
     "perform: iam:CreateRole on resource: r because no identity-based policy allows it"),
    ("P08", "support", "RegionDisabledException", "AssumeRole", "STS is not activated in this region for account:123456789012."),
    ("S16", "step 3", "ClientException", CREATE, "The container api does not exist in the task definition."),
    ("P02", "aws sso login", "UnauthorizedException", "GetRoleCredentials", "Session token not found or invalid"),
    ("P02", "account and the role", "ForbiddenException", "GetRoleCredentials", "No access"),
    ("P01", "clock", "InvalidSignatureException", "ListClusters", "Signature expired: 20261130T010101Z is now earlier than 20261130T020101Z"),
    ("L07", "Run again", "ConcurrentUpdateException", "RegisterScalableTarget", "You already have a pending update"),
    ("T02", "requiresCompatibilities", "InvalidParameterException", CREATE, "Task definition does not support launch_type FARGATE."),
    ("T02", "awsvpc", "InvalidParameterException", CREATE, "Network Configuration is not valid for the given networkMode of this …"),
    ("S16", "step 3", "InvalidParameterException", CREATE, "You cannot specify an IAM role for services that require a service linked role"),
    ("P16", "tag policy", "TagPolicyViolation", "CreateSecurityGroup", "The tag policy does not allow the specified value for the tag key"),
    ("P08", "support", "ClientException", REGISTER, "Account is blocked"),
    ("P08", "support", "BlockedException", CREATE, "Your AWS account is currently blocked. Please contact AWS Support."),
    ("P01", "clock", "AuthFailure", "CreateSecurityGroup", "AWS was not able to validate the provided access credentials"),
    ("N17", "describe-subnets", "InvalidParameterException", CREATE, "Error retrieving subnet information for [subnet-1]: The subnet ID "
     "'subnet-1' does not exist (ErrorCode: InvalidSubnetID.NotFound)"),
    ("N17", "describe-security-groups", "InvalidParameterException", CREATE, "Error retrieving security group information for [sg-1]: The "
     "security group 'sg-1' does not exist (ErrorCode: InvalidGroup.NotFound)"),
    ("N17", "security group", "InvalidGroupId.Malformed", "AuthorizeSecurityGroupIngress", 'Invalid id: "None" (expecting "sg-...")'),
    ("N17", "VPC", "InvalidVpcID.NotFound", "CreateSecurityGroup", "The vpc ID 'vpc-1' does not exist"),
    ("N14", "different VPCs", "InvalidParameterException", CREATE, "Security group sg-1 does not appear to belong to the same VPC as the input subnets."),
    ("T01", "cpu 256", "ClientException", REGISTER, "No Fargate configuration exists for given values: 1024 CPU, 1024 memory."),
    ("T01", "cpu 256", "ClientException", REGISTER, "Invalid 'cpu' setting for task. For more information, see the guide."),
    ("T01", "cpu 256", "ClientException", REGISTER, "Fargate requires that 'memory' be defined at the task level."),
    ("L05", "awslogs-stream-prefix", "ClientException", REGISTER, "Fargate requires log configuration options to include "
     "awslogs-stream-prefix to support log driver awslogs."),
    ("T11", "task-def.json", "ClientException", REGISTER, "Log driver awslogs requires options: awslogs-group"),
    ("T11", "task-def.json", "ClientException", REGISTER, "json-file is not a valid log driver. Must be one of [awslogs, splunk]"),
    ("T11", "task-def.json", "ClientException", REGISTER, "The 'memory' setting for container 'api' is greater than for the task."),
    ("T11", "task-def.json", "ClientException", REGISTER, "Fargate compatible task definitions do not support sourcePath"),
    ("T11", "task-def.json", "ClientException", REGISTER, "When you are specifying container secrets, you must also specify a value for "
     "'executionRoleArn'."),
    ("S16", "step 3", "InvalidParameterException", CREATE, "The target group with targetGroupArn x does not have an associated load balancer."),
    ("S16", "step 3", "InvalidParameterException", CREATE, "Specifying both a launch type and capacity provider strategy is not supported."),
    ("T02", "FARGATE", "ClientException", CREATE, "The selected task definition is not compatible with the selected compute strategy."),
    ("X01", "--force", "InvalidParameterException", "DeleteService", "The service cannot be stopped while the primary deployment is scaled above 0."),
    ("U03", "list-images", "RepositoryNotFoundException", "DescribeImages", "The repository with name 'app' does not exist in the registry"),
    ("U03", "list-images", "ImageNotFoundException", "DescribeImages", "The image with imageId {imageTag:v1} does not exist within the repository"),
    ("I08", "exists already", "InvalidInput", "CreateServiceLinkedRole", "Service role name AWSServiceRoleForECS has been taken in this account"),
    ("I15", "service-role/AmazonECS", "NoSuchEntity", "AttachRolePolicy", "Policy arn:aws:iam::aws:policy/AmazonECSTaskExecutionRolePolicy "
     "does not exist or is not attachable."),
    ("", "--role-name theirs", "NoSuchEntity", "AttachRolePolicy", "The role with name theirs cannot be found."),
    ("", "quota", "RulesPerSecurityGroupLimitExceeded", "AuthorizeSecurityGroupIngress", "You've reached the limit on the number of rules"),
    ("C01", "list-clusters", "ClusterNotFoundException", CREATE, "The referenced cluster was inactive."),
)  # fmt: skip
"""Row, what is named, code, operation, message."""
TRACE, FAILED = "Traceback (most recent call last):", "ERROR:    Application startup failed. Exiting."
ENDED = (
    ("U18", "libgomp1", 1, (TRACE, "OSError: libgomp.so.1: cannot open shared object file: No such file or directory")),
    ("U07", "ValueError: boom", 1, ("ERROR: No module named pip-x optional", TRACE, "ValueError: boom")),
    ("U07", "No module named uvicorn", 1, ("/usr/local/bin/python3.12: No module named uvicorn",)),
    ("U18", "libGL.so.1", 1, (TRACE, "    import cv2", "ImportError: libGL.so.1: cannot open shared object file: No such file or directory")),
    ("U18", "libgthread-2.0.so.0", 1, ("ImportError: libgthread-2.0.so.0: cannot open shared object file: No such file or directory",)),
    ("M01", "git lfs pull", 3, (TRACE, "_pickle.UnpicklingError: invalid load key, 'v'.", FAILED)),
    ("M01", "git lfs pull", 1, (TRACE, "onnxruntime.capi.onnxruntime_pybind11_state.InvalidProtobuf: [ONNXRuntimeError] : 7 : "
     "INVALID_PROTOBUF : Load model from model.onnx failed:Protobuf parsing failed.")),
    ("M01", "cut off", 3, (TRACE, "RuntimeError: PytorchStreamReader failed reading zip archive: failed finding central directory", FAILED)),
    ("M01", "cut off", 1, (TRACE, "EOFError: Ran out of input")),
    ("M01", "download it anew", 3, (TRACE, 'RuntimeError: invalid hash value (expected "f3", got "0e")', FAILED)),
    ("M01", "git lfs pull", 1, (TRACE, "OSError: Unable to open file (file signature not found)")),
    ("M01", "git lfs pull", 3, (TRACE, "safetensors_rust.SafetensorError: Error while deserializing header: HeaderTooLarge", FAILED)),
    ("M01", "cut off", 1, (TRACE, "RuntimeError: unexpected EOF, expected 456 more bytes. The file might be corrupted.")),
    ("M01", "git lfs pull", 3, (TRACE, "zipfile.BadZipFile: File is not a zip file", FAILED)),
    ("M01", "cut off", 1, (TRACE, "_pickle.UnpicklingError: pickle data was truncated")),
    ("M03", "GPU", 3, (TRACE, "RuntimeError: No CUDA GPUs are available", FAILED)),
    ("M06", "versions", 3, (TRACE, "ValueError: unsupported pickle protocol: 5", FAILED)),
    ("M06", "Functional", 1, (TRACE, "TypeError: Could not locate class 'Functional'. Make sure custom classes are decorated")),
    ("M06", "'dense'", 1, (TRACE, "ValueError: Layer 'dense' expected 2 variables, but received 0 variables during loading.")),
    ("U15", "no secret_key", 1, (TRACE, "pydantic.error_wrappers.ValidationError: 1 validation error for Settings", "secret_key",
     "  field required (type=value_error.missing)")),
    ("M06", "batch_shape", 3, (TRACE, "ValueError: Unrecognized keyword arguments: ['batch_shape']", FAILED)),
    ("M06", "numpy._core", 1, (TRACE, "ModuleNotFoundError: No module named 'numpy._core'")),
    ("M06", "state_dict()", 3, (TRACE, "AttributeError: Can't get attribute 'Net' on <module '__main__' from '/x/uvicorn'>", FAILED)),
    ("M06", "state_dict()", 1, (TRACE, "RuntimeError: PytorchStreamReader failed locating file constants.pkl: file not found")),
    ("", "taskRoleArn", 3, (TRACE, "botocore.exceptions.NoCredentialsError: Unable to locate credentials", FAILED)),
    ("M02", "state_dict()", 3, (TRACE, "_pickle.UnpicklingError: Weights only load failed. This file can still be loaded, …",
     "\t(1) In PyTorch 2.6, we changed the default value of the `weights_only` argument", "", FAILED)),
    ("M03", "map_location='cpu'", 3, (TRACE, "RuntimeError: Attempting to deserialize object on a CUDA device but torch.cuda.is_available()"
     " is False.", FAILED)),
    ("M03", "GPU", 1, (TRACE, "RuntimeError: Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU")),
    ("M03", "GPU", 1, (TRACE, "AssertionError: Torch not compiled with CUDA enabled")),
    ("U07", "ValueError: late", 1, ("UserWarning: CUDA initialization: Found no NVIDIA driver on your system.", TRACE, "ValueError: late")),
    ("M04", "size mismatch for fc.weight", 3, (TRACE, "RuntimeError: Error(s) in loading state_dict for ResNet:",
     "\tsize mismatch for fc.weight: copying a param with shape torch.Size([1000, 2048]) from checkpoint, …", FAILED)),
    ("M04", "Missing key(s)", 1, (TRACE, "RuntimeError: Error(s) in loading state_dict for Net:", '\tMissing key(s) in state_dict: "a.b". ')),
    ("M05", "--memory 1024", 1, (TRACE, "RuntimeError: [enforce fail at alloc_cpu.cpp:114] data. DefaultCPUAllocator: can't allocate memory: …")),
    ("M05", "bad_alloc", 134, ("terminate called after throwing an instance of 'std::bad_alloc'",)),
    ("M05", "1.2 GiB", 3, (TRACE, "numpy.core._exceptions._ArrayMemoryError: Unable to allocate 1.2 GiB for an array", FAILED)),
    ("M05", "worker", 1, ("[CRITICAL] WORKER TIMEOUT (pid:83)", "[ERROR] Worker (pid:83) was sent SIGKILL! Perhaps out of memory?")),
    ("M05", "worker", 1, ("INFO:     Started parent process [1]", "INFO:     Child process [8] died")),
    ("U17", "shufflenet_v9.onnx is not", 3, (TRACE, "onnxruntime.capi.onnxruntime_pybind11_state.NoSuchFile: [ONNXRuntimeError] : 3 : "
     "NO_SUCHFILE : Load model from artifacts/shufflenet_v9.onnx failed:Load model … failed. File doesn't exist", FAILED)),
    ("U17", "model.h5 is not", 3, (TRACE, "OSError: Unable to open file (unable to open file: name = 'model.h5', errno = 2)", FAILED)),
    ("U17", "model.keras is not", 3, (TRACE, "ValueError: File not found: filepath=model.keras. Please ensure the file is …", FAILED)),
    ("U17", "/app/start.py is not", 2, ("python: can't open file '/app/start.py': [Errno 2] No such file or directory",)),
    ("U15", "no DB_HOST", 1, (TRACE, "pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings", "DB_HOST",
     "  Field required [type=missing, input_value={}, input_type=dict]", "    For further information visit https://errors.pydantic.dev")),
    ("U07", "pydantic-settings", 1, (TRACE, "pydantic.errors.PydanticImportError: `BaseSettings` has been moved to the `pydantic-settings` "
     "package. See https://docs.pydantic.dev for more details.", "", "For further information visit https://errors.pydantic.dev")),
    ("U07", "Numpy is not available", 1, ("A module that was compiled using NumPy 1.x cannot be run in", "NumPy 2.2.6 as it may crash.", TRACE,
     "AttributeError: _ARRAY_API not found", TRACE, "RuntimeError: Numpy is not available")),
    ("U07", "torchvision::nms", 1, (TRACE, "RuntimeError: operator torchvision::nms does not exist")),
    ("U07", "undefined symbol", 1, (TRACE, "ImportError: /x/torch/lib/libtorch_cpu.so: undefined symbol: iJIT_NotifyEvent")),
    ("U07", "No module named 'flask'", 3, ("[7] [ERROR] Exception in worker process", TRACE, "ModuleNotFoundError: No module named 'flask'",
     "[1] [ERROR] Worker (pid:7) exited with code 3", "[1] [ERROR] Reason: Worker failed to boot.")),
    ("U07", "attribute 'app'", 4, ("Failed to find attribute 'app' in 'app.main'.", "[ERROR] Reason: App failed to load.")),
    ("U07", "No module named uvicorn", 1, ("/opt/venv/bin/python3: No module named uvicorn",)),
    ("U08", "huggingface.co", 3, (TRACE, "OSError: We couldn't connect to 'https://huggingface.co' to load this file", FAILED)),
    ("U08", "403: Forbidden", 3, (TRACE, "urllib.error.HTTPError: HTTP Error 403: Forbidden", FAILED)),
    ("U08", "s3:GetObject", 3, (TRACE, "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the GetObject "
     "operation: User: u is not authorized to perform: s3:GetObject on resource: x", FAILED)),
    ("U10", "/.cache", 1, ("There was a problem when trying to write in your cache folder (/.cache/huggingface/hub).", TRACE,
     "PermissionError: [Errno 13] Permission denied: '/.cache'")),
    ("U10", "port 80", 1, ("[ERROR] Can't connect to ('0.0.0.0', 80)",)),
    ("", "two servers", 1, ("[ERROR] Connection in use: ('0.0.0.0', 80)", "[ERROR] Can't connect to ('0.0.0.0', 80)")),
    ("T07", "no program uvicorn", 127, ("sh: 1: uvicorn: not found",)),
    ("T07", "no program gunicorn", 127, ("/start.sh: line 3: gunicorn: command not found",)),
    ("T07", "no program uvicorn", 127, ("/bin/sh: 1: exec: uvicorn: not found",)),
    ("T07", "double quotes", 127, ("/bin/sh: 1: [uvicorn,: not found",)),
    ("", "another shell", 127, ("sh: 1: source: not found",)),
    ("", "another shell", 127, ("/start.sh: 2: source: not found", "/start.sh: 3: uvicorn: not found")),
    ("U07", "RuntimeError: boom", 1, ("/start.sh: 2: source: not found", TRACE, "RuntimeError: boom")),
    ("U07", "No module named 'torchx'", 1, ("/start.sh: 2: [[: not found", TRACE, "ModuleNotFoundError: No module named 'torchx'")),
    ("U07", "No module named 'torchx'", 1, ("WARNING: no bucket: NoCredentialsError: Unable to locate credentials", TRACE,
     "ModuleNotFoundError: No module named 'torchx'")),
    ("U08", "RuntimeError: boom", 3, ("WARNING: no bucket: NoCredentialsError: Unable to locate credentials", TRACE, "RuntimeError: boom", FAILED)),
    ("", "taskRoleArn", 1, (TRACE, "KeyError: 'x'", "ERROR: botocore.exceptions.NoCredentialsError: Unable to locate credentials")),
    ("", "0.0.0.0", 1, ("ERROR:    [Errno -3] Temporary failure in name resolution",)),
    ("", "Unix line ends", 2, ("/start.sh: 2: set: Illegal option -",)),
    ("", "Unix line ends", 127, ("/start.sh: line 2: $'\\r': command not found",)),
    ("", "0.0.0.0", 1, ("ERROR:    [Errno 99] error while attempting to bind on address ('10.0.0.5', 80): cannot assign",)),
    ("", "app.main:app", 1, ("WARNING:  You must pass the application as an import string to enable 'reload' or 'workers'.",)),
    ("", "Unix line ends", 127, ("/usr/bin/env: ‘bash\\r’: No such file or directory",)),
    ("", "Unix line ends", 1, ("standard_init_linux.go:228: exec user process caused: no such file or directory",)),
    ("U02", "another processor", 1, ("standard_init_linux.go:228: exec user process caused: exec format error",)),
    ("", "native code (exit code 132)", 132, ("Illegal instruction (core dumped)",)),
    ("", "native code (exit code 135)", 135, ("Bus error (core dumped)",)),
    ("", "native code (exit code 134)", 134, ("OMP: Error #15: Initializing libiomp5.so, but found libomp.so already initialized.",)),
)  # fmt: skip
"""Row, what is named, exit code, the last lines."""
