import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Bucket } from '../../../emulator/services/s3/bucket';
import { Adapter, type AdapterOptions } from '../../../fixtures/runtime/adapter';
import { buildArtifacts, type Artifacts } from '../../../fixtures/runtime/artifacts';
import { EmulatedAws } from '../../../fixtures/runtime/aws';
import { FRONTEND_PROPERTIES, FRONTEND_RESOURCE_TYPE } from '../../../src/contract/frontend';

jest.setTimeout(60_000);

const CLIENT: Record<string, string> = {
  'index.html': '<script src="/assets/index.12345678.js">',
  'index.html.gz': 'compressed',
  'sw.js': 'service worker',
  'manifest.webmanifest': '{}',
  'assets/index.12345678.js': 'console.log("ü")',
  'assets/index.12345678.js.br': 'compressed',
  'assets/fonts/A B+c.woff2': 'font',
  ...Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`assets/locale.${String(i).padStart(8, '0')}.js`, `locale ${i}`])),
};

const PUBLISHED = Object.keys(CLIENT).filter((key) => !/\.(?:gz|br)$/.test(key));

let artifacts: Artifacts;
let aws: EmulatedAws;
let bucket: Bucket;
let adapter: Adapter;

beforeAll(async () => (artifacts = await buildArtifacts()));
afterAll(() => artifacts.dispose());

beforeEach(async () => {
  for (const [name, content] of Object.entries(CLIENT)) {
    const file = join(artifacts.api, '../client/dist', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  aws = new EmulatedAws();
  await aws.start();
  bucket = aws.addBucket('frontend');
});

afterEach(async () => {
  await adapter.dispose();
  await aws.dispose();
});

interface CloudFormationResponse {
  readonly Status: string;
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
}

function start(options: AdapterOptions = {}): void {
  adapter = new Adapter(artifacts, {
    plain: {},
    command: ['node', artifacts.adapter, 'publish'],
    emulation: { ADAPTER_AWS_ENDPOINT_URL: aws.url },
    credentials: aws.role.credentials,
    timeoutMs: 60_000,
    ...options,
    settings: { awsRetryMs: 5, ...options.settings },
  });
}

/** Sends a request as CloudFormation does, and returns the response to it. */
async function request(RequestType: string, properties: object = { [FRONTEND_PROPERTIES.bucket]: 'frontend' }, more: object = {}): Promise<CloudFormationResponse> {
  const { url, response } = aws.expectResponse();
  const { functionError } = await adapter.lambda.invoke(Buffer.from(JSON.stringify({
    RequestType,
    ResponseURL: url,
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'Frontend',
    ResourceType: FRONTEND_RESOURCE_TYPE,
    ResourceProperties: { ServiceToken: 'arn', ...properties },
    ...more,
  })));
  expect(functionError).toBeUndefined();
  const sent = JSON.parse((await response).toString()) as CloudFormationResponse;
  expect(sent).toMatchObject({ StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Frontend' });
  return sent;
}

const puts = () => aws.calls.filter((call) => call.startsWith('PUT /frontend/')).map((call) => decodeURIComponent(call.slice('PUT /frontend/'.length)));

test('the client is uploaded unmodified, without its compressed copies', async () => {
  start();
  expect(await request('Create')).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'frontend' });
  expect([...bucket.objects.keys()].sort()).toEqual([...PUBLISHED].sort());
  for (const [key, { body }] of bucket.objects) expect(body.toString()).toBe(CLIENT[key]);
});

test('files are uploaded in parallel, with a limit', async () => {
  start();
  await request('Create');
  expect(aws.mostAtOnce).toBeGreaterThan(4);
  expect(aws.mostAtOnce).toBeLessThanOrEqual(16);
});

test('each file has its type and its caching', async () => {
  start();
  await request('Create');
  expect(bucket.objects.get('index.html')!.headers).toEqual({
    'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache, no-store, must-revalidate',
  });
  expect(bucket.objects.get('assets/index.12345678.js')!.headers).toEqual({
    'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'public, max-age=31536000, immutable',
  });
});

test('files that refer to others are uploaded last', async () => {
  start();
  await request('Create');
  expect(puts().slice(-2).sort()).toEqual(['index.html', 'sw.js']);
});

test('if an asset fails, index.html is not uploaded', async () => {
  start();
  aws.fault = (call) => (call.includes('locale.00000007') ? 503 : undefined);
  const { Status, Reason } = await request('Create');
  expect(Status).toBe('FAILED');
  expect(Reason).toContain('responded with 503');
  expect(bucket.objects.has('index.html')).toBe(false);
});

test('an update publishes again, and keeps files that open tabs may need', async () => {
  start();
  await request('Create');
  rmSync(join(artifacts.api, '../client/dist/assets/locale.00000000.js'));
  writeFileSync(join(artifacts.api, '../client/dist/index.html'), 'new');
  expect(await request('Update', undefined, { PhysicalResourceId: 'frontend' })).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'frontend' });
  expect(bucket.objects.get('index.html')!.body.toString()).toBe('new');
  expect(bucket.objects.has('assets/locale.00000000.js')).toBe(true);
});

