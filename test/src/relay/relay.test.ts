import { InterfaceVpcEndpointAwsService, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { secretNamed, stackIn } from '../../../fixtures/variants';
import { LibreChatDatabase, LibreChatImage, LibreChatRedis, LibreChatServerless, type LibreChatServerlessProps } from '../../../src';
import { functionEnvironment, resourceOf, resources, statements, templateOf, templateWith, text } from '../reading';

const minimal = templateOf('minimal');
const maximal = templateOf('maximal');

describe('minimal', () => {
  test('a small function with the timeout of the longest response', () => {
    expect(resourceOf(minimal, 'AWS::Lambda::Function', 'RelayFunction').Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Architectures: ['arm64'],
      MemorySize: 256,
      Timeout: 900,
    });
  });

  test('gets the address of the queue, and no secret', () => {
    const environment = functionEnvironment(minimal, 'RelayFunction');
    expect(Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, text(value)]))).toEqual({
      QUEUE_MAX_CONCURRENT_REQUESTS: '50',
      QUEUE_PREFIX: expect.stringMatching(/^[\w-]+-<AWS::AccountId>-<AWS::Region>$/),
      QUEUE_RELEASE: expect.stringMatching(/^[0-9a-f]{16}$/),
      QUEUE_SEALING_SECRET: '<ChatBackendSealingSecret>',
      REDIS_URI: 'rediss://<ChatRedisReplicationGroup.PrimaryEndPoint.Address>:<ChatRedisReplicationGroup.PrimaryEndPoint.Port>',
      RELAY_MAX_WORKERS: '10',
      RELAY_WORKER_FUNCTION: '<ChatBackendFunction.Arn>',
      VALUE_FROM_REDIS_PASSWORD: '<ChatRedisAuthToken>',
    });
  });

  test('uses the same queue as the workers', () => {
    const [relay, worker] = ['RelayFunction', 'BackendFunction'].map((name) => Object.entries(functionEnvironment(minimal, name))
      .filter(([variable]) => variable.startsWith('QUEUE_')));
    expect(relay).toHaveLength(4);
    expect(Object.fromEntries(relay)).toEqual(Object.fromEntries(worker));
  });

  test('the role may start workers and read two secrets only', () => {
    expect(statements(minimal, 'RelayRole')).toEqual([
      'logs:CreateLogStream logs:PutLogEvents on <ChatRelayLogs.Arn>',
      'ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaces ec2:DescribeSubnets ec2:DeleteNetworkInterface ec2:AssignPrivateIpAddresses ec2:UnassignPrivateIpAddresses on *',
      'secretsmanager:GetSecretValue secretsmanager:DescribeSecret on <ChatRedisAuthToken>',
      'secretsmanager:GetSecretValue secretsmanager:DescribeSecret on <ChatBackendSealingSecret>',
      'lambda:InvokeFunction on <ChatBackendFunction.Arn>',
    ]);
  });

  test('may connect to Redis, and to other hosts over HTTPS only', () => {
    const [rule, ...others] = resourceOf(minimal, 'AWS::EC2::SecurityGroup', 'RelaySecurityGroup').Properties.SecurityGroupEgress;
    expect(rule).toMatchObject({ CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443 });
    expect(others).toEqual([]);
    const egress = resources(minimal, 'AWS::EC2::SecurityGroupEgress').filter(([logicalId]) => logicalId.includes('RelaySecurityGroup'));
    expect(egress.map(([, { Properties }]) => [text(Properties.DestinationSecurityGroupId), Properties.FromPort])).toEqual([
      ['<ChatRedisSecurityGroup.GroupId>', 6379],
    ]);
  });

  test('a daily tick prevents the functions from becoming inactive', () => {
    const { ScheduleExpression, Targets } = resourceOf(minimal, 'AWS::Events::Rule', 'RelayTick').Properties;
    expect(ScheduleExpression).toBe('rate(1 day)');
    expect(Targets.map(({ Arn }: { Arn: unknown }) => text(Arn))).toEqual(['<ChatRelayFunction.Arn>', '<ChatMaintenanceFunction.Arn>']);
  });
});

test('maximal: limits, and a tick a minute for schedules', () => {
  expect(functionEnvironment(maximal, 'RelayFunction')).toMatchObject({ QUEUE_MAX_CONCURRENT_REQUESTS: '20', RELAY_MAX_WORKERS: '5' });
  expect(functionEnvironment(maximal).SCHEDULES_DISABLED).toBe('false');
  expect(resourceOf(maximal, 'AWS::Events::Rule', 'RelayTick').Properties.ScheduleExpression).toBe('rate(1 minute)');
});

describe('release', () => {
  const releaseOf = (props: LibreChatServerlessProps) => functionEnvironment(templateWith((stack) => new LibreChatServerless(stack, 'Chat', {
    database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')),
    redis: LibreChatRedis.fromUri(secretNamed(stack, 'redis')),
    image: LibreChatImage.fromCodeBuild(),
    ...props,
  }))).QUEUE_RELEASE as string;

  test('is the same for the same deployment', () => {
    expect(releaseOf({})).toBe(releaseOf({}));
  });

  test.each<[string, LibreChatServerlessProps]>([
    ['the image', { image: LibreChatImage.fromCodeBuild({ version: 'v0.8.7' }) }],
    ['a variable', { environment: { ALLOW_REGISTRATION: 'true' } }],
  ])('changes with %s', (_, props) => {
    expect(releaseOf(props)).not.toBe(releaseOf({}));
  });

  test.each<[string, LibreChatServerlessProps]>([
    ['the number of workers', { maxWorkers: 3 }],
    ['throttling', { throttlingRateLimit: 7 }],
  ])('stays the same with another value of %s', (_, props) => {
    expect(releaseOf(props)).toBe(releaseOf({}));
  });
});

describe('the route to the API of Lambda', () => {
  function synth(configure: (vpc: Vpc) => void = () => undefined) {
    const stack = stackIn();
    const vpc = new Vpc(stack, 'Network', { natGateways: 0, subnetConfiguration: [{ name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED }] });
    new LibreChatServerless(stack, 'Chat', { vpc, vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED } });
    configure(vpc);
    return stack.node.root as unknown as { synth(): unknown };
  }

  test('fails when isolated subnets have none', () => {
    expect(() => synth().synth()).toThrow('`vpcSubnets` must have a route to the API of Lambda: use subnets with egress, or add '
      + "vpc.addInterfaceEndpoint('Lambda', { service: ec2.InterfaceVpcEndpointAwsService.LAMBDA })");
  });

  test('an endpoint that is added later is enough', () => {
    expect(() => synth((vpc) => vpc.addInterfaceEndpoint('Lambda', { service: InterfaceVpcEndpointAwsService.LAMBDA })).synth()).not.toThrow();
  });

  test('an endpoint of another service is not enough', () => {
    expect(() => synth((vpc) => vpc.addInterfaceEndpoint('Sqs', { service: InterfaceVpcEndpointAwsService.SQS })).synth()).toThrow('route to the API of Lambda');
  });
});
