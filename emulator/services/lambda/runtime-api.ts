import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What an execution environment does when its runtime calls. */
export interface RuntimeApiHandler {
  next(response: ServerResponse): void;
  response(id: string, request: IncomingMessage, response: ServerResponse): void;
  error(id: string, errorType: string, body: Buffer, response: ServerResponse): void;
  initError(errorType: string, body: Buffer, response: ServerResponse): void;
}

const VERSION = '2018-06-01';

/** The HTTP server that a runtime finds under AWS_LAMBDA_RUNTIME_API; each environment has its own. */
export class RuntimeApi {
  private readonly server: Server;

  public constructor(private readonly handler: RuntimeApiHandler) {
    this.server = createServer((request, response) => void this.route(request, response));
    // A frozen runtime keeps its connection, and a streamed response may take 15 minutes.
    this.server.requestTimeout = 0;
    this.server.headersTimeout = 0;
    this.server.keepAliveTimeout = 0;
  }

  /** Starts it; resolves to `host:port`. */
  public async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('/').slice(1);
    const [version, , what, id, verb] = path;
    const operation = `${request.method} /${path[1]}/${what}${id === undefined ? '' : verb === undefined ? `/${id}` : `/{id}/${verb}`}`;
    if (version !== VERSION) return refuse(response, 404, 'InvalidVersion', `no such version: ${version}`);
    switch (operation) {
      case 'GET /runtime/invocation/next': return this.handler.next(response);
      case 'POST /runtime/invocation/{id}/response': return this.handler.response(id, request, response);
      case 'POST /runtime/invocation/{id}/error': return this.handler.error(id, errorType(request), await collect(request), response);
      case 'POST /runtime/init/error': return this.handler.initError(errorType(request), await collect(request), response);
      default: return refuse(response, 404, 'NotFound', `no such operation: ${operation}`);
    }
  }
}

/** Says that the call was taken. */
export function accept(response: ServerResponse): void {
  answer(response, 202, { status: 'OK' });
}

/** Says why the call was not taken, in Lambda's words. */
export function refuse(response: ServerResponse, status: number, type: string, message: string): void {
  answer(response, status, { errorType: type, errorMessage: message });
}

/** Reads a body whole; a caller that breaks off leaves what came. */
export async function collect(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  try {
    for await (const part of request) parts.push(part as Buffer);
  } catch {
    // Whoever broke off is not there to be told.
  }
  return Buffer.concat(parts);
}

/** The message in a runtime's report of an error, or all of it where it is none. */
export function messageIn(report: Buffer): string {
  try {
    return String((JSON.parse(report.toString()) as { errorMessage?: unknown }).errorMessage ?? '');
  } catch {
    return report.toString();
  }
}

function errorType(request: IncomingMessage): string {
  return String(request.headers['lambda-runtime-function-error-type'] ?? 'Unhandled');
}

function answer(response: ServerResponse, status: number, body: object): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
