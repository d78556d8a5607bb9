import { connect, createServer, type Server, type Socket } from 'node:net';
import * as scripts from '../../../../runtime/queue/scripts';

/** One client's connection to Redis through the proxy. */
interface Link {
  readonly client: Socket;
  readonly redis: Socket;
  swallowing: boolean;
}

const NAMES = new Map(Object.values(scripts).flatMap((script) => [[script.sha, script.name], [script.source, script.name]] as const));

/** A TCP proxy in front of Redis that closes connections at critical moments. */
export class FaultyProxy {
  public static async start(redisPort: number): Promise<FaultyProxy> {
    const server = createServer({ allowHalfOpen: false });
    const proxy = new FaultyProxy(redisPort, server);
    server.on('connection', (client) => proxy.accept(client));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  private readonly links = new Set<Link>();
  private readonly toSwallow: string[] = [];
  private frozen = false;
  private dead = false;
  private readonly seen: string[] = [];

  private constructor(private readonly redisPort: number, private readonly server: Server) {}

  public get uri(): string {
    return `redis://127.0.0.1:${(this.server.address() as { port: number }).port}`;
  }

  /** Names of the commands and scripts that were forwarded. */
  public get commands(): readonly string[] {
    return this.seen;
  }

  /** Redis executes the next command with that name, and the connection is closed before the reply. */
  public swallowReplyTo(command: string): void {
    this.toSwallow.push(command);
  }

  public cutAll(): void {
    for (const link of this.links) this.cut(link);
  }

  /** Forwards nothing in either direction until `thaw()`. */
  public freeze(): void {
    this.frozen = true;
    for (const { client, redis } of this.links) {
      client.pause();
      redis.pause();
    }
  }

  public thaw(): void {
    this.frozen = false;
    for (const { client, redis } of this.links) {
      client.resume();
      redis.resume();
    }
  }

  /** As if the client's process had been killed. */
  public kill(): void {
    this.dead = true;
    this.cutAll();
  }

  public async dispose(): Promise<void> {
    this.kill();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket): void {
    if (this.dead) {
      client.destroy();
      return;
    }
    const redis = connect(this.redisPort, '127.0.0.1');
    redis.setNoDelay(true);
    client.setNoDelay(true);
    const link: Link = { client, redis, swallowing: false };
    this.links.add(link);
    for (const socket of [client, redis]) {
      socket.on('error', () => undefined);
      socket.on('close', () => this.cut(link));
    }
    const parser = new CommandParser((command) => {
      this.seen.push(command);
      const at = this.toSwallow.indexOf(command);
      if (at < 0) return;
      this.toSwallow.splice(at, 1);
      link.swallowing = true;
    });
    client.on('data', (data: Buffer) => {
      parser.read(data);
      redis.write(data);
    });
    redis.on('data', (data: Buffer) => {
      if (link.swallowing) this.cut(link);
      else client.write(data);
    });
    if (this.frozen) {
      client.pause();
      redis.pause();
    }
  }

  private cut(link: Link): void {
    this.links.delete(link);
    link.client.destroy();
    link.redis.destroy();
  }
}

/** Parses the names of commands in the data from a client. */
class CommandParser {
  private buffer = Buffer.alloc(0);

  public constructor(private readonly onCommand: (name: string) => void) {}

  public read(data: Buffer): void {
    this.buffer = Buffer.concat([this.buffer, data]);
    for (let length = this.parse(); length > 0; length = this.parse()) this.buffer = this.buffer.subarray(length);
  }

  /** The length of the first command, 0 if it is incomplete. */
  private parse(): number {
    let at = 0;
    const line = (): string | undefined => {
      const end = this.buffer.indexOf('\r\n', at);
      if (end < 0) return undefined;
      const text = this.buffer.toString('latin1', at, end);
      at = end + 2;
      return text;
    };
    const header = line();
    if (!header) return 0;
    const words: string[] = [];
    for (let i = 0; i < Number(header.slice(1)); i++) {
      const size = line();
      if (size === undefined) return 0;
      const end = at + Number(size.slice(1));
      if (this.buffer.length < end + 2) return 0;
      if (i < 2) words.push(this.buffer.toString('latin1', at, end));
      at = end + 2;
    }
    this.onCommand(/^eval(sha)?$/i.test(words[0]) ? NAMES.get(words[1]) ?? words[0] : words[0].toUpperCase());
    return at;
  }
}
