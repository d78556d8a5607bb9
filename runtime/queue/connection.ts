import { setTimeout as sleep } from 'node:timers/promises';
import { Redis, ReplyError } from 'ioredis';
import type { RedisAccess, RedisTarget } from './endpoint';
import { ConnectionLost, isDenial, isFinal, messageOf, NotExecuted, RedisDenied, RedisUnreachable, replyError } from './errors';
import type { Script } from './scripts';
import type { QueueSettings } from './settings';

export type Argument = string | number | Buffer;
/** Bulk strings are Buffers. */
export type Reply = Buffer | number | null | Reply[];

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 400;

/**
 * One TCP connection, opened on demand. ioredis neither reconnects nor retries: callers retry, and only idempotent
 * commands.
 */
export class Connection {
  private client?: Redis;
  private connecting?: Promise<Redis>;
  /** Number of dropped connections: a command must not be sent after its caller has given up. */
  private epoch = 0;
  private usedAt = 0;
  private closed = false;

  public constructor(private readonly access: RedisAccess, private readonly settings: QueueSettings) {}

  /** Sends a command once. `blockMs` is the time for which the command may block in Redis. */
  public async send(command: string, args: readonly Argument[], blockMs = 0): Promise<Reply> {
    const client = await this.ready();
    return this.sendTo(client, command, args, blockMs);
  }

  /** Sends commands once in one pipeline, and returns the reply to the last one. */
  public async sendAll(commands: readonly (readonly [string, ...Argument[]])[], blockMs = 0): Promise<Reply> {
    const client = await this.ready();
    const replies = await Promise.all(commands.map(([command, ...args]) => this.sendTo(client, command, args, blockMs)));
    return replies[replies.length - 1];
  }

  public async run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<Reply> {
    const client = await this.ready();
    const rest = [keys.length, ...keys, ...args];
    try {
      return await this.sendTo(client, 'EVALSHA', [script.sha, ...rest], 0, script.name);
    } catch (error) {
      if (!/\bNOSCRIPT\b/.test(messageOf(error))) throw error;
      return this.sendTo(client, 'EVAL', [script.source, ...rest], 0, script.name);
    }
  }

  /** Repeats idempotent work on new connections until it succeeds or `forMs` have passed. */
  public async repeat<T>(work: () => Promise<T>, forMs: number): Promise<T> {
    const endsAt = performance.now() + forMs;
    let failure: unknown;
    for (let pause = 0; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 2 || FIRST_PAUSE_MS)) {
      try {
        return await within(work(), endsAt - performance.now());
      } catch (error) {
        if (!(error instanceof ConnectionLost) || this.closed) throw error;
        // The last attempt ended early, so the error of an earlier one is more specific.
        if (!failure || performance.now() < endsAt) failure = error;
      }
      if (performance.now() + pause >= endsAt) {
        this.drop();
        throw new RedisUnreachable(`no reply from Redis within ${Math.round(forMs)} ms: ${messageOf(failure)}`);
      }
      await sleep(pause);
    }
  }

  /** Closes the connection. Pending commands fail with `ConnectionLost`. The next command opens a new connection. */
  public drop(): void {
    const { client } = this;
    this.epoch += 1;
    this.client = undefined;
    if (client) destroy(client);
  }

  public close(): void {
    this.closed = true;
    this.drop();
  }

  private async ready(): Promise<Redis> {
    if (this.closed) throw new NotExecuted('the connection is closed');
    if (this.client && Date.now() - this.usedAt > this.settings.idleConnectionMs) this.drop();
    if (this.client?.status === 'ready') return this.client;
    this.connecting ??= this.connect().finally(() => { this.connecting = undefined; });
    const { epoch } = this;
    const client = await this.connecting;
    if (epoch !== this.epoch) throw new NotExecuted('the connection was dropped');
    return client;
  }

  private async connect(): Promise<Redis> {
    const { target, version } = this.access.current();
    try {
      return await this.open(target);
    } catch (error) {
      if (!(error instanceof RedisDenied) || !await this.access.refresh(version)) throw error;
      return this.open(this.access.current().target);
    }
  }

  private async open(target: RedisTarget): Promise<Redis> {
    const client = newClient(target, this.settings.connectMs);
    let cause: Error | undefined;
    client.on('error', (error) => { cause ??= error; });
    const opening = (async () => {
      await client.connect();
      await authenticate(client, target);
    })();
    try {
      await within(opening, this.settings.connectMs);
    } catch (error) {
      destroy(client);
      if (isFinal(error)) throw error;
      throw new NotExecuted(`cannot connect to Redis: ${messageOf(cause ?? error)}`);
    }
    if (this.closed) {
      destroy(client);
      throw new NotExecuted('the connection is closed');
    }
    this.usedAt = Date.now();
    return this.client = client;
  }

  private async sendTo(client: Redis, command: string, args: readonly Argument[], blockMs: number, name = command): Promise<Reply> {
    this.usedAt = Date.now();
    try {
      return await within(client.callBuffer(command, [...args]) as Promise<Reply>, blockMs + this.settings.replyMs);
    } catch (error) {
      const failure = isReply(error) ? replyError(name, messageOf(error)) : new ConnectionLost(messageOf(error));
      if (failure instanceof ConnectionLost && this.client === client) this.drop();
      if (!(failure instanceof RedisDenied)) throw failure;
      // The password has changed. The next connection reads it again.
      if (this.client === client) this.drop();
      throw new ConnectionLost(failure.message);
    } finally {
      this.usedAt = Date.now();
    }
  }
}

function newClient({ host, port, tls }: RedisTarget, connectTimeout: number): Redis {
  return new Redis({
    host,
    port,
    tls,
    connectTimeout,
    lazyConnect: true,
    retryStrategy: null,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    disableClientInfo: true,
  });
}

/** Not done by ioredis, which reports rejected credentials as a closed connection. */
async function authenticate(client: Redis, { username, password, database }: RedisTarget): Promise<void> {
  const greet = async (command: string, args: Argument[]) => {
    try {
      await client.call(command, args);
    } catch (error) {
      const message = messageOf(error);
      // The server requires no password.
      if (/without any password configured|no password is set/.test(message)) return;
      if (isDenial(message)) throw new RedisDenied(`Redis rejects the credentials: ${message}`);
      throw isReply(error) ? replyError(command, message) : error;
    }
  };
  if (password) await greet('AUTH', username ? [username, password] : [password]);
  else await greet('PING', []);
  if (database) await greet('SELECT', [database]);
}

/** Not compared by name, which minification changes. */
function isReply(error: unknown): boolean {
  return error instanceof (ReplyError as typeof Error);
}

function destroy(client: Redis): void {
  client.disconnect();
  (client as unknown as { stream?: { destroy(): void } }).stream?.destroy();
}

/** Fails with `ConnectionLost` after a timeout. */
async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ConnectionLost(`no reply within ${Math.round(ms)} ms`)), Math.max(0, ms));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
