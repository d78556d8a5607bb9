import { App, type Environment, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { GeoRestriction, PriceClass } from 'aws-cdk-lib/aws-cloudfront';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Secret as EcsSecret } from 'aws-cdk-lib/aws-ecs';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import {
  LibreChatConfig, LibreChatDatabase, LibreChatImage, LibreChatRedis, LibreChatRedisEngine, LibreChatServerless, LibreChatServices,
} from '../../src';

/** The ways in which the construct is used, as whole stacks: what is checked of all templates is checked of these. */
export const FORMS = {
  'minimal': (stack: Stack) => new LibreChatServerless(stack, 'Chat'),

  'maximal': (stack: Stack) => {
    const vpc = new Vpc(stack, 'Network', { maxAzs: 3 });
    return new LibreChatServerless(stack, 'Chat', {
      vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      domainName: DOMAIN,
      certificate: certificate(stack),
      hostedZone: zone(stack),
      image: LibreChatImage.fromEcr(Repository.fromRepositoryName(stack, 'Repository', 'librechat'), { tag: 'v0.8.7-1' }),
      config: LibreChatConfig.fromObject({ version: '1.3.0', fileStrategy: 's3', interface: { agents: true } }),
      environment: { ALLOW_REGISTRATION: 'true' },
      secrets: {
        OPENAI_API_KEY: secretNamed(stack, 'openai'),
        OPENID_CLIENT_SECRET: EcsSecret.fromSsmParameter(
          StringParameter.fromSecureStringParameterAttributes(stack, 'OpenId', { parameterName: '/chat/openid' }),
        ),
      },
      services: LibreChatServices.fromCloudMapNamespace(new PrivateDnsNamespace(stack, 'Namespace', { name: 'chat.local', vpc })),
      database: LibreChatDatabase.documentDb({ minCapacity: 1, maxCapacity: 16, instances: 2 }),
      redis: LibreChatRedis.replicationGroup({ engine: LibreChatRedisEngine.VALKEY, nodeType: 'cache.t4g.small', replicas: 1 }),
      filesBucket: Bucket.fromBucketName(stack, 'Files', 'my-files'),
      removalPolicy: RemovalPolicy.RETAIN,
      memorySize: 3008,
      architecture: Architecture.X86_64,
      ephemeralStorageSize: Size.gibibytes(2),
      reservedConcurrentExecutions: 100,
      provisionedConcurrentExecutions: 4,
      throttlingRateLimit: 50,
      throttlingBurstLimit: 80,
      webAclArn: 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/chat/a1b2c3d4',
      geoRestriction: GeoRestriction.allowlist('IS', 'DE'),
      priceClass: PriceClass.PRICE_CLASS_100,
      logRetention: RetentionDays.THREE_MONTHS,
      accountLoggingRole: false,
      environmentName: 'dev',
      tags: { team: 'chat' },
    });
  },

  'no-vpc': (stack: Stack) => new LibreChatServerless(stack, 'Chat', {
    database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')),
    redis: LibreChatRedis.fromUri(secretNamed(stack, 'redis')),
  }),

  'own-vpc-with-outside-data': (stack: Stack) => new LibreChatServerless(stack, 'Chat', {
    vpc: new Vpc(stack, 'Network'),
    database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')),
    redis: LibreChatRedis.fromUri(secretNamed(stack, 'redis')),
  }),

  'domain-in-other-dns': (stack: Stack) => new LibreChatServerless(stack, 'Chat', { domainName: DOMAIN, certificate: certificate(stack) }),

  'built-in-account': (stack: Stack) => new LibreChatServerless(stack, 'Chat', {
    image: LibreChatImage.builtInAccount(),
    database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')),
    redis: LibreChatRedis.fromUri(secretNamed(stack, 'redis')),
  }),

  'built-in-own-network': (stack: Stack) => {
    const vpc = new Vpc(stack, 'Network', { maxAzs: 3 });
    return new LibreChatServerless(stack, 'Chat', {
      vpc,
      image: LibreChatImage.builtInAccount({
        version: 'v0.8.8',
        digest: `sha256:${'0a'.repeat(32)}`,
        repository: Repository.fromRepositoryName(stack, 'Repository', 'librechat'),
        vpc,
        vpcSubnets: { availabilityZones: [vpc.availabilityZones[0]] },
      }),
      database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')),
      redis: LibreChatRedis.fromUri(secretNamed(stack, 'redis')),
      architecture: Architecture.X86_64,
      removalPolicy: RemovalPolicy.RETAIN,
      logRetention: RetentionDays.THREE_MONTHS,
    });
  },

  'destroy': (stack: Stack) => new LibreChatServerless(stack, 'Chat', { removalPolicy: RemovalPolicy.DESTROY }),
};

/** Forms that work in us-east-1 only. */
export const EDGE_REGION_FORMS = {
  'domain-with-made-certificate': (stack: Stack) => new LibreChatServerless(stack, 'Chat', { domainName: DOMAIN, hostedZone: zone(stack) }),
};

export const DOMAIN = 'chat.example.com';

const UNKNOWN: Environment = {};
export const EDGE: Environment = { account: '123456789012', region: 'us-east-1' };
export const EUROPE: Environment = { account: '123456789012', region: 'eu-west-1' };

/** An app with one stack, in which nothing depends on the machine. */
export function stackIn(env: Environment = UNKNOWN): Stack {
  return new Stack(new App({ analyticsReporting: false }), 'Stack', { env });
}

export function certificate(stack: Stack) {
  return Certificate.fromCertificateArn(stack, 'GivenCertificate', 'arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000000');
}

export function zone(stack: Stack) {
  return HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z0123456789ABCDEFGHIJ', zoneName: 'example.com' });
}

export function secretNamed(stack: Stack, name: string) {
  return EcsSecret.fromSecretsManager(Secret.fromSecretNameV2(stack, `Secret-${name}`, name));
}
