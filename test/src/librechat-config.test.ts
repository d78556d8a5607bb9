import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { load } from 'js-yaml';
import { functionEnvironment, text } from './reading';
import { secretNamed } from '../../fixtures/variants';
import { LibreChatConfig, LibreChatDatabase, LibreChatImage, LibreChatRedis, LibreChatServerless, LibreChatServices } from '../../src';
import { configChecker } from '../../src/private/config-checker';

const folder = mkdtempSync(join(tmpdir(), 'config-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

let apps = 0;

/** The location of LibreChat's file, and the file itself if it is an asset. */
function deployed(config?: LibreChatConfig, context = {}, image?: LibreChatImage, services?: LibreChatServices) {
  const app = new App({ outdir: join(folder, `app${apps++}`), context });
  const stack = new Stack(app, 'Stack');
  new LibreChatServerless(stack, 'Chat', {
    config,
    image,
    services,
    database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')),
    redis: LibreChatRedis.fromUri(secretNamed(stack, 'redis')),
  });
  const { ADAPTER_CONFIG_BUCKET: bucket, ADAPTER_CONFIG_KEY: key } = functionEnvironment(Template.fromStack(stack));
  const { files } = JSON.parse(readFileSync(join(app.outdir, 'Stack.assets.json'), 'utf8'));
  const asset = Object.values<any>(files).find(({ destinations }) => Object.values<any>(destinations)[0].objectKey === key);
  const path = asset && resolve(app.outdir, asset.source.path);
  const warnings = Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ entry }) => entry.data);
  return { bucket: text(bucket), key, path, content: path && existsSync(path) ? load(readFileSync(path, 'utf8')) : undefined, warnings };
}

test('by default files are stored on S3, and the page rejects uploads that Lambda would reject', () => {
  const { content, warnings } = deployed();
  expect(content).toMatchObject({
    version: expect.any(String),
    fileStrategy: 's3',
    fileConfig: { serverFileSizeLimit: 4, endpoints: { default: { fileSizeLimit: 4, totalSizeLimit: 4 } } },
  });
  expect(warnings).toEqual([]);
});

