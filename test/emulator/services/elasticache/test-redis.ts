import { execFileSync } from 'node:child_process';
import { connect } from 'node:tls';
import Redis, { type RedisOptions } from 'ioredis';
import { generate } from 'selfsigned';
import { type RunningRedis, startRedis } from '../../../../emulator/services/elasticache/redis';

export const PASSWORD = 'a token with "quotes" and #signs';

/** The same suite for both: what the built-in one answers is what Redis answers. */
export const KINDS = [...(installed() ? ['redis-server' as const] : []), 'built-in' as const];

/** A Redis with a password and a certificate of its own, and clients of it. */
export class TestRedis {
  public static async start(kind: typeof KINDS[number]): Promise<TestRedis> {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    const tls = { cert, key, ca: cert };
    return new TestRedis(await startRedis({ password: PASSWORD, tls, builtIn: kind === 'built-in' }), tls);
  }

  /** The client for a whole suite. */
  public readonly client: Redis;
  private readonly clients: Redis[] = [];

  private constructor(public readonly redis: RunningRedis, public readonly tls: { cert: string; key: string; ca: string }) {
    this.client = this.open();
    this.clients.splice(0);
  }

  /** A client for one test. */
  public open(options: Partial<RedisOptions> = {}): Redis {
    const { host, port } = this.redis;
    // One that has lost its connection would wait for two seconds to lose it.
    const disconnectTimeout = 0;
    const opened = new Redis({ host, port, password: PASSWORD, tls: { ca: this.tls.ca }, retryStrategy: null, disconnectTimeout, ...options });
    opened.on('error', () => undefined);
    this.clients.push(opened);
    return opened;
  }

  /** Ends a test. */
  public async clear(): Promise<void> {
    this.clients.splice(0).forEach((each) => each.disconnect());
    await this.client.flushall();
  }

  public async dispose(): Promise<void> {
    this.client.disconnect();
    await this.redis.dispose();
  }

  /** Commands as bytes, without what a client library does on its own; the first line of each reply. */
  public raw(...commands: string[][]): Promise<string[]> {
    const { redis: { host, port }, tls: { ca } } = this;
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, ca });
      let answer = '';
      socket.on('error', reject);
      socket.on('data', (data) => { answer += data; });
      socket.on('close', () => resolve(answer.split('\r\n').slice(0, -2).filter((line) => /^[+\-:]/.test(line))));
      for (const args of [...commands, ['QUIT']]) {
        socket.write(`*${args.length}\r\n${args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`).join('')}`);
      }
    });
  }
}

function installed(): boolean {
  try {
    return execFileSync('redis-server', ['--version']).length > 0;
  } catch {
    return false;
  }
}
