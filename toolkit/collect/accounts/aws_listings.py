"""What is asked of an AWS account: one table row per kind of resource. The next one costs one more row.

A row names one read-only operation. `rows` is a JMESPath over the whole (paginated) answer; things that AWS itself puts
into every account (default VPCs, managed keys, service-linked roles) are filtered out there or by `but_not`.
"""

from collections.abc import Mapping
from typing import NamedTuple

GIB = 1 << 30
_SELF: Mapping[str, object] = {"Owners": ["self"]}
_OWN_VPCS: Mapping[str, object] = {"Filters": [{"Name": "is-default", "Values": ["false"]}]}


class Listing(NamedTuple):
    service: str  # <service> of checks/vendors/aws/<service>.toml
    thing: str  # what one row is; the evidence's signal is aws/<service>#resource:<thing>
    client: str  # boto3's name of the service
    operation: str
    rows: str  # JMESPath → list of resources
    arn: str  # format string over the row's keys ({row} for plain strings), partition, region and account
    actions: tuple[str, ...]  # IAM actions it needs: an operation is not an action
    everywhere: bool = False  # one global answer instead of one per region
    arguments: Mapping[str, object] = {}
    size: str = ""  # JMESPath over a row → number
    unit: int = 1  # bytes in one unit of `size`
    quantity: str = ""  # JMESPath over a row → how many things it stands for
    but_not: tuple[str, str, str] | None = None  # (operation, JMESPath → ids, JMESPath over a row → id): AWS's own


_EC2 = "arn:{partition}:ec2:{region}:{account}:"

