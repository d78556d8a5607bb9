import type { Readable } from 'node:stream';
import { clientHeaders } from './response-headers';
import type { Header, HttpResponse } from '../../core/http';
import { sequentialStream } from '../../core/sequential-stream';

/** Metadata before the body of a streamed response. */
interface Metadata {
  readonly statusCode?: number;
  readonly headers?: Record<string, unknown>;
  readonly multiValueHeaders?: Record<string, unknown[]>;
  readonly cookies?: string[];
}

const DELIMITER = Buffer.alloc(8);
const DELIMITER_WITHIN = 16 * 1024;

/** The metadata or its delimiter is malformed. */
export class MalformedResponse extends Error {}

/**
 * Parses a streamed response: JSON metadata, eight NUL bytes within the first 16 KB, then the body as a stream.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
 */
export async function readStreamedResponse(stream: Readable): Promise<HttpResponse> {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let head = Buffer.alloc(0);
  let end = -1;
  while (end < 0) {
    const { value, done } = await chunks.next();
    if (done) throw new MalformedResponse('the response must contain metadata and 8 NUL bytes');
    head = Buffer.concat([head, value]);
    end = head.subarray(0, DELIMITER_WITHIN).indexOf(DELIMITER);
    if (end < 0 && head.length >= DELIMITER_WITHIN) throw new MalformedResponse('the metadata must end within the first 16 KB');
  }
  const { status, headers } = parse(head.subarray(0, end).toString());
  let first: Buffer | undefined = head.subarray(end + DELIMITER.length);
  const body = sequentialStream(stream, async () => {
    const value = first;
    first = undefined;
    return value?.length ? { value, done: false } : chunks.next();
  });
  return { status, headers: clientHeaders(headers), body };
}

function parse(json: string): { status: number; headers: Header[] } {
  let metadata: Metadata;
  try {
    metadata = JSON.parse(json) as Metadata;
  } catch {
    throw new MalformedResponse('the metadata must be JSON');
  }
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) throw new MalformedResponse('the metadata must be an object');
  const { statusCode = 200, headers = {}, multiValueHeaders = {}, cookies = [] } = metadata;
  if (!Number.isInteger(statusCode) || statusCode < 100 || statusCode > 599) throw new MalformedResponse('statusCode must be an HTTP status');
  return { status: statusCode, headers: headersOf(headers, multiValueHeaders, cookies) };
}

/**
 * Merges the headers of both maps. For a name in both, the values and the spelling of `multiValueHeaders` come first.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format
 */
export function headersOf(single: Record<string, unknown>, multiple: Record<string, unknown>, cookies: unknown = []): Header[] {
  const spellings = new Map(Object.keys(multiple).map((name) => [name.toLowerCase(), name]));
  const result: Header[] = [];
  for (const [name, values] of Object.entries(multiple)) {
    if (!Array.isArray(values)) throw new MalformedResponse(`header ${name} of multiValueHeaders must be a list`);
    for (const value of values) result.push([name, String(value)]);
  }
  for (const [name, value] of Object.entries(single)) {
    if (!['string', 'number', 'boolean'].includes(typeof value)) throw new MalformedResponse(`header ${name} must be a string`);
    const spelling = spellings.get(name.toLowerCase());
    // A value that is in both maps is sent once.
    if (spelling === undefined) result.push([name, String(value)]);
    else if (!(multiple[spelling] as unknown[]).map(String).includes(String(value))) result.push([spelling, String(value)]);
  }
  if (!Array.isArray(cookies)) throw new MalformedResponse('cookies must be a list');
  return [...result, ...cookies.map((cookie): Header => ['Set-Cookie', String(cookie)])];
}
