import { App, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import {
  LibreChatConfig, LibreChatDatabase, LibreChatImage, LibreChatRedis, LibreChatRedisEngine, LibreChatServerless, LibreChatServices,
} from 'cdk-librechat-serverless';

const app = new App();
const stack = new Stack(app, 'LibreChatTeam');

const models = secretsmanager.Secret.fromSecretNameV2(stack, 'Models', 'librechat/models');
const searchKey = ssm.StringParameter.fromSecureStringParameterAttributes(stack, 'SearchKey', {
  parameterName: '/librechat/meilisearch',
});

const chat = new LibreChatServerless(stack, 'Chat', {
  vpc: new ec2.Vpc(stack, 'Network', { maxAzs: 2, natGateways: 1 }),
  image: LibreChatImage.fromDockerBuild({ version: 'v0.8.8' }),
  config: LibreChatConfig.fromObject({
    version: '1.3.0',
    cache: true,
    fileStrategy: 's3',
    interface: { customWelcome: 'Ask away', fileSearch: false },
    registration: { allowedDomains: ['example.com'] },
  }),
  environment: { ALLOW_REGISTRATION: 'true', APP_TITLE: 'Team chat', BEDROCK_AWS_DEFAULT_REGION: 'us-east-1' },
  secrets: {
    OPENAI_API_KEY: ecs.Secret.fromSecretsManager(models, 'openai'),
    ANTHROPIC_API_KEY: ecs.Secret.fromSecretsManager(models, 'anthropic'),
    MEILI_MASTER_KEY: ecs.Secret.fromSsmParameter(searchKey),
  },
  services: LibreChatServices.fromUrls({ meilisearch: 'http://search.team.internal:7700' }),
  database: LibreChatDatabase.documentDb({ maxCapacity: 4, instances: 2 }),
  redis: LibreChatRedis.replicationGroup({ engine: LibreChatRedisEngine.VALKEY, replicas: 1 }),
  removalPolicy: RemovalPolicy.RETAIN,
  memorySize: 3008,
  maxWorkers: 5,
  geoRestriction: cloudfront.GeoRestriction.allowlist('DE', 'FR'),
  logRetention: logs.RetentionDays.THREE_MONTHS,
  environmentName: 'team',
  tags: { CostCenter: 'chat' },
});

chat.connections.allowTo(ec2.Peer.ipv4('10.1.0.0/16'), ec2.Port.tcp(8443), 'LibreChat to a model of our own');
chat.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({
  actions: ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'],
  resources: ['arn:aws:bedrock:us-east-1::foundation-model/*'],
}));
const backup = new iam.Role(stack, 'Backup', { assumedBy: new iam.ServicePrincipal('backup.amazonaws.com') });
chat.filesBucket.grantRead(backup);
chat.metricErrors({ period: Duration.minutes(1) }).createAlarm(stack, 'Errors', { threshold: 1, evaluationPeriods: 3 });

new CfnOutput(stack, 'Distribution', { value: chat.distribution.distributionId });
