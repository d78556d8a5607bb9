import { Cloud } from '../../../emulator/core/cloud';
import { EventStream } from '../../../emulator/core/events';
import { allows, arnLike, forPrincipal, isPublic, type Statement } from '../../../emulator/services/iam/policy';
import { Services } from '../../../emulator/services/services';
import { deploy } from '../deploy';

const allow = (more: Partial<Statement> = {}): Statement => ({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*', ...more });
const question = { action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/a/b', context: { 'aws:SourceArn': 'arn:aws:cloudfront::1:distribution/E1' } };

describe('a policy allows', () => {
  test.each<[string, Statement[], boolean]>([
    ['nothing without a statement', [], false],
    ['what a statement allows', [allow()], true],
    ['actions in any case', [allow({ Action: 'S3:getobject' })], true],
    ['actions by pattern', [allow({ Action: ['s3:Put*', 's3:Get*'] })], true],
    ['no other action', [allow({ Action: 's3:PutObject' })], false],
    ['no other resource', [allow({ Resource: 'arn:aws:s3:::other/*' })], false],
    ['not the bucket\'s objects for the bucket', [allow({ Resource: 'arn:aws:s3:::bucket' })], false],
    ['nothing that another statement denies', [allow(), allow({ Effect: 'Deny' })], false],
    ['all but NotAction', [allow({ Action: undefined, NotAction: 's3:PutObject' })], true],
    ['all but NotResource', [allow({ Resource: undefined, NotResource: 'arn:aws:s3:::bucket/*' })], false],
    ['with a condition that holds', [allow({ Condition: { StringEquals: { 'AWS:SourceArn': 'arn:aws:cloudfront::1:distribution/E1' } } })], true],
    ['with one of several values', [allow({ Condition: { ArnLike: { 'aws:SourceArn': ['x', 'arn:aws:cloudfront::1:*'] } } })], true],
    ['not with a condition that fails', [allow({ Condition: { StringEquals: { 'AWS:SourceArn': 'other' } } })], false],
    ['not with a key that is missing', [allow({ Condition: { StringEquals: { 'aws:PrincipalTag/x': 'y' } } })], false],
    ['with a key that may be missing', [allow({ Condition: { StringEqualsIfExists: { 'aws:PrincipalTag/x': 'y' } } })], true],
    ['with a key that must be missing', [allow({ Condition: { Null: { 'aws:PrincipalTag/x': 'true' } } })], true],
    ['not without a key that must be there', [allow({ Condition: { Null: { 'aws:PrincipalTag/x': 'false' } } })], false],
    ['with an ARN that is not excluded', [allow({ Condition: { ArnNotLike: { 'aws:SourceArn': 'arn:aws:cloudfront::2:*' } } })], true],
    ['in any case where the operator says so', [allow({ Condition: { StringEqualsIgnoreCase: { 'aws:SourceArn': 'ARN:aws:cloudfront::1:distribution/e1' } } })], true],
    ['not with a condition that is not understood', [allow({ Condition: { DateLessThan: { 'aws:CurrentTime': '2000' } } })], false],
  ])('%s', (_, statements, expected) => {
    expect(allows(statements, question)).toBe(expected);
  });

  test('denies with a condition that is not understood', () => {
    expect(allows([allow(), allow({ Effect: 'Deny', Condition: { DateLessThan: {} } })], question)).toBe(false);
  });
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
describe('IAM (documented): an ARN is matched part by part', () => {
  test.each([
    ['arn:aws:s3:::bucket/*', 'arn:aws:s3:::bucket/a:b/c', true],
    ['arn:aws:lambda:*:*:function:f', 'arn:aws:lambda:us-east-1:1:function:f', true],
    ['arn:aws:lambda:us-east-1:1:*', 'arn:aws:lambda:us-east-1:1:function:f:1', true],
    ['arn:aws:*:function:f', 'arn:aws:lambda:us-east-1:1:function:f', false],
    ['arn:*', 'arn:aws:s3:::bucket', false],
    ['arn:aws:lambda:*:function:f', 'arn:aws:lambda:us-east-1:1:function:f', false],
    ['*', 'arn:aws:s3:::bucket', true],
    ['arn:aws:s3:::bucke?', 'arn:aws:s3:::bucket', true],
    ['arn:aws:iam::?:role/r', 'arn:aws:iam::12:role/r', false],
  ])('%s and %s: %s', (pattern, arn, expected) => {
    expect(arnLike(pattern, arn)).toBe(expected);
    expect(allows([allow({ Action: '*', Resource: pattern })], { action: 'any:Thing', resource: arn })).toBe(expected);
    expect(allows([allow({ Condition: { ArnLike: { 'aws:SourceArn': pattern } } })], { ...question, context: { 'aws:SourceArn': arn } })).toBe(expected);
  });

  test('but by StringLike as a text', () => {
    expect(allows([allow({ Condition: { StringLike: { 'aws:SourceArn': 'arn:aws:*E1' } } })], question)).toBe(true);
  });
});

describe('principals', () => {
  const service = allow({ Principal: { Service: 'cloudfront.amazonaws.com' } });
  const role = allow({ Principal: { AWS: 'arn:aws:iam::1:role/r' } });

  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous
  test.each<[string, Statement]>([
    ['"*"', allow({ Principal: '*' })],
    ['{"AWS":"*"}', allow({ Principal: { AWS: '*' } })],
    ['{"AWS":["*"]}', allow({ Principal: { AWS: ['*'] } })],
  ])('IAM (documented): %s is everybody, services included', (_, anybody) => {
    expect(forPrincipal([service, anybody, role], 'Service', 'cloudfront.amazonaws.com')).toEqual([service, anybody]);
    expect(forPrincipal([service, anybody, role], 'AWS', 'arn:aws:iam::1:role/r')).toEqual([anybody, role]);
    expect(isPublic(anybody.Principal)).toBe(true);
  });

  test('a service or a role does not match another principal', () => {
    expect(forPrincipal([service, role], 'Service', 's3.amazonaws.com')).toEqual([]);
    expect([service, role].map(({ Principal }) => isPublic(Principal))).toEqual([false, false]);
  });
});

describe('IAM (documented): a condition operator at deployment', () => {
  let services: Services;
  beforeEach(() => { services = new Services(new Cloud(new EventStream())); });
  afterEach(() => services.cloud.dispose());

  const document = (operator: string) => ({ Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*', Condition: { [operator]: { 'aws:x': 'y' } } }] });
  const role = { Type: 'AWS::IAM::Role', Properties: {} };
  const roles = [{ Ref: 'Role' }];
  const bucket = { Type: 'AWS::S3::Bucket', Properties: {} };

  test.each<[string, (operator: string) => object]>([
    ['a trust policy', (operator) => ({ X: { ...role, Properties: { AssumeRolePolicyDocument: document(operator) } } })],
    ['an inline policy', (operator) => ({ X: { ...role, Properties: { Policies: [{ PolicyDocument: document(operator) }] } } })],
    ['a policy', (operator) => ({ Role: role, X: { Type: 'AWS::IAM::Policy', Properties: { PolicyDocument: document(operator), Roles: roles } } })],
    ['a managed policy', (operator) => ({ Role: role, X: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: document(operator), Roles: roles } } })],
    ['a bucket policy', (operator) => ({ B: bucket, X: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: { Ref: 'B' }, PolicyDocument: document(operator) } } })],
  ])('that IAM does not support is rejected in %s', async (_, resources) => {
    await expect(deploy(services, { Resources: resources('StringMatches') } as Parameters<typeof deploy>[1])).rejects.toMatchObject({
      code: 'RESOURCE_REFUSED', message: expect.stringMatching(/^X .*MalformedPolicyDocument: .*StringMatches$/),
    });
  });

  test.each([['NullIfExists', 'RESOURCE_REFUSED'], ['stringEquals', 'RESOURCE_REFUSED'], ['ForAnyValue:StringLike', 'RESOURCE_UNSUPPORTED'], ['IpAddress', 'RESOURCE_UNSUPPORTED']])(
    '%s: %s', async (operator, code) => {
      await expect(deploy(services, { Resources: { R: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: document(operator) } } } })).rejects.toMatchObject({ code });
    });

  test.each(['StringEquals', 'StringEqualsIfExists', 'ArnNotLike', 'Null', 'Bool'])('%s is accepted', async (operator) => {
    await deploy(services, { Resources: { R: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: document(operator) } } } });
  });
});
