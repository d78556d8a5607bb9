import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ENVIRONMENT } from '../../../fixtures/runtime/adapter';
import { until } from '../../../fixtures/runtime/until';
import { useWorker } from '../../../fixtures/runtime/use-worker';
import type { WorkerFunction } from '../../../fixtures/runtime/worker-function';
import { readSettings } from '../../../runtime/shared/settings';
import { ADAPTER } from '../../../src/contract/variables';

jest.setTimeout(60_000);

const { create } = useWorker();
const hello = { path: '/api/hello' };

async function environmentOfLibreChat(worker: WorkerFunction): Promise<Record<string, string>> {
  return JSON.parse((await worker.send({ path: '/environment' })).body) as Record<string, string>;
}

test('LibreChat\'s environment', async () => {
  const worker = create({ environment: { SEARCH: 'true', TRUST_PROXY: '7', APP_TITLE: 'Chat' } });
  const environment = await environmentOfLibreChat(worker);
  expect(environment).toMatchObject({
    ...ENVIRONMENT,
    REDIS_URI: expect.any(String),
    // set by the user
    APP_TITLE: 'Chat',
    SEARCH: 'true',
    // defaults
    MONGO_MAX_POOL_SIZE: '20',
    CONSOLE_JSON: 'true',
    // required on Lambda
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    TRUST_PROXY: '2',
    CONTINUE_ON_UNCAUGHT_EXCEPTION: 'true',
    NODE_OPTIONS: '--max-old-space-size=768',
    LOG_TO_FILE: 'false',
    METRICS_SECRET: expect.stringMatching(/^[0-9a-f]{64}$/),
    AWS_REGION: 'us-east-1',
  });
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_LAMBDA_RUNTIME_API', ...Object.values(ADAPTER)]) {
    expect(environment).not.toHaveProperty(name);
  }
});

test('LibreChat\'s folders are below the temporary folder, and exist', async () => {
  const worker = create();
  const environment = await environmentOfLibreChat(worker);
  for (const name of ['HOME', 'LIBRECHAT_LOG_DIR', 'npm_config_cache', 'UV_CACHE_DIR']) {
    expect(environment[name].startsWith(`${environment.TMPDIR}/`)).toBe(true);
    expect(statSync(environment[name]).isDirectory()).toBe(true);
  }
  for (const folder of ['uploads/temp', 'images', 'data']) {
    expect(statSync(join(environment.TMPDIR, 'librechat', folder)).isDirectory()).toBe(true);
  }
});

test('the credentials are in a file that only the function\'s user can read', async () => {
  const worker = create();
  const { AWS_SHARED_CREDENTIALS_FILE: file } = await environmentOfLibreChat(worker);
  expect(statSync(file).mode % 0o1000).toBe(0o600);
});

test('the milliseconds of each phase are logged', async () => {
  const worker = create();
  await worker.send(hello);
  expect(worker.adapter.logged('started')).toMatchObject([{
    ms: { adapter: expect.any(Number), values: expect.any(Number), librechat: expect.any(Number), total: expect.any(Number) },
  }]);
});

test('LibreChat\'s own lines pass through unchanged', async () => {
  const worker = create();
  await worker.send({ path: `/api/say?line=${encodeURIComponent('{"level":"info", "message":"grüße"}')}` });
  await until(() => worker.adapter.output.includes('{"level":"info", "message":"grüße"}'));
});

test('LibreChat starts longer than an init may take: the first event waits, and the init is not repeated', async () => {
  // The rest of Lambda's 10 s is for the start of Node.js and the secrets, which take longer on a busy machine.
  expect(readSettings({}).askForEventsAfterMs).toBe(9_000);
  const worker = create({ environment: { FIXTURE_START_MS: '12000' }, initTimeoutMs: 10_000, settings: { askForEventsAfterMs: 3_000 } });
  await worker.start('a-start');
  await worker.adapter.idle();
  expect(worker.adapter.logged('started')).toHaveLength(1);
  expect(worker.adapter.output.join()).not.toContain('INIT_REPORT');
});

describe('a start that fails', () => {
  test.each(['MONGO_URI', 'REDIS_URI', 'DOMAIN_CLIENT', 'CREDS_KEY', 'JWT_REFRESH_SECRET'])('without %s: one line that names it', async (name) => {
    const worker = create({ environment: { [name]: '' } });
    await expect(worker.start('a-start')).rejects.toThrow(`\`${name}\` must be set for LibreChat to start`);
    const [line, ...more] = worker.adapter.logged('start-failed').filter(({ environmentId }) => environmentId === 1);
    expect(line.message).toContain(`\`${name}\``);
    // Lambda repeats a failed init once.
    expect(more).toHaveLength(1);
    await until(() => worker.adapter.state === 'dead');
  });
});
