import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:tls';
import Redis, { type RedisOptions } from 'ioredis';
import { generate } from 'selfsigned';
import { type RunningRedis, startRedis } from '../../emulator/redis';

const PASSWORD = 'a token with "quotes" and #signs';

function installed(): boolean {
  try {
    return execFileSync('redis-server', ['--version']).length > 0;
  } catch {
    return false;
  }
}

async function certificate() {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  return { cert, key, ca: cert };
}

/** The same suite for both: what the built-in one answers is what Redis answers. */
const KINDS = [...(installed() ? ['redis-server' as const] : []), 'built-in' as const];

describe.each(KINDS)('%s', (kind) => {
  let redis: RunningRedis;
  let tls: { cert: string; key: string; ca: string };
  let client: Redis;
  const clients: Redis[] = [];

  function open(options: Partial<RedisOptions> = {}) {
    const { host, port } = redis;
    // One that has lost its connection would wait for two seconds to lose it.
    const disconnectTimeout = 0;
    const opened = new Redis({ host, port, password: PASSWORD, tls: { ca: tls.ca }, retryStrategy: null, disconnectTimeout, ...options });
    opened.on('error', () => undefined);
    clients.push(opened);
    return opened;
  }

  beforeAll(async () => {
    tls = await certificate();
    redis = await startRedis({ password: PASSWORD, tls, builtIn: kind === 'built-in' });
    client = open();
    clients.splice(0);
  });

  afterEach(() => clients.splice(0).forEach((each) => each.disconnect()));

  afterAll(async () => {
    client.disconnect();
    await redis.dispose();
  });

  beforeEach(() => client.flushall());

  test('is of the kind that was asked for', () => expect(redis).toMatchObject({ kind, host: '127.0.0.1' }));

  describe('connections', () => {
    test('fails when the password is wrong', async () => {
      await expect(open({ password: 'wrong' }).get('a')).rejects.toThrow();
      const replies = await raw(['AUTH', 'wrong'], ['GET', 'a']);
      expect(replies).toEqual([
        '-WRONGPASS invalid username-password pair or user is disabled.',
        '-NOAUTH Authentication required.',
      ]);
    });

    test('takes the name of the default user', async () => {
      expect(await raw(['AUTH', 'default', PASSWORD], ['PING'])).toEqual(['+OK', '+PONG']);
    });

    test('fails when the client does not trust the certificate', async () => {
      await expect(open({ tls: {} }).ping()).rejects.toThrow();
    });

    test('does not speak plain TCP', async () => {
      await expect(open({ tls: undefined }).ping()).rejects.toThrow();
    });

    test('ends after QUIT', async () => {
      const other = open();
      const closed = new Promise((resolve) => other.once('end', resolve));
      expect(await other.quit()).toBe('OK');
      await closed;
    });

    test('answers commands that came in one packet in order', async () => {
      const results = await client.pipeline().set('a', '1').incr('a').get('a').ping().exec();
      expect(results).toEqual([[null, 'OK'], [null, 2], [null, '2'], [null, 'PONG']]);
    });
  });

  describe('strings', () => {
    test('keeps bytes as they are', async () => {
      const bytes = Buffer.from([0, 13, 10, 255, 128]);
      await client.set('bytes', bytes);
      expect(await client.getBuffer('bytes')).toEqual(bytes);
      await client.set('text', 'grüß 🙂');
      expect(await client.get('text')).toBe('grüß 🙂');
    });

    test('carries what does not fit into one TLS record', async () => {
      const long = 'x'.repeat(20_000);
      await client.set('long', long);
      expect(await client.get('long')).toBe(long);
    });

    test('NX sets once, XX only what exists', async () => {
      expect(await client.set('once', 'a', 'EX', 10, 'NX')).toBe('OK');
      expect(await client.set('once', 'b', 'EX', 10, 'NX')).toBeNull();
      expect(await client.set('never', 'a', 'XX')).toBeNull();
      expect(await client.get('once')).toBe('a');
    });

    test.each([['EX', 100], ['PX', 100_000]] as const)('%s expires', async (unit, amount) => {
      await (client.call('SET', 'key', 'v', unit, amount));
      expect(await client.ttl('key')).toBe(100);
      expect(await client.pttl('key')).toBeGreaterThan(90_000);
    });

    test('an expired key is gone', async () => {
      await client.set('short', 'v', 'PX', 1);
      while (await client.exists('short')) await new Promise(setImmediate);
      expect(await client.get('short')).toBeNull();
      expect(await client.ttl('short')).toBe(-2);
      expect(await client.keys('*')).toEqual([]);
    });

    test('SET forgets the time of expiry, INCR and KEEPTTL keep it', async () => {
      await client.set('n', '1', 'EX', 100);
      await client.incr('n');
      expect(await client.ttl('n')).toBe(100);
      await client.set('n', '5', 'KEEPTTL');
      expect(await client.ttl('n')).toBe(100);
      await client.set('n', '7');
      expect(await client.ttl('n')).toBe(-1);
    });

    test('EXPIRE and PERSIST', async () => {
      expect(await client.expire('none', 5)).toBe(0);
      await client.set('key', 'v');
      expect(await client.expire('key', 50)).toBe(1);
      expect(await client.ttl('key')).toBe(50);
      expect(await client.persist('key')).toBe(1);
      expect(await client.persist('key')).toBe(0);
      expect(await client.expire('key', -1)).toBe(1);
      expect(await client.exists('key')).toBe(0);
    });

    test('counts', async () => {
      expect([await client.incr('n'), await client.incrby('n', 5), await client.decr('n')]).toEqual([1, 6, 5]);
      await client.set('word', 'abc');
      await expect(client.incr('word')).rejects.toThrow('ERR value is not an integer or out of range');
    });

    test('DEL and EXISTS count each key', async () => {
      for (const key of ['a', 'b']) await client.set(key, '1');
      expect(await client.exists('a', 'a', 'b', 'c')).toBe(3);
      expect(await client.del('a', 'b', 'c')).toBe(2);
    });

    test('KEYS matches globs', async () => {
      for (const key of ['chat::a1', 'chat::b2', 'other', 'a*b']) await client.set(key, '1');
      expect((await client.keys('chat::*')).sort()).toEqual(['chat::a1', 'chat::b2']);
      expect(await client.keys('chat::[ax]?')).toEqual(['chat::a1']);
      expect(await client.keys('a\\*b')).toEqual(['a*b']);
    });
  });

  describe('lists', () => {
    const range = (from: number, to: number) => client.lrange('list', from, to);

    test('grow at both ends', async () => {
      expect(await client.rpush('list', 'b', 'c')).toBe(2);
      expect(await client.lpush('list', 'a')).toBe(3);
      expect(await client.llen('list')).toBe(3);
      expect(await client.llen('none')).toBe(0);
    });

    test.each([
      [0, -1, ['a', 'b', 'c']], [1, 1, ['b']], [-2, -1, ['b', 'c']], [2, 99, ['c']], [5, 9, []], [2, 1, []], [-99, 0, ['a']], [0, -99, []],
    ])('LRANGE %i %i', async (from, to, expected) => {
      await client.rpush('list', 'a', 'b', 'c');
      expect(await range(from, to)).toEqual(expected);
    });

    test('LTRIM keeps a range, and no empty list', async () => {
      await client.rpush('list', 'a', 'b', 'c', 'd');
      await client.ltrim('list', -2, -1);
      expect(await range(0, -1)).toEqual(['c', 'd']);
      await client.ltrim('list', 5, 9);
      expect(await client.exists('list')).toBe(0);
    });
  });

  describe('hashes and sets', () => {
    test('HSET counts what is new', async () => {
      expect(await client.hset('job', { status: 'running', user: 'u' })).toBe(2);
      expect(await client.hset('job', 'status', 'complete')).toBe(0);
      expect(await client.hget('job', 'status')).toBe('complete');
      expect(await client.hgetall('job')).toEqual({ status: 'complete', user: 'u' });
      expect(await client.hmget('job', 'user', 'none')).toEqual(['u', null]);
      expect(await client.hdel('job', 'user', 'status', 'none')).toBe(2);
      expect(await client.exists('job')).toBe(0);
      expect(await client.hgetall('none')).toEqual({});
      await expect(client.call('HSET', 'job', 'a', '1', 'b')).rejects.toThrow("ERR wrong number of arguments for 'hset' command");
    });

    test('a set holds each member once', async () => {
      expect(await client.sadd('set', 'a', 'b', 'a')).toBe(2);
      expect((await client.smembers('set')).sort()).toEqual(['a', 'b']);
      expect(await client.sismember('set', 'a')).toBe(1);
      expect(await client.scard('set')).toBe(2);
      expect(await client.srem('set', 'a', 'b')).toBe(2);
      expect(await client.exists('set')).toBe(0);
    });
  });

  describe('channels', () => {
    test('a message reaches those who subscribed, in order', async () => {
      const [one, two] = [open(), open()];
      const received: string[] = [];
      const done = new Promise<void>((resolve) => two.on('message', (channel, message) => {
        received.push(`${channel}=${message}`);
        if (message === 'last') resolve();
      }));
      expect(await one.subscribe('a', 'b')).toBe(2);
      expect(await two.subscribe('b')).toBe(1);
      expect(await client.publish('nobody', 'x')).toBe(0);
      expect(await client.publish('a', 'x')).toBe(1);
      expect(await client.publish('b', 'first')).toBe(2);
      await client.publish('b', 'last');
      await done;
      expect(received).toEqual(['b=first', 'b=last']);
    });

    test('patterns', async () => {
      const subscriber = open();
      const message = new Promise((resolve) => subscriber.on('pmessage', (...parts) => resolve(parts)));
      await subscriber.psubscribe('stream:*');
      expect(await client.publish('stream:1', 'hello')).toBe(1);
      expect(await message).toEqual(['stream:*', 'stream:1', 'hello']);
    });

    test('after UNSUBSCRIBE nothing comes, and commands work again', async () => {
      const subscriber = open();
      await subscriber.subscribe('left');
      expect(await subscriber.unsubscribe('left')).toBe(0);
      expect(await client.publish('left', 'x')).toBe(0);
      expect(await subscriber.exists('left')).toBe(0);
    });

    test('a subscriber may only subscribe, ping and quit', async () => {
      const replies = await raw(['AUTH', PASSWORD], ['SUBSCRIBE', 'a'], ['GET', 'k']);
      expect(replies.at(-1)).toMatch(/^-ERR Can't execute 'get': only \(P\|S\)SUBSCRIBE/);
    });

    test('a client that has gone is no receiver any more', async () => {
      const subscriber = open();
      await subscriber.subscribe('gone');
      subscriber.disconnect();
      while (await client.publish('gone', 'x')) await new Promise(setImmediate);
    });
  });

  describe('transactions', () => {
    test('EXEC answers all at once', async () => {
      const results = await client.multi().rpush('list', 'a').expire('list', 60).publish('c', 'x').exec();
      expect(results).toEqual([[null, 1], [null, 1], [null, 0]]);
    });

    test('a command that fails does not stop the others', async () => {
      await client.set('text', 'a');
      const results = await client.multi().incr('text').set('after', '1').exec();
      expect(results?.[0][0]?.message).toMatch(/not an integer/);
      expect(await client.get('after')).toBe('1');
    });

    test('DISCARD', async () => {
      expect(await raw(['AUTH', PASSWORD], ['MULTI'], ['SET', 'a', '1'], ['DISCARD'], ['EXISTS', 'a']))
        .toEqual(['+OK', '+OK', '+QUEUED', '+OK', ':0']);
    });
  });

  test.each([
    [['GET', 'list'], 'WRONGTYPE Operation against a key holding the wrong kind of value'],
    [['NOSUCH', 'a', 'b'], "ERR unknown command 'nosuch', with args beginning with: 'a' 'b'"],
    [['GET'], "ERR wrong number of arguments for 'get' command"],
    [['SET', 'a', 'b', 'EX', '0'], "ERR invalid expire time in 'set' command"],
    [['SET', 'a', 'b', 'WHAT'], 'ERR syntax error'],
    [['EXEC'], 'ERR EXEC without MULTI'],
  ])('refuses %j', async ([name, ...args], message) => {
    await client.rpush('list', 'a');
    await expect(client.call(name.toLowerCase(), ...args)).rejects.toThrow(message);
  });

  test('leaves no connection, port or file behind', async () => {
    const other = await startRedis({ tls, builtIn: kind === 'built-in' });
    const { host, port } = other;
    const user = new Redis({ host, port, tls: { ca: tls.ca }, retryStrategy: null });
    user.on('error', () => undefined);
    const ended = new Promise((resolve) => user.once('end', resolve));
    expect(await user.ping()).toBe('PONG');
    const [, folder] = kind === 'built-in' ? [] : await user.config('GET', 'dir') as string[];
    expect(folder === undefined || existsSync(`${folder}/redis.conf`)).toBe(true);
    await other.dispose();
    await ended;
    await expect(new Promise((resolve, reject) => connect({ host, port, ca: tls.ca }, () => resolve('open')).on('error', reject)))
      .rejects.toThrow('ECONNREFUSED');
    expect(folder !== undefined && existsSync(folder)).toBe(false);
  });

  /** Commands as bytes, without what a client library does on its own; the first line of each reply. */
  function raw(...commands: string[][]): Promise<string[]> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: redis.host, port: redis.port, ca: tls.ca });
      let answer = '';
      socket.on('error', reject);
      socket.on('data', (data) => { answer += data; });
      socket.on('close', () => resolve(answer.split('\r\n').slice(0, -2).filter((line) => /^[+\-:]/.test(line))));
      for (const args of [...commands, ['QUIT']]) {
        socket.write(`*${args.length}\r\n${args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`).join('')}`);
      }
    });
  }
});
