import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { EUROPE, secretNamed, stackIn } from '../../../fixtures/variants';
import { LibreChatDatabase, type LibreChatCodeBuildOptions, LibreChatImage, LibreChatRedis, LibreChatServerless, type LibreChatServerlessProps } from '../../../src';
import * as files from '../../../src/private/files';
import { backendFunction, logicalIdOf, reachableFrom, resources, statements, templateOf, templateWith, text, resourceOf } from '../reading';

const DIGEST = `sha256:${'0a'.repeat(32)}`;

function chatWith(stack: Stack, options?: LibreChatCodeBuildOptions, props?: LibreChatServerlessProps) {
  return new LibreChatServerless(stack, 'Chat', {
    image: LibreChatImage.fromCodeBuild(options),
    database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')),
    redis: LibreChatRedis.fromUri(secretNamed(stack, 'redis')),
    ...props,
  });
}

function project(template: Template): any {
  return resourceOf(template, 'AWS::CodeBuild::Project').Properties;
}

function variables(template: Template): Record<string, string> {
  return Object.fromEntries(project(template).Environment.EnvironmentVariables.map(({ Name, Type, Value }: any) => {
    expect(Type).toBe('PLAINTEXT');
    return [Name, text(Value)];
  }));
}

function properties(template: Template): Record<string, string> {
  const { ServiceToken: _token, ...others } = resourceOf(template, 'Custom::LibreChatImage').Properties;
  return Object.fromEntries(Object.entries(others).map(([name, value]) => [name, text(value)]));
}

function tag(options?: LibreChatCodeBuildOptions, props?: LibreChatServerlessProps): string {
  return properties(templateWith((stack) => chatWith(stack, options, props))).Tag;
}

