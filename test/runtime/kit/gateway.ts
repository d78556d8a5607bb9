import type { ProxyEvent } from '../../../runtime/event';

/** A request as a client sends it. */
export interface ClientRequest {
  readonly method: string;
  /** Path and query as they stand in the request line. */
  readonly target: string;
  readonly headers?: ReadonlyArray<readonly [string, string]>;
  readonly body?: Buffer;
}

/** The types that the API declares as binary; all others arrive as text. */
const BINARY = /^(?:multipart\/form-data|application\/octet-stream|audio\/|image\/)/;

/** The event that API Gateway makes of a request: the path stays encoded, the query is decoded. */
export function eventOf({ method, target, headers = [], body }: ClientRequest): ProxyEvent {
  const [path, search = ''] = split(target);
  const isBase64Encoded = body !== undefined && BINARY.test(headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '');
  return {
    httpMethod: method,
    path,
    multiValueHeaders: grouped(headers),
    multiValueQueryStringParameters: search ? grouped([...new URLSearchParams(search)]) : null,
    body: body?.length ? body.toString(isBase64Encoded ? 'base64' : 'utf8') : null,
    isBase64Encoded,
    requestContext: { identity: { sourceIp: '198.51.100.7' } },
  };
}

function split(target: string): [string, string?] {
  const at = target.indexOf('?');
  return at < 0 ? [target] : [target.slice(0, at), target.slice(at + 1)];
}

function grouped(pairs: ReadonlyArray<readonly [string, string]>): Record<string, string[]> {
  const groups: Record<string, string[]> = {};
  for (const [name, value] of pairs) (groups[name] ??= []).push(value);
  return groups;
}
