import { createServer, type Socket } from 'node:net';

export interface RefusingRedis {
  readonly uri: string;
  /** Number of connections so far. */
  readonly connections: number;
  dispose(): Promise<void>;
}

/** A Redis that replies with the same error to all commands but greetings, or does not reply. */
export async function startRefusingRedis(error?: string): Promise<RefusingRedis> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      if (error !== undefined) socket.write(/\r\n(ping|auth)\r\n/i.test(data.toString()) ? '+OK\r\n' : `-${error}\r\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    uri: `redis://127.0.0.1:${(server.address() as { port: number }).port}`,
    get connections() { return connections; },
    dispose: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