describe('minimal', () => {
  const template = templateOf('code-build');

  test('the repository scans images, has immutable tags, and keeps images that a function may run', () => {
    const { Properties, DeletionPolicy, UpdateReplacePolicy } = resourceOf(template, 'AWS::ECR::Repository');
    expect(Properties).toMatchObject({
      ImageScanningConfiguration: { ScanOnPush: true },
      ImageTagMutability: 'IMMUTABLE',
      EmptyOnDelete: true,
    });
    expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['Delete', 'Delete']);
    expect(JSON.parse(Properties.LifecyclePolicy.LifecyclePolicyText).rules.map(({ selection, action }: any) => [selection.tagStatus, action.type]))
      .toEqual([['untagged', 'expire']]);
  });

  test('only Lambda may pull from the repository', () => {
    expect(resourceOf(template, 'AWS::ECR::Repository').Properties.RepositoryPolicyText.Statement).toEqual([{
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
    }]);
  });

  test('the Dockerfile runs no program of the image, so a machine of any architecture builds it for the other', () => {
    expect(readFileSync(files.inPackage('assets/image/Dockerfile'), 'utf8')).not.toMatch(/^\s*RUN\b/mi);
    expect(project(template).Source.BuildSpec).toContain('--platform linux/arm64');
  });

  test('a build has a small x86 machine with Docker, which is available in all regions, and 45 minutes', () => {
    expect(project(template)).toMatchObject({
      Environment: {
        Type: 'LINUX_CONTAINER',
        Image: 'aws/codebuild/amazonlinux-x86_64-standard:5.0',
        ComputeType: 'BUILD_GENERAL1_SMALL',
        PrivilegedMode: true,
      },
      Artifacts: { Type: 'NO_ARTIFACTS' },
      QueuedTimeoutInMinutes: 15,
      TimeoutInMinutes: 30,
    });
    expect(project(template)).not.toHaveProperty('VpcConfig');
  });

  test('a build has the variables for the image and its destination, and creates no index, which Lambda rejects', () => {
    const { Tag } = properties(template);
    expect(variables(template)).toEqual({
      REPOSITORY_URI: '<ChatImageBuildRepository.Arn>[4].dkr.ecr.<ChatImageBuildRepository.Arn>[3].<AWS::URLSuffix>/<ChatImageBuildRepository>',
      IMAGE_TAG: Tag,
      LIBRECHAT_IMAGE: 'ghcr.io/librechat-ai/librechat-api:v0.8.8',
      BUILDX_NO_DEFAULT_ATTESTATIONS: '1',
    });
    expect(project(template).Source).toMatchObject({ Type: 'S3', BuildSpec: expect.stringContaining('--platform linux/arm64') });
    expect(text(project(template).Source.Location)).toBe(`cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>/${Tag}.zip`);
  });

  test('the role of a build has these permissions only', () => {
    expect(statements(template, 'ImageBuildRole')).toEqual([
      'logs:CreateLogStream logs:PutLogEvents on <ChatImageBuildLogs.Arn>',
      expect.stringMatching(/^s3:GetObject s3:GetObjectVersion on arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>\/[0-9a-f]{64}\.zip$/),
      'ecr:BatchCheckLayerAvailability ecr:InitiateLayerUpload ecr:UploadLayerPart ecr:CompleteLayerUpload ecr:PutImage ecr:BatchGetImage'
      + ' ecr:GetDownloadUrlForLayer on <ChatImageBuildRepository.Arn>',
      'ecr:GetAuthorizationToken on *',
    ]);
    const role = resourceOf(template, 'AWS::IAM::Role', 'ImageBuildRole').Properties;
    expect(Object.keys(role).sort()).toEqual(['AssumeRolePolicyDocument', 'Description']);
    expect(role.AssumeRolePolicyDocument.Statement).toEqual([{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'codebuild.amazonaws.com' } }]);
    expect(text(project(template).ServiceRole)).toBe('<ChatImageBuildRole.Arn>');
  });

  test('the function has a timeout of 15 minutes, and these permissions only', () => {
    expect(resourceOf(template, 'AWS::Lambda::Function', 'Builder').Properties).toMatchObject({
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Timeout: 900,
    });
    expect(statements(template, 'BuilderRole')).toEqual([
      'logs:CreateLogStream logs:PutLogEvents on <ChatImageBuildBuilderLogs.Arn>',
      'codebuild:StartBuild codebuild:BatchGetBuilds codebuild:StopBuild codebuild:ListBuildsForProject on <ChatImageBuildProject.Arn>',
      'logs:GetLogEvents on <ChatImageBuildLogs.Arn>',
      'ecr:DescribeImages on <ChatImageBuildRepository.Arn>',
    ]);
    expect(statements(template, 'Continuation')).toEqual(['lambda:InvokeFunction on <ChatImageBuildBuilderFunction.Arn>']);
    expect(resourceOf(template, 'AWS::IAM::Policy', 'Continuation').Properties.Roles.map(text)).toEqual(['<ChatImageBuildBuilderRole>']);
    expect(resourceOf(template, 'AWS::IAM::Role', 'BuilderRole').Properties).not.toHaveProperty('ManagedPolicyArns');
  });

  test('CloudFormation passes all parameters of the function, and waits for the longest possible time', () => {
    const resource = resourceOf(template, 'Custom::LibreChatImage');
    expect(text(resource.Properties.ServiceToken)).toBe('<ChatImageBuildBuilderFunction.Arn>');
    expect(properties(template)).toEqual({
      Project: '<ChatImageBuildProject>',
      Registry: '<ChatImageBuildRepository.Arn>[4]',
      Repository: '<ChatImageBuildRepository>',
      Tag: expect.stringMatching(/^[0-9a-f]{64}$/),
      ServiceTimeout: '3600',
    });
  });

  test('permissions are created before, and deleted after, the functions that need them', () => {
    expect(resourceOf(template, 'AWS::CodeBuild::Project').DependsOn).toContain(logicalIdOf(template, 'AWS::IAM::Policy', 'ImageBuildRoleDefaultPolicy'));
    expect(resourceOf(template, 'Custom::LibreChatImage').DependsOn).toContain(logicalIdOf(template, 'AWS::IAM::Policy', 'Continuation'));
    expect(resourceOf(template, 'AWS::Lambda::Function', 'Builder').DependsOn).toContain(logicalIdOf(template, 'AWS::IAM::Policy', 'BuilderRoleDefaultPolicy'));
  });

  test('all functions use the digest of the image, and a new digest publishes the client', () => {
    const digest = '@sha256:<ChatImageBuild.Sha256>';
    const uris = resources(template, 'AWS::Lambda::Function').flatMap(([, { Properties }]) => (Properties.Code.ImageUri ? [text(Properties.Code.ImageUri)] : []));
    expect(uris).toEqual([0, 1, 2].map(() => variables(template).REPOSITORY_URI + digest));
    expect(text(resourceOf(template, 'Custom::LibreChatFrontend').Properties.Image)).toBe(digest.slice(1));
  });

  test('has a separate log group with a retention', () => {
    expect(text(project(template).LogsConfig.CloudWatchLogs.GroupName)).toBe('<ChatImageBuildLogs>');
    expect(text(resourceOf(template, 'AWS::Lambda::Function', 'Builder').Properties.LoggingConfig.LogGroup)).toBe('<ChatImageBuildBuilderLogs>');
    for (const [, group] of resources(template, 'AWS::Logs::LogGroup')) expect(group).toMatchObject({ Properties: { RetentionInDays: 30 }, DeletionPolicy: 'Delete' });
  });
});

