import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { LambdaFunctionError } from './lambda-errors';
import type { StreamedInvocation } from './pending-invocation';
import { sequentialStream } from '../../core/sequential-stream';

export const EVENT_STREAM_TYPE = 'application/vnd.amazon.eventstream';

const STRING_HEADER = 7;

/**
 * The body of an InvokeWithResponseStream response: a `PayloadChunk` for each chunk, and `InvokeComplete` at the end, with the error
 * if the function failed.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html
 */
export function invocationEvents({ body }: Pick<StreamedInvocation, 'body'>): Readable {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let ended = false;
  return sequentialStream(body, async () => {
    if (ended) return { value: undefined, done: true };
    try {
      const { value, done = false } = await chunks.next();
      if (!done) return { value: encodeEvent('PayloadChunk', 'application/octet-stream', value), done };
      ended = true;
      return { value: complete({}), done: false };
    } catch (error) {
      if (!(error instanceof LambdaFunctionError)) throw error;
      ended = true;
      return { value: complete(failureOf(error)), done: false };
    }
  });
}

/** The events of a function that failed before its response started. */
export function failedInvocationEvents(error: LambdaFunctionError): Readable {
  return Readable.from([complete(failureOf(error))]);
}

function failureOf({ errorType, message, report }: LambdaFunctionError): object {
  const ErrorDetails = report?.toString() ?? JSON.stringify({ errorType, errorMessage: message });
  return { ErrorCode: report ? 'Unhandled' : errorType, ErrorDetails };
}

function complete(content: object): Buffer {
  return encodeEvent('InvokeComplete', 'application/json', Buffer.from(JSON.stringify(content)));
}

/**
 * A message of the event stream encoding: prelude, headers and payload, each part with its CRC-32.
 *
 * @see https://smithy.io/2.0/aws/amazon-eventstream.html
 */
export function encodeEvent(type: string, contentType: string, payload: Buffer): Buffer {
  const headers = Buffer.concat(Object.entries({ ':message-type': 'event', ':event-type': type, ':content-type': contentType }).map(encodeHeader));
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(prelude.length + 4 + headers.length + payload.length + 4, 0);
  prelude.writeUInt32BE(headers.length, 4);
  const message = Buffer.concat([prelude, checksum(prelude), headers, payload]);
  return Buffer.concat([message, checksum(message)]);
}

function encodeHeader([name, value]: [string, string]): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([STRING_HEADER]), length, Buffer.from(value)]);
}

function checksum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum;
}
