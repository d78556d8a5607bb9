import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { Readable } from 'node:stream';

/** A header as sent: names keep their case, repeated headers their order. */
export type Header = readonly [name: string, value: string];

/** A request between two emulated services. */
export interface HttpRequest {
  readonly protocol: 'http' | 'https';
  readonly method: string;
  /** As sent: percent-encoded, without the query string. */
  readonly path: string;
  /** As sent, without the question mark. */
  readonly query: string;
  readonly headers: readonly Header[];
  /** Source address that the receiving service sees. */
  readonly sourceIp: string;
  readonly body: Readable;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly body: Readable;
  /** The execution environment that served the request; not sent to clients. */
  readonly servedBy?: { readonly function: string; readonly environment: number };
}

export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>;

/** The values of a header, in order. */
export function headerValues(headers: readonly Header[], name: string): string[] {
  const lower = name.toLowerCase();
  return headers.filter(([key]) => key.toLowerCase() === lower).map(([, value]) => value);
}

export function headerValue(headers: readonly Header[], name: string): string | undefined {
  return headerValues(headers, name)[0];
}

/** Removes headers by name. */
export function withoutHeaders(headers: readonly Header[], names: readonly string[]): Header[] {
  const lower = names.map((name) => name.toLowerCase());
  return headers.filter(([key]) => !lower.includes(key.toLowerCase()));
}

/** Replaces all headers with the names of `replacements`. */
export function withHeaders(headers: readonly Header[], replacements: readonly Header[]): Header[] {
  return [...withoutHeaders(headers, replacements.map(([name]) => name)), ...replacements];
}

/** Removes hop-by-hop headers, including those that `Connection` names. */
export function withoutHopByHopHeaders(headers: readonly Header[]): Header[] {
  const named = headerValues(headers, 'connection').flatMap((value) => value.split(',').map((name) => name.trim()));
  return withoutHeaders(headers, [
    'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', ...named,
  ]);
}

export function textResponse(status: number, contentType: string, body: string, headers: readonly Header[] = []): HttpResponse {
  const bytes = Buffer.from(body);
  return {
    status,
    headers: [['Content-Type', contentType], ['Content-Length', String(bytes.length)], ...headers],
    body: bodyOf(bytes),
  };
}

export function bodyOf(bytes: Buffer): Readable {
  return Readable.from(bytes.length ? [bytes] : []);
}

/** Reads a whole body, or returns `undefined` once it exceeds `most` bytes; a response can still be sent then. */
export async function readWhole(body: Readable, most = Infinity): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body.iterator({ destroyOnReturn: false })) {
    length += (part as Buffer).length;
    if (length > most) return undefined;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

/** Converts a request of Node.js. */
export function fromNode(request: IncomingMessage | Http2ServerRequest, protocol: 'http' | 'https'): HttpRequest {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const headers: Header[] = [];
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const [name, value] = request.rawHeaders.slice(i, i + 2);
    // Pseudo headers of HTTP/2: the host is one of them.
    if (name === ':authority') headers.push(['host', value]);
    else if (!name.startsWith(':')) headers.push([name, value]);
  }
  return {
    protocol,
    method: request.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers,
    sourceIp: (request.socket.remoteAddress ?? '127.0.0.1').replace('::ffff:', ''),
    body: request,
  };
}
