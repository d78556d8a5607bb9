import type { ResponseHead } from '../shared/exchange';
import { hopByHop } from '../shared/hop-by-hop';

/** The metadata that precedes the body of a streamed response. */
export interface ResponseMetadata {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  /** Repeated headers and cookies only: API Gateway ignores `headers` for a name that is also here. */
  readonly multiValueHeaders?: Record<string, string[]>;
}

/** API Gateway accepts up to 16 KB of metadata, including a delimiter of 8 bytes. */
const MAX_METADATA_BYTES = 16 * 1024 - 8;

/** Status and headers of LibreChat's response in API Gateway's format. Fails if they are too long. */
export function metadataOf({ statusCode, headers: raw }: ResponseHead, method: string): ResponseMetadata {
  const groups = grouped(raw);
  const dropped = hopByHop(groups.get('connection') ?? []);
  const headers: Record<string, string> = {};
  const multiValueHeaders: Record<string, string[]> = {};
  for (const [name, values] of groups) {
    if (dropped.has(name)) continue;
    if (values.length > 1 || name === 'set-cookie') multiValueHeaders[name] = values;
    else headers[name] = values[0];
  }
  // Empty responses with chunked encoding may hang behind CloudFront: https://github.com/nitrojs/nitro/issues/4417
  const empty = method === 'HEAD' || statusCode === 204 || statusCode === 304;
  if (empty) headers['content-length'] ??= '0';
  const metadata = { statusCode, headers, ...(Object.keys(multiValueHeaders).length ? { multiValueHeaders } : {}) };
  const length = Buffer.byteLength(JSON.stringify(metadata));
  if (length > MAX_METADATA_BYTES) throw new Error(`response headers must fit ${MAX_METADATA_BYTES} bytes, got: ${length}`);
  return metadata;
}

/** Whether the body is an event stream without content encoding. */
export function isEventStream({ headers }: ResponseMetadata): boolean {
  return (headers['content-encoding'] ?? 'identity') === 'identity' && (headers['content-type'] ?? '').startsWith('text/event-stream');
}

function grouped(raw: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i].toLowerCase();
    groups.set(name, [...(groups.get(name) ?? []), raw[i + 1]]);
  }
  return groups;
}
