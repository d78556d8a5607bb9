import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { Server, Socket } from 'node:net';
import type { Distribution } from './distribution';
import { edgeError } from './origin';
import type { EventStream } from '../../core/events';
import { fromNode, withHeaders, withoutHeaders, type HttpResponse } from '../../core/http';
import { listen } from '../../core/listen';
import { writeResponse } from '../../core/write-response';

export interface EdgeServerOptions {
  /** Certificate and key: viewers use HTTPS, with HTTP/2 or HTTP/1.1. @default plain HTTP/1.1 */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Removes `X-Frame-Options`, so that pages of other origins can frame the site. @default false */
  readonly mayBeFramed?: boolean;
}

/** The server for viewers on loopback. Without TLS, requests are treated as HTTPS requests to the distribution's domain name. */
export class EdgeServer {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private url = '';

  public constructor(
    private readonly distribution: Distribution,
    private readonly hosts: ReadonlySet<string>,
    private readonly events: EventStream,
    private readonly options: EdgeServerOptions = {},
  ) {
    const { tls } = options;
    const respond = (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse) =>
      void this.respond(request, response);
    this.server = tls ? createSecureServer({ ...tls, allowHTTP1: true }, respond) : createServer({ requestTimeout: 0 }, respond);
    this.server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  /** Listens on the port, by default on the first free one from 8080 on; resolves to the URL. */
  public async open(port?: number): Promise<string> {
    this.url = await listen(this.server, port, this.options.tls ? 'https' : 'http');
    return this.url;
  }

  public close(): void {
    this.server.close();
    this.sockets.forEach((socket) => socket.destroy());
  }

  private async respond(incoming: IncomingMessage | Http2ServerRequest, outgoing: ServerResponse | Http2ServerResponse): Promise<void> {
    const start = performance.now();
    const request = fromNode(incoming, 'https');
    let response: HttpResponse;
    try {
      response = this.withLocalRedirect(await this.distribution.handle(request));
      if (this.options.mayBeFramed) response = { ...response, headers: withoutHeaders(response.headers, ['X-Frame-Options']) };
    } catch (error) {
      // A viewer that disconnects while sending is not an error of the emulator.
      if (incoming.errored) return void outgoing.destroy();
      this.events.notice(`${request.method} ${request.path}: ${(error as Error).stack}`, 'warning');
      response = edgeError(500, 'the emulator failed');
    }
    const served = {
      method: request.method,
      path: request.path,
      status: response.status,
      behavior: this.distribution.behaviorOf(request.path).pathPattern,
      ...response.servedBy,
    };
    this.events.emit({ type: 'response', ...served });
    const complete = await writeResponse(response, outgoing, request.method);
    // An unread body would block the connection's next request.
    incoming.resume();
    const milliseconds = Math.round(performance.now() - start);
    this.events.emit({ type: 'request', ...served, milliseconds, ...(complete ? {} : { broken: true }) });
  }

  /** Rewrites redirects from the distribution's host names to this server. */
  private withLocalRedirect(response: HttpResponse): HttpResponse {
    const location = response.headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
    const url = location && URL.canParse(location) ? new URL(location) : undefined;
    if (!url || !this.hosts.has(url.host)) return response;
    return { ...response, headers: withHeaders(response.headers, [['Location', `${this.url}${url.pathname}${url.search}${url.hash}`]]) };
  }
}
