import { deploy } from './deploy';
import type { Template } from '../../emulator/cloudformation/template';
import { Cloud } from '../../emulator/core/cloud';
import { EventStream } from '../../emulator/core/events';
import { Services } from '../../emulator/services/services';

let services: Services;
beforeEach(() => { services = new Services(new Cloud(new EventStream())); });
afterEach(() => services.cloud.dispose());

describe('a stack', () => {
  test('resolves pseudo parameters, parameters and outputs', async () => {
    const stack = await deploy(services, {
      Parameters: {
        Given: { Type: 'String' },
        Default: { Type: 'String', Default: 'd' },
        BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/x/version' },
      },
      Resources: { P: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/p', Value: { 'Fn::Sub': '${Given} ${Default} ${AWS::Region} ${AWS::StackName}' } } } },
      Outputs: { Out: { Value: { 'Fn::GetAtt': ['P', 'Value'] } } },
    }, { parameters: { Given: 'g' } });
    expect(stack.outputs()).toEqual({ Out: 'g d us-east-1 S' });
    expect(services.ssm.parameters.get('/p')).toBe('g d us-east-1 S');
  });

  // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
  test('resolves values as JSON, and no secrets in outputs', async () => {
    const reference = '{{resolve:secretsmanager:s:SecretString:::}}';
    services.secretsManager.import('s', 'secret');
    const stack = await deploy(services, {
      Resources: { P: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/p', Value: reference } } },
      Outputs: { Out: { Value: { 'Fn::ToJsonString': { name: { Ref: 'P' }, list: [1, { 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }]] }], reference } } } },
    });
    expect(JSON.parse(stack.outputs().Out)).toEqual({ name: '/p', list: [1, 'a-us-east-1'], reference });
    expect(services.ssm.parameters.get('/p')).toBe('secret');
  });

  test('generates different names for long logical ids with the same beginning', async () => {
    const id = 'CustomResourceProviderWithALongName'.repeat(2);
    const role = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } };
    const stack = await deploy(services, {
      Resources: { [`${id}Role`]: role, [`${id}Handler`]: role },
      Outputs: { A: { Value: { Ref: `${id}Role` } }, B: { Value: { Ref: `${id}Handler` } } },
    });
    const { A, B } = stack.outputs();
    expect(A).not.toBe(B);
    expect([A.length, B.length]).toEqual([64, 64]);
  });

  test('has repositories, projects and log groups', async () => {
    const stack = await deploy(services, {
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
    expect(services.ecr.find(Name)).toBeDefined();
    expect(services.codeBuild.find(Project)).toBeDefined();
    expect(services.logs.streams('/builds')).toBeDefined();
  });

  test('leaves out resources whose condition does not hold', async () => {
    await deploy(services, {
      Conditions: { No: { 'Fn::Equals': ['a', 'b'] } },
      Resources: { P: { Type: 'AWS::SSM::Parameter', Condition: 'No', Properties: { Name: '/p', Value: 'x' } } },
    });
    expect(services.ssm.parameters.has('/p')).toBe(false);
  });

  test.each<[string, Template, RegExp]>([
    ['an unsupported type', { Resources: { Q: { Type: 'AWS::SQS::Queue' } } }, /^Q \(AWS::SQS::Queue\): the emulator does not support this type$/],
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
    ['an unsupported build project', { Resources: { P: { Type: 'AWS::CodeBuild::Project', Properties: { Name: 'project', Source: { Type: 'NO_SOURCE' } } } } },
      /^P \(AWS::CodeBuild::Project\): InvalidInputException: the emulator supports projects with a source of type S3/],
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
    await expect(deploy(services, template)).rejects.toThrow(message);
  });
});

describe('secrets', () => {
  const secretOf = async (GenerateSecretString: object) => {
    const stack = await deploy(services, { Resources: { S: { Type: 'AWS::SecretsManager::Secret', Properties: { GenerateSecretString } } }, Outputs: { Arn: { Value: { Ref: 'S' } } } });
    return services.secretsManager.find(stack.outputs().Arn)!.value;
  };

  test('are generated by the template\'s rules', async () => {
    expect(await secretOf({ PasswordLength: 64, ExcludePunctuation: true })).toMatch(/^[A-Za-z0-9]{64}$/);
    expect(await secretOf({ PasswordLength: 20, ExcludeUppercase: true, ExcludeLowercase: true, ExcludePunctuation: true, ExcludeCharacters: '01234' })).toMatch(/^[5-9]{20}$/);
    expect(await secretOf({})).toHaveLength(32);
  });

  test('contain one resource of each type by default', async () => {
    for (let i = 0; i < 20; i++) {
      const value = await secretOf({ PasswordLength: 4 });
      for (const type of [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/]) expect(value).toMatch(type);
    }
  });

  test('go into a template of JSON', async () => {
    const value = JSON.parse(await secretOf({ SecretStringTemplate: '{"username":"u"}', GenerateStringKey: 'password' }));
    expect(value).toEqual({ username: 'u', password: expect.any(String) });
  });

  test('contain the address of their database', async () => {
    const stack = await deploy(services, {
      Resources: {
        S: { Type: 'AWS::SecretsManager::Secret', Properties: { SecretString: '{"username":"u","password":"p"}' } },
        D: { Type: 'AWS::DocDB::DBCluster' },
        A: { Type: 'AWS::SecretsManager::SecretTargetAttachment', Properties: { SecretId: { Ref: 'S' }, TargetId: { Ref: 'D' }, TargetType: 'AWS::DocDB::DBCluster' } },
      },
      Outputs: { Arn: { Value: { Ref: 'A' } }, Host: { Value: { 'Fn::GetAtt': ['D', 'Endpoint'] } }, Port: { Value: { 'Fn::GetAtt': ['D', 'Port'] } } },
    });
    const { Arn, Host, Port } = stack.outputs();
    expect(JSON.parse(services.secretsManager.find(Arn)!.value)).toMatchObject({ username: 'u', password: 'p', host: Host, port: Number(Port) });
  });

  test('are resolved in dynamic references, completely or by field', async () => {
    services.secretsManager.import('arn:aws:secretsmanager:us-east-1:123456789012:secret:s-abcdef', '{"a":{"b":1},"c":"d"}');
    const value = (suffix: string) => `{{resolve:secretsmanager:arn:aws:secretsmanager:us-east-1:123456789012:secret:s-abcdef:SecretString:${suffix}}}`;
    await deploy(services, {
      Resources: {
        P: { Type: 'AWS::SSM::Parameter', Properties: { Name: 'p', Value: value('c::') } },
        Q: { Type: 'AWS::SSM::Parameter', Properties: { Name: 'q', Value: value('::') } },
      },
    });
    expect(services.ssm.parameters.get('p')).toBe('d');
    expect(services.ssm.parameters.get('q')).toBe('{"a":{"b":1},"c":"d"}');
  });
});
