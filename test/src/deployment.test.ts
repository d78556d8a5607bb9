import { App, NestedStack, RemovalPolicy, Stack, type Environment } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnFunction, CfnOriginAccessControl } from 'aws-cdk-lib/aws-cloudfront';
import {
  functionEnvironment, logicalIdOf, reachableFrom, referencesOf, resources, resourcesOf, statements, templateOf, templateWith, type Resource,
} from './reading';
import { certificate, DOMAIN, EDGE, EDGE_REGION_VARIANTS, EUROPE, secretNamed, stackIn, VARIANTS } from '../../fixtures/variants';
import { LibreChatDatabase, LibreChatImage, LibreChatRedis, LibreChatServerless } from '../../src';

const TEMPLATES: Array<[string, Template]> = [
  ...(Object.keys(VARIANTS) as Array<keyof typeof VARIANTS>).map((name): [string, Template] => [name, templateOf(name)]),
  ...Object.entries(EDGE_REGION_VARIANTS).map(([name, variant]): [string, Template] => [name, templateWith(variant, stackIn(EDGE))]),
  ['retain', templateWith((stack) => new LibreChatServerless(stack, 'Chat', { image: LibreChatImage.fromCodeBuild(), removalPolicy: RemovalPolicy.RETAIN }))],
];

/** The resources of the construct, without those of the stack around it. */
function ownResources(template: Template): Array<[logicalId: string, resource: Resource]> {
  return Object.entries(resourcesOf(template)).filter(([logicalId]) => logicalId.startsWith('Chat'));
}

/** Custom resources that create nothing outside the stack. */
const RECORDS = ['Custom::LibreChatCheck', 'Custom::LibreChatFrontend'];

function withPolicy(template: Template, ...policies: string[]): string[] {
  const found = ownResources(template).filter(([, { Type, DeletionPolicy }]) => policies.includes(DeletionPolicy!) && !RECORDS.includes(Type));
  return found.map(([logicalId]) => logicalId);
}

describe.each(TEMPLATES)('a deployment of the %s variant that fails', (_name, template) => {
  const published = logicalIdOf(template, 'Custom::LibreChatFrontend');

  test('fills the client\'s bucket last, so that it is emptied first', () => {
    const before = reachableFrom(template, published);
    expect(before).toEqual(expect.arrayContaining([
      logicalIdOf(template, 'AWS::S3::Bucket', 'FrontendBucket'),
      logicalIdOf(template, 'AWS::S3::BucketPolicy', 'FrontendBucket'),
      logicalIdOf(template, 'Custom::S3AutoDeleteObjects', 'FrontendBucket'),
      logicalIdOf(template, 'AWS::CloudFront::Distribution'),
    ]));
    const after = ownResources(template).filter(([logicalId]) => logicalId !== published && reachableFrom(template, logicalId).includes(published));
    expect(new Set(after.map(([, { Type }]) => Type))).toEqual(new Set(after.length ? ['AWS::Route53::RecordSet'] : []));
  });

  test('leaves only the account\'s role for logs of API Gateway', () => {
    expect(withPolicy(template, 'Retain').filter((logicalId) => !/RestApi(CloudWatchRole|Account)/.test(logicalId))).toEqual([]);
  });

  test('leaves no resource that refuses its deletion', () => {
    // A function whose image does not start does not respond.
    for (const [logicalId] of RECORDS.flatMap((type) => resources(template, type))) expect(resourcesOf(template)[logicalId].DeletionPolicy).toBe('Retain');
    for (const [, { Properties }] of resources(template, 'AWS::DocDB::DBCluster')) expect(Properties.DeletionProtection).toBe(false);
    for (const [, { Properties }] of resources(template, 'AWS::ECR::Repository')) expect(Properties.EmptyOnDelete).toBe(true);
  });

  test('deletes the functions before the permissions to delete their network interfaces', () => {
    for (const [logicalId, { Properties }] of resources(template, 'AWS::Lambda::Function')) {
      if (!Properties.VpcConfig) continue;
      const policies = reachableFrom(template, logicalId).filter((id) => resourcesOf(template)[id].Type === 'AWS::IAM::Policy');
      expect(JSON.stringify(policies.map((id) => resourcesOf(template)[id].Properties))).toContain('ec2:DeleteNetworkInterface');
    }
  });
});

test.each(TEMPLATES)('a deletion of the %s variant retains all resources that a retained resource uses', (_name, template) => {
  const retained = withPolicy(template, 'Retain', 'RetainExceptOnCreate');
  const used = retained.flatMap((logicalId) => referencesOf(resourcesOf(template)[logicalId].Properties)).filter((id) => id.startsWith('Chat'));
  expect(used.filter((logicalId) => !retained.includes(logicalId))).toEqual([]);
});

test('a deletion with RETAIN retains the database with its password, its subnets and the VPC, but no NAT gateway', () => {
  const template = templateWith((stack) => new LibreChatServerless(stack, 'Chat', { removalPolicy: RemovalPolicy.RETAIN }));
  const types = withPolicy(template, 'RetainExceptOnCreate').map((logicalId) => resourcesOf(template)[logicalId].Type);
  expect(types.sort()).toEqual([
    'AWS::DocDB::DBCluster', 'AWS::DocDB::DBInstance', 'AWS::DocDB::DBSubnetGroup', 'AWS::EC2::SecurityGroup', 'AWS::EC2::Subnet', 'AWS::EC2::Subnet',
    'AWS::EC2::VPC', 'AWS::S3::Bucket', 'AWS::S3::BucketPolicy', 'AWS::SecretsManager::Secret', 'AWS::SecretsManager::Secret',
    'AWS::SecretsManager::SecretTargetAttachment',
  ]);
});

