import { App, CfnParameter, Size, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Secret as EcsSecret } from 'aws-cdk-lib/aws-ecs';
import { HostedZone, type IHostedZone, PrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { certificate, DOMAIN, EDGE, EUROPE, secretNamed, stackIn, zone } from '../../fixtures/variants';
import { LibreChatConfig, LibreChatDatabase, LibreChatImage, LibreChatRedis, LibreChatServerless, type LibreChatServerlessProps, LibreChatServices } from '../../src';
import { validateVariablesSize } from '../../src/private/validation/variables';

type Props = (stack: Stack) => LibreChatServerlessProps;

/** The message of the error, which must be thrown before any resource is created. */
function refusalOf(props: Props, stack = stackIn()): string {
  const given = props(stack);
  const brought = stack.node.findAll().length;
  try {
    new LibreChatServerless(stack, 'Chat', given);
  } catch (error) {
    expect(stack.node.findAll().length).toBe(brought + 1);
    return (error as Error).message;
  }
  throw new Error('was not refused');
}

/** The warnings of the synthesis. */
function warningsOf(props: Props, stack = stackIn()): string[] {
  new LibreChatServerless(stack, 'Chat', props(stack));
  return Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ entry }) => String(entry.data));
}

function parameter(stack: Stack, type = 'String') {
  return new CfnParameter(stack, `Unknown${stack.node.children.length}`, { type });
}

describe('network', () => {
  test('fails when subnets are specified without a VPC', () => {
    expect(refusalOf(() => ({ vpcSubnets: {} }))).toBe('`vpcSubnets` requires `vpc`');
  });
});

