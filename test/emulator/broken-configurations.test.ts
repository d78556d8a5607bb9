import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aws_ecs as ecs, type Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { makeCertificates } from '../../emulator/core/certificates';
import { EmulatorError } from '../../emulator/core/errors';
import type { TimedEvent } from '../../emulator/core/events';
import { MongoServer } from '../../emulator/services/documentdb/server';
import { startRedis, type RunningRedis } from '../../emulator/services/elasticache';
import { Deployment, type DeploymentOptions } from '../../fixtures/deployment';
import { startOldRedis, type OldRedis } from '../../fixtures/runtime/old-redis';
import { startRedis as startPlainRedis, type TestRedis } from '../../fixtures/runtime/redis';
import { ChatClient } from '../../probe/chat-client';
import { LibreChatConfig, LibreChatDatabase, LibreChatRedis, type LibreChatServerlessProps } from '../../src';

jest.setTimeout(600_000);

/** Values that no event may contain. */
const SECRETS = { mongo: 'mongo-password', wrong: 'another-password', redis: 'redis-password', key: 'sk-of-another-provider', creds: 'not-hexadecimal' };

const CONFIGURATIONS = {
  'a secret that does not exist': { secrets: { OPENAI_API_KEY: 'openai' } },
  'a field that a secret does not have': { secrets: { OPENAI_API_KEY: 'keys:openai' } },
  'a MongoDB that cannot be reached': { database: 'mongo-unreachable' },
  'a wrong password of MongoDB': { database: 'mongo-wrong-password' },
  'a Redis without TLS': { redis: 'redis-without-tls' },
  'a Redis that is too old': { redis: 'redis-old' },
  'a configuration that is not YAML': { config: 'broken.yaml' },
  'a LibreChat that exits': { secrets: { CREDS_KEY: 'creds' } },
} satisfies Record<string, Configuration>;

interface Configuration {
  readonly secrets?: Readonly<Record<string, string>>;
  readonly database?: string;
  readonly redis?: string;
  readonly config?: string;
}

type Name = keyof typeof CONFIGURATIONS;

/** The phase, the cause and the remedy in the event. */
const REASONS: Readonly<Record<Name, readonly [phase: string, cause: RegExp, remedy: RegExp]>> = {
  'a secret that does not exist': ['secrets', /`VALUE_FROM_OPENAI_API_KEY` could not be read from \S*openai/, /Create the secret/],
  'a field that a secret does not have': ['secrets', /has no field `openai`/, /Create the secret, its field/],
  'a MongoDB that cannot be reached': ['database', /ECONNREFUSED|Server selection timed out/, /host|network|security group|access list/],
  'a wrong password of MongoDB': ['database', /Authentication failed/, /user name|password/],
  'a Redis without TLS': ['redis', /./, /rediss:\/\//],
  'a Redis that is too old': ['redis', /Redis 6\.0/, /Redis 6\.2 or newer/],
  'a configuration that is not YAML': ['configuration', /librechat\.yaml cannot be parsed: .* in line \d+/, /Correct `config`/],
  'a LibreChat that exits': ['start', /LibreChat ended before it was ready: exit code 1/, /LibreChat's last lines[^]*CREDS_KEY must be 64 hexadecimal digits/],
};

let folder: string;
let mongo: MongoServer;
let redis: RunningRedis;
let plainRedis: TestRedis;
let oldRedis: OldRedis;
let options: DeploymentOptions;
let log: TimedEvent[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'broken-'));
  const { cert, key, ca } = await makeCertificates(folder);
  mongo = await MongoServer.start({ dialect: 'mongodb', users: { librechat: SECRETS.mongo } });
  redis = await startRedis({ password: SECRETS.redis, tls: { cert, key, ca } });
  plainRedis = await startPlainRedis();
  oldRedis = await startOldRedis(plainRedis.port);
  mkdirSync(join(folder, 'settings'));
  writeFileSync(join(folder, 'settings/librechat.yaml'), 'version: 1.3.4\n');
  writeFileSync(join(folder, 'settings/broken.yaml'), `version: 1.3.4\nendpoints:\n  custom: [{ apiKey: "${SECRETS.key}" }\n`);
  const unreachable = `mongodb://librechat:${SECRETS.mongo}@127.0.0.1:1/LibreChat?authSource=admin&serverSelectionTimeoutMS=500`;
  options = {
    secrets: {
      'mongo': mongo.uri,
      'mongo-unreachable': unreachable,
      'mongo-wrong-password': mongo.uri.replace(SECRETS.mongo, SECRETS.wrong),
      'redis': `rediss://:${SECRETS.redis}@${redis.host}:${redis.port}`,
      'redis-without-tls': plainRedis.uri.replace('redis:', 'rediss:'),
      'redis-old': oldRedis.uri,
      'keys': JSON.stringify({ anthropic: SECRETS.key }),
      'creds': SECRETS.creds,
    },
    buckets: { settings: join(folder, 'settings') },
    trustedAuthorities: [ca],
    worker: { redisWaitMs: 2_000, databaseWaitMs: 2_000 } as DeploymentOptions['worker'],
    listener: (event) => log.push(event),
  };
});