describe('maximal', () => {
  const template = templateOf('code-build-in-vpc');

  test('an existing repository is used, and not modified', () => {
    expect(resources(template, 'AWS::ECR::Repository')).toEqual([]);
    expect(properties(template)).toMatchObject({ Registry: '<AWS::AccountId>', Repository: 'librechat' });
    expect(variables(template).REPOSITORY_URI).toBe('<AWS::AccountId>.dkr.ecr.<AWS::Region>.<AWS::URLSuffix>/librechat');
    expect(statements(template, 'BuilderRole')).toContain('ecr:DescribeImages on arn:<AWS::Partition>:ecr:<AWS::Region>:<AWS::AccountId>:repository/librechat');
    expect(text(backendFunction(template).Properties.Code.ImageUri)).toBe(`${variables(template).REPOSITORY_URI}@sha256:<ChatImageBuild.Sha256>`);
  });

  test('the release, its digest and the architecture determine the build', () => {
    expect(variables(template).LIBRECHAT_IMAGE).toBe(`ghcr.io/librechat-ai/librechat-api:v0.8.8@${DIGEST}`);
    expect(project(template)).toMatchObject({
      Environment: { Type: 'LINUX_CONTAINER', Image: 'aws/codebuild/amazonlinux-x86_64-standard:5.0', PrivilegedMode: true },
      Source: { BuildSpec: expect.stringContaining('--platform linux/amd64') },
    });
  });

  test('the function has the specified architecture, since the region may have no other', () => {
    expect(resourceOf(template, 'AWS::Lambda::Function', 'Builder').Properties.Architectures).toEqual(['x86_64']);
  });

  test('a build uses the specified subnets, with egress for HTTPS and no ingress', () => {
    const { VpcId, Subnets, SecurityGroupIds } = project(template).VpcConfig;
    expect([VpcId, ...Subnets, ...SecurityGroupIds].map(text)).toEqual(['<Network>', '<NetworkPrivateSubnet1Subnet>', '<ChatImageBuildSecurityGroup.GroupId>']);
    const group = resourceOf(template, 'AWS::EC2::SecurityGroup', 'ImageBuild').Properties;
    expect(group.SecurityGroupEgress).toEqual([{ CidrIp: '0.0.0.0/0', Description: expect.any(String), IpProtocol: 'tcp', FromPort: 443, ToPort: 443 }]);
    expect(group).not.toHaveProperty('SecurityGroupIngress');
  });

  test('a build may connect to the port of a mirror', () => {
    const mirrored = templateWith((stack) => chatWith(stack, { vpc: new Vpc(stack, 'Network'), imageName: 'registry.example.com:5000/librechat-api' }));
    expect(resourceOf(mirrored, 'AWS::EC2::SecurityGroup', 'ImageBuild').Properties.SecurityGroupEgress.map(({ ToPort }: any) => ToPort)).toEqual([443, 5000]);
  });

  test('a build does not start before a new VPC has a route to the internet', () => {
    expect(resourceOf(template, 'AWS::CodeBuild::Project').DependsOn).toContain(logicalIdOf(template, 'AWS::EC2::Route', 'PrivateSubnet1'));
  });

  test('a build in a VPC may have network interfaces in its subnets', () => {
    expect(statements(template, 'ImageBuildRole').slice(-2)).toEqual([
      'ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaces ec2:DeleteNetworkInterface ec2:DescribeSubnets'
      + ' ec2:DescribeSecurityGroups ec2:DescribeDhcpOptions ec2:DescribeVpcs on *',
      'ec2:CreateNetworkInterfacePermission on arn:<AWS::Partition>:ec2:<AWS::Region>:<AWS::AccountId>:network-interface/*',
    ]);
    const { Condition } = resourceOf(template, 'AWS::IAM::Policy', 'ImageBuildRole').Properties.PolicyDocument.Statement.at(-1);
    expect(Condition.StringEquals['ec2:AuthorizedService']).toBe('codebuild.amazonaws.com');
    expect(Condition.StringEquals['ec2:Subnet'].map(text)).toEqual(['arn:<AWS::Partition>:ec2:<AWS::Region>:<AWS::AccountId>:subnet/<NetworkPrivateSubnet1Subnet>']);
  });

  test('logs have the specified retention', () => {
    for (const word of ['ChatImageBuildLogs', 'BuilderLogs']) expect(resourceOf(template, 'AWS::Logs::LogGroup', word).Properties.RetentionInDays).toBe(90);
  });
});

