import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describeWith } from '../../requires';
import { bodyOf, Deployment, get, serve } from './kit/queues';
import { startRefusingRedis } from './kit/refusing-redis';
import { startRedis, type TestRedis } from '../../../fixtures/runtime/redis';
import { until } from '../../../fixtures/runtime/until';
import { DEFAULT_SETTINGS, type Outcome, RedisDenied, type RedisEndpoint, RedisUnreachable, RedisUnsuitable } from '../../../runtime/queue';
import { targetOf } from '../../../runtime/queue/endpoint';
import { freePort } from '../../../runtime/worker/start/port';

const NOTHING = Buffer.alloc(0);

/** A request through a new relay and a new worker. */
async function exchangeOver(redis: RedisEndpoint, readRedisAgain?: () => Promise<RedisEndpoint>): Promise<Outcome> {
  const deployment = new Deployment(redis.uri);
  try {
    const worker = deployment.worker({ redis, readRedisAgain });
    await worker.reportStarted();
    void serve(worker, async (exchange) => { await exchange.start({ statusCode: 200, headers: [] }); await exchange.end(); });
    const outcome = await deployment.relay({ redis, readRedisAgain }).submit(get('/'), NOTHING);
    await bodyOf(outcome);
    return outcome;
  } finally {
    await deployment.dispose();
  }
}

test.each([
  ['redis://cache', { host: 'cache', port: 6379, database: 0, username: undefined, password: undefined, tls: undefined }],
  ['rediss://u%40:p%2F@cache:7000/3', { host: 'cache', port: 7000, database: 3, username: 'u@', password: 'p/', tls: { servername: 'cache' } }],
  ['redis://[::1]:7000', { host: '::1', port: 7000 }],
])('%s', (uri, target) => {
  expect(targetOf({ uri })).toMatchObject(target);
});

test('a separate password takes precedence over the one in the URI', () => {
  expect(targetOf({ uri: 'redis://:old@cache', password: 'new' })).toMatchObject({ password: 'new' });
});

test.each(['http://:secret@cache', 'cache:secret'])('fails when the URI is %s, without quoting it', (uri) => {
  expect(() => targetOf({ uri })).toThrow(/^the URI of Redis must begin with redis:\/\/ or rediss:\/\/$/);
});

describe('a Redis that cannot be used', () => {
  const unavailable = { kind: 'unavailable', reason: 'redis' };

  /** The page must get an error in less than three seconds. */
  const message = expect.stringMatching(/^no reply from Redis within 2300 ms/);

  test('a request to a closed port is unavailable within 3 seconds', async () => {
    const deployment = new Deployment(`redis://127.0.0.1:${await freePort()}`, DEFAULT_SETTINGS);
    expect(await deployment.relay().submit(get('/'), NOTHING, { streamId: 'a' })).toMatchObject({ ...unavailable, message });
    await expect(deployment.worker().reportStarted()).rejects.toThrow(RedisUnreachable);
    await deployment.dispose();
  });

  test('a request to a Redis that does not reply is unavailable within 3 seconds', async () => {
    const redis = await startRefusingRedis();
    const deployment = new Deployment(redis.uri, DEFAULT_SETTINGS);
    expect(await deployment.relay().submit(get('/'), NOTHING)).toMatchObject({ ...unavailable, message });
    await deployment.dispose();
    await redis.dispose();
  });

  test.each([
    ['MOVED 1234 10.0.0.1:6379', 'XTRIM', 'a Redis without cluster mode, or a cluster with one shard'],
    ["CROSSSLOT Keys in request don't hash to the same slot", 'XTRIM', 'a Redis without cluster mode, or a cluster with one shard'],
    ['ERR syntax error', 'XTRIM', 'Redis 6.2 or newer, or Valkey'],
    ['ERR unknown command `XTRIM`, with args beginning with: ', 'XTRIM', 'Redis 6.2 or newer, or Valkey'],
    ["NOPERM this user has no permissions to run the 'xtrim' command", 'XTRIM', 'a user that may run this command'],
  ])('%s: the error names the command and the requirement', async (reply, command, required) => {
    const redis = await startRefusingRedis(reply);
    const deployment = new Deployment(redis.uri);
    await expect(deployment.relay().connect()).rejects.toMatchObject({ name: 'RedisUnsuitable', command, required });
    await expect(deployment.worker().reportStarted()).rejects.toThrow(RedisUnsuitable);
    expect(deployment.log.lines.map(({ event }) => event)).toEqual(['redis-unsuitable', 'redis-unsuitable']);
    expect(deployment.log.lines[0].fields!.message).toContain(required);
    expect(await deployment.relay().submit(get('/'), NOTHING)).toMatchObject(unavailable);
    await deployment.dispose();
    await redis.dispose();
  });

  test.each([
    'READONLY You can\'t write against a read only replica.',
    'LOADING Redis is loading the dataset in memory',
    'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
  ])('%s: the connection is dropped', async (reply) => {
    const redis = await startRefusingRedis(reply);
    const deployment = new Deployment(redis.uri, { ...DEFAULT_SETTINGS, unreachableMs: 600 });
    await expect(deployment.relay().connect()).rejects.toThrow(reply);
    expect(redis.connections).toBeGreaterThan(1);
    await deployment.dispose();
    await redis.dispose();
  });
});

