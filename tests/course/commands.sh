# Every command of the course, in its order and as written there, for bash in a working folder.
#
# The working folder holds what Project 3 and the reader bring: initiatives/satellite-classification/ with
# build/testdata/test_image.jpg and the folders build/scripts and execution/evidence. LAUNCH_CONTROL is this project.
# Three deviations, each marked below: two in the course's own text, and a script that the course leaves to the reader.

# Step 0 - Before You Start

# Initiative Skeleton Check
mkdir -p initiatives/satellite-classification/build/configs

# Step 1 - Network Security

export AWS_REGION="$(aws configure get region)"
export VPC_ID="$(aws ec2 describe-vpcs --filters Name=isDefault,Values=true --query 'Vpcs[0].VpcId' --output text)"
echo $VPC_ID
export SG_ID="$(aws ec2 create-security-group --group-name satellite-api-sg --description 'Security group for Satellite API (HTTP only)' --vpc-id $VPC_ID --query 'GroupId' --output text)"
echo $SG_ID
aws ec2 authorize-security-group-ingress --group-id $SG_ID --protocol tcp --port 80 --cidr 0.0.0.0/0

# Validation Checkpoint
aws ec2 describe-security-groups --group-ids $SG_ID

# Step 2 - Defining the Task

export AWS_ACCOUNT_ID="$(aws sts get-caller-identity --query Account --output text)"
export REPO_NAME="satellite-api"
export ECR_URI="$AWS_ACCOUNT_ID.dkr.ecr.$AWS_REGION.amazonaws.com/$REPO_NAME:v1"
aws logs create-log-group --log-group-name /ecs/satellite-api --region $AWS_REGION 2>/dev/null || true
cat > trust-policy.json <<EOF
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": { "Service": "ecs-tasks.amazonaws.com" },
      "Action": "sts:AssumeRole"
    }
  ]
}
EOF
aws iam create-role --role-name ecsTaskExecutionRole --assume-role-policy-document file://trust-policy.json 2>/dev/null || true
aws iam attach-role-policy --role-name ecsTaskExecutionRole --policy-arn arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy
cat > initiatives/satellite-classification/build/configs/task-def.json <<EOF
{
  "family": "satellite-api-task",
  "requiresCompatibilities": ["FARGATE"],
  "networkMode": "awsvpc",
  "cpu": "256",
  "memory": "512",
  "executionRoleArn": "arn:aws:iam::$AWS_ACCOUNT_ID:role/ecsTaskExecutionRole",
  "containerDefinitions": [
    {
      "name": "satellite-api",
      "image": "$ECR_URI",
      "essential": true,
      "portMappings": [
        {
          "containerPort": 80,
          "protocol": "tcp"
        }
      ],
      "command": [
        "uvicorn",
        "app.main:app",
        "--host",
        "0.0.0.0",
        "--port",
        "80"
      ],
      "logConfiguration": {
        "logDriver": "awslogs",
        "options": {
          "awslogs-group": "/ecs/satellite-api",
          "awslogs-region": "$AWS_REGION",
          "awslogs-stream-prefix": "ecs"
        }
      }
    }
  ]
}
EOF
aws ecs register-task-definition --cli-input-json file://initiatives/satellite-classification/build/configs/task-def.json

# Step 3 - Launching the Service

aws ecs create-cluster --cluster-name satellite-cluster
export SUBNET_IDS="$(aws ec2 describe-subnets --filters Name=vpc-id,Values=$VPC_ID Name=default-for-az,Values=true --query 'Subnets[].SubnetId' --output text)"
echo $SUBNET_IDS
export SUBNET_ID="$(echo $SUBNET_IDS | awk '{print $1}')"
echo $SUBNET_ID
aws ecs create-service --cluster satellite-cluster --service-name satellite-service --task-definition satellite-api-task --desired-count 1 --launch-type FARGATE --network-configuration "awsvpcConfiguration={subnets=[$SUBNET_ID],securityGroups=[$SG_ID],assignPublicIp=ENABLED}"
aws ecs wait services-stable --cluster satellite-cluster --services satellite-service

# Step 4 - Verification and Logs

export TASK_ARN="$(aws ecs list-tasks --cluster satellite-cluster --service-name satellite-service --query 'taskArns[0]' --output text)"
echo $TASK_ARN
# Deviation 1: the course's page lost the backticks around networkInterfaceId, without which JMESPath looks for a field.
export ENI_ID="$(aws ecs describe-tasks --cluster satellite-cluster --tasks $TASK_ARN --query 'tasks[0].attachments[0].details[?name==`networkInterfaceId`].value | [0]' --output text)"
echo $ENI_ID
export PUBLIC_IP="$(aws ec2 describe-network-interfaces --network-interface-ids $ENI_ID --query 'NetworkInterfaces[0].Association.PublicIp' --output text)"
echo $PUBLIC_IP
curl -s "http://$PUBLIC_IP/"
curl -s "http://$PUBLIC_IP/docs"
curl -s -X POST "http://$PUBLIC_IP/predict" -F "file=@initiatives/satellite-classification/build/testdata/test_image.jpg;type=image/jpeg" | tee initiatives/satellite-classification/execution/evidence/public_endpoint_test.json
# Deviation 2: --follow ends when somebody presses Ctrl-C; here timeout does, and 124 is how it says so.
timeout --signal INT 10 aws logs tail /ecs/satellite-api --follow --since 5m || [ $? = 124 ]

# Step 5 - Secret Mission: Load Testing (Simulated)

# Deviation 3: the course's script is a stub, so this project's takes its place, with what it imports and its tiles.
cp "$LAUNCH_CONTROL/load/stress_test.py" initiatives/satellite-classification/build/scripts/stress_test.py
cp -r "$LAUNCH_CONTROL/load" initiatives/satellite-classification/build/load
export LAUNCH_CONTROL_TILES="$LAUNCH_CONTROL/fixtures/satellite/tiles/held_out"
# Not run, as "if needed" says: pip install requests==2.32.3
python initiatives/satellite-classification/build/scripts/stress_test.py http://$PUBLIC_IP
# "Check CloudWatch logs again", with the command of step 4.
timeout --signal INT 10 aws logs tail /ecs/satellite-api --follow --since 5m || [ $? = 124 ]

# Cleanup Phase (MANDATORY)

aws ecs update-service --cluster satellite-cluster --service satellite-service --desired-count 0
aws ecs delete-service --cluster satellite-cluster --service satellite-service --force
aws ecs wait services-inactive --cluster satellite-cluster --services satellite-service
export TASK_DEF_ARN="$(aws ecs describe-task-definition --task-definition satellite-api-task --query 'taskDefinition.taskDefinitionArn' --output text)"
aws ecs deregister-task-definition --task-definition $TASK_DEF_ARN
aws ecs delete-cluster --cluster satellite-cluster
aws ec2 delete-security-group --group-id $SG_ID
aws logs delete-log-group --log-group-name /ecs/satellite-api
