import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { ACCEPT_ENCODING, decoded } from './content-encoding';

// LibreChat rejects clients whose User-Agent is not a browser's.
const USER_AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

/** Timeout of a response that is not a stream; streams have separate timeouts. */
const RESPONSE_TIMEOUT_MS = 120_000;

export interface RequestParts {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A buffer is sent unchanged, other values as JSON. */
  readonly body?: object;
  readonly signal?: AbortSignal;
}

/** A response with its complete body. */
export interface CompleteResponse {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly bytes: Buffer;
  readonly text: string;
  /** The body as JSON, if it is JSON. */
  readonly json: any;
  /** Time from sending the request to the end of the response. */
  readonly milliseconds: number;
}

/** A response that has started. */
export interface OpenResponse {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Body without the content encoding. */
  readonly body: Readable;
}

/** Sends a request as a browser would, on a separate connection; resolves when the response starts. */
export async function open(url: string, { method = 'GET', headers, body, signal }: RequestParts = {}): Promise<OpenResponse> {
  const target = new URL(url);
  const request = target.protocol === 'https:' ? httpsRequest : httpRequest;
  const content = Buffer.isBuffer(body) ? body : body && Buffer.from(JSON.stringify(body));
  const sent = request(target, {
    method,
    agent: false,
    signal,
    headers: {
      'User-Agent': USER_AGENT,
      'Accept': '*/*',
      'Accept-Encoding': ACCEPT_ENCODING,
      'Accept-Language': 'en-US,en;q=0.9',
      ...(content ? { 'Content-Type': 'application/json', 'Content-Length': content.length } : {}),
      ...headers,
    },
  });
  sent.end(content);
  const [response] = await once(sent, 'response') as [IncomingMessage];
  return { status: response.statusCode!, headers: response.headers, body: decoded(response) };
}

/** Sends a request, and reads the complete response. */
export async function send(url: string, parts: RequestParts = {}): Promise<CompleteResponse> {
  const began = performance.now();
  const response = await open(url, { signal: AbortSignal.timeout(RESPONSE_TIMEOUT_MS), ...parts });
  const bytes = await read(response.body);
  const text = bytes.toString();
  return {
    status: response.status,
    headers: response.headers,
    bytes,
    text,
    json: /json/.test(response.headers['content-type'] ?? '') ? parse(text) : undefined,
    milliseconds: performance.now() - began,
  };
}

/** Message of an error; the error for several connection attempts has no message. */
export function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return message || code || String(error);
}

export async function read(response: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The content type is JSON, but the body is not.
  }
}
