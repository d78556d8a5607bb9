import { createHash } from 'node:crypto';
import { RequestSigner } from 'aws4';
import { AwsError } from './aws-error';
import type { Credentials } from './credentials';
import { headerValue, headerValues, type HttpRequest } from './http';

/** A Signature Version 4, from the Authorization header or from a presigned URL. */
export interface Signature {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: string[];
  readonly signature: string;
  readonly datetime: string;
  /** Validity in seconds. */
  readonly expires: number;
  readonly sessionToken?: string;
  readonly presigned: boolean;
}

const LONGEST_SKEW_SECONDS = 15 * 60;

/** Reads the signature of a request. */
export function signatureOf(request: HttpRequest): Signature | undefined {
  const authorization = headerValue(request.headers, 'authorization');
  const header = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)$/.exec(authorization ?? '');
  if (header) {
    const [, credential, signedHeaders, signature] = header;
    return {
      ...scopeOf(credential),
      signedHeaders: signedHeaders.split(';'),
      signature,
      datetime: headerValue(request.headers, 'x-amz-date') ?? '',
      expires: LONGEST_SKEW_SECONDS,
      sessionToken: headerValue(request.headers, 'x-amz-security-token'),
      presigned: false,
    };
  }
  const query = new URLSearchParams(request.query);
  if (!query.has('X-Amz-Signature')) return undefined;
  return {
    ...scopeOf(query.get('X-Amz-Credential') ?? ''),
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
    signature: query.get('X-Amz-Signature') ?? '',
    datetime: query.get('X-Amz-Date') ?? '',
    expires: Number(query.get('X-Amz-Expires') ?? 0),
    sessionToken: query.get('X-Amz-Security-Token') ?? undefined,
    presigned: true,
  };
}

/**
 * Recomputes the signature with the known secret key, and compares both.
 *
 * @throws AwsError if the token or the signature does not match the credentials
 */
export function verify(request: HttpRequest, body: Buffer, signature: Signature, credentials: Credentials): void {
  const s3 = signature.service === 's3';
  if (signature.sessionToken !== credentials.sessionToken) {
    // S3 reports a temporary key without its token as unknown.
    if (s3 && !signature.sessionToken) {
      throw new AwsError('InvalidAccessKeyId', 403, 'The AWS Access Key Id you provided does not exist in our records.');
    }
    throw new AwsError(s3 ? 'InvalidToken' : 'UnrecognizedClientException', 400, 'The security token included in the request is invalid.');
  }
  if (Date.now() > timeOf(signature.datetime) + signature.expires * 1000) {
    throw new AwsError(s3 ? 'AccessDenied' : 'InvalidSignatureException', 403, 'Request has expired');
  }
  const bodyHash = createHash('sha256').update(body).digest('hex');
  const stated = s3 ? headerValue(request.headers, 'x-amz-content-sha256') ?? bodyHash : bodyHash;
  if (/^[0-9a-f]{64}$/.test(stated) && stated !== bodyHash) {
    throw new AwsError('XAmzContentSHA256Mismatch', 400, "The provided 'x-amz-content-sha256' header does not match what was computed.");
  }
  if (signAgain(request, stated, signature, credentials) !== signature.signature) {
    throw new AwsError(s3 ? 'SignatureDoesNotMatch' : 'InvalidSignatureException', 403,
      'The request signature we calculated does not match the signature you provided.');
  }
}

function signAgain(request: HttpRequest, bodyHash: string, signature: Signature, credentials: Credentials): string {
  const query = new URLSearchParams(request.query);
  query.delete('X-Amz-Signature');
  const signed = Object.fromEntries(signature.signedHeaders.map((name) => [name, headerValues(request.headers, name).join(',')]));
  const flags = (names: string[]) => Object.fromEntries(names.map((name) => [name, true]));
  const signer = new RequestSigner(Object.assign({
    method: request.method,
    path: request.path + (query.size ? `?${query}` : ''),
    host: headerValue(request.headers, 'host'),
    service: signature.service,
    region: signature.region,
    signQuery: signature.presigned,
    headers: signature.presigned ? signed : { 'x-amz-content-sha256': bodyHash, 'x-amz-date': signature.datetime, ...signed },
  }, {
    // Exactly the headers that the client signed.
    extraHeadersToInclude: flags(signature.signedHeaders),
    extraHeadersToIgnore: flags(['x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token'].filter((name) => !signature.signedHeaders.includes(name))),
  }), credentials);
  signer.prepareRequest();
  return signer.signature();
}

/** `20261122T194000Z` in milliseconds since the epoch; an invalid time counts as expired. */
function timeOf(datetime: string): number {
  return Date.parse(datetime.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5')) || 0;
}

function scopeOf(credential: string): { accessKeyId: string; region: string; service: string } {
  const [accessKeyId = '', , region = '', service = ''] = credential.split('/');
  return { accessKeyId, region, service };
}
