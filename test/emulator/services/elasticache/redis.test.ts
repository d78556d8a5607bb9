import { existsSync } from 'node:fs';
import { connect } from 'node:tls';
import Redis from 'ioredis';
import { KINDS, PASSWORD, TestRedis } from './test-redis';
import { startRedis } from '../../../../emulator/services/elasticache/redis';

describe.each(KINDS)('%s', (kind) => {
  let server: TestRedis;
  beforeAll(async () => { server = await TestRedis.start(kind); });
  afterEach(() => server.clear());
  afterAll(() => server.dispose());

  test('is of the kind that was asked for', () => expect(server.redis).toMatchObject({ kind, host: '127.0.0.1' }));

  describe('connections', () => {
    test('fails when the password is wrong', async () => {
      await expect(server.open({ password: 'wrong' }).get('a')).rejects.toThrow();
      const replies = await server.raw(['AUTH', 'wrong'], ['GET', 'a']);
      expect(replies).toEqual([
        '-WRONGPASS invalid username-password pair or user is disabled.',
        '-NOAUTH Authentication required.',
      ]);
    });

    test('takes the name of the default user', async () => {
      expect(await server.raw(['AUTH', 'default', PASSWORD], ['PING'])).toEqual(['+OK', '+PONG']);
    });

    test('fails when the client does not trust the certificate', async () => {
      await expect(server.open({ tls: {} }).ping()).rejects.toThrow();
    });

    test('does not speak plain TCP', async () => {
      await expect(server.open({ tls: undefined }).ping()).rejects.toThrow();
    });

    test('ends after QUIT', async () => {
      const other = server.open();
      const closed = new Promise((resolve) => other.once('end', resolve));
      expect(await other.quit()).toBe('OK');
      await closed;
    });

    test('answers commands that came in one packet in order', async () => {
      const results = await server.client.pipeline().set('a', '1').incr('a').get('a').ping().exec();
      expect(results).toEqual([[null, 'OK'], [null, 2], [null, '2'], [null, 'PONG']]);
    });
  });

  describe('channels', () => {
    test('a message reaches those who subscribed, in order', async () => {
      const [one, two] = [server.open(), server.open()];
      const received: string[] = [];
      const done = new Promise<void>((resolve) => two.on('message', (channel, message) => {
        received.push(`${channel}=${message}`);
        if (message === 'last') resolve();
      }));
      expect(await one.subscribe('a', 'b')).toBe(2);
      expect(await two.subscribe('b')).toBe(1);
      expect(await server.client.publish('nobody', 'x')).toBe(0);
      expect(await server.client.publish('a', 'x')).toBe(1);
      expect(await server.client.publish('b', 'first')).toBe(2);
      await server.client.publish('b', 'last');
      await done;
      expect(received).toEqual(['b=first', 'b=last']);
    });

    test('patterns', async () => {
      const subscriber = server.open();
      const message = new Promise((resolve) => subscriber.on('pmessage', (...parts) => resolve(parts)));
      await subscriber.psubscribe('stream:*');
      expect(await server.client.publish('stream:1', 'hello')).toBe(1);
      expect(await message).toEqual(['stream:*', 'stream:1', 'hello']);
    });

    test('after UNSUBSCRIBE nothing comes, and commands work again', async () => {
      const subscriber = server.open();
      await subscriber.subscribe('left');
      expect(await subscriber.unsubscribe('left')).toBe(0);
      expect(await server.client.publish('left', 'x')).toBe(0);
      expect(await subscriber.exists('left')).toBe(0);
    });

    test('a subscriber may only subscribe, ping and quit', async () => {
      const replies = await server.raw(['AUTH', PASSWORD], ['SUBSCRIBE', 'a'], ['GET', 'k']);
      expect(replies.at(-1)).toMatch(/^-ERR Can't execute 'get': only \(P\|S\)SUBSCRIBE/);
    });

    test('a client that has gone is no receiver any more', async () => {
      const subscriber = server.open();
      await subscriber.subscribe('gone');
      subscriber.disconnect();
      while (await server.client.publish('gone', 'x')) await new Promise(setImmediate);
    });
  });

  describe('transactions', () => {
    test('EXEC answers all at once', async () => {
      const results = await server.client.multi().rpush('list', 'a').expire('list', 60).publish('c', 'x').exec();
      expect(results).toEqual([[null, 1], [null, 1], [null, 0]]);
    });

    test('a command that fails does not stop the others', async () => {
      await server.client.set('text', 'a');
      const results = await server.client.multi().incr('text').set('after', '1').exec();
      expect(results?.[0][0]?.message).toMatch(/not an integer/);
      expect(await server.client.get('after')).toBe('1');
    });

    test('DISCARD', async () => {
      expect(await server.raw(['AUTH', PASSWORD], ['MULTI'], ['SET', 'a', '1'], ['DISCARD'], ['EXISTS', 'a']))
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
    await server.client.rpush('list', 'a');
    await expect(server.client.call(name.toLowerCase(), ...args)).rejects.toThrow(message);
  });

  test('leaves no connection, port or file behind', async () => {
    const other = await startRedis({ tls: server.tls, builtIn: kind === 'built-in' });
    const { host, port } = other;
    const user = new Redis({ host, port, tls: { ca: server.tls.ca }, retryStrategy: null });
    user.on('error', () => undefined);
    const ended = new Promise((resolve) => user.once('end', resolve));
    expect(await user.ping()).toBe('PONG');
    const [, folder] = kind === 'built-in' ? [] : await user.config('GET', 'dir') as string[];
    expect(folder === undefined || existsSync(`${folder}/redis.conf`)).toBe(true);
    await other.dispose();
    await ended;
    await expect(new Promise((resolve, reject) => connect({ host, port, ca: server.tls.ca }, () => resolve('open')).on('error', reject)))
      .rejects.toThrow('ECONNREFUSED');
    expect(folder !== undefined && existsSync(folder)).toBe(false);
  });
});
