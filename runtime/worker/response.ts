import type { IncomingMessage } from 'node:http';
import { hopByHop } from './engine/headers';

/** What API Gateway calls the form of a streamed response. */
export const INTEGRATION_RESPONSE = 'application/vnd.awslambda.http-integration-response';

const DELIMITER = Buffer.alloc(8);

/** API Gateway looks for the delimiter no further. */
const LARGEST_PRELUDE = 16 * 1024;

/** What stands before the body of a streamed response. */
export interface ResponseMetadata {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  /** Only what is repeated, and cookies: a name that stands here too would count from here alone. */
  readonly multiValueHeaders?: Record<string, string[]>;
}

/** Status and headers of LibreChat's response as API Gateway wants them. */
export function metadataOf(response: IncomingMessage, method: string): ResponseMetadata {
  const statusCode = response.statusCode ?? 502;
  const dropped = hopByHop([response.headers.connection ?? '']);
  const headers: Record<string, string> = {};
  const multiValueHeaders: Record<string, string[]> = {};
  for (const [name, values] of grouped(response.rawHeaders)) {
    if (dropped.has(name)) continue;
    if (values.length > 1 || name === 'set-cookie') multiValueHeaders[name] = values;
    else headers[name] = values[0];
  }
  // Sent chunked, empty responses were seen to hang behind CloudFront: https://github.com/nitrojs/nitro/issues/4417
  const empty = method === 'HEAD' || statusCode === 204 || statusCode === 304;
  if (empty) headers['content-length'] ??= '0';
  return { statusCode, headers, ...(Object.keys(multiValueHeaders).length ? { multiValueHeaders } : {}) };
}

/** The bytes before the body. */
export function preludeOf(metadata: ResponseMetadata): Buffer {
  const prelude = Buffer.concat([Buffer.from(JSON.stringify(metadata)), DELIMITER]);
  if (prelude.length > LARGEST_PRELUDE) {
    throw new Error(`response headers must fit ${LARGEST_PRELUDE} bytes, got: ${prelude.length}`);
  }
  return prelude;
}

/** A whole response of the adapter's own, for when LibreChat gives none. */
export function errorResponse(statusCode: number, message: string): Buffer {
  const body = Buffer.from(JSON.stringify({ message }));
  const headers = { 'content-type': 'application/json', 'content-length': String(body.length), 'cache-control': 'no-store' };
  return Buffer.concat([preludeOf({ statusCode, headers }), body]);
}

function grouped(rawHeaders: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i].toLowerCase();
    groups.set(name, [...(groups.get(name) ?? []), rawHeaders[i + 1]]);
  }
  return groups;
}
