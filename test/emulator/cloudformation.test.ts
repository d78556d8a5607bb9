import { join } from 'node:path';
import { AwsServer } from '../../emulator/aws/aws-server';
import { Cloud } from '../../emulator/cloud';
import { deploymentOrder } from '../../emulator/cloudformation/deployment-order';
import { resolve, type Scope } from '../../emulator/cloudformation/intrinsics';
import { Stack } from '../../emulator/cloudformation/stack';
import type { Template } from '../../emulator/cloudformation/template';
import { EventStream } from '../../emulator/events';
import { LambdaFunction } from '../../emulator/lambda/lambda-function';

const cloud = () => new Cloud(new EventStream());
let current: Cloud;

beforeEach(() => {
  current = cloud();
});

afterEach(() => current.dispose());

async function deploy(template: Template, parameters?: Record<string, string>): Promise<Stack> {
  const aws = new AwsServer(current);
  await aws.start();
  const stack = new Stack({
    cloud: current,
    aws,
    stack: { name: 'S', template, files: [], images: [] },
    stackId: 'arn:stack',
    certificates: { cert: '', key: '', ca: '', caFile: '' },
    options: { assembly: '', librechat: '/', parameters },
  });
  await stack.deploy();
  return stack;
}

describe('intrinsic functions', () => {
  const scope: Scope = {
    template: {
      Mappings: { Map: { a: { b: 'mapped' } } },
      Conditions: {
        Yes: { 'Fn::Equals': [{ Ref: 'Name' }, 'name'] },
        No: { 'Fn::Not': [{ Condition: 'Yes' }] },
        Both: { 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] },
        Either: { 'Fn::Or': [{ Condition: 'Yes' }, { Condition: 'No' }] },
      },
    },
    ref: (name) => ({ Name: 'name', Number: 7 } as Record<string, unknown>)[name],
    attribute: (id, name) => id === 'Bucket' && name === 'Nested.Arn' ? 'arn' : undefined,
    dynamic: (service, key) => `<${service} ${key}>`,
    availabilityZones: ['us-east-1a', 'us-east-1b'],
  };

  test.each<[unknown, unknown]>([
    [{ Ref: 'Name' }, 'name'],
    [{ Ref: 'Number' }, 7],
    [{ 'Fn::GetAtt': ['Bucket', 'Nested.Arn'] }, 'arn'],
    [{ 'Fn::GetAtt': 'Bucket.Nested.Arn' }, 'arn'],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'Name' }, 1]] }, 'a-name-1'],
    [{ 'Fn::Sub': 'x ${Name} ${Bucket.Nested.Arn} ${!Literal}' }, 'x name arn ${Literal}'],
    [{ 'Fn::Sub': ['${Own} ${Name}', { Own: { Ref: 'Number' } }] }, '7 name'],
    [{ 'Fn::Select': ['1', { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
    [{ 'Fn::FindInMap': ['Map', 'a', 'b'] }, 'mapped'],
    [{ 'Fn::GetAZs': '' }, ['us-east-1a', 'us-east-1b']],
    [{ 'Fn::Base64': { Ref: 'Name' } }, 'bmFtZQ=='],
    [{ 'Fn::If': ['Yes', { Ref: 'Name' }, 'no'] }, 'name'],
    [{ 'Fn::If': ['No', 'yes', 'no'] }, 'no'],
    [{ 'Fn::If': ['Both', 'yes', 'no'] }, 'no'],
    [{ 'Fn::If': ['Either', 'yes', 'no'] }, 'yes'],
    [{ a: 1, b: { 'Fn::If': ['No', 1, { Ref: 'AWS::NoValue' }] }, c: [{ Ref: 'AWS::NoValue' }, 2] }, { a: 1, c: [2] }],
    [{ Condition: { StringEquals: { a: { Ref: 'Name' } } }, Effect: 'Allow' }, { Condition: { StringEquals: { a: 'name' } }, Effect: 'Allow' }],
    [{ 'Fn::Join': ['', ['{{resolve:secretsmanager:', { Ref: 'Name' }, ':SecretString:key::}}!']] }, '<secretsmanager name:SecretString:key::>!'],
  ])('%j is %j', (value, expected) => expect(resolve(value, scope)).toEqual(expected));

  test.each([
    [{ Ref: 'None' }, /there is no None/],
    [{ 'Fn::GetAtt': ['Bucket', 'None'] }, /no attribute None of Bucket/],
    [{ 'Fn::ImportValue': 'x' }, /does not play Fn::ImportValue/],
    [{ 'Fn::If': ['None', 1, 2] }, /no condition None/],
    [{ 'Fn::Select': [3, ['a']] }, /finds nothing at 3 of 1/],
  ])('fails on %j', (value, message) => expect(() => resolve(value, scope)).toThrow(message));
});

