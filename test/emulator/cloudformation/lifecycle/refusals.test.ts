import { arn, created, existing, lambda, network, policy, ref, type Resources, role, template } from './kit';
import { failEachCreation } from '../../../../emulator/cloudformation/lifecycle/failures';
import { ModelAccount } from '../../../../emulator/cloudformation/lifecycle/model-account';
import { ModelStack } from '../../../../emulator/cloudformation/lifecycle/model-stack';
import { deleteInEachOrder } from '../../../../emulator/cloudformation/lifecycle/transitions';

const INTERFACES = ['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface'];
const RETAINED = { DeletionPolicy: 'RetainExceptOnCreate' } as const;

const BUCKET: Resources = {
  Bucket: { Type: 'AWS::S3::Bucket', Properties: { Tags: [{ Key: 'aws-cdk:auto-delete-objects', Value: 'true' }] } },
  Role: role('s3:PutObject', 's3:DeleteObject'),
  Function: lambda('Role'),
};
const publication = (...dependencies: string[]): Resources => ({
  Publication: {
    Type: 'Custom::LibreChatFrontend', DependsOn: dependencies, Properties: { ServiceToken: arn('Function'), Bucket: ref('Bucket') },
  },
});
const AUTO_DELETE: Resources = {
  AutoDelete: { Type: 'Custom::S3AutoDeleteObjects', Properties: { ServiceToken: arn('Function'), BucketName: ref('Bucket') } },
};

const failing = (resources: Resources) => failEachCreation(template(resources))
  .filter(({ refusals }) => refusals.length)
  .map(({ logicalId }) => logicalId);

describe('a bucket with objects', () => {
  test('cannot be deleted', () => {
    expect(failing({ ...BUCKET, ...publication() })).toContain('Publication');
  });

  test('is emptied only if the custom resource that empties it is created before the one that fills it', () => {
    expect(failing({ ...BUCKET, ...AUTO_DELETE, ...publication() })).toContain('AutoDelete');
    expect(failing({ ...BUCKET, ...AUTO_DELETE, ...publication('AutoDelete') })).toEqual([]);
  });

  test('is not emptied after the permission to do so was deleted', () => {
    const resources = { ...BUCKET, ...AUTO_DELETE, Role: role('s3:PutObject'), Policy: policy('Role', ['s3:DeleteObject']) };
    expect(deleteInEachOrder(template(resources))).toEqual(['delete AutoDelete (Custom::S3AutoDeleteObjects): its function may not call s3:DeleteObject']);
    expect(deleteInEachOrder(template({ ...resources, AutoDelete: { ...AUTO_DELETE.AutoDelete, DependsOn: 'Policy' } }))).toEqual([]);
  });

  test('is not changed without the tag of CDK', () => {
    expect(failing({ ...BUCKET, Bucket: { Type: 'AWS::S3::Bucket' }, ...AUTO_DELETE, ...publication('AutoDelete') })).toContain('Publication');
  });
});

describe('a function in a VPC', () => {
  const INSIDE: Resources = { ...network, Role: role(), Policy: policy('Role', INTERFACES), Function: lambda('Role', true, 'Policy') };

  test('requires permissions when it is created, and until its network interfaces are deleted', () => {
    expect(failing({ ...INSIDE, Function: lambda('Role', true) })).toContain('Function');
    expect(deleteInEachOrder(template(INSIDE))).toEqual([]);
    expect(deleteInEachOrder(template({ ...INSIDE, Policy: policy('Role', ['ec2:CreateNetworkInterface']) }))).toContainEqual(
      expect.stringMatching(/^delete Subnet .*DependencyViolation: it has a network interface of Function/));
  });

  test.each<[string, string[], number]>([['keeps its permissions', INTERFACES, 0], ['loses them', ['logs:PutLogEvents'], 2]])(
    'that leaves the VPC and %s', (_, actions, refused) => {
      const { refusals } = created(INSIDE).deploy(template({ Role: role(), Policy: policy('Role', actions), Function: lambda('Role', false, 'Policy') }));
      expect(refusals.filter((refusal) => refusal.includes('network interface of Function'))).toHaveLength(refused);
    });

  test('keeps the network interfaces of a published version', () => {
    const version: Resources = { Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: ref('Function') } } };
    const outside = { Role: role(), Policy: policy('Role', INTERFACES), Function: lambda('Role', false, 'Policy') };
    expect(created({ ...INSIDE, ...version }).deploy(template({ ...outside, ...version })).refusals).toContainEqual(expect.stringContaining('network interface of Version'));
    expect(created({ ...INSIDE, ...version }).deploy(template(outside)).refusals).toEqual([]);
  });
});

