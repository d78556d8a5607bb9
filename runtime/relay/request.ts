import type { ProxyEvent } from './event';
import type { RequestHead } from '../shared/exchange';
import { hopByHop } from '../shared/hop-by-hop';

export interface Request {
  readonly head: RequestHead;
  readonly body: Buffer;
}

/** LibreChat trusts the first one from any client. The second one is a secret between CloudFront and API Gateway. */
const NOT_FOR_LIBRECHAT = ['x-tenant-id', 'x-api-key'];

/** Replaced below. API Gateway has already responded to `Expect`. */
const REPLACED = ['content-length', 'expect', 'x-forwarded-for', 'x-forwarded-proto'];

const METHODS_WITHOUT_BODY = ['GET', 'HEAD', 'OPTIONS', 'DELETE'];

/** Converts an event of API Gateway to an HTTP request. */
export function requestOf(event: ProxyEvent): Request {
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  return { head: { method: event.httpMethod, path: pathOf(event), headers: headersOf(event, body.length), bodyLength: body.length }, body };
}

function pathOf(event: ProxyEvent): string {
  const query = Object.entries(multiple(event.multiValueQueryStringParameters, event.queryStringParameters));
  const search = query.flatMap(([name, values]) => values.map((value) => `${encode(name)}=${encode(value)}`)).join('&');
  return search ? `${target(event.path)}?${search}` : target(event.path);
}

/** The path is already encoded. Only characters that are not allowed in a request line are encoded, the rest is unchanged. */
function target(path: string): string {
  return path.replace(/[^\x21-\x7e]+|[?#]/gu, encode);
}

function encode(text: string): string {
  // Replaces lone surrogates, for which `encodeURIComponent` throws.
  return encodeURIComponent(Buffer.from(text).toString());
}

function headersOf(event: ProxyEvent, length: number): string[] {
  const all = Object.entries(multiple(event.multiValueHeaders, event.headers)).map(([name, values]) => ({ name, key: name.toLowerCase(), values }));
  const valuesOf = (key: string) => all.filter((header) => header.key === key).flatMap((header) => header.values);

  const dropped = new Set([...hopByHop(valuesOf('connection')), ...NOT_FOR_LIBRECHAT, ...REPLACED]);
  const headers = all
    .filter(({ key }) => !dropped.has(key))
    .flatMap(({ name, values }) => values.flatMap((value) => [name, bytes(value)]));

  if (!valuesOf('host').length) headers.push('Host', 'localhost');
  // The addresses of the viewer and of CloudFront. Together with the worker's connection, `TRUST_PROXY=2` selects the viewer.
  const forwarded = valuesOf('x-forwarded-for').join(', ') || event.requestContext.identity?.sourceIp;
  if (forwarded) headers.push('X-Forwarded-For', forwarded);
  // API Gateway supports HTTPS only.
  headers.push('X-Forwarded-Proto', 'https');
  if (length > 0 || !METHODS_WITHOUT_BODY.includes(event.httpMethod)) headers.push('Content-Length', String(length));
  return headers;
}

/** Node.js writes header values as Latin-1. Other characters are sent as the UTF-8 bytes that were received. */
function bytes(value: string): string {
  return /[^\x00-\xff]/.test(value) ? Buffer.from(value).toString('latin1') : value;
}

function multiple(values?: Record<string, string[]> | null, single?: Record<string, string> | null): Record<string, string[]> {
  return values ?? Object.fromEntries(Object.entries(single ?? {}).map(([name, value]) => [name, [value]]));
}
