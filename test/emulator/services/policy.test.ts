import { allows, forPrincipal, type Statement } from '../../../emulator/services/iam/policy';

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
    ['not with a condition that is not understood', [allow({ Condition: { DateLessThan: { 'aws:CurrentTime': '2000' } } })], false],
  ])('%s', (_, statements, expected) => {
    expect(allows(statements, question)).toBe(expected);
  });

  test('denies with a condition that is not understood', () => {
    expect(allows([allow(), allow({ Effect: 'Deny', Condition: { DateLessThan: {} } })], question)).toBe(false);
  });
});

test('statements speak of principals', () => {
  const service = allow({ Principal: { Service: 'cloudfront.amazonaws.com' } });
  const anybody = allow({ Principal: '*' });
  const role = allow({ Principal: { AWS: 'arn:aws:iam::1:role/r' } });
  expect(forPrincipal([service, anybody, role], 'Service', 'cloudfront.amazonaws.com')).toEqual([service, anybody]);
});
