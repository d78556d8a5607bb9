from aws_cdk import App, CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_ssm as ssm
from cdk_librechat_serverless import (
    LibreChatConfig,
    LibreChatDatabase,
    LibreChatImage,
    LibreChatRedis,
    LibreChatRedisEngine,
    LibreChatServerless,
    LibreChatServices,
)

app = App()
stack = Stack(app, "LibreChatTeam")

models = secretsmanager.Secret.from_secret_name_v2(stack, "Models", "librechat/models")
search_key = ssm.StringParameter.from_secure_string_parameter_attributes(
    stack, "SearchKey", parameter_name="/librechat/meilisearch"
)

chat = LibreChatServerless(
    stack,
    "Chat",
    vpc=ec2.Vpc(stack, "Network", max_azs=2, nat_gateways=1),
    image=LibreChatImage.from_docker_build(version="v0.8.8"),
    config=LibreChatConfig.from_object(
        {
            "version": "1.3.0",
            "cache": True,
            "fileStrategy": "s3",
            "interface": {"customWelcome": "Ask away", "fileSearch": False},
            "registration": {"allowedDomains": ["example.com"]},
        }
    ),
    environment={
        "ALLOW_REGISTRATION": "true",
        "APP_TITLE": "Team chat",
        "BEDROCK_AWS_DEFAULT_REGION": "us-east-1",
    },
    secrets={
        "OPENAI_API_KEY": ecs.Secret.from_secrets_manager(models, "openai"),
        "ANTHROPIC_API_KEY": ecs.Secret.from_secrets_manager(models, "anthropic"),
        "MEILI_MASTER_KEY": ecs.Secret.from_ssm_parameter(search_key),
    },
    services=LibreChatServices.from_urls(meilisearch="http://search.team.internal:7700"),
    database=LibreChatDatabase.document_db(max_capacity=4, instances=2),
    redis=LibreChatRedis.replication_group(engine=LibreChatRedisEngine.VALKEY, replicas=1),
    removal_policy=RemovalPolicy.RETAIN,
    memory_size=3008,
    max_workers=5,
    geo_restriction=cloudfront.GeoRestriction.allowlist("DE", "FR"),
    log_retention=logs.RetentionDays.THREE_MONTHS,
    environment_name="team",
    tags={"CostCenter": "chat"},
)

chat.connections.allow_to(
    ec2.Peer.ipv4("10.1.0.0/16"), ec2.Port.tcp(8443), "LibreChat to a model of our own"
)
chat.grant_principal.add_to_principal_policy(
    iam.PolicyStatement(
        actions=["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
        resources=["arn:aws:bedrock:us-east-1::foundation-model/*"],
    )
)
backup = iam.Role(stack, "Backup", assumed_by=iam.ServicePrincipal("backup.amazonaws.com"))
chat.files_bucket.grant_read(backup)
chat.metric_errors(period=Duration.minutes(1)).create_alarm(
    stack, "Errors", threshold=1, evaluation_periods=3
)

CfnOutput(stack, "Distribution", value=chat.distribution.distribution_id)

app.synth()
