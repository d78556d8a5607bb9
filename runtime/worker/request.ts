import { hopByHop } from './engine/headers';
import type { ProxyEvent } from './event';

/** A request as it goes to LibreChat. */
export interface AppRequest {
  readonly method: string;
  readonly path: string;
  /** Names and values in turn, so that repeated headers stay apart. */
  readonly headers: string[];
  readonly body: Buffer;
}

/** LibreChat trusts the first whoever sends it; the second only CloudFront and API Gateway need to know. */
const NOT_FOR_LIBRECHAT = ['x-tenant-id', 'x-api-key'];

/** Set anew: the length follows from the body, and API Gateway has answered `Expect` already. */
const SET_HERE = ['content-length', 'expect', 'x-forwarded-for', 'x-forwarded-proto'];

const STREAM_ROUTE = /^\/api\/agents\/chat\/stream\/([^/]+)\/?$/i;

export interface RequestOptions {
  /** Asks for a response that can be read on the way. */
  readonly uncompressed?: boolean;
}

/** The HTTP request that an event stands for. */
export function requestOf(event: ProxyEvent, { uncompressed = false }: RequestOptions = {}): AppRequest {
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  const headers = headersOf(event, body.length, uncompressed ? ['accept-encoding'] : []);
  return { method: event.httpMethod, path: pathOf(event), headers, body };
}

/**
 * The stream that a request opens without asking to resume it; undefined for every other request. Here it never meets the
 * process that generates, so without a resume what was generated before would never arrive.
 */
export function streamToResume(event: ProxyEvent): string | undefined {
  const id = event.httpMethod === 'GET' ? STREAM_ROUTE.exec(event.path)?.[1] : undefined;
  return id !== undefined && !queryOf(event).some(([name]) => name === 'resume') ? decoded(id) : undefined;
}

function queryOf(event: ProxyEvent): [string, string[]][] {
  return Object.entries(multiple(event.multiValueQueryStringParameters, event.queryStringParameters));
}

function pathOf(event: ProxyEvent): string {
  const query = queryOf(event);
  if (streamToResume(event) !== undefined) query.push(['resume', ['true']]);
  const search = query.flatMap(([name, values]) => values.map((value) => `${encode(name)}=${encode(value)}`)).join('&');
  return search ? `${target(event.path)}?${search}` : target(event.path);
}

/** The path is encoded already; what can't stand in a request line is encoded, the rest stays byte for byte. */
function target(path: string): string {
  return path.replace(/[^\x21-\x7e]+|[?#]/gu, encode);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // It may be anything that a client sends.
  }
}

function encode(text: string): string {
  // A lone surrogate has no encoding.
  return encodeURIComponent(Buffer.from(text).toString());
}

function headersOf(event: ProxyEvent, length: number, unwanted: string[]): string[] {
  const all = Object.entries(multiple(event.multiValueHeaders, event.headers)).map(([name, values]) => ({ name, key: name.toLowerCase(), values }));
  const valuesOf = (key: string) => all.filter((header) => header.key === key).flatMap((header) => header.values);

  const dropped = new Set([...hopByHop(valuesOf('connection')), ...NOT_FOR_LIBRECHAT, ...SET_HERE, ...unwanted]);
  const headers = all
    .filter(({ key }) => !dropped.has(key))
    .flatMap(({ name, values }) => values.flatMap((value) => [name, bytes(value)]));

  if (!valuesOf('host').length) headers.push('Host', 'localhost');
  // The viewer and CloudFront's address: with this connection's own, `TRUST_PROXY=2` leads to the viewer.
  const forwarded = valuesOf('x-forwarded-for').join(', ') || event.requestContext.identity?.sourceIp;
  if (forwarded) headers.push('X-Forwarded-For', forwarded);
  // API Gateway speaks nothing else.
  headers.push('X-Forwarded-Proto', 'https');
  if (length > 0 || !['GET', 'HEAD', 'OPTIONS', 'DELETE'].includes(event.httpMethod)) headers.push('Content-Length', String(length));
  return headers;
}

/** Node writes header values as Latin-1: anything beyond goes out as the UTF-8 bytes that it came in as. */
function bytes(value: string): string {
  return /[^\x00-\xff]/.test(value) ? Buffer.from(value).toString('latin1') : value;
}

function multiple(values?: Record<string, string[]> | null, single?: Record<string, string> | null): Record<string, string[]> {
  return values ?? Object.fromEntries(Object.entries(single ?? {}).map(([name, value]) => [name, [value]]));
}
