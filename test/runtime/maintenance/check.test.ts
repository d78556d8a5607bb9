import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { AdapterOptions } from '../../../fixtures/runtime/adapter';
import { useMaintenance } from '../../../fixtures/runtime/maintenance';
import { startRedis } from '../../../fixtures/runtime/redis';
import { ADAPTER, VALUE_FROM } from '../../../src/contract/variables';

jest.setTimeout(120_000);

const kit = useMaintenance('v0.8.8');
const { start, request } = kit;

/** A secret's reference in a variable, with its value. */
function secretNamed(name: string, value: string): string {
  return kit.aws().services.secretsManager.create(name, value).arn;
}

async function reason(RequestType = 'Create'): Promise<string> {
  const { Status, Reason = '' } = await request(RequestType);
  expect(Status).toBe('FAILED');
  return Reason;
}

function putConfig(text: string): Record<string, string> {
  kit.aws().addBucket('config').put('librechat.yaml', Buffer.from(text));
  return { [ADAPTER.configBucket]: 'config', [ADAPTER.configKey]: 'librechat.yaml' };
}

test('passes once LibreChat is ready, and ends it', async () => {
  start({ environment: putConfig('version: 1.3.0\n') });
  expect(await request('Create')).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'Check', Data: { Release: 'v0.8.8', Snapshot: '' } });
  expect(kit.adapter().logged('check-passed')).toHaveLength(1);
  expect(kit.adapter().output.join('\n')).toContain('fixture: received SIGTERM');
});

test('keeps its physical ID', async () => {
  start();
  expect(await request('Update', { PhysicalResourceId: 'as-before' })).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'as-before' });
});

test('does not start LibreChat when the resource is deleted', async () => {
  start({ environment: { FIXTURE_START_FAILS: '1' } });
  expect(await request('Delete')).toMatchObject({ Status: 'SUCCESS' });
});

test('needs no URL, which is not known before the first deployment', async () => {
  const { DOMAIN_CLIENT: _client, DOMAIN_SERVER: _server, ...plain } = kit.plain();
  start({ plain, environment: { [ADAPTER.urlParameter]: '/chat/url' } });
  expect(await request('Create')).toMatchObject({ Status: 'SUCCESS' });
  expect(kit.aws().calls.filter((call) => call.includes('/chat/url'))).toEqual([]);
});

