import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Adapter, type AdapterOptions } from '../../../fixtures/runtime/adapter';
import { buildArtifacts, type Artifacts } from '../../../fixtures/runtime/artifacts';
import { EmulatedAws, type Fault } from '../../../fixtures/runtime/aws';
import { until } from '../../../fixtures/runtime/until';
import { QUEUE } from '../../../src/contract/queue';
import { ADAPTER, DERIVED_SECRETS, VALUE_FROM } from '../../../src/contract/variables';

jest.setTimeout(60_000);

let artifacts: Artifacts;
let aws: EmulatedAws;
let adapter: Adapter | undefined;
let folder: string;

beforeAll(async () => (artifacts = await buildArtifacts()));
afterAll(() => artifacts.dispose());

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'values-test-'));
  aws = new EmulatedAws();
  await aws.start();
});

afterEach(async () => {
  await adapter?.dispose();
  await aws.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const SECRETS = {
  root: 'root-secret-value',
  mongo: 'mongodb://user:hidden@db.example.com/LibreChat',
  redis: 'redis-auth-token',
  database: 'p@ss/w:rd?',
  sealing: 'sealing-secret-of-more-than-32-bytes',
};

const START = { startWorker: 'a-start', release: 'r1' };

/** Variables of the function as the construct declares them, with all possible references. */
function declared(): Record<string, string> {
  const { services, services: { cloud } } = aws;
  services.ssm.parameters.set('/chat/url', 'https://d111.cloudfront.net');
  services.ssm.parameters.set('/chat/mongo', SECRETS.mongo);
  aws.addBucket('config').put('folder/libre chat+1.yaml', Buffer.from('version: 1.2.1\n'));
  return {
    [ADAPTER.rootSecret]: services.secretsManager.create('root', SECRETS.root).arn,
    [ADAPTER.urlParameter]: '/chat/url',
    [ADAPTER.configBucket]: 'config',
    [ADAPTER.configKey]: 'folder/libre chat+1.yaml',
    [`${VALUE_FROM}MONGO_URI`]: cloud.arn('ssm', 'parameter/chat/mongo'),
    [`${VALUE_FROM}REDIS_PASSWORD`]: `${services.secretsManager.create('redis', JSON.stringify({ token: SECRETS.redis })).arn}:token::`,
    REDIS_URI: 'rediss://127.0.0.1:1',
    [QUEUE.prefix]: 'chat',
    [QUEUE.release]: 'a-release',
    [QUEUE.sealingSecret]: services.secretsManager.create('sealing', SECRETS.sealing).arn,
    [QUEUE.maxConcurrentRequests]: '50',
  };
}

function start(environment: Record<string, string>, options: AdapterOptions = {}): Adapter {
  adapter = new Adapter(artifacts, {
    plain: {},
    environment,
    emulation: { ADAPTER_AWS_ENDPOINT_URL: aws.url },
    credentials: aws.role.credentials,
    ...options,
    // There is no Redis.
    settings: { awsRetryMs: 5, queue: { unreachableMs: 50 }, ...options.settings },
  });
  return adapter;
}

async function seenByLibreChat(environment: Record<string, string>, options?: AdapterOptions): Promise<Record<string, string>> {
  const file = join(folder, 'environment.json');
  const worker = start({ ...environment, FIXTURE_ENVIRONMENT_FILE: file }, options);
  const { body } = await worker.invoke(START);
  body.resume();
  await worker.idle();
  expect(worker.state).toBe('frozen');
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
}

/** HKDF by its definition, for values of one block (RFC 5869). */
function derived(root: string, name: string, length: number): string {
  const key = createHmac('sha256', Buffer.alloc(32)).update(root).digest();
  return createHmac('sha256', key).update(name).update(Buffer.from([1])).digest().subarray(0, length).toString('hex');
}

test('LibreChat gets the values, and no references', async () => {
  const environment = await seenByLibreChat(declared());
  expect(environment).toMatchObject({
    MONGO_URI: SECRETS.mongo,
    REDIS_PASSWORD: SECRETS.redis,
    DOMAIN_CLIENT: 'https://d111.cloudfront.net',
    DOMAIN_SERVER: 'https://d111.cloudfront.net',
  });
  expect(Object.keys(environment).filter((name) => name.startsWith(VALUE_FROM) || /^(?:ADAPTER|QUEUE)_/.test(name))).toEqual([]);
});

test('the four values that must never change are derived from one secret', async () => {
  const environment = await seenByLibreChat(declared());
  for (const [name, length] of Object.entries(DERIVED_SECRETS)) expect(environment[name]).toBe(derived(SECRETS.root, name, length));
});

test('one of the four that is specified is not derived', async () => {
  aws.services.ssm.parameters.set('/my/key', 'my-own-key');
  const environment = await seenByLibreChat({
    ...declared(), [`${VALUE_FROM}CREDS_KEY`]: aws.services.cloud.arn('ssm', 'parameter/my/key'), JWT_SECRET: 'plain',
  });
  expect(environment).toMatchObject({ CREDS_KEY: 'my-own-key', JWT_SECRET: 'plain', CREDS_IV: derived(SECRETS.root, 'CREDS_IV', 16) });
});

describe('a secret with many variables', () => {
  const inSecret = (fields: unknown) => ({
    ...declared(), [ADAPTER.environmentSecret]: aws.services.secretsManager.create('environment', JSON.stringify(fields)).arn,
  });

  test('LibreChat gets its fields', async () => {
    expect(await seenByLibreChat(inSecret({ OPENAI_API_KEY: 'sk-1', LIMIT: 3 }))).toMatchObject({ OPENAI_API_KEY: 'sk-1', LIMIT: '3' });
  });

  test('a blank field is not set', async () => {
    const environment = await seenByLibreChat(inSecret({ BLANK: '', NULL: null }));
    expect(['BLANK', 'NULL'].filter((name) => name in environment)).toEqual([]);
  });

  test('plain variables and references precede its fields', async () => {
    const environment = await seenByLibreChat({ ...inSecret({ APP_TITLE: 'field', REDIS_PASSWORD: 'field' }), APP_TITLE: 'plain' });
    expect(environment).toMatchObject({ APP_TITLE: 'plain', REDIS_PASSWORD: SECRETS.redis });
  });

  test('it cannot override variables of the adapter', async () => {
    const before = await seenByLibreChat(declared());
    await adapter!.dispose();
    const after = await seenByLibreChat(inSecret({ PATH: '/x', HOME: '/x', NODE_ENV: 'x', USE_REDIS_STREAMS: 'false', REDIS_URI: 'x', AWS_ACCESS_KEY_ID: 'x', NODE_OPTIONS: '--x' }));
    for (const name of ['PATH', 'NODE_ENV', 'USE_REDIS_STREAMS', 'REDIS_URI', 'AWS_ACCESS_KEY_ID', 'NODE_OPTIONS']) expect(after[name]).toBe(before[name]);
    expect(after.HOME).not.toBe('/x');
  });

  test('a lasting secret in it is not derived', async () => {
    expect(await seenByLibreChat(inSecret({ CREDS_KEY: 'existing' }))).toMatchObject({
      CREDS_KEY: 'existing', CREDS_IV: derived(SECRETS.root, 'CREDS_IV', 16),
    });
  });
});

test('an endpoint for S3-compatible storage reaches LibreChat, and not the adapter', async () => {
  const environment = await seenByLibreChat({ ...declared(), AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1', AWS_PROFILE: 'other' });
  expect(environment).toMatchObject({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_PROFILE: 'other', MONGO_URI: SECRETS.mongo });
  expect(environment.ADAPTER_AWS_ENDPOINT_URL).toBeUndefined();
});

test('librechat.yaml is readable for this user only', async () => {
  const { CONFIG_PATH, TMPDIR } = await seenByLibreChat(declared());
  expect(CONFIG_PATH).toBe(`${TMPDIR}/librechat.yaml`);
  expect(readFileSync(CONFIG_PATH, 'utf8')).toBe('version: 1.2.1\n');
  expect(statSync(CONFIG_PATH).mode % 0o1000).toBe(0o600);
});

test('the credentials file holds all three', async () => {
  const { AWS_SHARED_CREDENTIALS_FILE: file } = await seenByLibreChat(declared());
  expect(readFileSync(file, 'utf8')).toBe([
    '[default]',
    'aws_access_key_id = ASIATESTEXAMPLE',
    'aws_secret_access_key = the/secret/access/key',
    'aws_session_token = the-session-token',
    '',
  ].join('\n'));
});

test('DocumentDB\'s credentials become a URI', async () => {
  const environment: Record<string, string> = declared();
  delete environment[`${VALUE_FROM}MONGO_URI`];
  const secret = { username: 'libre:chat', password: SECRETS.database, host: 'docdb.example.com', port: 27017, engine: 'mongo' };
  const { MONGO_URI } = await seenByLibreChat({
    ...environment, [ADAPTER.databaseSecret]: aws.services.secretsManager.create('database', JSON.stringify(secret)).arn,
  });
  const uri = new URL(MONGO_URI);
  expect([uri.protocol, uri.host, uri.pathname]).toEqual(['mongodb:', 'docdb.example.com:27017', '/LibreChat']);
  expect([uri.username, uri.password].map(decodeURIComponent)).toEqual(['libre:chat', SECRETS.database]);
  expect(Object.fromEntries(uri.searchParams)).toEqual({
    authSource: 'admin',
    authMechanism: 'SCRAM-SHA-1',
    tls: 'true',
    tlsCAFile: `${artifacts.image}/documentdb-ca.pem`,
    replicaSet: 'rs0',
    retryWrites: 'false',
    readPreference: 'primary',
    serverSelectionTimeoutMS: '5000',
  });
});

describe('references in the format of `ecs.Secret`', () => {
  const value = async (reference: string) => (await seenByLibreChat({ ...declared(), [`${VALUE_FROM}X`]: reference })).X;
  const secret = (text: string) => aws.services.secretsManager.create('my', text);

  test('a complete secret', async () => {
    expect(await value(secret('plain text: with colons').arn)).toBe('plain text: with colons');
  });

  test('a field', async () => {
    expect(await value(`${secret('{"a":"1","b":"2"}').arn}:b::`)).toBe('2');
  });

  test('a field that is a number', async () => {
    expect(await value(`${secret('{"a":5432}').arn}:a::`)).toBe('5432');
  });

  test('a version stage', async () => {
    expect(await value(`${secret('{"a":"1"}').arn}:a:AWSCURRENT:`)).toBe('1');
  });

  test('a version', async () => {
    const { arn, versionId } = secret('{"a":"1"}');
    expect(await value(`${arn}:a::${versionId}`)).toBe('1');
  });

  test('two fields of one secret are one call', async () => {
    const { arn } = secret('{"a":"1","b":"2"}');
    await seenByLibreChat({ ...declared(), [`${VALUE_FROM}A`]: `${arn}:a::`, [`${VALUE_FROM}B`]: `${arn}:b::` });
    expect(aws.calls.filter((call) => call === `GetSecretValue ${arn}`)).toHaveLength(1);
  });
});

describe('every AWS call failing once', () => {
  test.each<Fault>([500, 503, 429, 'throttle', 'reset', 'hang'])('%s: LibreChat starts nevertheless', async (fault) => {
    aws.fault = (_call, times) => (times === 0 ? fault : undefined);
    const settings = fault === 'hang' ? { awsTimeoutMs: 1_000 } : {};
    expect(await seenByLibreChat(declared(), { settings })).toMatchObject({ MONGO_URI: SECRETS.mongo, DOMAIN_CLIENT: 'https://d111.cloudfront.net' });
    expect(new Set(aws.calls).size).toBe(6);
    for (const call of aws.calls) expect(aws.calls.filter((other) => other === call).length).toBeGreaterThanOrEqual(2);
    // Without Lambda's second init.
    expect(adapter!.logged('start-failed')).toEqual([]);
  });
});

describe('a permanent failure', () => {
  /** The reason that is reported to the platform. */
  async function reason(environment: Record<string, string>): Promise<string> {
    const error: unknown = await start(environment).invoke(START).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(Error);
    await until(() => adapter!.state === 'dead');
    return (error as Error).message;
  }

  test.each([
    ['GetSecretValue', /`ADAPTER_ROOT_SECRET` could not be read from arn:\S+:secret:root-\w+: 127\.0\.0\.1:\d+ responded with 503/],
    ['GetParameter arn', /`VALUE_FROM_MONGO_URI` could not be read from arn:\S+:parameter\/chat\/mongo: 127\.0\.0\.1:\d+ responded with 503/],
    ['GetParameter /chat/url', /`ADAPTER_URL_PARAMETER` could not be read from \/chat\/url: 127\.0\.0\.1:\d+ responded with 503/],
    ['GET /config', /`ADAPTER_CONFIG_KEY` could not be read from s3:\/\/config\/folder\/libre chat\+1\.yaml: 127\.0\.0\.1:\d+ responded with 503/],
  ])('%s: the init fails and names the reference', async (call, expected) => {
    const environment = declared();
    aws.fault = (name) => (name.startsWith(call) && !/redis|sealing/.test(name) ? 503 : undefined);
    expect(await reason(environment)).toMatch(expected);
    expect(adapter!.logged('start-failed')[0].message).toMatch(expected);
  });

  test('the error names an endpoint that cannot be reached', async () => {
    const environment = declared();
    aws.fault = () => 'reset';
    expect(await reason(environment)).toMatch(/127\.0\.0\.1:\d+ could not be reached: /);
  });

  test('a rejected call is not repeated', async () => {
    const environment = { ...declared(), [`${VALUE_FROM}X`]: aws.services.cloud.arn('ssm', 'parameter/chat/missing') };
    expect(await reason(environment)).toMatch(/`VALUE_FROM_X` could not be read from arn:\S+\/chat\/missing: \S+ responded with 400: .*ParameterNotFound/);
    // Once for each of the two inits.
    expect(aws.calls.filter((call) => call.endsWith('missing'))).toHaveLength(2);
  });

  test('a denied call is not repeated, since requests wait', async () => {
    const environment = { ...declared(), [`${VALUE_FROM}X`]: aws.services.secretsManager.create('denied', 'value').arn };
    const { iam } = aws.services;
    iam.roles.set(aws.role.name, { ...aws.role, statements: [...aws.role.statements, { Effect: 'Deny', Action: '*', Resource: 'arn:aws:secretsmanager:*:*:secret:denied-*' }] });
    expect(await reason(environment)).toMatch(/`VALUE_FROM_X` could not be read from arn:\S+:denied-\w+: \S+ responded with 400: .*AccessDeniedException/);
    expect(aws.calls.filter((call) => call.includes(':denied-'))).toHaveLength(2);
  });

  test.each([
    ['arn:aws:s3:::bucket', '`VALUE_FROM_X` could not be read from arn:aws:s3:::bucket: it must be the ARN of an SSM parameter or of a Secrets Manager secret'],
    ['plain', '`VALUE_FROM_X` could not be read from plain: it must be'],
  ])('an invalid reference: %s', async (reference, expected) => {
    expect(await reason({ ...declared(), [`${VALUE_FROM}X`]: reference })).toContain(expected);
  });

  test('a field that is missing', async () => {
    const { arn } = aws.services.secretsManager.create('my', '{"a":"hidden"}');
    expect(await reason({ ...declared(), [`${VALUE_FROM}X`]: `${arn}:b::` })).toContain('the secret has no field `b`');
  });

  test('a field of a secret that is not JSON', async () => {
    const { arn } = aws.services.secretsManager.create('my', 'hidden-but-not-json');
    expect(await reason({ ...declared(), [`${VALUE_FROM}X`]: `${arn}:b::` })).toContain('the secret must hold a JSON object');
    expect(adapter!.output.join()).not.toContain('hidden');
  });

  test('an empty value', async () => {
    const environment = declared();
    aws.services.ssm.parameters.set('/chat/mongo', '');
    expect(await reason(environment)).toContain('`MONGO_URI` must not be empty');
  });
});

test('no secret is logged', async () => {
  const environment = await seenByLibreChat(declared());
  const secrets = [...Object.values(SECRETS), ...Object.keys(DERIVED_SECRETS).map((name) => environment[name]), environment.METRICS_SECRET, 'the/secret/access/key'];
  const output = adapter!.output.join('\n');
  expect(output).toContain('started');
  for (const secret of secrets) expect(output).not.toContain(secret);
});
