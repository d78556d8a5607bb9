import type { GatewayErrorType } from './gateway-error';
import type { HttpResponse } from '../../core/http';
import { sequentialStream } from '../../core/sequential-stream';

/** Access log settings of a stage. */
export interface AccessLog {
  /** Log format with `$context` variables. */
  readonly format: string;
  readonly write: (line: string) => void;
}

/** Values of a request's log variables. Variables that do not apply are undefined. */
export interface AccessLogValues {
  readonly 'requestId': string;
  readonly 'extendedRequestId': string;
  readonly 'requestTimeEpoch': number;
  readonly 'requestTime': string;
  readonly 'identity.sourceIp': string;
  readonly 'httpMethod': string;
  readonly 'path': string;
  readonly 'protocol': 'HTTP/1.1';
  readonly 'stage': string;
  'resourcePath'?: string;
  'error.message'?: string;
  'error.messageString'?: string;
  'error.responseType'?: GatewayErrorType;
  'integration.status'?: number;
  'integration.latency'?: number;
  'integration.error'?: string;
  'integration.responseTransferMode'?: 'STREAM' | 'BUFFERED';
  'integration.timeToAllHeaders'?: number;
  'integration.timeToFirstContent'?: number;
  'status'?: number;
  'responseLength'?: number;
  'responseLatency'?: number;
}

/**
 * A log line. Undefined variables are `-`. Only `$context.error.messageString` includes quotes: further ones around it break JSON.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
 */
export function accessLogLine(format: string, values: AccessLogValues): string {
  return format.replace(/\$context((?:\.[A-Za-z]+)+)/g, (_, name: string) => String(values[name.slice(1) as keyof AccessLogValues] ?? '-'));
}

/** Wraps a response so that the log line is written at its end. */
export function withAccessLog(response: HttpResponse, log: AccessLog, values: AccessLogValues, began: number): HttpResponse {
  const chunks = response.body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let bytes = 0;
  const body = sequentialStream(response.body, async () => {
    const piece = await chunks.next();
    if (piece.done) return piece;
    if (values['integration.latency'] !== undefined) values['integration.timeToFirstContent'] ??= sinceMs(began);
    bytes += piece.value.length;
    return piece;
  });
  body.once('close', () => log.write(accessLogLine(log.format, {
    ...values, status: response.status, responseLength: bytes, responseLatency: sinceMs(began),
  })));
  return { ...response, body };
}

export function sinceMs(began: number): number {
  return Math.round(performance.now() - began);
}