test('a permission that is not in force yet is waited for', async () => {
  start();
  aws.fault = (call, times) => (call.startsWith('PUT /frontend') && times < 3 ? 'denied' : undefined);
  expect(await request('Create')).toMatchObject({ Status: 'SUCCESS' });
});

test('a permission that stays missing fails the deployment, with the message of S3', async () => {
  start({ settings: { permissionWaitMs: 200 } });
  aws.fault = (call) => (call.startsWith('PUT /frontend') ? 'denied' : undefined);
  expect(await request('Create')).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('AccessDenied') });
});

test('a removal does not access the bucket, which may be deleted already', async () => {
  start();
  expect(await request('Delete', { [FRONTEND_PROPERTIES.bucket]: 'gone' }, { PhysicalResourceId: 'gone' })).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'gone' });
  expect(aws.calls.filter((call) => !call.startsWith('PUT /cloudformation'))).toEqual([]);
});

test('the number of files and bytes is logged', async () => {
  start();
  await request('Create');
  const bytes = PUBLISHED.reduce((sum, key) => sum + Buffer.byteLength(CLIENT[key]), 0);
  expect(adapter.logged('published')).toMatchObject([{ bucket: 'frontend', files: PUBLISHED.length, bytes, ms: expect.any(Number) }]);
});

test('each call may fail once, including the response to CloudFormation', async () => {
  start();
  aws.fault = (_call, times) => (times === 0 ? 503 : undefined);
  expect(await request('Create')).toMatchObject({ Status: 'SUCCESS' });
  expect(bucket.objects.size).toBe(PUBLISHED.length);
});

describe('CloudFormation always gets a response', () => {
  test.each([
    ['a bucket that is not there', 'Create', { [FRONTEND_PROPERTIES.bucket]: 'other' }, 'NoSuchBucket'],
    ['no bucket named', 'Create', {}, '`Bucket` must name the bucket, got: undefined'],
    ['a request of another type', 'Replace', undefined, 'RequestType must be Create, Update or Delete, got: Replace'],
  ])('%s', async (_, type, properties, reason) => {
    start();
    const sent = await request(type, properties);
    expect(sent.Status).toBe('FAILED');
    expect(sent.Reason).toContain(reason);
    expect(sent.PhysicalResourceId).toBeTruthy();
  });

  test('an image without a client', async () => {
    start();
    rmSync(join(artifacts.api, '../client/dist/index.html'));
    expect(await request('Create')).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('must hold index.html') });
  });

  test('no time left', async () => {
    start({ timeoutMs: 11_000 });
    aws.fault = (call) => (call.startsWith('PUT /frontend') ? 'hang' : undefined);
    expect(await request('Create')).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('the time of the function ran out') });
  });
});

test('an event of another kind is an error', async () => {
  start();
  const { functionError, payload } = await adapter.lambda.invoke(Buffer.from('{"httpMethod":"GET"}'));
  expect(functionError).toBe('Unhandled');
  expect(payload.toString()).toContain('event must be a request of a CloudFormation custom resource');
});
