import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Document } from 'bson';
import { Authentication, Users } from './authentication';
import { CommandError } from './command-error';
import { execute } from './commands';
import { Databases } from './databases';
import { hello } from './hello';
import { IndexBuilds } from './index-builds';
import type { MongoServerOptions } from './server-options';
import { MessageReader, responseTo, type Request } from './wire';

export type { MongoServerOptions } from './server-options';

const HOST = '127.0.0.1';
const INDEX_BUILD_MS = 10;

/** Commands that need no authentication. */
const PUBLIC: readonly string[] = ['hello', 'ismaster', 'isMaster', 'ping', 'saslStart', 'saslContinue', 'endSessions'];

/** A server for the part of MongoDB's wire protocol that the stand-in and the tests use. It stores data in memory. */
export class MongoServer {
  /** Starts the server on a free port of 127.0.0.1. */
  public static async start(options: MongoServerOptions): Promise<MongoServer> {
    const server = new MongoServer(options);
    server.listener.listen(0, HOST);
    await once(server.listener, 'listening');
    return server;
  }

  public readonly databases = new Databases();
  public readonly builds: IndexBuilds;
  /** Whether it accepts connections: a cluster without an instance does not. */
  public available = true;
  /** The most connections at the same time since the last measurement. */
  private peak = 0;
  private readonly listener: Server;
  private readonly sockets = new Set<Socket>();
  private readonly users: Users;

  private constructor(private readonly options: MongoServerOptions) {
    this.users = new Users(options);
    this.builds = new IndexBuilds(options.dialect, options.indexBuildMs ?? INDEX_BUILD_MS);
    const { tls } = options;
    const serve = (socket: Socket) => this.serve(socket);
    this.listener = tls ? createTlsServer({ cert: tls.cert, key: tls.key }, serve) : createServer(serve);
    this.listener.on('connection', (socket: Socket) => {
      const { maxConnections = Infinity } = options;
      if (!this.available || this.sockets.size >= maxConnections) return void socket.destroy();
      this.sockets.add(socket.on('error', () => undefined).once('close', () => this.sockets.delete(socket)));
      this.peak = Math.max(this.peak, this.sockets.size);
    });
    this.listener.on('tlsClientError', () => undefined);
  }

  public get host(): string {
    return this.options.host ?? 'localhost';
  }

  public get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  /** Connection string of the first user. */
  public get uri(): string {
    const { users = {}, replicaSet, tls } = this.options;
    const [user] = Object.entries(users).map(([name, password]) => `${encodeURIComponent(name)}:${encodeURIComponent(password)}@`);
    const options = new URLSearchParams({ ...(user && { authSource: 'admin' }), ...(replicaSet && { replicaSet }), ...(tls && { tls: 'true' }) });
    return `mongodb://${user ?? ''}${this.host}:${this.port}/LibreChat?${options.toString()}`;
  }

  /** Counts connections: those that are open, the most since the last measurement, and how many there may be. */
  public measureConnections(): { readonly open: number; readonly peak: number; readonly limit?: number } {
    const { peak, sockets: { size: open }, options: { maxConnections: limit } } = this;
    this.peak = open;
    return { open, peak, limit };
  }

  /** Closes every connection, as a failover or a restart does. */
  public disconnectAll(): void {
    this.sockets.forEach((socket) => socket.destroy());
  }

  public async dispose(): Promise<void> {
    const closed = once(this.listener, 'close');
    this.listener.close();
    this.disconnectAll();
    await closed;
  }

  private serve(socket: Socket): void {
    const reader = new MessageReader();
    const authentication = new Authentication(this.users, this.options.dialect);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      try {
        for (const request of reader.push(chunk)) void this.respond(request, socket, authentication);
      } catch {
        socket.destroy();
      }
    });
  }

  private async respond(request: Request, socket: Socket, authentication: Authentication): Promise<void> {
    const body = await this.run(request, authentication).catch((error: Error) => {
      if (error instanceof CommandError) return error.response();
      return { ok: 0, code: 8, codeName: 'UnknownError', errmsg: error.message };
    });
    if (!request.noResponse && !socket.destroyed) socket.write(responseTo(request, body));
  }

  private async run({ command, legacy }: Request, authentication: Authentication): Promise<Document> {
    const [name] = Object.keys(command);
    if (this.users.required && !authentication.done && !PUBLIC.includes(name)) {
      throw new CommandError('Unauthorized', `command ${name} requires authentication`);
    }
    // Drivers use retryable writes by default.
    if (this.options.dialect === 'documentdb' && 'txnNumber' in command) throw new CommandError(301, 'Retryable writes are not supported');
    switch (name) {
      case 'hello':
      case 'ismaster':
      case 'isMaster':
        return hello({ command, legacy, address: `${this.host}:${this.port}`, options: this.options, mechanisms: this.users.mechanismsOf(command.saslSupportedMechs) });
      case 'ping':
      case 'endSessions':
        return { ok: 1 };
      case 'saslStart':
        return authentication.start(command);
      case 'saslContinue':
        return authentication.proceed(command);
      default:
        return execute(command, { databases: this.databases, builds: this.builds });
    }
  }
}
