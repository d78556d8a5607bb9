import { Stack } from 'aws-cdk-lib';
import { secretNamed } from '../../../fixtures/variants';
import { LibreChatDatabase, LibreChatRedis, LibreChatServerless } from '../../../src';
import { backendFunction, functionEnvironment, logicalIdOf, resourceOf, resources, statements, templateOf, templateWith, text } from '../reading';

const CHECK = 'Custom::LibreChatCheck';
const SNAPSHOTS = 'arn:<AWS::Partition>:rds:<AWS::Region>:<AWS::AccountId>:cluster-snapshot:librechat-before-*';

const withUris = (stack: Stack, props = {}) => new LibreChatServerless(stack, 'Chat', {
  database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')), redis: LibreChatRedis.fromUri(secretNamed(stack, 'redis')), ...props,
});

describe('minimal', () => {
  const template = templateOf('minimal');
  const maintenance = resourceOf(template, 'AWS::Lambda::Function', 'MaintenanceFunction').Properties;
  const worker = backendFunction(template).Properties;

  test('the function is a worker with another command', () => {
    expect(maintenance).toMatchObject({
      ImageConfig: { Command: ['maintain'] },
      Code: worker.Code,
      MemorySize: worker.MemorySize,
      Architectures: worker.Architectures,
      Timeout: 900,
      VpcConfig: worker.VpcConfig,
    });
  });

  test('it has the variables of a worker except those of the queue', () => {
    const ofQueue = Object.keys(functionEnvironment(template)).filter((name) => name.startsWith('QUEUE_'));
    const { [ofQueue[0]]: _, ...rest } = functionEnvironment(template);
    expect(ofQueue).toHaveLength(4);
    expect(maintenance.Environment.Variables).toEqual(Object.fromEntries(Object.entries(rest).filter(([name]) => !ofQueue.includes(name))));
  });

  test('operators find its name in an output', () => {
    const [, { Value }] = Object.entries<{ Value: unknown }>(template.toJSON().Outputs).find(([name]) => /^ChatMaintenanceFunctionName/.test(name))!;
    expect(text(Value)).toBe('<ChatMaintenanceFunction>');
  });

  test('an event is not delivered again, nor after CloudFormation has given up', () => {
    const config = resourceOf(template, 'AWS::Lambda::EventInvokeConfig', 'Maintenance').Properties;
    expect([text(config.FunctionName), config.MaximumRetryAttempts]).toEqual(['<ChatMaintenanceFunction>', 0]);
    expect(config.MaximumEventAgeInSeconds).toBe(Number(resourceOf(template, CHECK).Properties.ServiceTimeout));
  });

  test('it may read a worker\'s values, detect a rollback, and create snapshots of the cluster only', () => {
    const [, interfaces, ...rest] = statements(template, 'MaintenanceRole');
    expect(interfaces).toMatch(/^ec2:.* on \*$/);
    expect(rest).toEqual([
      ...statements(template, 'BackendRole').filter((statement) => /^(s3:GetObject on|ssm:GetParameter|secretsmanager:)/.test(statement) && !statement.includes('SealingSecret')),
      'cloudformation:DescribeStacks on <AWS::StackId>',
      `rds:CreateDBClusterSnapshot rds:DescribeDBClusterSnapshots on arn:<AWS::Partition>:rds:<AWS::Region>:<AWS::AccountId>:cluster:<ChatDatabaseCluster> ${SNAPSHOTS}`,
      `rds:AddTagsToResource on ${SNAPSHOTS}`,
    ]);
  });

  const check = resourceOf(template, CHECK);

  test('the check runs again when image, variables or the cluster change', () => {
    expect(check.Properties).toEqual({
      ServiceToken: expect.anything(),
      ServiceTimeout: '1200',
      Image: expect.anything(),
      Variables: maintenance.Environment.Variables,
      DatabaseCluster: expect.anything(),
    });
    expect(text(check.Properties.DatabaseCluster)).toBe('<ChatDatabaseCluster>');
  });

  test('it runs once database, Redis, routes and security group rules exist', () => {
    expect(check.DependsOn).toEqual(expect.arrayContaining([
      logicalIdOf(template, 'AWS::DocDB::DBInstance'), logicalIdOf(template, 'AWS::ElastiCache::ReplicationGroup'),
      ...resources(template, 'AWS::EC2::SecurityGroupIngress').map(([id]) => id).filter((id) => id.includes('Backend')),
      ...resources(template, 'AWS::EC2::SecurityGroupEgress').map(([id]) => id).filter((id) => id.includes('Backend')),
      ...resources(template, 'AWS::EC2::Route').map(([id]) => id).filter((id) => id.includes('Private')),
    ]));
  });

  test('its deletion does not depend on a function that responds, since there is nothing to delete', () => {
    expect([check.DeletionPolicy, check.UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
  });

  test('the serving function depends on it, and so do all other changes for users', () => {
    expect(backendFunction(template).DependsOn).toContain(logicalIdOf(template, CHECK));
  });
});

test('an accepted release is passed to the build', () => {
  const template = templateWith((stack) => withUris(stack, { acceptDataMigration: 'v0.8.9' }));
  expect(resourceOf(template, CHECK).Properties).toMatchObject({ AcceptDataMigration: 'v0.8.9' });
});

test('no snapshot of an existing database is created', () => {
  const template = templateWith(withUris);
  expect(resourceOf(template, CHECK).Properties).not.toHaveProperty('DatabaseCluster');
  expect(statements(template, 'MaintenanceRole').filter((statement) => statement.startsWith('rds:'))).toEqual([]);
});

test('variables of the user take precedence over those of the check', () => {
  const template = templateWith((stack) => withUris(stack, { environment: { MONGO_AUTO_INDEX: 'true' } }));
  expect(functionEnvironment(template)).toMatchObject({ MONGO_AUTO_INDEX: 'true', MONGO_AUTO_CREATE: 'false' });
});

describe('deploymentCheck: false', () => {
  const template = templateWith((stack) => withUris(stack, { deploymentCheck: false }));

  test('deployments are not checked, and the function exists for operators', () => {
    expect(resources(template, CHECK)).toEqual([]);
    resourceOf(template, 'AWS::Lambda::Function', 'MaintenanceFunction');
  });

  test('workers create collections and indexes', () => {
    expect(functionEnvironment(template)).not.toHaveProperty('MONGO_AUTO_INDEX');
    expect(functionEnvironment(template)).not.toHaveProperty('MONGO_AUTO_CREATE');
  });
});

test.each(['v0.8.8', '0.8.9', 'v9.9.9', ''])('fails when acceptDataMigration is %j', (acceptDataMigration) => {
  expect(() => templateWith((stack) => withUris(stack, { acceptDataMigration })))
    .toThrow('`acceptDataMigration` must be a release whose data older releases cannot read: v0.8.9, got: ');
});