test('from a file, unmodified', () => {
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

const LIMITS = { serverFileSizeLimit: 4, endpoints: { default: { fileSizeLimit: 4, totalSizeLimit: 4 } } };

test.each<[kinds: string, config: object]>([
  ['avatar, image, document, skills', {}],
  ['avatar, image, document, skills', { fileStrategy: 'local' }],
  ['image', { fileStrategy: 's3', fileStrategies: { image: 'local' } }],
  ['avatar, document, skills', { fileStrategy: 's3', fileStrategies: { default: 'local', image: 's3' } }],
])('warns that files of the kinds %s would be lost with %j', (kinds, config) => {
  expect(deployed(LibreChatConfig.fromObject({ version: '1.3.0', fileConfig: LIMITS, ...config })).warnings)
    .toEqual([expect.stringContaining(`because its disk is temporary, got: local for ${kinds} [ack: cdk-librechat-serverless:fileStrategy]`)]);
});

test.each([{ fileStrategies: { default: 's3' } }, { fileStrategy: 'cloudfront' }, { fileStrategy: 'local', fileStrategies: { default: 'azure_blob' } }])('does not warn of %j', (config) => {
  expect(deployed(LibreChatConfig.fromObject({ version: '1.3.0', fileConfig: LIMITS, ...config })).warnings).toEqual([]);
});

test('the built-in configuration matches the schema', () => {
  expect(configChecker().check(deployed().content, {})).toEqual([]);
});

test.each<[version: string, config: object, message: string]>([
  ['v0.8.7', { langfuse: { enabled: false } }, 'at langfuse (v0.8.8 or newer only), got: a mapping with the keys enabled'],
  ['v0.8.7', { webSearch: { searchProvider: 'keenable' } }, 'at webSearch.searchProvider (v0.8.8 or newer only), got: keenable'],
])('fails when %s does not support %j', (version, config, message) => {
  const content = { version: '1.3.0', fileStrategy: 's3', fileConfig: LIMITS, ...config };
  expect(() => deployed(LibreChatConfig.fromObject(content), {}, LibreChatImage.fromDockerBuild({ version })))
    .toThrow(`\`config\` must match the schema of LibreChat ${message}`);
  expect(deployed(LibreChatConfig.fromObject(content)).warnings).toEqual([]);
});

test('parameters of custom endpoints are checked as at the start of LibreChat', () => {
  const endpoint = { name: 'A', apiKey: 'user_provided', baseURL: 'https://a.example.org', models: { default: ['m'] } };
  const withParams = (customParams: object) => () => deployed(LibreChatConfig.fromObject({
    version: '1.3.0', fileStrategy: 's3', fileConfig: LIMITS, endpoints: { custom: [{ ...endpoint, customParams }] },
  }));
  expect(withParams({ defaultParamsEndpoint: 'anthropic', paramDefinitions: [{ key: 'temperature', default: 0.5 }] })).not.toThrow();
  expect(withParams({ defaultParamsEndpoint: 'nobody' })).toThrow('at endpoints.custom[0].customParams.defaultParamsEndpoint (must be one of openAI');
  expect(withParams({ paramDefinitions: [{ key: 'warmth' }] })).toThrow('at endpoints.custom[0].customParams.paramDefinitions[0].key (must be one of');
});

test('an invalid secret is not shown', () => {
  const config = LibreChatConfig.fromObject({ version: '1.3.0', ocr: { apiKey: ['sk-very-secret'], mistralModel: 'm', baseURL: 'b', strategy: 'x' } });
  expect(() => deployed(config)).toThrow('match the schema of LibreChat at ocr.apiKey');
  expect(() => deployed(config)).not.toThrow(/sk-very-secret/);
});

test('works if assets are not copied, as in watch mode', () => {
  const { path } = deployed(undefined, { 'aws:cdk:disable-asset-staging': true });
  expect(dirname(dirname(path))).toBe(tmpdir());
  expect(existsSync(path)).toBe(true);
  rmSync(dirname(path), { recursive: true });
});

test.each([
  ['a: b: c', /`config-file` must be YAML that LibreChat can read, got: bad indentation of a mapping entry/],
  ['- 1', /`config-file` must contain a YAML mapping, got: \[1\]/],
  ['', /`config-file` must contain a YAML mapping, got: nothing/],
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

describe('servers for web search', () => {
  const PRIVATE = LibreChatServices.fromUrls({ searxng: 'http://searxng.internal:8080', firecrawl: 'http://firecrawl.internal' });
  const ADDRESSES = ['searxng.internal:8080', 'firecrawl.internal:80'];
  const withWebSearch = (webSearch?: object) => LibreChatConfig.fromObject({ version: '1.3.0', fileStrategy: 's3', fileConfig: LIMITS, webSearch });
  const warningsOf = (config?: LibreChatConfig, services = PRIVATE, image?: LibreChatImage) => deployed(config, {}, image, services).warnings;

  test.each([
    ['the built-in configuration', undefined],
    ['a configuration without web search', withWebSearch()],
    ['a configuration that allows one of them', withWebSearch({ allowedAddresses: ADDRESSES.slice(0, 1) })],
  ])('with plain HTTP must be allowed: warns with %s', (_, config) => {
    expect(warningsOf(config)).toEqual([expect.stringContaining(
      '`config` should contain webSearch: { allowedAddresses: ["searxng.internal:8080","firecrawl.internal:80"] }, because LibreChat does not send')]);
  });

  test('of the configuration itself must be allowed', () => {
    const config = withWebSearch({ searxngInstanceUrl: 'http://10.0.0.5:8080/', firecrawlApiUrl: 'https://firecrawl.example.com' });
    expect(warningsOf(config)).toEqual([expect.stringContaining('allowedAddresses: ["10.0.0.5:8080"] }')]);
  });

  test.each([
    ['are allowed', withWebSearch({ allowedAddresses: ADDRESSES }), PRIVATE, undefined],
    ['have https', undefined, LibreChatServices.fromUrls({ searxng: 'https://searxng.example.com' }), undefined],
    ['are not used', undefined, LibreChatServices.fromUrls({ liteLlm: 'http://litellm.internal:4000/v1' }), undefined],
    ['are used by a release that does not check them', undefined, PRIVATE, LibreChatImage.fromDockerBuild({ version: 'v0.8.7' })],
  ])('that %s lead to no warning', (_, config, services, image) => {
    expect(warningsOf(config, services, image)).toEqual([]);
  });
});