describe('names that are unique in an account', () => {
  /** In all regions. Other names are unique in a region, or generated by CloudFormation. */
  function names(template: Template, region = 'ap-southeast-1'): string[] {
    const found = [
      ...resources(template, CfnFunction.CFN_RESOURCE_TYPE_NAME).map(([, { Properties }]) => Properties.Name as unknown),
      ...resources(template, CfnOriginAccessControl.CFN_RESOURCE_TYPE_NAME)
        .map(([, { Properties }]) => Properties.OriginAccessControlConfig.Name as unknown),
    ];
    return found.map((name) => resolved(name, region));
  }

  /** A name as CloudFormation resolves it. */
  function resolved(name: unknown, region: string): string {
    if (typeof name === 'string') return name;
    const [separator, parts] = (name as { 'Fn::Join': [string, unknown[]] })['Fn::Join'];
    return parts.map((part) => (typeof part === 'string' ? part : region)).join(separator);
  }

  function stackNamed(stackName?: string, env?: Environment): Stack {
    return new Stack(new App(), 'Stack', { stackName, env });
  }

  const LONG = 'A-stack-name-that-is-as-long-as-CloudFormation-allows-'.padEnd(128, 'x');
  const chat = (stack: Stack) => VARIANTS['no-vpc'](stack);

  test.each<[string, string[][]]>([
    ['two stack names', ['dev', 'prod'].map((name) => names(templateWith(chat, stackNamed(name))))],
    ['two long stack names', ['1', '2'].map((end) => names(templateWith(chat, stackNamed(LONG.slice(0, -1) + end))))],
    ['two regions', [EDGE, EUROPE].map((env) => names(templateWith(chat, stackNamed('chat', env))))],
    ['two regions of a stack that knows neither', ['us-east-1', 'eu-west-1'].map((region) => names(templateWith(chat, stackNamed('chat')), region))],
    ['two constructs', ['Chat', 'Other'].map((id) => names(templateWith((stack) => new LibreChatServerless(stack, id))))],
    ['two nested stacks', ['One', 'Two'].map((id) => names(templateWith(chat, new NestedStack(stackNamed(), id))))],
  ])('are not shared by %s', (_what, [one, other]) => {
    expect(one).toHaveLength(3);
    expect(new Set([...one, ...other]).size).toBe(6);
    for (const name of [...one, ...other]) expect(name).toMatch(/^[A-Za-z0-9-]{1,64}$/);
  });

  test('are the same in each deployment', () => {
    expect(names(templateWith(chat, stackNamed('chat')))).toEqual(names(templateWith(chat, stackNamed('chat'))));
  });
});

test.each(['BackendRole', 'RelayRole'])('a function that leaves its VPC keeps the permissions of its network interfaces: %s', (role) => {
  const rights = (name: keyof typeof VARIANTS) => statements(templateOf(name), role).filter((statement) => statement.startsWith('ec2:'));
  expect(rights('minimal').join()).toContain('ec2:DeleteNetworkInterface');
  expect(rights('no-vpc')).toEqual(rights('minimal'));
});

describe('the version of the function', () => {
  function withImage(image: LibreChatImage): Template {
    return templateWith((stack) => new LibreChatServerless(stack, 'Chat', {
      image,
      domainName: DOMAIN,
      certificate: certificate(stack),
      database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')),
      redis: LibreChatRedis.fromUri(secretNamed(stack, 'redis')),
      provisionedConcurrentExecutions: 1,
    }));
  }

  const version = (image: LibreChatImage) => logicalIdOf(withImage(image), 'AWS::Lambda::Version');

  test('differs for another image that is built in the account', () => {
    const built = (release: string) => LibreChatImage.fromCodeBuild({ version: release });
    expect(version(built('v0.8.7'))).not.toBe(version(built('v0.8.8')));
    expect(version(built('v0.8.8'))).toBe(version(built('v0.8.8')));
  });

  test('is created after the route to the internet', () => {
    const template = templateWith((stack) => new LibreChatServerless(stack, 'Chat', {
      domainName: DOMAIN, certificate: certificate(stack), provisionedConcurrentExecutions: 1,
    }));
    const needed = reachableFrom(template, logicalIdOf(template, 'AWS::Lambda::Alias')).map((id) => resourcesOf(template)[id].Type);
    expect(needed).toEqual(expect.arrayContaining(['AWS::EC2::NatGateway', 'AWS::EC2::Route']));
  });

  test('is not created without provisioned concurrency', () => {
    expect(resources(templateOf('minimal'), 'AWS::Lambda::Version')).toEqual([]);
    expect(functionEnvironment(templateOf('minimal'), 'RelayFunction').RELAY_WORKER_FUNCTION).toEqual({
      'Fn::GetAtt': [logicalIdOf(templateOf('minimal'), 'AWS::Lambda::Function', 'BackendFunction'), 'Arn'],
    });
  });
});