describe('the order of deployment', () => {
  test('follows references and DependsOn', () => {
    expect(deploymentOrder({
      A: { Type: 't', Properties: { x: { 'Fn::Sub': '${B.Arn}' } } },
      B: { Type: 't', DependsOn: 'C' },
      C: { Type: 't', Properties: { y: [{ 'Fn::GetAtt': ['D', 'Arn'] }] } },
      D: { Type: 't' },
    })).toEqual(['D', 'C', 'B', 'A']);
  });

  test('fails on a circle, and names it', () => {
    expect(() => deploymentOrder({
      A: { Type: 't', Properties: { x: { Ref: 'B' } } }, B: { Type: 't', DependsOn: ['A'] },
    })).toThrow('the template must not go in a circle, got: A → B → A');
  });
});

describe('a stack', () => {
  test('resolves pseudo parameters, parameters and outputs', async () => {
    const stack = await deploy({
      Parameters: {
        Given: { Type: 'String' },
        Default: { Type: 'String', Default: 'd' },
        BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/x/version' },
      },
      Resources: { P: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/p', Value: { 'Fn::Sub': '${Given} ${Default} ${AWS::Region} ${AWS::StackName}' } } } },
      Outputs: { Out: { Value: { 'Fn::GetAtt': ['P', 'Value'] } } },
    }, { Given: 'g' });
    expect(stack.outputs()).toEqual({ Out: 'g d us-east-1 S' });
    expect(current.parameters.get('/p')).toBe('g d us-east-1 S');
  });

  test('has repositories, projects and log groups', async () => {
    const stack = await deploy({
      Resources: {
        Repository: { Type: 'AWS::ECR::Repository', Properties: {} },
        Project: {
          Type: 'AWS::CodeBuild::Project',
          Properties: { ServiceRole: 'role', Source: { Type: 'S3', Location: 'bucket/key' }, Artifacts: { Type: 'NO_ARTIFACTS' }, Environment: {} },
        },
        Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/builds' } },
      },
      Outputs: Object.fromEntries(([
        ['Name', { Ref: 'Repository' }], ['RepositoryArn', { 'Fn::GetAtt': ['Repository', 'Arn'] }], ['Uri', { 'Fn::GetAtt': ['Repository', 'RepositoryUri'] }],
        ['Project', { Ref: 'Project' }], ['ProjectArn', { 'Fn::GetAtt': ['Project', 'Arn'] }],
        ['Logs', { Ref: 'Logs' }], ['LogsArn', { 'Fn::GetAtt': ['Logs', 'Arn'] }],
      ] as const).map(([name, Value]) => [name, { Value }])),
    });
    const { Name, RepositoryArn, Uri, Project, ProjectArn, Logs, LogsArn } = stack.outputs();
    expect(Name).toMatch(/^s-repository-[a-z0-9]+$/);
    expect(RepositoryArn).toBe(`arn:aws:ecr:us-east-1:123456789012:repository/${Name}`);
    expect(Uri).toBe(`123456789012.dkr.ecr.us-east-1.amazonaws.com/${Name}`);
    expect(ProjectArn).toBe(`arn:aws:codebuild:us-east-1:123456789012:project/${Project}`);
    expect([Logs, LogsArn]).toEqual(['/builds', 'arn:aws:logs:us-east-1:123456789012:log-group:/builds:*']);
    expect(current.repositories.find(Name)).toBeDefined();
    expect(current.buildProjects.find(Project)).toBeDefined();
    expect(current.logGroups.streams('/builds')).toBeDefined();
  });

  test('leaves out resources whose condition does not hold', async () => {
    await deploy({
      Conditions: { No: { 'Fn::Equals': ['a', 'b'] } },
      Resources: { P: { Type: 'AWS::SSM::Parameter', Condition: 'No', Properties: { Name: '/p', Value: 'x' } } },
    });
    expect(current.parameters.has('/p')).toBe(false);
  });

  test.each<[string, Template, RegExp]>([
    ['a type that is not played', { Resources: { Q: { Type: 'AWS::SQS::Queue' } } }, /^Q \(AWS::SQS::Queue\): the emulator does not play this type$/],
    ['a custom resource without a function', { Resources: { C: { Type: 'Custom::X', Properties: { ServiceToken: 'arn:x' } } } }, /^C \(Custom::X\): `ServiceToken` must be/],
    ['a parameter without a value', { Parameters: { P: { Type: 'String' } }, Resources: { Q: { Type: 'AWS::SSM::Parameter', Properties: { Value: { Ref: 'P' } } } } },
      /^Q: parameter P must have a value/],
    ['a secret that is not there', {
      Resources: { Q: { Type: 'AWS::SSM::Parameter', Properties: { Value: '{{resolve:secretsmanager:none:SecretString:::}}' } } },
    }, /^Q: secret none must exist: give its value in `secrets`/],
    ['Redis without TLS', { Resources: { R: { Type: 'AWS::ElastiCache::ReplicationGroup', Properties: {} } } }, /^R \(.*\): `TransitEncryptionEnabled` must be true/],
    ['an edge-optimised API', { Resources: { A: { Type: 'AWS::ApiGateway::RestApi', Properties: {} } } }, /must be REGIONAL, got: EDGE/],
    ['a short API key', { Resources: { K: { Type: 'AWS::ApiGateway::ApiKey', Properties: { Value: 'short' } } } }, /`Value` must have 20 to 128 characters, got: 5/],
    ['an old runtime of a CloudFront Function', {
      Resources: { F: { Type: 'AWS::CloudFront::Function', Properties: { FunctionConfig: { Runtime: 'cloudfront-js-1.0' } } } },
    }, /must be cloudfront-js-2.0, got: cloudfront-js-1.0/],
    ['a repository that is there', { Resources: { A: { Type: 'AWS::ECR::Repository', Properties: { RepositoryName: 'r' } }, B: { Type: 'AWS::ECR::Repository', Properties: { RepositoryName: 'r' } } } },
      /^B \(AWS::ECR::Repository\): RepositoryAlreadyExistsException: /],
    ['a build that cannot be played', { Resources: { P: { Type: 'AWS::CodeBuild::Project', Properties: { Name: 'project', Source: { Type: 'NO_SOURCE' } } } } },
      /^P \(AWS::CodeBuild::Project\): InvalidInputException: the emulator plays projects with a source of type S3/],
    ['an image that was not pushed', {
      Resources: {
        R: { Type: 'AWS::ECR::Repository', Properties: { RepositoryName: 'r' } },
        Role: { Type: 'AWS::IAM::Role' },
        F: {
          Type: 'AWS::Lambda::Function',
          Properties: { PackageType: 'Image', Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Code: { ImageUri: { 'Fn::Sub': `\${R.RepositoryUri}@sha256:${'0'.repeat(64)}` } } },
        },
      },
    }, /^F \(AWS::Lambda::Function\): `Code.ImageUri` must be an image that has been pushed, got: 123456789012\.dkr\.ecr\.us-east-1\.amazonaws\.com\/r@sha256:0{64}$/],
    ['a function from an image that is not in the assembly', {
      Resources: {
        Role: { Type: 'AWS::IAM::Role' },
        F: { Type: 'AWS::Lambda::Function', Properties: { PackageType: 'Image', Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Code: { ImageUri: 'x:1' } } },
      },
    }, /^F \(AWS::Lambda::Function\): `Code.ImageUri` must be an image asset of the assembly, got: x:1/],
  ])('fails on %s, and names the logical id', async (_, template, message) => {
    await expect(deploy(template)).rejects.toThrow(message);
  });
});

describe('secrets', () => {
  const secretOf = async (GenerateSecretString: object) => {
    const stack = await deploy({ Resources: { S: { Type: 'AWS::SecretsManager::Secret', Properties: { GenerateSecretString } } }, Outputs: { Arn: { Value: { Ref: 'S' } } } });
    return current.secrets.find(stack.outputs().Arn)!.value;
  };

  test('are made by the template\'s rules', async () => {
    expect(await secretOf({ PasswordLength: 64, ExcludePunctuation: true })).toMatch(/^[A-Za-z0-9]{64}$/);
    expect(await secretOf({ PasswordLength: 20, ExcludeUppercase: true, ExcludeLowercase: true, ExcludePunctuation: true, ExcludeCharacters: '01234' })).toMatch(/^[5-9]{20}$/);
    expect(await secretOf({})).toHaveLength(32);
  });

  test('hold one of each type, unless told otherwise', async () => {
    for (let i = 0; i < 20; i++) {
      const value = await secretOf({ PasswordLength: 4 });
      for (const type of [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/]) expect(value).toMatch(type);
    }
  });

  test('go into a template of JSON', async () => {
    const value = JSON.parse(await secretOf({ SecretStringTemplate: '{"username":"u"}', GenerateStringKey: 'password' }));
    expect(value).toEqual({ username: 'u', password: expect.any(String) });
  });

  test('learn where their database is', async () => {
    const stack = await deploy({
      Resources: {
        S: { Type: 'AWS::SecretsManager::Secret', Properties: { SecretString: '{"username":"u","password":"p"}' } },
        D: { Type: 'AWS::DocDB::DBCluster' },
        A: { Type: 'AWS::SecretsManager::SecretTargetAttachment', Properties: { SecretId: { Ref: 'S' }, TargetId: { Ref: 'D' }, TargetType: 'AWS::DocDB::DBCluster' } },
      },
      Outputs: { Arn: { Value: { Ref: 'A' } }, Host: { Value: { 'Fn::GetAtt': ['D', 'Endpoint'] } } },
    });
    const { Arn, Host } = stack.outputs();
    expect(JSON.parse(current.secrets.find(Arn)!.value)).toMatchObject({ username: 'u', password: 'p', host: Host, port: 27017 });
  });

  test('are found by dynamic references, whole or by field', async () => {
    current.secrets.import('arn:aws:secretsmanager:us-east-1:123456789012:secret:s-abcdef', '{"a":{"b":1},"c":"d"}');
    const value = (suffix: string) => `{{resolve:secretsmanager:arn:aws:secretsmanager:us-east-1:123456789012:secret:s-abcdef:SecretString:${suffix}}}`;
    await deploy({
      Resources: {
        P: { Type: 'AWS::SSM::Parameter', Properties: { Name: 'p', Value: value('c::') } },
        Q: { Type: 'AWS::SSM::Parameter', Properties: { Name: 'q', Value: value('::') } },
      },
    });
    expect(current.parameters.get('p')).toBe('d');
    expect(current.parameters.get('q')).toBe('{"a":{"b":1},"c":"d"}');
  });
});

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
describe('a custom resource', () => {
  const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:provider';
  let retries: string[];
  const provide = async (mode: string, retryAttempts = 2) => {
    retries = [];
    const lambda = new LambdaFunction({
      name: 'provider',
      command: [process.execPath, join(__dirname, 'custom-resource-runtime.cjs')],
      cwd: __dirname,
      environment: { MODE: mode },
      timeoutMs: 20_000,
      folder: current.folder,
      limit: (milliseconds) => milliseconds / 1000,
      onRetry: (reason) => retries.push(reason),
    });
    current.onDispose(() => lambda.dispose());
    current.functions.set(ARN, { logicalId: 'Provider', arn: ARN, name: 'provider', permissions: [], lambda });
    return deploy({
      Resources: {
        Retries: { Type: 'AWS::Lambda::EventInvokeConfig', Properties: { FunctionName: 'provider', Qualifier: '$LATEST', MaximumRetryAttempts: retryAttempts } },
        C: {
          Type: 'Custom::Thing',
          DependsOn: 'Retries',
          Properties: { ServiceToken: ARN, Number: 1, Flag: true, List: [{ a: 2 }], ServiceTimeout: mode === 'silent' ? 1 : 60 },
        },
      },
      Outputs: { Ref: { Value: { Ref: 'C' } }, Event: { Value: { 'Fn::GetAtt': ['C', 'Event'] } } },
    });
  };

  test('gets a Create request, and gives Ref and attributes', async () => {
    const { Ref, Event } = (await provide('succeed')).outputs();
    expect(Ref).toBe('physical');
    expect(JSON.parse(Event)).toMatchObject({
      RequestType: 'Create',
      StackId: 'arn:stack',
      LogicalResourceId: 'C',
      ResourceType: 'Custom::Thing',
      ResponseURL: expect.stringMatching(/^http/),
      // Numbers and booleans arrive as strings.
      ResourceProperties: { ServiceToken: ARN, Number: '1', Flag: 'true', List: [{ a: '2' }] },
    });
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
  test('is made by the third attempt, of the same request', async () => {
    expect((await provide('recover')).outputs().Ref).toBe('physical');
    expect(retries).toHaveLength(2);
    const [first, second] = retries.map((reason) => /thrown (\S+) (\d)/.exec(reason)!);
    expect([first[2], second[2]]).toEqual(['1', '2']);
    expect(second[1]).toBe(first[1]);
  });

  test('fails after as many attempts as the function is given', async () => {
    await expect(provide('recover', 1)).rejects.toMatchObject({ code: 'CUSTOM_RESOURCE_FAILED', message: expect.stringMatching(/thrown \S+ 2/) });
    expect(retries).toHaveLength(1);
  });

  test.each([
    ['fail', /^C \(Custom::Thing\): it went wrong$/],
    ['throw', /^C \(Custom::Thing\): .*thrown/],
    ['crash', /^C \(Custom::Thing\): .*exit status 4/],
    ['silent', /^C \(Custom::Thing\): no answer came in time$/],
    ['long', /^C \(Custom::Thing\): the answer must have at most 4096 bytes, got: \d+$/],
    ['mismatch', /^C \(Custom::Thing\): the answer must repeat StackId/],
    ['anonymous', /^C \(Custom::Thing\): the answer must have a PhysicalResourceId$/],
  ])('that answers wrongly fails the start: %s', async (mode, message) => {
    await expect(provide(mode)).rejects.toMatchObject({ code: 'CUSTOM_RESOURCE_FAILED', message: expect.stringMatching(message) });
  });
});
