/** The first message of an AWS event stream. */
export interface Message {
  /** Such as `PayloadChunk`, or the type of an exception. */
  readonly type: string;
  readonly payload: Buffer;
}

const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
const STRING_TYPE = 7;

/**
 * Reads the first message. Undefined while it is incomplete. Checksums are not verified, since TLS protects the data.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html
 */
export function firstMessage(bytes: Buffer): Message | undefined {
  if (bytes.length < PRELUDE_BYTES) return undefined;
  const totalBytes = bytes.readUInt32BE(0);
  if (bytes.length < totalBytes) return undefined;
  const payloadAt = PRELUDE_BYTES + bytes.readUInt32BE(4);
  const headers = headersIn(bytes.subarray(PRELUDE_BYTES, payloadAt));
  return {
    type: headers[':event-type'] ?? headers[':exception-type'] ?? headers[':error-code'] ?? 'unknown',
    payload: bytes.subarray(payloadAt, totalBytes - CHECKSUM_BYTES),
  };
}

/** Headers of type string. Lambda's messages have no others. */
function headersIn(bytes: Buffer): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at < bytes.length;) {
    const nameAt = at + 1;
    const typeAt = nameAt + bytes[at];
    if (bytes[typeAt] !== STRING_TYPE) break;
    const valueAt = typeAt + 3;
    at = valueAt + bytes.readUInt16BE(typeAt + 1);
    headers[bytes.toString('utf8', nameAt, typeAt)] = bytes.toString('utf8', valueAt, at);
  }
  return headers;
}
