import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ENVIRONMENT, type Adapter } from '../../../fixtures/runtime/adapter';
import { proxyEvent } from '../../../fixtures/runtime/events';
import { until } from '../../../fixtures/runtime/until';
import { useAdapter } from '../../../fixtures/runtime/use-adapter';
import { ADAPTER } from '../../../src/contract/variables';

jest.setTimeout(60_000);

const start = useAdapter();
const hello = proxyEvent('/api/hello');

async function environmentOfLibreChat(adapter: Adapter): Promise<Record<string, string>> {
  return JSON.parse((await adapter.send(proxyEvent('/environment'))).body.toString()) as Record<string, string>;
}

test('LibreChat\'s environment', async () => {
  const adapter = start({ environment: { SEARCH: 'true', TRUST_PROXY: '7', APP_TITLE: 'Chat' } });
  const environment = await environmentOfLibreChat(adapter);
  expect(environment).toMatchObject({
    ...ENVIRONMENT,
    // The user's
    APP_TITLE: 'Chat',
    SEARCH: 'true',
    // defaults
    MONGO_MAX_POOL_SIZE: '20',
    CONSOLE_JSON: 'true',
    // and what Lambda demands.
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    TRUST_PROXY: '2',
    LOG_TO_FILE: 'false',
    METRICS_SECRET: expect.stringMatching(/^[0-9a-f]{64}$/),
    AWS_REGION: 'us-east-1',
  });
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_LAMBDA_RUNTIME_API', ...Object.values(ADAPTER)]) {
    expect(environment).not.toHaveProperty(name);
  }
});

test('what LibreChat writes is below the temporary folder, and there', async () => {
  const adapter = start();
  const environment = await environmentOfLibreChat(adapter);
  for (const name of ['HOME', 'LIBRECHAT_LOG_DIR', 'npm_config_cache', 'UV_CACHE_DIR']) {
    expect(environment[name].startsWith(`${environment.TMPDIR}/`)).toBe(true);
    expect(statSync(environment[name]).isDirectory()).toBe(true);
  }
  for (const folder of ['uploads/temp', 'images', 'data']) {
    expect(statSync(join(environment.TMPDIR, 'librechat', folder)).isDirectory()).toBe(true);
  }
});

test('the credentials are in a file that only the function\'s user can read', async () => {
  const adapter = start();
  const { AWS_SHARED_CREDENTIALS_FILE: file } = await environmentOfLibreChat(adapter);
  expect(statSync(file).mode % 0o1000).toBe(0o600);
});

test('the milliseconds of each phase are logged', async () => {
  const adapter = start();
  await adapter.send(hello);
  expect(adapter.logged('started')).toMatchObject([{
    ms: { adapter: expect.any(Number), values: expect.any(Number), librechat: expect.any(Number), total: expect.any(Number) },
  }]);
});

test('LibreChat\'s own lines pass through unchanged', async () => {
  const adapter = start();
  await adapter.send(proxyEvent('/api/say', { multiValueQueryStringParameters: { line: ['{"level":"info", "message":"grüße"}'] } }));
  await until(() => adapter.output.includes('{"level":"info", "message":"grüße"}'));
});

describe('LibreChat that takes long to start', () => {
  test('12 s: the first event waits, and the init is not begun again', async () => {
    // A little more than Lambda's 10 s, for a machine that is busy; less than LibreChat needs.
    const adapter = start({ environment: { FIXTURE_START_MS: '12000' }, initTimeoutMs: 11_500 });
    expect(await adapter.send(hello)).toMatchObject({ statusCode: 200, environmentId: 1 });
    expect(adapter.logged('started')).toHaveLength(1);
    expect(adapter.output.join()).not.toContain('INIT_REPORT');
  });

  test('for ever: a 503 with the reason, and a new environment for the next', async () => {
    const adapter = start({ environment: { FIXTURE_NEVER_READY: '1' }, settings: { askForEventsAfterMs: 200, readyWaitMs: 1_000 } });
    const { statusCode, body } = await adapter.send(hello);
    expect(statusCode).toBe(503);
    expect(JSON.parse(body.toString())).toEqual({ message: 'LibreChat is not ready after 1 s' });
    await until(() => adapter.state === 'dead');
  });

  test('longer than the event may take: a 503 before the deadline', async () => {
    const adapter = start({
      timeoutMs: 10_000,
      environment: { FIXTURE_NEVER_READY: '1' },
      settings: { askForEventsAfterMs: 100, endBeforeDeadlineMs: 9_000 },
    });
    expect((await adapter.send(hello)).statusCode).toBe(503);
  });

  test('and ends while an event waits: a 503 with the reason', async () => {
    const adapter = start({ environment: { FIXTURE_START_MS: '1000', FIXTURE_START_FAILS: '9' }, settings: { askForEventsAfterMs: 100 } });
    const { statusCode, body } = await adapter.send(hello);
    expect(statusCode).toBe(503);
    expect(body.toString()).toContain('LibreChat ended before it was ready: exit code 9');
  });
});

describe('a start that fails', () => {
  test('LibreChat ends before it is ready: the init fails with its status', async () => {
    const adapter = start({ environment: { FIXTURE_START_FAILS: '9' } });
    await expect(adapter.invoke(hello)).rejects.toThrow('LibreChat ended before it was ready: exit code 9');
  });

  test.each(['MONGO_URI', 'REDIS_URI', 'DOMAIN_CLIENT', 'CREDS_KEY', 'JWT_REFRESH_SECRET'])('without %s: one line that names it', async (name) => {
    const adapter = start({ environment: { [name]: '' } });
    await expect(adapter.invoke(hello)).rejects.toThrow(`\`${name}\` must be set for LibreChat to start`);
    const [line, ...more] = adapter.logged('start-failed').filter(({ environmentId }) => environmentId === 1);
    expect(line.message).toContain(`\`${name}\``);
    // Lambda tries an init that failed once more.
    expect(more).toHaveLength(1);
    expect(adapter.state).toBe('dead');
  });
});

test('SIGTERM ends LibreChat in order', async () => {
  const adapter = start();
  await adapter.send(hello);
  const { pid } = adapter.lambda.environments[0];
  await adapter.idle();
  // As Lambda does, it is thawed to end.
  process.kill(pid, 'SIGTERM');
  process.kill(-pid, 'SIGCONT');
  await until(() => adapter.state === 'dead' && adapter.output.includes('fixture: asked to end'));
});
