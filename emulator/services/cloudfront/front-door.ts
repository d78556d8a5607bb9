import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Distribution } from './distribution';
import { edgeError } from './origin';
import type { EventStream } from '../../core/events';
import { fromNode, withHeaders, withoutHeaders, type HttpResponse } from '../../core/http';
import { listen } from '../../core/listen';
import { writeResponse } from '../../core/write-response';

/** Where viewers come in: plain HTTP on loopback, which plays the HTTPS of the distribution's own name. */
export class FrontDoor {
  private readonly server: Server;
  private url = '';

  /** @param mayBeFramed whether a page of another origin may show it in a frame, whatever the distribution says to that */
  public constructor(
    private readonly distribution: Distribution,
    private readonly hosts: ReadonlySet<string>,
    private readonly events: EventStream,
    private readonly mayBeFramed = false,
  ) {
    this.server = createServer((request, response) => void this.serve(request, response));
    this.server.requestTimeout = 0;
  }

  /** Opens it on the port, or on the first free one from 8080 on; resolves to the URL. */
  public async open(port?: number): Promise<string> {
    this.url = await listen(this.server, port);
    return this.url;
  }

  public close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const start = performance.now();
    const request = fromNode(incoming, 'https');
    let response: HttpResponse;
    try {
      response = this.leadBack(await this.distribution.handle(request));
      if (this.mayBeFramed) response = { ...response, headers: withoutHeaders(response.headers, ['X-Frame-Options']) };
    } catch (error) {
      // A viewer that left while it was sending is no fault of the emulator's.
      if (incoming.errored) return void outgoing.destroy();
      this.events.notice(`${request.method} ${request.path}: ${(error as Error).stack}`, 'warning');
      response = edgeError(500, 'the emulator failed');
    }
    const answered = {
      method: request.method,
      path: request.path,
      status: response.status,
      behavior: this.distribution.behaviorOf(request.path).pathPattern,
      ...response.answeredBy,
    };
    this.events.emit({ type: 'answering', ...answered });
    const complete = await writeResponse(response, outgoing, request.method);
    // What nobody reads would keep the connection from its next request.
    incoming.resume();
    const milliseconds = Math.round(performance.now() - start);
    this.events.emit({ type: 'request', ...answered, milliseconds, ...(complete ? {} : { broken: true }) });
  }

  /** Redirects to the distribution's own names lead here: the emulator is their DNS. */
  private leadBack(response: HttpResponse): HttpResponse {
    const location = response.headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
    const url = location && URL.canParse(location) ? new URL(location) : undefined;
    if (!url || !this.hosts.has(url.host)) return response;
    return { ...response, headers: withHeaders(response.headers, [['Location', `${this.url}${url.pathname}${url.search}${url.hash}`]]) };
  }
}
