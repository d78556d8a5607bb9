import { KINDS, TestRedis } from './test-redis';

describe.each(KINDS)('%s', (kind) => {
  let server: TestRedis;
  beforeAll(async () => { server = await TestRedis.start(kind); });
  afterEach(() => server.clear());
  afterAll(() => server.dispose());

  describe('strings', () => {
    test('keeps bytes as they are', async () => {
      const bytes = Buffer.from([0, 13, 10, 255, 128]);
      await server.client.set('bytes', bytes);
      expect(await server.client.getBuffer('bytes')).toEqual(bytes);
      await server.client.set('text', 'grüß 🙂');
      expect(await server.client.get('text')).toBe('grüß 🙂');
    });

    test('carries what does not fit into one TLS record', async () => {
      const long = 'x'.repeat(20_000);
      await server.client.set('long', long);
      expect(await server.client.get('long')).toBe(long);
    });

    test('NX sets once, XX only what exists', async () => {
      expect(await server.client.set('once', 'a', 'EX', 10, 'NX')).toBe('OK');
      expect(await server.client.set('once', 'b', 'EX', 10, 'NX')).toBeNull();
      expect(await server.client.set('never', 'a', 'XX')).toBeNull();
      expect(await server.client.get('once')).toBe('a');
    });

    test.each([['EX', 100], ['PX', 100_000]] as const)('%s expires', async (unit, amount) => {
      await (server.client.call('SET', 'key', 'v', unit, amount));
      expect(await server.client.ttl('key')).toBe(100);
      expect(await server.client.pttl('key')).toBeGreaterThan(90_000);
    });

    test('an expired key is gone', async () => {
      await server.client.set('short', 'v', 'PX', 1);
      while (await server.client.exists('short')) await new Promise(setImmediate);
      expect(await server.client.get('short')).toBeNull();
      expect(await server.client.ttl('short')).toBe(-2);
      expect(await server.client.keys('*')).toEqual([]);
    });

    test('SET forgets the time of expiry, INCR and KEEPTTL keep it', async () => {
      await server.client.set('n', '1', 'EX', 100);
      await server.client.incr('n');
      expect(await server.client.ttl('n')).toBe(100);
      await server.client.set('n', '5', 'KEEPTTL');
      expect(await server.client.ttl('n')).toBe(100);
      await server.client.set('n', '7');
      expect(await server.client.ttl('n')).toBe(-1);
    });

    test('EXPIRE and PERSIST', async () => {
      expect(await server.client.expire('none', 5)).toBe(0);
      await server.client.set('key', 'v');
      expect(await server.client.expire('key', 50)).toBe(1);
      expect(await server.client.ttl('key')).toBe(50);
      expect(await server.client.persist('key')).toBe(1);
      expect(await server.client.persist('key')).toBe(0);
      expect(await server.client.expire('key', -1)).toBe(1);
      expect(await server.client.exists('key')).toBe(0);
    });

    test('counts', async () => {
      expect([await server.client.incr('n'), await server.client.incrby('n', 5), await server.client.decr('n')]).toEqual([1, 6, 5]);
      await server.client.set('word', 'abc');
      await expect(server.client.incr('word')).rejects.toThrow('ERR value is not an integer or out of range');
    });

    test('DEL and EXISTS count each key', async () => {
      for (const key of ['a', 'b']) await server.client.set(key, '1');
      expect(await server.client.exists('a', 'a', 'b', 'c')).toBe(3);
      expect(await server.client.del('a', 'b', 'c')).toBe(2);
    });

    test('KEYS matches globs', async () => {
      for (const key of ['chat::a1', 'chat::b2', 'other', 'a*b']) await server.client.set(key, '1');
      expect((await server.client.keys('chat::*')).sort()).toEqual(['chat::a1', 'chat::b2']);
      expect(await server.client.keys('chat::[ax]?')).toEqual(['chat::a1']);
      expect(await server.client.keys('a\\*b')).toEqual(['a*b']);
    });
  });

  describe('lists', () => {
    const range = (from: number, to: number) => server.client.lrange('list', from, to);

    test('grow at both ends', async () => {
      expect(await server.client.rpush('list', 'b', 'c')).toBe(2);
      expect(await server.client.lpush('list', 'a')).toBe(3);
      expect(await server.client.llen('list')).toBe(3);
      expect(await server.client.llen('none')).toBe(0);
    });

    test.each([
      [0, -1, ['a', 'b', 'c']], [1, 1, ['b']], [-2, -1, ['b', 'c']], [2, 99, ['c']], [5, 9, []], [2, 1, []], [-99, 0, ['a']], [0, -99, []],
    ])('LRANGE %i %i', async (from, to, expected) => {
      await server.client.rpush('list', 'a', 'b', 'c');
      expect(await range(from, to)).toEqual(expected);
    });

    test('LTRIM keeps a range, and no empty list', async () => {
      await server.client.rpush('list', 'a', 'b', 'c', 'd');
      await server.client.ltrim('list', -2, -1);
      expect(await range(0, -1)).toEqual(['c', 'd']);
      await server.client.ltrim('list', 5, 9);
      expect(await server.client.exists('list')).toBe(0);
    });
  });

  describe('hashes and sets', () => {
    test('HSET counts what is new', async () => {
      expect(await server.client.hset('job', { status: 'running', user: 'u' })).toBe(2);
      expect(await server.client.hset('job', 'status', 'complete')).toBe(0);
      expect(await server.client.hget('job', 'status')).toBe('complete');
      expect(await server.client.hgetall('job')).toEqual({ status: 'complete', user: 'u' });
      expect(await server.client.hmget('job', 'user', 'none')).toEqual(['u', null]);
      expect(await server.client.hdel('job', 'user', 'status', 'none')).toBe(2);
      expect(await server.client.exists('job')).toBe(0);
      expect(await server.client.hgetall('none')).toEqual({});
      await expect(server.client.call('HSET', 'job', 'a', '1', 'b')).rejects.toThrow("ERR wrong number of arguments for 'hset' command");
    });

    test('a set holds each member once', async () => {
      expect(await server.client.sadd('set', 'a', 'b', 'a')).toBe(2);
      expect((await server.client.smembers('set')).sort()).toEqual(['a', 'b']);
      expect(await server.client.sismember('set', 'a')).toBe(1);
      expect(await server.client.scard('set')).toBe(2);
      expect(await server.client.srem('set', 'a', 'b')).toBe(2);
      expect(await server.client.exists('set')).toBe(0);
    });
  });
});
