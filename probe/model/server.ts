import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { respond } from './respond';
import { read } from '../http';

/** A local model server; `url` is the `baseURL` of a custom endpoint. */
export interface ModelServer {
  readonly url: string;
  close(): void;
}

/** Serves the model on loopback, with the API key. */
export async function serveModel(key: string): Promise<ModelServer> {
  const server: Server = createServer((request, response) => {
    void (async () => {
      const left = new AbortController();
      response.on('close', () => left.abort());
      const body = (await read(request)).toString();
      const result = respond(request.method!, new URL(request.url!, 'http://model').pathname, request.headers.authorization, body, key, left.signal);
      response.writeHead(result.status, { 'content-type': result.type });
      await pipeline(Readable.from(result.body), response);
    })().catch(() => response.destroy()); // The client has disconnected.
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
