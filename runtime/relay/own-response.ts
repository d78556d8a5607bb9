import type { ResponseMetadata } from './response';

/** A response of the relay itself. */
export interface OwnResponse {
  readonly metadata: ResponseMetadata;
  readonly body: Buffer;
}

/** The request was not executed. LibreChat's page repeats a chat that gets this code, after the time in `Retry-After`. */
export function notReady(retryAfterSeconds: number): OwnResponse {
  return json(503, { code: 'SERVER_NOT_READY', message: 'The server is starting. Try again in a few seconds.' }, { 'retry-after': String(retryAfterSeconds) });
}

/** The request may have been executed, so it must not be repeated. */
export function failed(): OwnResponse {
  return json(502, { code: 'SERVER_FAILED', message: 'The server failed before it responded.' });
}

export function tooLate(): OwnResponse {
  return json(504, { code: 'SERVER_TIMEOUT', message: 'The server did not respond in time.' });
}

export function tooLarge(limitBytes: number): OwnResponse {
  return json(413, { code: 'PAYLOAD_TOO_LARGE', message: `A request can have up to ${limitBytes} bytes.` });
}

function json(statusCode: number, content: object, headers: Record<string, string> = {}): OwnResponse {
  const body = Buffer.from(JSON.stringify(content));
  return {
    metadata: { statusCode, headers: { 'content-type': 'application/json', 'content-length': String(body.length), 'cache-control': 'no-store', ...headers } },
    body,
  };
}
