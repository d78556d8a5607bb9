using System.Collections.Generic;
using Amazon.CDK;
using Amazon.CDK.AWS.CloudFront;
using Amazon.CDK.AWS.CloudWatch;
using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.Logs;
using Amazon.CDK.AWS.SSM;
using CdkLibreChatServerless;
using EcsSecret = Amazon.CDK.AWS.ECS.Secret;
using Secret = Amazon.CDK.AWS.SecretsManager.Secret;

var app = new App();
var stack = new Stack(app, "LibreChatTeam");

var models = Secret.FromSecretNameV2(stack, "Models", "librechat/models");
var searchKey = StringParameter.FromSecureStringParameterAttributes(stack, "SearchKey", new SecureStringParameterAttributes
{
    ParameterName = "/librechat/meilisearch",
});

var chat = new LibreChatServerless(stack, "Chat", new LibreChatServerlessProps
{
    Vpc = new Vpc(stack, "Network", new VpcProps { MaxAzs = 2, NatGateways = 1 }),
    Image = LibreChatImage.FromDockerBuild(new LibreChatDockerBuildOptions { Version = "v0.8.8" }),
    Config = LibreChatConfig.FromObject(new Dictionary<string, object>
    {
        ["version"] = "1.3.0",
        ["cache"] = true,
        ["fileStrategy"] = "s3",
        ["interface"] = new Dictionary<string, object> { ["customWelcome"] = "Ask away", ["fileSearch"] = false },
        ["registration"] = new Dictionary<string, object> { ["allowedDomains"] = new[] { "example.com" } },
    }),
    Environment = new Dictionary<string, string>
    {
        ["ALLOW_REGISTRATION"] = "true",
        ["APP_TITLE"] = "Team chat",
        ["BEDROCK_AWS_DEFAULT_REGION"] = "us-east-1",
    },
    Secrets = new Dictionary<string, EcsSecret>
    {
        ["OPENAI_API_KEY"] = EcsSecret.FromSecretsManager(models, "openai"),
        ["ANTHROPIC_API_KEY"] = EcsSecret.FromSecretsManager(models, "anthropic"),
        ["MEILI_MASTER_KEY"] = EcsSecret.FromSsmParameter(searchKey),
    },
    Services = LibreChatServices.FromUrls(new LibreChatServiceUrls { Meilisearch = "http://search.team.internal:7700" }),
    Database = LibreChatDatabase.DocumentDb(new LibreChatDocumentDbOptions { MaxCapacity = 4, Instances = 2 }),
    Redis = LibreChatRedis.ReplicationGroup(new LibreChatReplicationGroupOptions
    {
        Engine = LibreChatRedisEngine.VALKEY,
        Replicas = 1,
    }),
    RemovalPolicy = RemovalPolicy.RETAIN,
    MemorySize = 3008,
    MaxWorkers = 5,
    GeoRestriction = GeoRestriction.Allowlist("DE", "FR"),
    LogRetention = RetentionDays.THREE_MONTHS,
    EnvironmentName = "team",
    Tags = new Dictionary<string, string> { ["CostCenter"] = "chat" },
});

chat.Connections.AllowTo(Peer.Ipv4("10.1.0.0/16"), Port.Tcp(8443), "LibreChat to a model of our own");
chat.GrantPrincipal.AddToPrincipalPolicy(new PolicyStatement(new PolicyStatementProps
{
    Actions = new[] { "bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream" },
    Resources = new[] { "arn:aws:bedrock:us-east-1::foundation-model/*" },
}));
var backup = new Role(stack, "Backup", new RoleProps { AssumedBy = new ServicePrincipal("backup.amazonaws.com") });
chat.FilesBucket.GrantRead(backup);
chat.MetricErrors(new MetricOptions { Period = Duration.Minutes(1) }).CreateAlarm(stack, "Errors", new CreateAlarmOptions
{
    Threshold = 1,
    EvaluationPeriods = 3,
});

new CfnOutput(stack, "Distribution", new CfnOutputProps { Value = chat.Distribution.DistributionId });

app.Synth();