describe('subnets', () => {
  const subnets = (...types: SubnetType[]) => types.map((subnetType) => ({ name: subnetType.replaceAll('_', '').slice(0, 12), subnetType }));

  test('fail when they are public', () => {
    expect(refusalOf((stack) => ({ vpc: new Vpc(stack, 'Network'), vpcSubnets: { subnetType: SubnetType.PUBLIC } })))
      .toBe('`vpcSubnets` must be private: Lambda functions in a public subnet have no route to the internet, got: Stack/Network/PublicSubnet1');
  });

  test('fail when they are in one zone, and a database is created', () => {
    expect(refusalOf((stack) => ({ vpc: new Vpc(stack, 'Network', { maxAzs: 1 }) }))).toMatch(/^`vpcSubnets` must span at least two Availability Zones, which DocumentDB requires, got: \[/);
  });

  test('may be in one zone if no database is created', () => {
    const stack = stackIn();
    expect(() => new LibreChatServerless(stack, 'Chat', {
      vpc: new Vpc(stack, 'Network', { maxAzs: 1 }),
      database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')),
    })).not.toThrow();
  });

  test('fail before any resource is created when the VPC has no such subnets', () => {
    expect(refusalOf((stack) => ({ vpc: new Vpc(stack, 'Network', { subnetConfiguration: subnets(SubnetType.PUBLIC) }) })))
      .toBe('`vpc` must have private subnets with egress: add a NAT gateway, or select isolated subnets by `vpcSubnets` in a VPC with endpoints, got: Stack/Network');
  });

  test('may be isolated if the VPC has endpoints', () => {
    const stack = stackIn();
    expect(() => new LibreChatServerless(stack, 'Chat', {
      vpc: new Vpc(stack, 'Network', { subnetConfiguration: subnets(SubnetType.PRIVATE_ISOLATED) }),
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
    })).not.toThrow();
  });
});

describe('services', () => {
  test('fail when a private namespace is specified without its VPC', () => {
    expect(refusalOf((stack) => ({
      services: LibreChatServices.fromCloudMapNamespace(new PrivateDnsNamespace(stack, 'Namespace', { name: 'tools', vpc: new Vpc(stack, 'Network') })),
    }))).toBe('`services` requires `vpc` of the private namespace');
  });

  test('fail before any resource is created when the VPC has no known region', () => {
    expect(refusalOf((stack) => ({
      vpc: Vpc.fromVpcAttributes(stack, 'Network', { vpcId: 'vpc-1', availabilityZones: ['a', 'b'], privateSubnetIds: ['s-1', 's-2'] }),
      services: LibreChatServices.fromUrls({ ragApi: 'http://10.0.0.1' }),
    }))).toContain("'vpcCidrBlock' was not supplied");
  });
});

describe('region', () => {
  const regional = (region: string) => stackIn({ account: '123456789012', region });

  test.each(['cn-north-1', 'us-gov-west-1', 'us-iso-east-1'])('fails in %s, which is in another partition', (region) => {
    expect(refusalOf(() => ({}), regional(region))).toBe('`env.region` must be in the partition aws: GovCloud and the isolated partitions do not have'
      + ` CloudFront, and China has one without the features in use, got: ${region}`);
  });

  test.each(['us-east-1', 'eu-central-2', 'xx-new-1'])('accepts %s', (region) => {
    expect(warningsOf(() => ({}), regional(region))).toEqual([]);
  });

  test('fails when the bucket for files, or of the configuration, is in another region', () => {
    expect(refusalOf((stack) => ({ filesBucket: Bucket.fromBucketAttributes(stack, 'Files', { bucketName: 'files', region: 'us-east-1' }) }), stackIn(EUROPE)))
      .toBe('`filesBucket` must be in the region of the stack, which S3 requires of its clients, got: us-east-1');
    expect(refusalOf((stack) => ({
      config: LibreChatConfig.fromBucket(Bucket.fromBucketAttributes(stack, 'Config', { bucketName: 'config', region: 'us-east-1' }), 'librechat.yaml'),
    }), stackIn(EUROPE))).toBe('`config` must be in the region of the stack, which S3 requires of its clients, got: us-east-1');
  });

  test('accepts a bucket of another stack in the region', () => {
    const files = new Bucket(new Stack(new App(), 'Files', { env: EUROPE }), 'Bucket');
    expect(() => new LibreChatServerless(new Stack(files.node.root as App, 'Stack', { env: EUROPE }), 'Chat', { filesBucket: files })).not.toThrow();
  });

  test('warns of secrets in another region', () => {
    const arn = (name: string) => `arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}-AbCdEf`;
    const secret = (stack: Stack, name: string) => EcsSecret.fromSecretsManager(Secret.fromSecretCompleteArn(stack, name, arn(name)));
    const rule = '`secrets` should be in the region of the stack: LibreChat does not start while the other region is not available, got: ';
    const props: Props = (stack) => ({
      secrets: { OPENAI_API_KEY: secret(stack, 'openai') },
      database: LibreChatDatabase.fromUri(secret(stack, 'mongo')),
      redis: LibreChatRedis.fromUri(secret(stack, 'redis')),
    });
    expect(warningsOf(props, stackIn(EUROPE))).toEqual(['mongo', 'redis', 'openai'].map((name) => expect.stringContaining(rule + arn(name))));
    expect(warningsOf(props, stackIn(EDGE))).toEqual([]);
  });

  test.each<[string, string, Props, string]>([
    ['DocumentDB Serverless', 'us-west-1', () => ({}), '`database` should not be LibreChatDatabase.documentDb() in a region without DocumentDB Serverless, got: us-west-1'],
    ['CodeBuild', 'ca-west-1', () => ({ image: LibreChatImage.fromCodeBuild() }), '`image` should not be LibreChatImage.fromCodeBuild() in a region without CodeBuild, got: ca-west-1'],
  ])('warns of a region without %s', (_service, region, props, warning) => {
    expect(warningsOf(props, regional(region))).toEqual([expect.stringContaining(warning)]);
    expect(warningsOf(props, stackIn(EUROPE))).toEqual([]);
  });
});

describe('release', () => {
  test.each(['v0.8.8-rc1', 'v0.8.8-rc2'])('%s fails with DocumentDB', (version) => {
    const message = `\`version\` must not be v0.8.8-rc1 or v0.8.8-rc2 with \`LibreChatDatabase.documentDb()\`, on which they do not start, got: ${version}`;
    expect(refusalOf(() => ({ image: LibreChatImage.fromDockerBuild({ version }) }))).toBe(message);
    expect(refusalOf(() => ({ image: LibreChatImage.fromCodeBuild({ version }) }))).toBe(message);
    expect(warningsOf((stack) => ({ image: LibreChatImage.fromDockerBuild({ version }), database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')) }))).toEqual([]);
  });

  test.each([['v0.8.7', 1], ['v0.8.8-rc3', 1], ['v0.8.8', 0], ['v0.9.0-rc1', 0]])('%s with DocumentDB causes %d warnings', (version, count) => {
    const warning = `\`version\` should be v0.8.8 or newer with \`LibreChatDatabase.documentDb()\`, which older releases do not fully support, got: ${version}`;
    expect(warningsOf(() => ({ image: LibreChatImage.fromDockerBuild({ version }) }))).toEqual(Array(count).fill(expect.stringContaining(warning)));
  });
});

describe('address', () => {
  test.each<[string, (stack: Stack) => IHostedZone]>([
    ['PrivateHostedZone', (stack) => new PrivateHostedZone(stack, 'Zone', { zoneName: 'example.com', vpc: new Vpc(stack, 'Network') })],
    ['HostedZone with a VPC', (stack) => new HostedZone(stack, 'Zone', { zoneName: 'example.com', vpcs: [new Vpc(stack, 'Network')] })],
  ])('fails when the zone is private: a %s', (_what, make) => {
    expect(refusalOf((stack) => ({ domainName: DOMAIN, hostedZone: make(stack) }), stackIn(EDGE)))
      .toBe('`hostedZone` must be a public hosted zone, because CloudFront is outside of VPCs, got: Stack/Zone');
  });

  test('accepts a public zone that is created in the app', () => {
    const stack = stackIn(EDGE);
    expect(() => new LibreChatServerless(stack, 'Chat', { domainName: DOMAIN, hostedZone: new HostedZone(stack, 'Zone', { zoneName: 'example.com' }) })).not.toThrow();
  });

  test('fails when another construct of the app has the domain', () => {
    const stack = stackIn();
    for (const [id, domainName] of [['Other', 'other.example.com'], ['Same', DOMAIN]]) {
      const other = new Stack(stack.node.root as App, id);
      new LibreChatServerless(other, 'Chat', { domainName, certificate: certificate(other) });
    }
    expect(refusalOf(() => ({ domainName: DOMAIN, certificate: certificate(stack) }), stack))
      .toBe('`domainName` must be used by one LibreChatServerless only (Same/Chat), got: chat.example.com');
  });

  test.each<[string, Props, string]>([
    ['a certificate comes without a domain', (stack) => ({ certificate: certificate(stack) }), '`certificate` requires `domainName`'],
    ['a zone comes without a domain', (stack) => ({ hostedZone: zone(stack) }), '`hostedZone` requires `domainName`'],
    ['a domain comes without either', () => ({ domainName: DOMAIN }), '`domainName` requires `certificate` or `hostedZone`'],
    ['a domain is in another zone', (stack) => ({ domainName: 'chat.example.org', hostedZone: zone(stack), certificate: certificate(stack) }),
      '`domainName` must belong to `hostedZone` (example.com), got: chat.example.org'],
    ['a domain only ends like the zone', (stack) => ({ domainName: 'chat.myexample.com', hostedZone: zone(stack), certificate: certificate(stack) }),
      '`domainName` must belong to `hostedZone` (example.com), got: chat.myexample.com'],
    ['a certificate is elsewhere', (stack) => ({
      domainName: DOMAIN,
      certificate: Certificate.fromCertificateArn(stack, 'There', 'arn:aws:acm:eu-west-1:123456789012:certificate/a'),
    }), '`certificate` must be in us-east-1, which CloudFront requires, got: eu-west-1'],
    ['a web ACL is regional', () => ({ webAclArn: 'arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/chat/a' }),
      '`webAclArn` must be the ARN of a global web ACL (scope CLOUDFRONT) in us-east-1, got: arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/chat/a'],
  ])('fails when %s', (_what, props, message) => {
    expect(refusalOf(props)).toBe(message);
  });

  test.each([
    'https://chat.example.com', 'chat.example.com/', 'chat.example.com.', 'Chat.example.com', 'chat', '', '-chat.example.com', `${'a'.repeat(64)}.example.com`,
    `${'a.'.repeat(126)}com`,
  ])('fails when the domain is %j', (domainName) => {
    expect(refusalOf((stack) => ({ domainName, certificate: certificate(stack) })))
      .toBe(`\`domainName\` must be a domain name in lower case, such as chat.example.com, got: ${domainName || '""'}`);
  });

  test.each(['chat.example.com', 'example.com', 'a-b.c.example.com', 'xn--bcher-kva.example.com'])('accepts %s in a zone', (domainName) => {
    expect(() => {
      const stack = stackIn();
      new LibreChatServerless(stack, 'Chat', { domainName, hostedZone: zone(stack), certificate: certificate(stack) });
    }).not.toThrow();
  });

  test('fails when a certificate of this app is in another region', () => {
    const message = refusalOf((stack) => ({
      domainName: DOMAIN,
      certificate: new Certificate(stack, 'Mine', { domainName: DOMAIN }),
    }), stackIn(EUROPE));
    expect(message).toBe('`certificate` must be in us-east-1, which CloudFront requires, got: eu-west-1');
  });

  test.each<[string, (stack: Stack) => any]>([
    ['in us-east-1', (stack) => new Certificate(stack, 'Mine', { domainName: DOMAIN })],
    ['whose ARN is not known', (stack) => Certificate.fromCertificateArn(stack, 'Given', parameter(stack).valueAsString)],
  ])('accepts a certificate %s', (_where, make) => {
    const stack = stackIn(EDGE);
    expect(() => new LibreChatServerless(stack, 'Chat', { domainName: DOMAIN, certificate: make(stack) })).not.toThrow();
  });

  test('fails without a certificate in other regions, with the code that creates one', () => {
    const message = refusalOf((stack) => ({ domainName: DOMAIN, hostedZone: zone(stack) }), stackIn(EUROPE));
    expect(message).toMatch(/^`certificate` must be specified unless the region of the stack is us-east-1, for example from another stack:\n/);
    expect(message).toContain("env: { account, region: 'us-east-1' }, crossRegionReferences: true");
    expect(message).toContain("domainName: 'chat.example.com',");
    expect(message).toMatch(/, got: eu-west-1$/);
  });

  test('nor if the region is unknown', () => {
    expect(refusalOf((stack) => ({ domainName: parameter(stack).valueAsString, hostedZone: zone(stack) })))
      .toMatch(/domainName: 'chat\.example\.com'[^]*, got: a stack without a region$/);
  });

  test('tokens are accepted', () => {
    const stack = stackIn(EDGE);
    expect(() => new LibreChatServerless(stack, 'Chat', {
      domainName: parameter(stack).valueAsString,
      hostedZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z1', zoneName: parameter(stack).valueAsString }),
      webAclArn: parameter(stack).valueAsString,
    })).not.toThrow();
  });
});

describe('size', () => {
  test('fails when a number is a string, and quotes it', () => {
    expect(refusalOf(() => ({ memorySize: '2048' as unknown as number }))).toBe('`memorySize` must be an integer between 768 and 10240 MiB, got: "2048"');
  });

  test.each([
    [{ memorySize: 767 }, '`memorySize` must be an integer between 768 and 10240 MiB, got: 767'],
    [{ memorySize: 10241 }, '`memorySize` must be an integer between 768 and 10240 MiB, got: 10241'],
    [{ memorySize: 2048.5 }, '`memorySize` must be an integer between 768 and 10240 MiB, got: 2048.5'],
    [{ ephemeralStorageSize: Size.mebibytes(511) }, '`ephemeralStorageSize` must be an integer between 512 and 10240 MiB, got: 511'],
    [{ ephemeralStorageSize: Size.mebibytes(10241) }, '`ephemeralStorageSize` must be an integer between 512 and 10240 MiB, got: 10241'],
    [{ maxConcurrentRequests: 0 }, '`maxConcurrentRequests` must be an integer between 1 and 200, got: 0'],
    [{ maxConcurrentRequests: 201 }, '`maxConcurrentRequests` must be an integer between 1 and 200, got: 201'],
    [{ maxWorkers: 0 }, '`maxWorkers` must be an integer of at least 1, got: 0'],
    [{ provisionedConcurrentExecutions: 0 }, '`provisionedConcurrentExecutions` must be an integer of at least 1, got: 0'],
    [{ provisionedConcurrentExecutions: 1 },
      '`provisionedConcurrentExecutions` requires `domainName`'],
    [{ throttlingRateLimit: 0 }, '`throttlingRateLimit` must be an integer of at least 1, got: 0'],
    [{ throttlingBurstLimit: 0 }, '`throttlingBurstLimit` must be an integer of at least 1, got: 0'],
    [{ environmentName: 'my dev' }, '`environmentName` must be 1 to 64 letters, digits, hyphens or underscores, got: my dev'],
    [{ environmentName: '' }, '`environmentName` must be 1 to 64 letters, digits, hyphens or underscores, got: ""'],
  ] as Array<[LibreChatServerlessProps, string]>)('fails when %j', (props, message) => {
    expect(refusalOf(() => props)).toBe(message);
  });

  test.each([[768, 1], [1023, 1], [1024, 0]])('%d MiB of memory cause %d warnings', (memorySize, count) => {
    const warning = `\`memorySize\` should be at least 1024 MiB: with less, a worker serves few requests at the same time, and starts slowly, got: ${memorySize}`;
    expect(warningsOf(() => ({ memorySize }))).toEqual(Array(count).fill(expect.stringContaining(warning)));
  });

  test('fails when more workers are provisioned than may run', () => {
    const props: Props = (stack) => ({
      domainName: DOMAIN, certificate: certificate(stack), maxWorkers: 2, provisionedConcurrentExecutions: 3,
    });
    expect(refusalOf(props)).toBe('`provisionedConcurrentExecutions` must be at most `maxWorkers` (2), got: 3');
  });

  test.each<LibreChatServerlessProps>([
    { memorySize: 768 }, { memorySize: 10240 },
    { ephemeralStorageSize: Size.mebibytes(512) }, { ephemeralStorageSize: Size.gibibytes(10) },
    { maxConcurrentRequests: 1 }, { maxConcurrentRequests: 200 }, { maxWorkers: 1 }, { throttlingRateLimit: 1, throttlingBurstLimit: 1 }, { environmentName: 'dev-1_a' },
  ])('accepts %j', (props) => {
    expect(() => new LibreChatServerless(stackIn(), 'Chat', props)).not.toThrow();
  });

  test('tokens are accepted', () => {
    const stack = stackIn();
    const unknown = () => Token.asNumber(parameter(stack, 'Number').value);
    expect(() => new LibreChatServerless(stack, 'Chat', {
      vpc: new Vpc(stack, 'Vpc'),
      memorySize: unknown(),
      ephemeralStorageSize: Size.mebibytes(unknown()),
      domainName: DOMAIN,
      certificate: certificate(stack),
      maxConcurrentRequests: unknown(),
      maxWorkers: unknown(),
      provisionedConcurrentExecutions: unknown(),
      throttlingRateLimit: unknown(),
      environmentName: parameter(stack).valueAsString,
      environment: { LONG: parameter(stack).valueAsString },
    })).not.toThrow();
  });
});

describe('variables', () => {
  test.each([
    ['DOMAIN_CLIENT', 'use `domainName`'],
    ['MONGO_URI', 'use `database: LibreChatDatabase.fromUri(secret)`'],
    ['REDIS_URI', 'use `redis: LibreChatRedis.fromUri(secret)`'],
    ['USE_REDIS', 'use `redis`'],
    ['CONFIG_PATH', 'use `config`'],
    ['AWS_BUCKET_NAME', 'use `filesBucket`'],
    ['MEILI_HOST', 'use `services`'],
    ['RAG_API_URL', 'use `services`'],
    ['NODE_ENV', 'it is always production'],
    ['TRUST_PROXY', 'it is always 2'],
    ['METRICS_SECRET', 'the adapter generates one for each execution environment'],
    ['AWS_REGION', 'Lambda sets it'],
    ['AWS_ACCESS_KEY_ID', 'Lambda sets it'],
    ['VALUE_FROM_OPENAI_API_KEY', 'use `secrets`'],
    ['ADAPTER_TEST_OVERRIDES', 'the prefix ADAPTER_ is reserved for relay and worker'],
    ['ADAPTER_SOMETHING', 'the prefix ADAPTER_ is reserved for relay and worker'],
  ])('fails when %s is set', (variable, reason) => {
    expect(refusalOf(() => ({ environment: { [variable]: 'x' } }))).toBe(`\`environment\` must not set this variable (${reason}), got: ${variable}`);
    expect(refusalOf((stack) => ({ secrets: { [variable]: secretNamed(stack, 'x') } })))
      .toBe(`\`secrets\` must not set this variable (${reason}), got: ${variable}`);
  });

  test.each(['1X', '_X', 'A B', 'A-B', ''])('fails when one is called %j', (variable) => {
    expect(refusalOf(() => ({ environment: { [variable]: 'x' } })))
      .toBe(`\`environment\` must only contain names of letters, digits and underscores that start with a letter, got: ${variable || '""'}`);
  });

  test.each(['WELCOME', 'PATH', 'USE_REDIS_STREAMS'])('accepts a blank %s, which is not set', (variable) => {
    expect(() => new LibreChatServerless(stackIn(), 'Chat', { environment: { [variable]: '' } })).not.toThrow();
  });

  test.each([undefined, null])('fails when a value is %j', (value) => {
    expect(refusalOf(() => ({ environment: { WELCOME: value as unknown as string } })))
      .toMatch(/^`environment` must contain a value for WELCOME \(is it set in your shell\?\), got: (nothing|null)$/);
  });

  test('fails with all rejected variables at once', () => {
    const message = refusalOf((stack) => ({
      environment: { PATH: '/x', MONGO_URI: 'm', CREDS_KEY: 'c', FINE: 'x', WELCOME: undefined as unknown as string }, secrets: { REDIS_URI: secretNamed(stack, 'r') },
    }));
    expect(message.split('\n')).toEqual([
      '5 errors:',
      '- `environment` must not set this variable (the image sets it), got: PATH',
      '- `environment` must not set this variable (use `database: LibreChatDatabase.fromUri(secret)`), got: MONGO_URI',
      '- `environment` must not contain secrets in plain text (use `secrets`), got: CREDS_KEY',
      '- `environment` must contain a value for WELCOME (is it set in your shell?), got: nothing',
      '- `secrets` must not set this variable (use `redis: LibreChatRedis.fromUri(secret)`), got: REDIS_URI',
    ]);
  });

  test.each([true, 7, NaN])('fails when a value is %p, without a type check', (value) => {
    expect(refusalOf(() => ({ environment: { WELCOME: value as unknown as string } })))
      .toBe(`\`environment\` must only contain string values, such as WELCOME: '${value}', got: ${value}`);
  });

  test.each([['a text', 'sk-secret'], ['a secret itself', {}], ['nothing', undefined]])('fails when a secret is %s, and does not print it', (_what, value) => {
    expect(refusalOf(() => ({ secrets: { OPENAI_API_KEY: value as unknown as EcsSecret } })))
      .toBe('`secrets` must only contain values of type ecs.Secret, such as ecs.Secret.fromSecretsManager(secret), got: OPENAI_API_KEY');
  });

  test('fails when a key is in plain text', () => {
    expect(refusalOf(() => ({ environment: { CREDS_KEY: '00' } })))
      .toBe('`environment` must not contain secrets in plain text (use `secrets`), got: CREDS_KEY');
  });

  test('fails when one is set twice', () => {
    expect(refusalOf((stack) => ({ environment: { OPENAI_API_KEY: 'x' }, secrets: { OPENAI_API_KEY: secretNamed(stack, 'x') } })))
      .toBe('`environment` must not set a variable that is also in `secrets`, got: OPENAI_API_KEY');
  });

  test('fails when all variables exceed Lambda\'s limit', () => {
    expect(refusalOf(() => ({ environment: { WELCOME: 'ä'.repeat(2_050) } })))
      .toBe('`environment` must keep all variables of the function within 4096 bytes (use `environmentSecret` for more), got: 4107 bytes');
  });

  test('fails when the references to secrets are too long in total, and reports how many fit', () => {
    const secrets = (stack: Stack, count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`PROVIDER_${i}_API_KEY`, secretNamed(stack, `provider-${i}`)]));
    const message = refusalOf((stack) => ({ secrets: secrets(stack, 60) }));
    expect(message).toMatch(/^`secrets` must keep all variables of the function within 4096 bytes \(\d+ of 60 secrets fit; use `environmentSecret` for more\), got: \d+ bytes$/);
    const fitting = Number(/(\d+) of 60/.exec(message)![1]);
    expect(() => validateVariablesSize({}, secrets(stackIn(), fitting))).not.toThrow();
    expect(() => validateVariablesSize({}, secrets(stackIn(), fitting + 2))).toThrow('secrets fit');
  });

  test.each<[id: string, props: Props, warning: string]>([
    ['plainTextSecret', () => ({ environment: { OPENAI_API_KEY: 'sk-x', GOOGLE_KEY: 'user_provided', MAX_TOKEN: '4000', DB: 'mysql://u:p@h/d' } }),
      '`environment` should not contain secrets in plain text, which are visible in the Lambda console (use `secrets`), got: OPENAI_API_KEY, DB'],
    ['openIdCallbackUrl', () => ({ environment: { OPENID_CALLBACK_URL: 'https://chat.example.com/oauth/openid/callback' } }),
      '`environment` should contain a path as OPENID_CALLBACK_URL, such as /oauth/openid/callback, because LibreChat prepends the URL of the site, '
      + 'got: https://chat.example.com/oauth/openid/callback'],
    ['openIdSessionSecret', () => ({ environment: { OPENID_ISSUER: 'https://id.example.com', OPENID_CALLBACK_URL: '/oauth/openid/callback' } }),
      '`secrets` should contain OPENID_SESSION_SECRET if OPENID_ISSUER is set, because LibreChat ignores OpenID Connect without it, got: nothing'],
  ])('warns with %s', (id, props, warning) => {
    const stack = stackIn();
    new LibreChatServerless(stack, 'Chat', props(stack));
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ entry }) => entry.data))
      .toEqual([`${warning} [ack: cdk-librechat-serverless:${id}]`]);
  });

  test('fails when the construct\'s own variables exceed the limit', () => {
    expect(() => new LibreChatServerless(stackIn(), 'Chat', { environment: { WELCOME: 'x'.repeat(4_000) } }))
      .toThrow(/`environment` must keep all variables of the function within 4096 bytes .* got: 4\d{3} bytes/);
  });

  test.each(['ALLOW_REGISTRATION', 'MONGO_MAX_POOL_SIZE', 'SEARCH', 'BEDROCK_AWS_DEFAULT_REGION', 'MONGO_AUTO_INDEX'])('accepts %s', (variable) => {
    expect(() => new LibreChatServerless(stackIn(), 'Chat', { environment: { [variable]: '1' } })).not.toThrow();
  });
});
