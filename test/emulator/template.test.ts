import { closure, dependencyGraph, deploymentOrder, ordered, reversed } from '../../emulator/cloudformation/deployment-order';
import { resolve, type Scope } from '../../emulator/cloudformation/intrinsics';

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
    [{ 'Fn::ImportValue': 'x' }, /does not support Fn::ImportValue/],
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
    })).toThrow('the template must not have circular dependencies, got: A → B → A');
  });

  test('moves ids to the front, after their dependencies only', () => {
    const graph = dependencyGraph({ A: { Type: 't' }, B: { Type: 't' }, C: { Type: 't', DependsOn: 'B' }, D: { Type: 't', DependsOn: ['A', 'C'] } });
    expect(ordered(graph)).toEqual(['A', 'B', 'C', 'D']);
    expect(ordered(graph, ['C', 'none'])).toEqual(['B', 'C', 'A', 'D']);
    expect(ordered(reversed(graph), ['B'])).toEqual(['D', 'C', 'B', 'A']);
    expect([...closure(graph, 'D')].sort()).toEqual(['A', 'B', 'C']);
    expect([...closure(reversed(graph), 'A')]).toEqual(['D']);
  });
});