describe('removal', () => {
  const repositoryWith = (removalPolicy?: RemovalPolicy) => {
    const { DeletionPolicy, UpdateReplacePolicy, Properties } = resourceOf(templateWith((stack) => chatWith(stack, {}, { removalPolicy })), 'AWS::ECR::Repository');
    return [DeletionPolicy, UpdateReplacePolicy, Properties.EmptyOnDelete ?? false];
  };

  test.each([
    [undefined, ['Delete', 'Delete', true]],
    [RemovalPolicy.DESTROY, ['Delete', 'Delete', true]],
    // A repository that is retained is deleted in one case: the deployment that creates it, and pushes to it, fails.
    [RemovalPolicy.RETAIN, ['RetainExceptOnCreate', 'Retain', true]],
  ])('with %s the repository and its images are deleted, or retained: %s', (policy, expected) => {
    expect(repositoryWith(policy)).toEqual(expected);
  });

  test.each(['repository', 'project', 'rights'])('builds are stopped before their %s is deleted', (what) => {
    const template = templateOf('code-build');
    const ids = { repository: ['AWS::ECR::Repository'], project: ['AWS::CodeBuild::Project'], rights: ['AWS::IAM::Policy', 'BuilderRoleDefaultPolicy'] }[what]!;
    expect(reachableFrom(template, logicalIdOf(template, 'Custom::LibreChatImage'))).toContain(logicalIdOf(template, ids[0], ids[1]));
  });
});

describe('the tag', () => {
  test('is the same for the same image, on any machine', () => {
    const [here, ...others] = [
      tag(), tag({}), tag({ version: 'v0.8.8' }), tag({}, { memorySize: 3008, removalPolicy: RemovalPolicy.RETAIN }),
      properties(templateWith((stack) => chatWith(stack), stackIn(EUROPE))).Tag,
    ];
    expect(others).toEqual(others.map(() => here));
  });

  test('differs for another release, digest or architecture', () => {
    const tags = [tag(), tag({ version: 'v0.9.0' }), tag({ digest: DIGEST }), tag({}, { architecture: Architecture.X86_64 })];
    expect(new Set(tags).size).toBe(tags.length);
  });

  test('differs when the adapter changes', () => {
    expect(tagOfCopy(() => undefined)).toBe(tag());
    expect(tagOfCopy((folder) => appendFileSync(join(folder, 'assets/image/adapter.js'), '\n// newer'))).not.toBe(tag());
  });

  /** The tag if the package is in another folder, and modified. */
  function tagOfCopy(change: (folder: string) => void): string {
    const folder = mkdtempSync(join(tmpdir(), 'image-build-test-'));
    cpSync(files.inPackage('assets'), join(folder, 'assets'), { recursive: true });
    change(folder);
    const elsewhere = jest.spyOn(files, 'inPackage').mockImplementation((...path) => join(folder, ...path));
    try {
      return tag();
    } finally {
      elsewhere.mockRestore();
      rmSync(folder, { recursive: true });
    }
  }
});

describe('a repository of another account', () => {
  const repositoryArn = 'arn:aws:ecr:eu-west-1:210987654321:repository/team/librechat';

  test.each([
    ['by its ARN', (stack: Stack) => Repository.fromRepositoryArn(stack, 'Repository', repositoryArn)],
    ['by its name and ARN', (stack: Stack) => Repository.fromRepositoryAttributes(stack, 'Repository', { repositoryName: 'team/librechat', repositoryArn })],
  ])('is looked up there, when it is specified by %s', (_how, repository) => {
    const template = templateWith((stack) => chatWith(stack, { repository: repository(stack) }), stackIn(EUROPE));
    expect(properties(template)).toMatchObject({ Registry: '210987654321', Repository: 'team/librechat' });
    expect(variables(template).REPOSITORY_URI).toBe('210987654321.dkr.ecr.eu-west-1.<AWS::URLSuffix>/team/librechat');
    expect(statements(template, 'ImageBuildRole')).toContainEqual(expect.stringMatching(`^ecr:BatchCheck.* on ${repositoryArn}$`));
  });
});