LISTINGS: tuple[Listing, ...] = (
    Listing("s3", "bucket", "s3", "list_buckets", "Buckets[]", "arn:{partition}:s3:::{Name}",
            ("s3:ListAllMyBuckets",), everywhere=True),
    Listing("ec2", "instance", "ec2", "describe_instances",
            "Reservations[].Instances[?State.Name != 'terminated'][]", _EC2 + "instance/{InstanceId}",
            ("ec2:DescribeInstances",)),
    Listing("ebs", "volume", "ec2", "describe_volumes", "Volumes[]", _EC2 + "volume/{VolumeId}",
            ("ec2:DescribeVolumes",), size="Size", unit=GIB),
    Listing("ebs", "snapshot", "ec2", "describe_snapshots", "Snapshots[]", _EC2 + "snapshot/{SnapshotId}",
            ("ec2:DescribeSnapshots",), arguments={"OwnerIds": ["self"]}, size="VolumeSize", unit=GIB),
    Listing("ec2", "image", "ec2", "describe_images", "Images[]", _EC2 + "image/{ImageId}",
            ("ec2:DescribeImages",), arguments=_SELF),
    Listing("vpc", "vpc", "ec2", "describe_vpcs", "Vpcs[]", _EC2 + "vpc/{VpcId}",
            ("ec2:DescribeVpcs",), arguments=_OWN_VPCS),
    Listing("ec2", "address", "ec2", "describe_addresses", "Addresses[?AllocationId]",
            _EC2 + "elastic-ip/{AllocationId}", ("ec2:DescribeAddresses",)),
    Listing("autoscaling", "group", "autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups[]",
            "{AutoScalingGroupARN}", ("autoscaling:DescribeAutoScalingGroups",)),
    Listing("elb", "load-balancer", "elbv2", "describe_load_balancers", "LoadBalancers[]", "{LoadBalancerArn}",
            ("elasticloadbalancing:DescribeLoadBalancers",)),
    Listing("rds", "instance", "rds", "describe_db_instances", "DBInstances[]", "{DBInstanceArn}",
            ("rds:DescribeDBInstances",), size="AllocatedStorage", unit=GIB),
    Listing("rds", "cluster", "rds", "describe_db_clusters", "DBClusters[]", "{DBClusterArn}",
            ("rds:DescribeDBClusters",)),
    Listing("lambda", "function", "lambda", "list_functions", "Functions[]", "{FunctionArn}",
            ("lambda:ListFunctions",), size="CodeSize"),
    Listing("sqs", "queue", "sqs", "list_queues", "QueueUrls[]", "{row}", ("sqs:ListQueues",)),
    Listing("sns", "topic", "sns", "list_topics", "Topics[]", "{TopicArn}", ("sns:ListTopics",)),
    Listing("ses", "identity", "ses", "list_identities", "Identities[]",
            "arn:{partition}:ses:{region}:{account}:identity/{row}", ("ses:ListIdentities",)),
    Listing("elasticache", "cluster", "elasticache", "describe_cache_clusters", "CacheClusters[]", "{ARN}",
            ("elasticache:DescribeCacheClusters",)),
    Listing("cloudfront", "distribution", "cloudfront", "list_distributions", "DistributionList.Items[]", "{ARN}",
            ("cloudfront:ListDistributions",), everywhere=True),
    Listing("route53", "zone", "route53", "list_hosted_zones", "HostedZones[]", "{Name} {Id}",
            ("route53:ListHostedZones",), everywhere=True, quantity="ResourceRecordSetCount"),
    Listing("iam", "user", "iam", "list_users", "Users[]", "{Arn}", ("iam:ListUsers",), everywhere=True),
    Listing("iam", "role", "iam", "list_roles",
            "Roles[?!starts_with(Path, '/aws-service-role/') && !starts_with(Path, '/aws-reserved/')]", "{Arn}",
            ("iam:ListRoles",), everywhere=True),
    Listing("iam", "oidc-provider", "iam", "list_open_id_connect_providers", "OpenIDConnectProviderList[]", "{Arn}",
            ("iam:ListOpenIDConnectProviders",), everywhere=True),
    Listing("iam", "saml-provider", "iam", "list_saml_providers", "SAMLProviderList[]", "{Arn}",
            ("iam:ListSAMLProviders",), everywhere=True),
    Listing("kms", "key", "kms", "list_keys", "Keys[]", "{KeyArn}", ("kms:ListKeys", "kms:ListAliases"),
            but_not=("list_aliases", "Aliases[?starts_with(AliasName, 'alias/aws/')].TargetKeyId", "KeyId")),
    Listing("secretsmanager", "secret", "secretsmanager", "list_secrets", "SecretList[]", "{ARN}",
            ("secretsmanager:ListSecrets",)),
    Listing("ssm", "parameter", "ssm", "describe_parameters", "Parameters[]",
            "arn:{partition}:ssm:{region}:{account}:parameter/{Name}", ("ssm:DescribeParameters",)),
    Listing("dynamodb", "table", "dynamodb", "list_tables", "TableNames[]",
            "arn:{partition}:dynamodb:{region}:{account}:table/{row}", ("dynamodb:ListTables",)),
    Listing("ecs", "cluster", "ecs", "list_clusters", "clusterArns[]", "{row}", ("ecs:ListClusters",)),
    Listing("eks", "cluster", "eks", "list_clusters", "clusters[]",
            "arn:{partition}:eks:{region}:{account}:cluster/{row}", ("eks:ListClusters",)),
    Listing("ecr", "repository", "ecr", "describe_repositories", "repositories[]", "{repositoryArn}",
            ("ecr:DescribeRepositories",)),
    Listing("cognito", "user-pool", "cognito-idp", "list_user_pools", "UserPools[]",
            "arn:{partition}:cognito-idp:{region}:{account}:userpool/{Id}", ("cognito-idp:ListUserPools",),
            arguments={"MaxResults": 60}),
    Listing("efs", "file-system", "efs", "describe_file_systems", "FileSystems[]", "{FileSystemArn}",
            ("elasticfilesystem:DescribeFileSystems",), size="SizeInBytes.Value"),
    Listing("opensearch", "domain", "opensearch", "list_domain_names", "DomainNames[]",
            "arn:{partition}:es:{region}:{account}:domain/{DomainName}", ("es:ListDomainNames",)),
    Listing("acm", "certificate", "acm", "list_certificates", "CertificateSummaryList[]", "{CertificateArn}",
            ("acm:ListCertificates",)),
    Listing("cloudwatch", "alarm", "cloudwatch", "describe_alarms", "MetricAlarms[]", "{AlarmArn}",
            ("cloudwatch:DescribeAlarms",)),
    Listing("cloudwatch-logs", "log-group", "logs", "describe_log_groups", "logGroups[]", "{arn}",
            ("logs:DescribeLogGroups",), size="storedBytes"),
    Listing("eventbridge", "rule", "events", "list_rules", "Rules[?!ManagedBy]", "{Arn}", ("events:ListRules",)),
    Listing("stepfunctions", "state-machine", "stepfunctions", "list_state_machines", "stateMachines[]",
            "{stateMachineArn}", ("states:ListStateMachines",)),
    Listing("kinesis", "stream", "kinesis", "list_streams", "StreamNames[]",
            "arn:{partition}:kinesis:{region}:{account}:stream/{row}", ("kinesis:ListStreams",)),
    Listing("api-gateway", "rest-api", "apigateway", "get_rest_apis", "items[]",
            "arn:{partition}:apigateway:{region}::/restapis/{id}", ("apigateway:GET",)),
)  # fmt: skip
