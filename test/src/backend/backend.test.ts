import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { secretNamed } from '../../../fixtures/variants';
import { LibreChatConfig, LibreChatDatabase, LibreChatRedis, LibreChatServerless } from '../../../src';
import { functionEnvironment, backendFunction, logicalIdOf, resources, statements, templateOf, templateWith, text, resourceOf } from '../reading';

describe('minimal', () => {
  const template = templateOf('minimal');

  test('the function has Lambda\'s longest timeout, on ARM', () => {
    const { Properties } = backendFunction(template);
    expect(Properties).toMatchObject({
      PackageType: 'Image',
      ImageConfig: { Command: ['serve'] },
      Architectures: ['arm64'],
      MemorySize: 2048,
      Timeout: 900,
    });
    expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
    expect(Properties).not.toHaveProperty('EphemeralStorage');
  });

  test('the function gets all addresses, and no secret', () => {
    expect(Object.fromEntries(Object.entries(functionEnvironment(template)).map(([name, value]) => [name, text(value)]))).toEqual({
      ADAPTER_CONFIG_BUCKET: 'cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>',
      ADAPTER_CONFIG_KEY: expect.stringMatching(/^[0-9a-f]{64}\.yaml$/),
      ADAPTER_DATABASE_SECRET: '<ChatDatabaseClusterSecretAttachment>',
      ADAPTER_RELEASE_PARAMETER: '<ChatBackendRelease>',
      ADAPTER_ROOT_SECRET: '<ChatBackendRootSecret>',
      ADAPTER_URL_PARAMETER: expect.stringMatching(/^\/librechat\/[\w-]+\/url$/),
      AWS_BUCKET_NAME: '<ChatBackendFilesBucket>',
      MONGO_AUTO_CREATE: 'false',
      MONGO_AUTO_INDEX: 'false',
      QUEUE_MAX_CONCURRENT_REQUESTS: '50',
      QUEUE_PREFIX: expect.stringMatching(/^[\w-]+-<AWS::AccountId>-<AWS::Region>$/),
      QUEUE_RELEASE: expect.stringMatching(/^[0-9a-f]{16}$/),
      QUEUE_SEALING_SECRET: '<ChatBackendSealingSecret>',
      REDIS_KEY_PREFIX: expect.stringMatching(/^[\w-]+-<AWS::AccountId>-<AWS::Region>$/),
      REDIS_URI: 'rediss://<ChatRedisReplicationGroup.PrimaryEndPoint.Address>:<ChatRedisReplicationGroup.PrimaryEndPoint.Port>',
      SCHEDULES_DISABLED: 'true',
      USE_REDIS: 'true',
      VALUE_FROM_REDIS_PASSWORD: '<ChatRedisAuthToken>',
    });
  });

  test('the parameter that the function reads its URL from is the one with the URL', () => {
    const parameter = resourceOf(template, 'AWS::SSM::Parameter', 'FrontendUrl').Properties;
    expect(functionEnvironment(template).ADAPTER_URL_PARAMETER).toBe(parameter.Name);
    expect(text(parameter.Value)).toBe('https://<ChatFrontendDistribution.DomainName>');
  });

  test('the role has these permissions only', () => {
    expect(statements(template, 'BackendRole')).toEqual([
      'logs:CreateLogStream logs:PutLogEvents on <ChatBackendLogs.Arn>',
      'ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaces ec2:DescribeSubnets ec2:DeleteNetworkInterface'
      + ' ec2:AssignPrivateIpAddresses ec2:UnassignPrivateIpAddresses on *',
      expect.stringMatching(/^s3:GetObject on arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>\/[0-9a-f]{64}\.yaml$/),
      expect.stringMatching(/^ssm:GetParameter on arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter\/librechat\/[\w-]+\/url$/),
      'ssm:GetParameterHistory on arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter/<ChatBackendRelease>',
      'secretsmanager:GetSecretValue secretsmanager:DescribeSecret on <ChatBackendRootSecret>',
      'secretsmanager:GetSecretValue secretsmanager:DescribeSecret on <ChatDatabaseClusterSecretAttachment>',
      'secretsmanager:GetSecretValue secretsmanager:DescribeSecret on <ChatRedisAuthToken>',
      'secretsmanager:GetSecretValue secretsmanager:DescribeSecret on <ChatBackendSealingSecret>',
      's3:GetObject s3:PutObject s3:DeleteObject on <ChatBackendFilesBucket.Arn>/*',
      's3:ListBucket on <ChatBackendFilesBucket.Arn>',
      'ssm:PutParameter on arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter/<ChatBackendRelease>',
    ]);
    expect(resourceOf(template, 'AWS::IAM::Role', 'BackendRole').Properties).not.toHaveProperty('ManagedPolicyArns');
  });

  test('the function may connect to its data, and to other hosts over HTTPS only', () => {
    expect(resourceOf(template, 'AWS::EC2::SecurityGroup', 'BackendSecurityGroup').Properties.SecurityGroupEgress).toEqual([
      { CidrIp: '0.0.0.0/0', Description: expect.any(String), IpProtocol: 'tcp', FromPort: 443, ToPort: 443 },
    ]);
    const egress = resources(template, 'AWS::EC2::SecurityGroupEgress').filter(([logicalId]) => logicalId.includes('BackendSecurityGroup'));
    expect(egress.map(([, { Properties }]) => [
      text(Properties.DestinationSecurityGroupId), text(Properties.FromPort), text(Properties.ToPort),
    ])).toEqual([
      ['<ChatDatabaseSecurityGroup.GroupId>', '<ChatDatabaseCluster.Port>', '<ChatDatabaseCluster.Port>'],
      ['<ChatRedisSecurityGroup.GroupId>', '6379', '6379'],
    ]);
  });

  test('the files are private, encrypted, retained, and sent over TLS only', () => {
    const bucket = resourceOf(template, 'AWS::S3::Bucket', 'FilesBucket');
    const kept = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' };
    expect(bucket).toMatchObject(kept);
    expect(resourceOf(template, 'AWS::S3::BucketPolicy', 'FilesBucket')).toMatchObject(kept);
    expect(bucket.Properties).toMatchObject({
      BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
    });
    expect(resourceOf(template, 'AWS::S3::BucketPolicy', 'FilesBucket').Properties.PolicyDocument.Statement).toEqual([
      expect.objectContaining({ Effect: 'Deny', Principal: { AWS: '*' }, Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    ]);
  });

  test('browsers may load files from pages of any distribution, since its name is not known yet', () => {
    expect(resourceOf(template, 'AWS::S3::Bucket', 'FilesBucket').Properties.CorsConfiguration.CorsRules).toEqual([{
      AllowedOrigins: ['https://*.cloudfront.net'],
      AllowedMethods: ['GET', 'PUT', 'POST'],
      AllowedHeaders: ['*'],
      ExposedHeaders: ['ETag'],
      MaxAge: 3600,
    }]);
  });

  test('it has a separate log group with a retention', () => {
    expect(resourceOf(template, 'AWS::Logs::LogGroup', 'BackendLogs')).toMatchObject({ Properties: { RetentionInDays: 30 }, DeletionPolicy: 'Delete' });
    expect(text(backendFunction(template).Properties.LoggingConfig.LogGroup)).toBe('<ChatBackendLogs>');
  });

  test('the generated secret is retained with the stack\'s deletion', () => {
    expect(resourceOf(template, 'AWS::SecretsManager::Secret', 'RootSecret')).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
  });
});

describe('maximal', () => {
  const template = templateOf('maximal');

  test('the function has the specified size', () => {
    expect(backendFunction(template).Properties).toMatchObject({
      Architectures: ['x86_64'],
      MemorySize: 3008,
      EphemeralStorage: { Size: 2048 },
    });
    expect(resourceOf(template, 'AWS::Logs::LogGroup', 'BackendLogs').Properties.RetentionInDays).toBe(90);
  });

  test('the relay invokes the alias with the provisioned concurrency', () => {
    const alias = logicalIdOf(template, 'AWS::Lambda::Alias');
    expect(resourceOf(template, 'AWS::Lambda::Alias').Properties.ProvisionedConcurrencyConfig).toEqual({ ProvisionedConcurrentExecutions: 4 });
    expect(functionEnvironment(template, 'RelayFunction').RELAY_WORKER_FUNCTION).toEqual({ Ref: alias });
  });

  test('provisioned environments start after the data and the routes to it are created', () => {
    const rules = [...resources(template, 'AWS::EC2::SecurityGroupEgress'), ...resources(template, 'AWS::EC2::SecurityGroupIngress')]
      .filter(([logicalId]) => logicalId.includes('BackendSecurityGroup'));
    expect(rules.length).toBeGreaterThanOrEqual(4);
    const data = [
      ...resources(template, 'AWS::DocDB::DBInstance'), ...resources(template, 'AWS::ElastiCache::ReplicationGroup'),
    ];
    expect(resourceOf(template, 'AWS::Lambda::Alias').DependsOn).toEqual(expect.arrayContaining([...rules, ...data].map(([logicalId]) => logicalId)));
  });

  test('the template contains references to secrets, and the role may read each', () => {
    expect(text(functionEnvironment(template).VALUE_FROM_OPENAI_API_KEY)).toMatch(/:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:openai$/);
    expect(text(functionEnvironment(template).VALUE_FROM_OPENID_CLIENT_SECRET)).toMatch(/:ssm:<AWS::Region>:<AWS::AccountId>:parameter\/chat\/openid$/);
    const read = statements(template, 'BackendRole').join('\n');
    expect(read).toMatch(/secretsmanager:GetSecretValue .* on \S+:secret:openai-\?{6}/);
    expect(read).toMatch(/ssm:GetParameter\b.* on \S+:parameter\/chat\/openid/);
  });

  test('the role may read a secret with variables whose ARN has no suffix, since it is imported by name', () => {
    const imported = templateWith((stack) => new LibreChatServerless(stack, 'Chat', { environmentSecret: Secret.fromSecretNameV2(stack, 'Variables', 'variables') }));
    expect(statements(imported, 'BackendRole').join('\n')).toMatch(/secretsmanager:GetSecretValue .* on \S+:secret:variables-\?{6}/);
  });

  test('an existing bucket is used, and none is created', () => {
    expect(functionEnvironment(template).AWS_BUCKET_NAME).toBe('my-files');
    expect(resources(template, 'AWS::S3::Bucket')).toHaveLength(1);
    expect(resources(template, 'AWS::S3::BucketPolicy')).toHaveLength(1);
  });

  test('a domain is passed in plain variables', () => {
    const environment = functionEnvironment(template);
    expect(environment).toMatchObject({ DOMAIN_CLIENT: 'https://chat.example.com', DOMAIN_SERVER: 'https://chat.example.com' });
    expect(environment).not.toHaveProperty('ADAPTER_URL_PARAMETER');
    expect(resources(template, 'AWS::SSM::Parameter').map(([logicalId]) => logicalId)).toEqual([expect.stringContaining('BackendRelease')]);
    expect(statements(template, 'BackendRole').filter((statement) => statement.startsWith('ssm:GetParameter on'))).toEqual([]);
  });
});

describe('no VPC', () => {
  const template = templateOf('no-vpc');

  test('the function is outside of any network', () => {
    expect(backendFunction(template).Properties).not.toHaveProperty('VpcConfig');
    expect(Object.values(template.toJSON().Resources).map((resource: any) => resource.Type).filter((type) => type.startsWith('AWS::EC2'))).toEqual([]);
  });

  test('both URIs are references', () => {
    const environment = functionEnvironment(template);
    expect(text(environment.VALUE_FROM_MONGO_URI)).toMatch(/:secret:mongo$/);
    expect(text(environment.VALUE_FROM_REDIS_URI)).toMatch(/:secret:redis$/);
    expect(environment).not.toHaveProperty('REDIS_URI');
    expect(environment).not.toHaveProperty('ADAPTER_DATABASE_SECRET');
  });
});

test('in an existing VPC, external databases are reachable on their standard ports', () => {
  const rules = resourceOf(templateOf('existing-vpc-and-data'), 'AWS::EC2::SecurityGroup', 'BackendSecurityGroup').Properties.SecurityGroupEgress;
  expect(rules.map(({ CidrIp, FromPort }: any) => [CidrIp, FromPort])).toEqual([['0.0.0.0/0', 443], ['0.0.0.0/0', 27017], ['0.0.0.0/0', 6379]]);
});

test('with a domain, browsers may load files from its pages only', () => {
  const [rule] = resourceOf(templateOf('domain-in-other-dns'), 'AWS::S3::Bucket', 'FilesBucket').Properties.CorsConfiguration.CorsRules;
  expect(rule.AllowedOrigins).toEqual(['https://chat.example.com']);
});

test('with all four permanent values specified, no secret is generated for them', () => {
  const template = templateWith((stack) => new LibreChatServerless(stack, 'Chat', {
    database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')),
    redis: LibreChatRedis.fromUri(secretNamed(stack, 'redis')),
    secrets: Object.fromEntries(['CREDS_KEY', 'CREDS_IV', 'JWT_SECRET', 'JWT_REFRESH_SECRET'].map((name) => [name, secretNamed(stack, name)])),
  }));
  expect(functionEnvironment(template)).not.toHaveProperty('ADAPTER_ROOT_SECRET');
  expect(resources(template, 'AWS::SecretsManager::Secret').filter(([logicalId]) => logicalId.includes('Root'))).toEqual([]);
});

test('with some of them missing, a secret is generated', () => {
  const template = templateWith((stack) => new LibreChatServerless(stack, 'Chat', {
    database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')),
    redis: LibreChatRedis.fromUri(secretNamed(stack, 'redis')),
    secrets: { CREDS_KEY: secretNamed(stack, 'key') },
  }));
  expect(functionEnvironment(template)).toMatchObject({ ADAPTER_ROOT_SECRET: expect.anything(), VALUE_FROM_CREDS_KEY: expect.anything() });
});

test('the role may use the keys of encrypted buckets', () => {
  const template = templateWith((stack) => {
    const bucket = new Bucket(stack, 'Mine', { encryptionKey: new Key(stack, 'Key') });
    new LibreChatServerless(stack, 'Chat', {
      database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')),
      redis: LibreChatRedis.fromUri(secretNamed(stack, 'redis')),
      filesBucket: bucket,
      config: LibreChatConfig.fromBucket(bucket, 'librechat.yaml'),
    });
  });
  expect(statements(template, 'BackendRole')).toEqual(expect.arrayContaining([
    expect.stringMatching(/kms:Decrypt kms:Encrypt .*on <Key\.Arn>/),
    's3:GetObject on <Mine.Arn>/librechat.yaml',
  ]));
});