describe('a resource in use', () => {
  const retained = (type: string, Properties: Record<string, unknown>) => ({ Type: type, Properties, ...RETAINED });

  test.each<[string, Resources, string]>([
    ['a subnet group of a cluster', {
      ...network,
      Subnets: { Type: 'AWS::DocDB::DBSubnetGroup', Properties: { SubnetIds: [ref('Subnet')] } },
      Cluster: retained('AWS::DocDB::DBCluster', { DBSubnetGroupName: ref('Subnets') }),
    }, 'Subnets'],
    ['a cluster with instances', {
      Cluster: { Type: 'AWS::DocDB::DBCluster', Properties: {} },
      Instance: retained('AWS::DocDB::DBInstance', { DBClusterIdentifier: ref('Cluster') }),
    }, 'Cluster'],
    ['a protected cluster', { Cluster: { Type: 'AWS::DocDB::DBCluster', Properties: { DeletionProtection: true } } }, 'Cluster'],
    ['a security group in a rule of another', {
      ...network,
      Other: retained('AWS::EC2::SecurityGroup', { VpcId: ref('Vpc') }),
      Rule: retained('AWS::EC2::SecurityGroupIngress', { GroupId: { 'Fn::GetAtt': ['Other', 'GroupId'] }, SourceSecurityGroupId: { 'Fn::GetAtt': ['Group', 'GroupId'] } }),
    }, 'Group'],
    ['a subnet with a NAT gateway', { ...network, Nat: retained('AWS::EC2::NatGateway', { SubnetId: ref('Subnet') }) }, 'Subnet'],
    ['a function of a distribution', {
      Edge: { Type: 'AWS::CloudFront::Function', Properties: { Name: 'edge' } },
      Distribution: retained('AWS::CloudFront::Distribution', { DistributionConfig: { Comment: arn('Edge') } }),
    }, 'Edge'],
    ['a deployment of a stage', {
      Api: { Type: 'AWS::ApiGateway::RestApi' },
      Method: retained('AWS::ApiGateway::Method', { RestApiId: ref('Api'), HttpMethod: 'ANY' }),
      Deployment: { Type: 'AWS::ApiGateway::Deployment', DependsOn: 'Method', Properties: { RestApiId: ref('Api') } },
      Stage: retained('AWS::ApiGateway::Stage', { RestApiId: ref('Api'), DeploymentId: ref('Deployment'), StageName: 'prod' }),
    }, 'Deployment'],
    ['a stage of a usage plan', {
      Api: { Type: 'AWS::ApiGateway::RestApi' },
      Stage: { Type: 'AWS::ApiGateway::Stage', Properties: { RestApiId: ref('Api'), StageName: 'prod' } },
      Plan: retained('AWS::ApiGateway::UsagePlan', { ApiStages: [{ Stage: ref('Stage') }] }),
    }, 'Stage'],
    ['a version of an alias', {
      Role: role(),
      Function: lambda('Role'),
      Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: ref('Function') } },
      Alias: retained('AWS::Lambda::Alias', { FunctionName: ref('Function'), FunctionVersion: { 'Fn::GetAtt': ['Version', 'Version'] }, Name: 'live' }),
    }, 'Version'],
    ['a role with a policy', { Role: role(), Policy: { ...policy('Role', ['s3:GetObject']), ...RETAINED } }, 'Role'],
  ])('%s cannot be deleted', (_, resources, id) => {
    const stack = created(resources);
    expect(stack.delete().refusals).toContainEqual(expect.stringMatching(new RegExp(`^delete ${id} \\(`)));
    expect(existing(stack)).toContain(id);
  });
});

