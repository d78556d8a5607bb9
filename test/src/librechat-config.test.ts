import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { parse } from 'yaml';
import { functionEnvironment, text } from './reading';
import { secretNamed } from '../../fixtures/variants';
import { LibreChatConfig, LibreChatDatabase, LibreChatRedis, LibreChatServerless } from '../../src';

const folder = mkdtempSync(join(tmpdir(), 'config-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

let apps = 0;

/** Where LibreChat is told to find its file, and the file itself if it is an asset. */
function deployed(config?: LibreChatConfig, context = {}) {
  const app = new App({ outdir: join(folder, `app${apps++}`), context });
  const stack = new Stack(app, 'Stack');
  new LibreChatServerless(stack, 'Chat', {
    config,
    database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')),
    redis: LibreChatRedis.fromUri(secretNamed(stack, 'redis')),
  });
  const { ADAPTER_CONFIG_BUCKET: bucket, ADAPTER_CONFIG_KEY: key } = functionEnvironment(Template.fromStack(stack));
  const { files } = JSON.parse(readFileSync(join(app.outdir, 'Stack.assets.json'), 'utf8'));
  const asset = Object.values<any>(files).find(({ destinations }) => Object.values<any>(destinations)[0].objectKey === key);
  const path = asset && resolve(app.outdir, asset.source.path);
  const warnings = Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ entry }) => entry.data);
  return { bucket: text(bucket), key, path, content: path && existsSync(path) ? parse(readFileSync(path, 'utf8')) : undefined, warnings };
}

test('by default uploads go to S3, and the page refuses what Lambda would', () => {
  const { content, warnings } = deployed();
  expect(content).toMatchObject({
    version: expect.any(String),
    fileStrategy: 's3',
    fileConfig: { serverFileSizeLimit: 4, endpoints: { default: { fileSizeLimit: 4, totalSizeLimit: 4 } } },
  });
  expect(warnings).toEqual([]);
});

test('from a file, as it is', () => {
  const path = join(folder, 'librechat.yaml');
  writeFileSync(path, '# mine\nversion: 1.3.0\nfileStrategy: s3\n');
  const { path: copy, bucket } = deployed(LibreChatConfig.fromFile(path));
  expect(readFileSync(copy, 'utf8')).toBe('# mine\nversion: 1.3.0\nfileStrategy: s3\n');
  expect(bucket).toMatch(/^cdk-hnb659fds-assets-/);
});

test('from an object', () => {
  const config = { version: '1.3.0', fileStrategy: 's3', endpoints: { custom: [{ name: 'Örtlich', apiKey: '${KEY}' }] } };
  expect(deployed(LibreChatConfig.fromObject(config)).content).toEqual(config);
});

test('a changed object is another file, and the same object the same', () => {
  const key = (cache: boolean) => deployed(LibreChatConfig.fromObject({ version: '1.3.0', fileStrategy: 's3', cache })).key;
  expect(key(true)).toBe(key(true));
  expect(key(true)).not.toBe(key(false));
});

test('from a bucket', () => {
  const bucket = Bucket.fromBucketName(new Stack(), 'Mine', 'my-bucket');
  expect(deployed(LibreChatConfig.fromBucket(bucket, 'chat/librechat.yaml'))).toMatchObject({ bucket: 'my-bucket', key: 'chat/librechat.yaml', warnings: [] });
});

test('warns when files would be lost with an environment', () => {
  expect(deployed(LibreChatConfig.fromObject({ version: '1.3.0' })).warnings).toEqual([expect.stringContaining('should contain fileStrategy: s3')]);
});

test('works where assets are not copied, as in watch mode', () => {
  const { path } = deployed(undefined, { 'aws:cdk:disable-asset-staging': true });
  expect(dirname(dirname(path))).toBe(tmpdir());
  expect(existsSync(path)).toBe(true);
  rmSync(dirname(path), { recursive: true });
});

test.each([
  ['a: b: c', /`config-file` must be valid YAML, got: Nested mappings are not allowed/],
  ['- 1', /`config-file` must contain a YAML mapping, got: \[1\]/],
  ['', /`config-file` must contain a YAML mapping, got: null/],
  ['just text', /`config-file` must contain a YAML mapping, got: just text/],
  ['cache: true', /`config-file` must contain `version` as a string, such as version: 1\.3\.0, got: nothing/],
  ['version: 1.3', /`config-file` must contain `version` as a string, such as version: 1\.3\.0, got: 1\.3/],
])('fails when the file is %j', (content, message) => {
  const path = join(folder, 'bad.yaml');
  writeFileSync(path, content);
  expect(() => LibreChatConfig.fromFile(path)).toThrow(new RegExp(message.source.replace('config-file', path)));
});

test('fails when the object has no version', () => {
  expect(() => LibreChatConfig.fromObject({ cache: true })).toThrow('`config` must contain `version` as a string');
});

test('fails when there is no file', () => {
  expect(() => LibreChatConfig.fromFile(join(folder, 'missing.yaml'))).toThrow(`must be a readable file, got: ${join(folder, 'missing.yaml')}`);
});