describeWith('redis-server')('a Redis with a password', () => {
  let redis: TestRedis;
  beforeAll(async () => { redis = await startRedis(['requirepass right', 'user chat on >theirs ~* +@all']); });
  afterAll(async () => { await redis.dispose(); });

  test.each([
    ['in the URI', () => ({ uri: redis.uri.replace('//', '//:right@') })],
    ['on its own', () => ({ uri: redis.uri, password: 'right' })],
    ['of a user', () => ({ uri: redis.uri.replace('//', '//chat:theirs@') })],
  ])('%s', async (_, endpoint) => {
    expect(await exchangeOver(endpoint())).toMatchObject({ kind: 'response' });
  });

  test.each([['wrong', 'wrong'], ['missing', undefined]])('that is %s is read once more', async (_, password) => {
    const readings: RedisEndpoint[] = [];
    const readRedisAgain = async () => {
      const endpoint = { uri: redis.uri, password: 'right' };
      readings.push(endpoint);
      return endpoint;
    };
    expect(await exchangeOver({ uri: redis.uri, password }, readRedisAgain)).toMatchObject({ kind: 'response' });
    // Once by the relay, once by the two connections of the worker together.
    expect(readings).toHaveLength(2);
  });

  test('that stays wrong is an error, which does not quote it', async () => {
    const deployment = new Deployment(redis.uri);
    const endpoint = { uri: redis.uri, password: 'wrong-secret' };
    const connecting = deployment.relay({ redis: endpoint, readRedisAgain: async () => endpoint }).connect();
    await expect(connecting).rejects.toThrow(RedisDenied);
    await expect(connecting).rejects.not.toThrow('wrong-secret');
    await deployment.dispose();
  });
});

describeWith('redis-server', 'openssl')('a Redis with TLS', () => {
  test('works with rediss://', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'queue-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync('openssl', [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost',
      '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert,
    ], { stdio: 'ignore' });
    const redis = await startRedis([`tls-cert-file ${cert}`, `tls-key-file ${key}`, `tls-ca-cert-file ${cert}`, 'tls-auth-clients no'], true);
    const uri = redis.uri.replace('127.0.0.1', 'localhost');
    expect(await exchangeOver({ uri, tls: { ca: readFileSync(cert) } })).toMatchObject({ kind: 'response' });
    await expect(exchangeOver({ uri })).rejects.toThrow('self-signed certificate');
    await redis.dispose();
    rmSync(folder, { recursive: true });
  });
});

describeWith('redis-server')('a cluster', () => {
  test('with one shard works: all keys are in one slot, and scripts declare theirs', async () => {
    const redis = await startRedis(['cluster-enabled yes', 'cluster-require-full-coverage no', `cluster-port ${await freePort()}`]);
    const admin = new Redis(redis.port);
    await admin.call('CLUSTER', ['ADDSLOTSRANGE', 0, 16383]);
    await until(async () => /cluster_state:ok/.test(String(await admin.call('CLUSTER', ['INFO']))));
    expect(await exchangeOver({ uri: redis.uri })).toMatchObject({ kind: 'response' });
    admin.disconnect();
    await redis.dispose();
  });
});
