import { Agent as HttpAgent, request as httpRequest, type OutgoingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** A request whose response is read as a whole. */
export interface Call {
  readonly method: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Buffer | string;
  readonly timeoutMs: number;
  /** Keeps its connections for further calls; without one, each call has a connection of its own. */
  readonly connections?: Connections;
}

export interface CallAnswer {
  readonly statusCode: number;
  readonly body: Buffer;
}

/** Connections that are kept for as long as there is work. */
export class Connections {
  public readonly http = new HttpAgent({ keepAlive: true });
  public readonly https = new HttpsAgent({ keepAlive: true });

  public close(): void {
    this.http.destroy();
    this.https.destroy();
  }
}

/** Node's own `fetch` would do, but costs 15 MB and 35 ms. */
export function call(url: string, { method, headers = {}, body, timeoutMs, connections }: Call): Promise<CallAnswer> {
  const tls = url.startsWith('https:');
  const agent = (tls ? connections?.https : connections?.http) ?? false;
  return new Promise((resolve, reject) => {
    const request = (tls ? httpsRequest : httpRequest)(url, { method, headers, agent, signal: AbortSignal.timeout(timeoutMs) });
    request.once('error', reject);
    request.once('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.once('error', reject);
      response.once('end', () => resolve({ statusCode: response.statusCode ?? 0, body: Buffer.concat(parts) }));
    });
    request.end(body);
  });
}

/** Whether a call did what it was to do. */
export function succeeded({ statusCode }: CallAnswer): boolean {
  return statusCode >= 200 && statusCode < 300;
}
