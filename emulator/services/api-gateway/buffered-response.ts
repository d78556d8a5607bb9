import { isBinary } from './event';
import { clientHeaders } from './response-headers';
import { headersOf, MalformedResponse } from './streamed-response';
import { bodyOf, type HttpResponse } from '../../core/http';

interface ProxyResult {
  readonly statusCode?: number | string;
  readonly headers?: Record<string, unknown> | null;
  readonly multiValueHeaders?: Record<string, unknown> | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
}

/** Parses a buffered response: the JSON of a proxy integration. */
export function readBufferedResponse(payload: Buffer, binaryMediaTypes: readonly string[], accept: string | undefined): HttpResponse {
  let result: ProxyResult;
  try {
    result = JSON.parse(payload.toString()) as ProxyResult;
  } catch {
    throw new MalformedResponse('the response of a proxy integration must be JSON');
  }
  const status = Number(result?.statusCode);
  if (!Number.isInteger(status)) throw new MalformedResponse('the response of a proxy integration must have a statusCode');
  const decode = result.isBase64Encoded === true && isBinary(binaryMediaTypes, accept?.split(',')[0]);
  const body = Buffer.from(result.body ?? '', decode ? 'base64' : 'utf8');
  const headers = clientHeaders(headersOf(result.headers ?? {}, result.multiValueHeaders ?? {}));
  if (!headers.some(([name]) => name.toLowerCase() === 'content-type')) headers.push(['Content-Type', 'application/json']);
  return { status, headers: [...headers.filter(([name]) => name.toLowerCase() !== 'content-length'), ['Content-Length', String(body.length)]], body: bodyOf(body) };
}