describe('a repository with images', () => {
  const build = (EmptyOnDelete: boolean): Resources => ({
    Repository: { Type: 'AWS::ECR::Repository', Properties: { EmptyOnDelete } },
    Role: role('codebuild:*', 'lambda:InvokeFunction', 'ecr:PutImage'),
    Project: { Type: 'AWS::CodeBuild::Project', Properties: { ServiceRole: arn('Role') } },
    Function: lambda('Role'),
    Image: { Type: 'Custom::LibreChatImage', Properties: { ServiceToken: arn('Function'), Project: ref('Project'), Repository: ref('Repository') } },
  });

  test('cannot be deleted, unless CloudFormation empties it', () => {
    expect(created(build(false)).delete().refusals).toEqual([expect.stringMatching(/^delete Repository .*RepositoryNotEmptyException/)]);
    expect(created(build(true)).delete().refusals).toEqual([]);
  });
});

// https://github.com/remind101/empire/issues/918
describe('a custom resource whose function fails to create it', () => {
  const deployed = (...rights: string[]) => {
    const stack = new ModelStack(new ModelAccount());
    const { refusals } = stack.deploy(template({
      Role: role(...rights),
      Function: lambda('Role'),
      Project: { Type: 'AWS::CodeBuild::Project', Properties: { ServiceRole: arn('Role') } },
      Image: { Type: 'Custom::LibreChatImage', Properties: { ServiceToken: arn('Function'), Project: ref('Project') } },
    }));
    return { refusals, left: existing(stack) };
  };
  const failed = expect.stringMatching(/^create Image .*may not call codebuild:StartBuild$/);

  test('is deleted by its function in the rollback', () => {
    expect(deployed('codebuild:ListBuildsForProject')).toEqual({ refusals: [failed], left: [] });
  });

  test('remains, with its function, if that fails too', () => {
    const { refusals, left } = deployed();
    expect(refusals).toEqual([failed, expect.stringMatching(/^delete Image .*may not call codebuild:ListBuildsForProject$/)]);
    expect(left).toEqual(['Role', 'Function', 'Project', 'Image']);
  });
});

describe('a creation', () => {
  test.each<[string, Resources, RegExp]>([
    ['of a name that is unique in the account', {
      A: { Type: 'AWS::CloudFront::OriginAccessControl', Properties: { OriginAccessControlConfig: { Name: 'oac' } } },
      B: { Type: 'AWS::CloudFront::OriginAccessControl', Properties: { OriginAccessControlConfig: { Name: 'oac' } } },
    }, /^create B .*oac already exists: A$/],
    ['of a second policy of a bucket', {
      Bucket: { Type: 'AWS::S3::Bucket' },
      A: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: ref('Bucket') } },
      B: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: ref('Bucket') } },
    }, /^create B .*already exists: A$/],
    ['of a stage with logs, in an account whose API Gateway has no role for them', {
      Api: { Type: 'AWS::ApiGateway::RestApi' },
      Stage: { Type: 'AWS::ApiGateway::Stage', Properties: { RestApiId: ref('Api'), StageName: 'prod', AccessLogSetting: {} } },
    }, /^create Stage .*role ARN must be set in account settings/],
    ['of a custom resource before the policy of its function', {
      ...BUCKET, Role: role('s3:DeleteObject'), ...publication(), Policy: policy('Role', ['s3:PutObject']),
    }, /^create Publication .*may not call s3:PutObject$/],
    ['of a sixth address', Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`Eip${n}`, { Type: 'AWS::EC2::EIP' }])), /^create Eip6 .*maximum number of addresses/],
  ])('%s is refused', (_, resources, message) => {
    expect(() => created(resources)).toThrow(message);
  });
});

test('the function of a custom resource cannot be changed', () => {
  const resources: Resources = { ...BUCKET, Other: lambda('Role'), ...publication() };
  const other = { ...resources.Publication, Properties: { ...resources.Publication.Properties, ServiceToken: arn('Other') } };
  expect(created(resources).deploy(template({ ...resources, Publication: other })).refusals).toEqual([expect.stringContaining('Modifying service token is not allowed')]);
});

test('a subnet group cannot move to another VPC', () => {
  const inVpc = (vpc: string): Resources => ({
    [vpc]: { Type: 'AWS::EC2::VPC' },
    [`${vpc}Subnet`]: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: ref(vpc), CidrBlock: '10.0.0.0/24' } },
    Subnets: { Type: 'AWS::ElastiCache::SubnetGroup', Properties: { SubnetIds: [ref(`${vpc}Subnet`)] } },
  });
  expect(created(inVpc('A')).deploy(template(inVpc('B'))).refusals).toEqual([expect.stringContaining('not in the same Vpc')]);
});