test.each([
  ['Create', 'event'],
  ['Update', 'event'],
])('reports the link to the log after a failed %s', async (type) => {
  start({ environment: { FIXTURE_START_FAILS: '3' } });
  expect(await reason(type)).toMatch(/\nLog: stream \S+ of log group \S+, https:\/\/us-east-1\.console\.aws\.amazon\.com\/cloudwatch\/home\?region=us-east-1#logsV2:log-groups\/log-group\/\$252F/);
});

describe('secrets', () => {
  test('names the variable of a secret that does not exist', async () => {
    start({ environment: { [`${VALUE_FROM}OPENAI_API_KEY`]: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:openai-abcdef' } });
    const text = await reason();
    expect(text).toContain('phase "secrets"');
    expect(text).toContain('`VALUE_FROM_OPENAI_API_KEY` could not be read from arn:aws:secretsmanager:us-east-1:123456789012:secret:openai-abcdef');
    expect(text).toContain('What to do: Create the secret');
  });

  test('names a field that the secret does not have, and no other', async () => {
    start({ environment: { [`${VALUE_FROM}OPENAI_API_KEY`]: `${secretNamed('keys', '{"anthropic":"sk-other-key"}')}:openai::` } });
    const text = await reason();
    expect(text).toContain('has no field `openai`');
    expect(text).not.toContain('sk-other-key');
  });
});

describe('permissions that IAM has just granted', () => {
  const withSecret = (settings: AdapterOptions['settings']) => {
    kit.aws().services.ssm.parameters.set('/chat/release', 'none');
    const environment = { ...putConfig('version: 1.3.0\n'), [`${VALUE_FROM}OPENAI_API_KEY`]: secretNamed('key', 'sk-1'), [ADAPTER.releaseParameter]: '/chat/release' };
    start({ environment, settings });
  };

  test('are waited for: secrets, parameters and objects', async () => {
    kit.aws().fault = (_call, times) => (times < 3 ? 'denied' : undefined);
    withSecret({ permissionWaitMs: 50_000 });
    expect(await request('Create')).toMatchObject({ Status: 'SUCCESS' });
    const { calls } = kit.aws();
    for (const name of ['GetSecretValue', 'GetParameterHistory', 'GET /config']) expect(calls.filter((call) => call.startsWith(name))).toHaveLength(4);
    expect(kit.adapter().logged('release-not-recorded')).toEqual([]);
  });

  test('are not waited for longer than a limit, and the reason is that of AWS, with the remedy', async () => {
    withSecret({});
    const { services: { iam }, role } = kit.aws();
    iam.roles.set(role.name, { ...role, statements: [] });
    expect(await reason()).toMatch(/phase "secrets" failed\. .*AccessDeniedException.*not authorized to perform: secretsmanager:GetSecretValue[^]*\nWhat to do: Create the secret/);
    expect(kit.aws().calls.filter((call) => call.startsWith('GetSecretValue')).length).toBeGreaterThan(1);
  });
});

describe('configuration', () => {
  test('names the object that cannot be read', async () => {
    kit.aws().addBucket('config');
    start({ environment: { [ADAPTER.configBucket]: 'config', [ADAPTER.configKey]: 'missing.yaml' } });
    expect(await reason()).toContain('s3://config/missing.yaml');
  });

  test('reports the position of an error in YAML, and does not quote the file', async () => {
    start({ environment: putConfig('version: 1.3.0\n  apiKey: "sk-in-the-file\n') });
    const text = await reason();
    expect(text).toMatch(/phase "configuration".* librechat\.yaml cannot be parsed: .* in line \d+, column \d+\./);
    expect(text).not.toContain('sk-in-the-file');
  });

  test('fails for an empty file', async () => {
    start({ environment: putConfig('') });
    expect(await reason()).toContain('librechat.yaml must contain a mapping');
  });
});

describe('redis', () => {
  const withRedis = (uri: string, settings: AdapterOptions['settings'] = {}) => start({ plain: { ...kit.plain(), REDIS_URI: uri }, settings });

  test('names the server that cannot be reached', async () => {
    withRedis('redis://127.0.0.1:1', { redisWaitMs: 2_000 });
    expect(await reason()).toMatch(/phase "redis" failed.*ECONNREFUSED[^]*What to do: Check host and port/);
  });

  test('mentions TLS as a possible cause', async () => {
    withRedis(kit.redis().uri.replace('redis:', 'rediss:'), { redisWaitMs: 2_000 });
    expect(await reason()).toMatch(/phase "redis" failed[^]*rediss:\/\/, one without redis:\/\//);
  });

  test('a user that may not read information about the server is sufficient, as for relay and worker', async () => {
    const restricted = await startRedis(['user default on nopass ~* &* +@all -info']);
    try {
      withRedis(restricted.uri);
      expect(await request('Create')).toMatchObject({ Status: 'SUCCESS' });
      expect(kit.adapter().logged('redis-version-unknown')).toHaveLength(1);
    } finally {
      await restricted.dispose();
    }
  });

  test('names a wrong password, and does not show it', async () => {
    const guarded = await startRedis(['requirepass right-password']);
    try {
      withRedis(guarded.uri.replace('redis://', 'redis://:wrong-password@'));
      const text = await reason();
      expect(text).toMatch(/phase "redis" failed. Redis rejects the credentials: WRONGPASS[^]*What to do: Correct user name and password/);
      expect(text).not.toContain('wrong-password');
    } finally {
      await guarded.dispose();
    }
  });

  test('warns of a policy that evicts keys without expiration', async () => {
    start();
    expect(await request('Create')).toMatchObject({ Status: 'SUCCESS' });
    expect(kit.adapter().logged('redis-eviction-policy')).toEqual([expect.objectContaining({ policy: 'noeviction' })]);
  });
});

describe('start', () => {
  test('shows how LibreChat ended', async () => {
    start({ environment: { FIXTURE_START_FAILS: '3' } });
    expect(await reason()).toMatch(/phase "start" failed. LibreChat ended before it was ready: exit code 3\./);
  });

  test('shows its last lines without secrets, as they are and encoded', async () => {
    const secret = 'p@ss/word"é';
    const lines = [`mongodb://user:${encodeURIComponent(secret)}@db`, JSON.stringify({ error: secret }), 'plain line'];
    start({
      environment: {
        [`${VALUE_FROM}OPENAI_API_KEY`]: secretNamed('openai', secret), FIXTURE_START_FAILS: '1', FIXTURE_START_SAYS: lines.join('\n'),
      },
    });
    const text = await reason();
    expect(text).toContain("LibreChat's last lines:\nmongodb://user:***@db\n{\"error\":\"***\"}\nplain line\nLog:");
  });

  test('shows the user of a URI, which may be a common word, but not the password', async () => {
    const said = ['cannot read librechat.yaml', 'mongodb://librechat:the-password@db'];
    const uri = secretNamed('other', 'mongodb://librechat:the-password@db/LibreChat');
    start({ environment: { [`${VALUE_FROM}OTHER_URI`]: uri, FIXTURE_START_FAILS: '1', FIXTURE_START_SAYS: said.join('\n') } });
    expect(await reason()).toContain("LibreChat's last lines:\ncannot read librechat.yaml\nmongodb://librechat:***@db\nLog:");
  });

  test('shows why LibreChat rejects a configuration, which its log would cut after 255 characters', async () => {
    const issue = { code: 'invalid_type', expected: 'array', received: 'undefined', path: ['endpoints', 'custom', 0, 'models', 'default'], message: 'Required' };
    const message = `Invalid custom config file at /tmp/librechat.yaml:\n${JSON.stringify({ issues: [issue], name: 'ZodError' }, null, 2)}`;
    const file = join(mkdtempSync(join(tmpdir(), 'check-')), 'environment.json');
    start({ environment: { FIXTURE_ENVIRONMENT_FILE: file, FIXTURE_START_FAILS: '1', FIXTURE_START_SAYS: JSON.stringify({ level: 'error', message }) } });
    expect(await reason()).toContain('error: Invalid custom config file at /tmp/librechat.yaml: { "issues": [ { "code": "invalid_type", "expected": "array", '
      + '"received": "undefined", "path": [ "endpoints", "custom", 0, "models", "default" ], "message": "Required" } ], "name": "ZodError" }\nLog:');
    const { CONSOLE_JSON_STRING_LENGTH } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    expect(Number(CONSOLE_JSON_STRING_LENGTH)).toBeGreaterThan(message.length);
    rmSync(dirname(file), { recursive: true });
  });

  test('shows the beginning of a line that is too long, without parts of secrets', async () => {
    const secret = `${'secret '.repeat(20)}end`;
    const said = `${'x'.repeat(1_150)} ${secret} ${'y'.repeat(200)}`;
    start({
      environment: {
        [`${VALUE_FROM}OPENAI_API_KEY`]: secretNamed('openai', secret), FIXTURE_START_FAILS: '1', FIXTURE_START_SAYS: JSON.stringify({ level: 'error', message: said }),
      },
    });
    const text = await reason();
    expect(text).toMatch(/\nerror: x{1150} \*\*\* y+…\nLog: stream/);
    expect(text).not.toContain('secret secret');
  });

  test('has its own timeout', async () => {
    start({ environment: { FIXTURE_NEVER_READY: '1' }, settings: { checkStartMs: 300 } });
    expect(await reason()).toMatch(/LibreChat is not ready after \d+ s/);
  });

  test('fits into the response, with the last of many lines', async () => {
    const lines = Array.from({ length: 14 }, (_, i) => `line ${i} ${'x'.repeat(190)}`);
    start({ environment: { FIXTURE_START_FAILS: '1', FIXTURE_START_SAYS: lines.join('\n') } });
    const text = await reason();
    expect(Buffer.byteLength(JSON.stringify(text))).toBeLessThan(2_600);
    expect(text).toContain('line 13');
    expect(text).not.toContain('line 0 ');
    expect(text).toContain('Log: stream');
  });
});
