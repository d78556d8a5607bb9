import { timingSafeEqual, createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import RedisParser from 'redis-parser';
import { COMMANDS } from './commands';
import type { PubSub, Subscriber } from './pub-sub';
import { encode, RedisError, type Reply, Status } from './reply';
import type { Store } from './store';

const WHILE_SUBSCRIBED = ['SUBSCRIBE', 'UNSUBSCRIBE', 'PSUBSCRIBE', 'PUNSUBSCRIBE', 'PING', 'QUIT'];
const BEFORE_AUTH = ['AUTH', 'HELLO', 'QUIT'];
const OUTSIDE_TRANSACTION = ['EXEC', 'DISCARD', 'MULTI'];

const digest = (value: string) => createHash('sha256').update(value).digest();
const same = (a: string, b: string) => timingSafeEqual(digest(a), digest(b));

/** What the connections of one server have in common. */
export interface Shared {
  readonly store: Store;
  readonly pubSub: PubSub;
  readonly password?: string;
}

/** One client: reads commands, answers them in order. */
export class Connection implements Subscriber {
  private authenticated: boolean;
  private queued?: { name: string; args: Buffer[] }[];
  private aborted = false;

  constructor(private readonly socket: Duplex, private readonly shared: Shared) {
    this.authenticated = !shared.password;
    const parser = new RedisParser({
      returnBuffers: true,
      returnReply: (command) => this.receive(command),
      returnError: () => this.fail('unexpected reply'),
      returnFatalError: (error) => this.fail(error.message),
    });
    socket.on('data', (data: Buffer) => parser.execute(data));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => shared.pubSub.forget(this));
  }

  push(reply: Reply): void {
    if (this.socket.writable) this.socket.write(encode(reply));
  }

  private fail(reason: string): void {
    this.push(new RedisError(`ERR Protocol error: ${reason}`));
    this.socket.end();
  }

  private receive(command: unknown): void {
    if (!Array.isArray(command) || !command.every(Buffer.isBuffer) || !command.length) return this.fail('expected an array of strings');
    const [name, ...args] = command as Buffer[];
    try {
      const reply = this.dispatch(name.toString().toUpperCase(), args);
      if (reply !== undefined) this.push(reply);
    } catch (error) {
      if (!(error instanceof RedisError)) throw error;
      if (this.queued) this.aborted = true;
      this.push(error);
    }
  }

  private dispatch(name: string, args: Buffer[]): Reply | undefined {
    if (!this.authenticated && !BEFORE_AUTH.includes(name)) throw new RedisError('NOAUTH Authentication required.');
    if (this.shared.pubSub.count(this) && !WHILE_SUBSCRIBED.includes(name)) {
      throw new RedisError(`ERR Can't execute '${name.toLowerCase()}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT `
        + '/ RESET are allowed in this context');
    }
    if (!this.queued || OUTSIDE_TRANSACTION.includes(name)) return this.execute(name, args);
    if (!(name in COMMANDS) && name !== 'PUBLISH') throw unknown(name, args);
    this.queued.push({ name, args });
    return new Status('QUEUED');
  }

  private execute(name: string, args: Buffer[]): Reply | undefined {
    const { pubSub, store } = this.shared;
    const names = args.map(String);
    switch (name) {
      case 'AUTH': return this.authenticate(names);
      // As Redis before 6, which made every client speak RESP2.
      case 'HELLO': throw unknown(name, args);
      case 'PING': return this.ping(args);
      case 'ECHO': return args[0] ?? wrongNumber(name);
      case 'QUIT': this.push(Status.OK); this.socket.end(); return undefined;
      case 'SELECT': return names[0] === '0' ? Status.OK : new RedisError('ERR DB index is out of range');
      case 'CLIENT': return this.client(names);
      case 'INFO': return INFO;
      case 'PUBLISH': return args.length === 2 ? pubSub.publish(names[0], args[1]) : wrongNumber(name);
      case 'SUBSCRIBE': return pubSub.subscribe(this, required(name, names)), undefined;
      case 'PSUBSCRIBE': return pubSub.subscribe(this, required(name, names), true), undefined;
      case 'UNSUBSCRIBE': return pubSub.unsubscribe(this, names), undefined;
      case 'PUNSUBSCRIBE': return pubSub.unsubscribe(this, names, true), undefined;
      case 'MULTI': return this.begin();
      case 'EXEC': return this.commit();
      case 'DISCARD': return this.discard();
    }
    const command = COMMANDS[name];
    if (!command) throw unknown(name, args);
    if (args.length < command.least || args.length > (command.most ?? Infinity)) wrongNumber(name);
    return command.run(store, args);
  }

  private authenticate(names: string[]): Reply {
    const { password } = this.shared;
    if (!password) {
      throw new RedisError('ERR AUTH <password> called without any password configured for the default user. '
        + 'Are you sure your configuration is correct?');
    }
    const [user, secret] = names.length > 1 ? names : ['default', names[0] ?? ''];
    if (user !== 'default' || !same(secret, password)) {
      throw new RedisError('WRONGPASS invalid username-password pair or user is disabled.');
    }
    this.authenticated = true;
    return Status.OK;
  }

  private ping(args: Buffer[]): Reply {
    if (this.shared.pubSub.count(this)) return ['pong', args[0] ?? ''];
    return args[0] ?? new Status('PONG');
  }

  private client([subcommand = '']: string[]): Reply {
    switch (subcommand.toUpperCase()) {
      case 'SETNAME':
      case 'SETINFO': return Status.OK;
      case 'GETNAME': return null;
      default: throw new RedisError(`ERR unknown subcommand '${subcommand}'. Try CLIENT HELP.`);
    }
  }

  private begin(): Reply {
    if (this.queued) throw new RedisError('ERR MULTI calls can not be nested');
    this.queued = [];
    this.aborted = false;
    return Status.OK;
  }

  private commit(): Reply {
    const commands = this.queued;
    this.queued = undefined;
    if (!commands) throw new RedisError('ERR EXEC without MULTI');
    if (this.aborted) throw new RedisError('EXECABORT Transaction discarded because of previous errors.');
    return commands.map(({ name, args }) => {
      try {
        return this.execute(name, args) ?? null;
      } catch (error) {
        if (error instanceof RedisError) return error;
        throw error;
      }
    });
  }

  private discard(): Reply {
    if (!this.queued) throw new RedisError('ERR DISCARD without MULTI');
    this.queued = undefined;
    return Status.OK;
  }
}

const INFO = ['# Server', 'redis_version:5.0.0', 'redis_mode:standalone', '# Persistence', 'loading:0', '# Replication', 'role:master', ''].join('\r\n');

function unknown(name: string, args: Buffer[]): RedisError {
  const quoted = args.map((arg) => `'${arg}' `).join('');
  return new RedisError(`ERR unknown command '${name.toLowerCase()}', with args beginning with: ${quoted}`.replace(/[\r\n]/g, ' '));
}

function wrongNumber(name: string): never {
  throw new RedisError(`ERR wrong number of arguments for '${name.toLowerCase()}' command`);
}

function required(name: string, names: string[]): string[] {
  return names.length ? names : wrongNumber(name);
}
