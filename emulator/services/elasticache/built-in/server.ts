import type { Socket } from 'node:net';
import { createServer } from 'node:tls';
import { Connection } from './connection';
import { PubSub } from './pub-sub';
import { Store } from './store';
import type { RedisOptions, RunningRedis } from '../redis';

const HOST = '127.0.0.1';

/** A Redis of our own, in this process: TLS, RESP2, and the commands in `commands.ts`. */
export async function startBuiltIn({ password, tls }: RedisOptions): Promise<RunningRedis> {
  const shared = { store: new Store(), pubSub: new PubSub(), password };
  const sockets = new Set<Socket>();
  const server = createServer({ cert: tls.cert, key: tls.key }, (socket) => {
    socket.setNoDelay(true);
    new Connection(socket, shared);
  });
  // A client that hangs up in the handshake, or does not trust the certificate.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, HOST, resolve));

  return {
    host: HOST,
    port: (server.address() as { port: number }).port,
    kind: 'built-in',
    dispose: () => new Promise((resolve) => {
      server.close(() => resolve());
      sockets.forEach((socket) => socket.destroy());
    }),
  };
}
