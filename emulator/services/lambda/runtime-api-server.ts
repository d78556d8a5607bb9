import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { errorTypeOf } from './error-type';
import { outputRead } from './output-read';

/** Handles the calls of an environment's runtime. */
export interface RuntimeApiHandler {
  next(response: ServerResponse): void;
  response(id: string, request: IncomingMessage, response: ServerResponse): void;
  error(id: string, errorType: string, body: Buffer, response: ServerResponse): void;
  initError(errorType: string, body: Buffer, response: ServerResponse): void;
}

const VERSION = '2018-06-01';

const TRUNCATED = `${JSON.stringify({ errorMessage: 'HTTP request detected as truncated', errorType: 'TruncatedHTTPRequest' })}\n`;

/** The server behind AWS_LAMBDA_RUNTIME_API, one per environment. */
export class RuntimeApiServer {
  private readonly server: Server;

  public constructor(private readonly handler: RuntimeApiHandler) {
    this.server = createServer((request, response) => void this.route(request, response));
    // A frozen runtime keeps its connection, and a streamed response may take 15 minutes.
    this.server.requestTimeout = 0;
    this.server.headersTimeout = 0;
    this.server.keepAliveTimeout = 0;
    this.server.on('clientError', refuseTruncated);
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
    if (version !== VERSION) return notFound(response);
    switch (operation) {
      case 'GET /runtime/invocation/next':
        await outputRead();
        return this.handler.next(response);
      case 'POST /runtime/invocation/{id}/response': return this.handler.response(id, request, response);
      case 'POST /runtime/invocation/{id}/error': return this.handler.error(id, errorType(request), await collect(request), response);
      case 'POST /runtime/init/error': return this.handler.initError(errorType(request), await collect(request), response);
      default: return notFound(response);
    }
  }
}

/** Responds to a truncated request, which the parser rejects without calling a handler. */
function refuseTruncated(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code !== 'HPE_INVALID_EOF_STATE' || !socket.writable) return void socket.destroy();
  socket.end(`HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(TRUNCATED)}\r\nConnection: close\r\n\r\n${TRUNCATED}`);
}

/** Accepts the call. */
export function sendAccepted(response: ServerResponse): void {
  send(response, 202, { status: 'OK' });
}

/** Rejects the call with an error of the Runtime API. */
export function sendError(response: ServerResponse, status: number, type: string, message: string): void {
  send(response, status, { errorMessage: message, errorType: type });
}

/** Reads an error report; empty if the caller disconnects. */
async function collect(request: IncomingMessage): Promise<Buffer> {
  const report = await buffer(request).catch(() => Buffer.alloc(0));
  await outputRead();
  return report;
}

/** The message of a runtime's error report, or the whole report if it is not JSON. */
export function messageIn(report: Buffer): string {
  try {
    return String((JSON.parse(report.toString()) as { errorMessage?: unknown }).errorMessage ?? '');
  } catch {
    return report.toString();
  }
}

function errorType(request: IncomingMessage): string {
  return errorTypeOf(String(request.headers['lambda-runtime-function-error-type'] ?? ''));
}

function notFound(response: ServerResponse): void {
  response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('404 page not found\n');
}

function send(response: ServerResponse, status: number, body: object): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
