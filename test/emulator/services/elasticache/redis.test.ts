import { existsSync } from 'node:fs';
import { connect } from 'node:tls';
import Redis from 'ioredis';
import { generate } from 'selfsigned';
import { startRedis, type RunningRedis } from '../../../../emulator/services/elasticache';
import { describeWith } from '../../../requires';

const PASSWORD = 'a token with "quotes" and #signs';

test('fails without redis-server, with the command to install it', async () => {
  const path = process.env.PATH;
  process.env.PATH = '/nowhere';
  try {
    await expect(startRedis({ tls: { cert: '', key: '', ca: '' } })).rejects.toMatchObject({
      code: 'REDIS_MISSING', message: 'ElastiCache requires `redis-server` in PATH: install it (`apt-get install redis-server`, `brew install redis`)',
    });
  } finally {
    process.env.PATH = path;
  }
});

// https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption.html
describeWith('redis-server')('a Redis with in-transit encryption', () => {
  let redis: RunningRedis;
  let ca: string;
  const opened: Redis[] = [];
  const open = (options: object = {}) => {
    const { host, port } = redis;
    const client = new Redis({ host, port, password: PASSWORD, tls: { ca }, retryStrategy: () => null, disconnectTimeout: 0, ...options });
    client.on('error', () => undefined);
    opened.push(client);
    return client;
  };

  beforeAll(async () => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    ca = cert;
    redis = await startRedis({ password: PASSWORD, tls: { cert, key, ca } });
  });
  afterEach(() => opened.splice(0).forEach((client) => client.disconnect()));
  afterAll(() => redis.dispose());

  test('accepts the password, also with the name of the default user', async () => {
    expect(await open().ping()).toBe('PONG');
    expect(await open({ username: 'default' }).ping()).toBe('PONG');
  });

  test('fails when the password is wrong', async () => {
    await expect(open({ password: 'wrong' }).get('a')).rejects.toThrow();
  });

  test('fails when the client does not trust the certificate', async () => {
    await expect(open({ tls: {} }).ping()).rejects.toThrow();
  });

  test('fails without TLS', async () => {
    await expect(open({ tls: undefined }).ping()).rejects.toThrow();
  });

  test('is empty and on the same port after a restart, which no outgoing connection can have taken', async () => {
    const { port } = redis;
    expect(port).toBeLessThan(32_768);
    await open().set('key', 'value');
    await redis.restart();
    expect(redis.port).toBe(port);
    expect(await open().get('key')).toBeNull();
  });

  test('leaves no connection, port or file behind', async () => {
    const user = open();
    const ended = new Promise((resolve) => user.once('end', resolve));
    const [, folder] = await user.config('GET', 'dir') as string[];
    expect(existsSync(`${folder}/redis.conf`)).toBe(true);
    await redis.dispose();
    await ended;
    const { host, port } = redis;
    await expect(new Promise((resolve, reject) => connect({ host, port, ca }, () => resolve('open')).on('error', reject))).rejects.toThrow('ECONNREFUSED');
    expect(existsSync(folder)).toBe(false);
  });
});