afterAll(async () => {
  await Promise.all([mongo, redis, oldRedis].map((server) => server.dispose()));
  await plainRedis.dispose();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => { log = []; });

function propsOf({ secrets = {}, database = 'mongo', redis: cache = 'redis', config = 'librechat.yaml' }: Configuration) {
  return (stack: Stack): LibreChatServerlessProps => {
    const secret = (reference: string) => {
      const [name, field] = reference.split(':');
      return ecs.Secret.fromSecretsManager(Secret.fromSecretNameV2(stack, `Secret-${name}`, name), field);
    };
    return {
      secrets: Object.fromEntries(Object.entries(secrets).map(([name, reference]) => [name, secret(reference)])),
      database: LibreChatDatabase.fromUri(secret(database)),
      redis: LibreChatRedis.fromUri(secret(cache)),
      config: LibreChatConfig.fromBucket(Bucket.fromBucketName(stack, 'Settings', 'settings'), config),
    };
  };
}

/** The error of a failed deployment. */
async function failureOf(deployment: Promise<unknown>): Promise<EmulatorError> {
  const error: unknown = await deployment.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(EmulatorError);
  return error as EmulatorError;
}

function expectReason({ code, message }: EmulatorError, name: Name): void {
  const [phase, cause, remedy] = REASONS[name];
  // A rollback that fails has another code.
  expect({ code, message }).toEqual({ code: 'CUSTOM_RESOURCE_FAILED', message: expect.stringMatching(/^Chat\w*Check\w* \(Custom::LibreChatCheck\): /) });
  expect(message).toContain(`phase "${phase}"`);
  expect(message).toMatch(cause);
  expect(message).toMatch(/\nWhat to do: /);
  expect(message).toMatch(remedy);
  expect(message).toMatch(/\nLog: stream \S+ of log group \S+/);
  for (const secret of Object.values(SECRETS)) expect(message).not.toContain(secret);
}

const workersStarted = () => log.filter((event) => event.type === 'environment' && event.phase === 'starting' && /BackendFunction/.test(event.function));
const names = Object.keys(CONFIGURATIONS) as Name[];

describe('a first deployment with', () => {
  test.each(names)('%s fails with a reason, rolls back, and never serves', async (name) => {
    expectReason(await failureOf(Deployment.start({ ...options, props: propsOf(CONFIGURATIONS[name]) })), name);
    expect(workersStarted()).toEqual([]);
  });
});

describe('an update to', () => {
  let deployment: Deployment;
  let client: ChatClient;

  beforeAll(async () => {
    log = [];
    deployment = await Deployment.start({ ...options, props: propsOf({}) });
    client = await ChatClient.signIn(deployment.url);
  });
  afterAll(() => deployment?.dispose());

  test.each(names)('%s fails with a reason, rolls back, and the old configuration serves', async (name) => {
    expectReason(await failureOf(deployment.update(propsOf(CONFIGURATIONS[name]))), name);
    expect([...deployment.emulator.services.cloudFormation.stacks.values()]).toEqual(['UPDATE_ROLLBACK_COMPLETE']);
    expect((await client.get('/api/agents/chat/active')).status).toBe(200);
  });

  test('a correct configuration succeeds after all that', async () => {
    await deployment.update(propsOf({ secrets: { ANTHROPIC_API_KEY: 'keys:anthropic' } }));
    expect([...deployment.emulator.services.cloudFormation.stacks.values()]).toEqual(['UPDATE_COMPLETE']);
    expect((await client.get('/api/agents/chat/active')).status).toBe(200);
  });
});
