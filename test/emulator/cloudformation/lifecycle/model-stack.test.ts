import { created, existing, ref, type Resources, template } from './kit';
import { ModelAccount } from '../../../../emulator/cloudformation/lifecycle/model-account';
import { ModelStack } from '../../../../emulator/cloudformation/lifecycle/model-stack';
import type { DeletionPolicy, TemplateResource } from '../../../../emulator/cloudformation/template';

const parameter = (Value: unknown, more: Partial<TemplateResource> = {}): TemplateResource => ({ Type: 'AWS::SSM::Parameter', Properties: { Value }, ...more });
const named = (Name: string, Value: unknown = 'v') => parameter(Value, { Properties: { Name, Value } });

const CHAIN: Resources = { A: parameter('1'), B: parameter(ref('A')), C: parameter(ref('B')) };

describe('a creation that fails', () => {
  const fail = (resources: Resources, logicalId: string, exists: boolean) => {
    const stack = new ModelStack(new ModelAccount());
    return { stack, outcome: stack.deploy(template(resources), { failure: { logicalId, exists } }) };
  };

  test.each([true, false])('deletes all existing resources, also the one that failed (%p)', (exists) => {
    const { stack, outcome } = fail(CHAIN, 'B', exists);
    expect(outcome).toMatchObject({ failed: true, refusals: [] });
    expect(existing(stack)).toEqual([]);
  });

  // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
  test.each<[DeletionPolicy, string[]]>([['Delete', []], ['Snapshot', []], ['RetainExceptOnCreate', []], ['Retain', ['A']]])('with %s leaves %j', (DeletionPolicy, left) => {
    expect(existing(fail({ ...CHAIN, A: parameter('1', { DeletionPolicy }) }, 'C', false).stack)).toEqual(left);
  });

  test('deletes no resource that a retained resource depends on', () => {
    const resources: Resources = { Role: { Type: 'AWS::IAM::Role' }, Bucket: { Type: 'AWS::S3::Bucket', DependsOn: 'Role' }, Last: parameter('x', { DependsOn: 'Bucket' }) };
    const stack = new ModelStack(new ModelAccount());
    stack.account.filled.add('Bucket');
    const { refusals } = stack.deploy(template(resources), { failure: { logicalId: 'Last', exists: false } });
    expect(refusals).toEqual([expect.stringMatching(/^delete Bucket .*BucketNotEmpty/)]);
    expect(existing(stack)).toEqual(['Role', 'Bucket']);
  });
});

describe('an update', () => {
  test('changes in place, replaces for a property that cannot change, and follows references', () => {
    const stack = created({ A: named('/a'), B: parameter(ref('A')) });
    expect(stack.deploy(template({ A: named('/a', 'w'), B: parameter(ref('A')) })).changed).toEqual(['A']);
    expect(stack.deploy(template({ A: named('/b', 'w'), B: parameter(ref('A')) })).changed).toEqual(['A', 'B']);
    expect(existing(stack).sort()).toEqual(['A~2', 'B']);
  });

  test('creates before it deletes, so that a name cannot move to another logical id', () => {
    const stack = created({ A: named('/a') });
    expect(stack.deploy(template({ B: named('/a') })).refusals).toEqual(['create B (AWS::SSM::Parameter): AWS::SSM::Parameter /a already exists: A']);
    expect(existing(stack)).toEqual(['A']);
  });

  test.each<[DeletionPolicy, string[]]>([['Delete', ['B']], ['RetainExceptOnCreate', ['A', 'B']], ['Retain', ['A', 'B']]])(
    'that removes a resource with %s leaves %j', (DeletionPolicy, left) => {
      const stack = created({ A: parameter('1', { DeletionPolicy }), B: parameter('2') });
      stack.deploy(template({ B: parameter('2') }));
      expect(existing(stack)).toEqual(left);
    });

  test('retains replaced resources by the policy of the new template', () => {
    const stack = created({ A: named('/a') });
    stack.deploy(template({ A: { ...named('/b'), UpdateReplacePolicy: 'Retain' } }));
    expect(existing(stack)).toEqual(['A', 'A~2']);
  });

  test.each([true, false])('that fails puts everything back (%p)', (exists) => {
    const before: Resources = { A: named('/a'), B: parameter(ref('A')), Gone: parameter('x') };
    const stack = created(before);
    const resources = stack.account.all();
    const outcome = stack.deploy(template({ A: named('/b'), B: parameter(ref('A')), New: parameter(ref('B')) }), { failure: { logicalId: 'New', exists } });
    expect(outcome).toMatchObject({ failed: true, refusals: [] });
    expect(stack.account.all()).toEqual(resources);
    expect(stack.deploy(template(before)).changed).toEqual([]);
  });

  test('cannot change the type of a resource', () => {
    expect(created({ A: parameter('1') }).deploy(template({ A: { Type: 'AWS::S3::Bucket' } })).refusals).toEqual([expect.stringContaining('Update of resource type is not permitted')]);
  });

  test('reports resources that its clean-up cannot delete, and is complete nevertheless', () => {
    const stack = created({ Bucket: { Type: 'AWS::S3::Bucket' }, B: parameter('2') });
    stack.use();
    const outcome = stack.deploy(template({ B: parameter('3') }));
    expect(outcome).toEqual({ failed: false, changed: ['B'], refusals: [expect.stringContaining('BucketNotEmpty')] });
  });

  test('fails on a type whose behavior is not known', () => {
    const unknown = (Value: string): Resources => ({ A: { Type: 'AWS::SQS::Queue', Properties: { Value } } });
    expect(() => created(unknown('1')).deploy(template(unknown('2')))).toThrow('add the properties whose change replaces a resource of type AWS::SQS::Queue');
  });
});

test('a deletion keeps retained resources, and deletes resources in use after their users', () => {
  const stack = created({ ...CHAIN, Kept: parameter('x', { DeletionPolicy: 'RetainExceptOnCreate' }) });
  expect(stack.delete(() => ['A', 'B', 'C'])).toMatchObject({ failed: false, refusals: [] });
  expect(existing(stack)).toEqual(['Kept']);
});
