import { differences } from '../../tools/languages/compare';

const assembly = (resources: object, adapter = 'adapter') => ({
  documents: { 'Chat.template.json': { Resources: resources } },
  image: { 'adapter.js': Buffer.from(adapter) },
});
const bucket = (more: object = {}) => ({ Bucket: { Type: 'AWS::S3::Bucket', ...more } });

test('assemblies are the same but for metadata', () => {
  const metadata = { CDKMetadata: { Type: 'AWS::CDK::Metadata', Properties: { Analytics: 'v2:deflate64:a' } } };
  const path = { Metadata: { 'aws:cdk:path': 'Chat/Bucket/Resource' } };
  const noPath = { Metadata: {} };
  expect(differences(assembly(bucket(path)), assembly({ ...bucket(noPath), ...metadata }))).toEqual([]);
});

test.each<[string, object, string]>([
  ['a value is another', bucket({ Type: 'AWS::S3::Queue' }), 'Resources/Bucket/Type must be "AWS::S3::Bucket", got: "AWS::S3::Queue"'],
  ['a resource is missing', {}, 'Resources/Bucket must be {"Type":"AWS::S3::Bucket"}, got: absent'],
  ['there is one more property', bucket({ DeletionPolicy: 'Retain' }), 'Resources/Bucket/DeletionPolicy must be absent, got: "Retain"'],
])('fails when %s', (_, resources, difference) => {
  expect(differences(assembly(bucket()), assembly(resources))).toEqual([`Chat.template.json/${difference}`]);
});

test('fails when the order of a list differs', () => {
  expect(differences(assembly({ Actions: ['a', 'b'] }), assembly({ Actions: ['b', 'a'] }))).toHaveLength(2);
});

test('fails when a stack is missing', () => {
  expect(differences(assembly(bucket()), { ...assembly({}), documents: {} })).toHaveLength(1);
});

test('fails when a file of the image differs', () => {
  expect(differences(assembly({}), assembly({}, 'other'))).toEqual([expect.stringMatching(/^image.adapter.js must be 7 bytes .* got: 5 bytes /)]);
});
