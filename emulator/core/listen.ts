import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { EmulatorError } from './errors';

const FIRST_PORT = 8080;
const LAST_PORT = 8179;

/** Listens on the port of 127.0.0.1, by default on the first free one from 8080 on; resolves to the URL. */
export async function listen(server: Server, port?: number, protocol: 'http' | 'https' = 'http'): Promise<string> {
  for (let candidate = port ?? FIRST_PORT; ; candidate++) {
    try {
      server.listen(candidate, '127.0.0.1');
      await once(server, 'listening');
      return `${protocol}://localhost:${(server.address() as AddressInfo).port}`;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      if (port !== undefined || candidate === LAST_PORT) {
        throw new EmulatorError('PORT_IN_USE', `\`port\` must be free, got: ${candidate}; 0 takes any`, { cause: error });
      }
    }
  }
}
