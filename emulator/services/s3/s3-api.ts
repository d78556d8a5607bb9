import { decodeAwsChunked } from './aws-chunked';
import type { Bucket, StoredObject } from './bucket';
import type { S3Service } from './s3-service';
import { AwsError } from '../../core/aws-error';
import { bodyOf, headerValue, textResponse, type Header, type HttpRequest, type HttpResponse } from '../../core/http';
import type { AccessRequest } from '../iam/policy';

/** Decides whether the policies of the role, or of the bucket, allow the request. */
export type Authority = (access: AccessRequest, bucket: Bucket) => boolean;

const KEPT_HEADERS = ['content-type', 'cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires'];

/** Bucket and key of a path-style request. */
export interface S3Address {
  readonly bucket: string;
  readonly key: string;
}

export function addressOf(path: string): S3Address {
  const [bucket = '', ...key] = path.slice(1).split('/');
  return { bucket: decodeURIComponent(bucket), key: key.map(decodeURIComponent).join('/') };
}

/** Handles an authenticated request. */
export function s3Api(s3: S3Service, request: HttpRequest, body: Buffer, { bucket: name, key }: S3Address, may: Authority): HttpResponse {
  const bucket = s3.buckets.get(name);
  if (!bucket) throw new AwsError('NoSuchBucket', 404, 'The specified bucket does not exist');
  const allowed = (action: string, resource = key ? `${bucket.arn}/${key}` : bucket.arn) => may({ action, resource }, bucket);
  const require = (action: string) => {
    if (!allowed(action)) throw new AwsError('AccessDenied', 403, `Access Denied: ${action} on ${bucket.arn}${key && `/${key}`}`);
  };
  switch (`${request.method} ${key ? 'object' : 'bucket'}`) {
    case 'GET object':
    case 'HEAD object': {
      require('s3:GetObject');
      const object = bucket.objects.get(key);
      // Without the permission to list a bucket, a missing object is reported as AccessDenied.
      if (!object && !allowed('s3:ListBucket', bucket.arn)) throw new AwsError('AccessDenied', 403, 'Access Denied');
      if (!object) throw new AwsError('NoSuchKey', 404, 'The specified key does not exist.');
      return download(request, object);
    }
    case 'PUT object': {
      require('s3:PutObject');
      const kept = Object.fromEntries(request.headers
        .map(([header, value]): Header => [header.toLowerCase(), value])
        .filter(([header]) => KEPT_HEADERS.includes(header) || header.startsWith('x-amz-meta-')));
      const chunked = headerValue(request.headers, 'x-amz-content-sha256')?.startsWith('STREAMING-');
      if (kept['content-encoding']) kept['content-encoding'] = kept['content-encoding'].replace(/aws-chunked,?\s*/, '');
      if (!kept['content-encoding']) delete kept['content-encoding'];
      const { etag } = bucket.put(key, chunked ? decodeAwsChunked(body) : body, kept);
      return { status: 200, headers: [['ETag', etag], ['Content-Length', '0']], body: bodyOf(Buffer.alloc(0)) };
    }
    case 'DELETE object':
      require('s3:DeleteObject');
      bucket.objects.delete(key);
      return { status: 204, headers: [], body: bodyOf(Buffer.alloc(0)) };
    case 'GET bucket':
      require('s3:ListBucket');
      return list(request, bucket);
    case 'HEAD bucket':
      require('s3:ListBucket');
      return { status: 200, headers: [], body: bodyOf(Buffer.alloc(0)) };
    default:
      throw new AwsError('NotImplemented', 501, `the emulator does not support ${request.method} on ${key ? 'an object' : 'a bucket'}`);
  }
}

function download(request: HttpRequest, object: StoredObject): HttpResponse {
  const headers: Header[] = [
    ...Object.entries({ 'content-type': 'binary/octet-stream', ...object.headers, ...overrides(request.query) }),
    ['ETag', object.etag], ['Last-Modified', object.modified.toUTCString()], ['Accept-Ranges', 'bytes'],
  ];
  const nothing = bodyOf(Buffer.alloc(0));
  if (headerValue(request.headers, 'if-none-match') === object.etag) return { status: 304, headers, body: nothing };
  headers.push(['Content-Length', String(object.body.length)]);
  return { status: 200, headers, body: request.method === 'HEAD' ? nothing : bodyOf(object.body) };
}

/** Headers that a presigned URL overrides, such as `response-content-type`. */
function overrides(query: string): Record<string, string> {
  return Object.fromEntries([...new URLSearchParams(query)]
    .filter(([name]) => name.startsWith('response-'))
    .map(([name, value]) => [name.slice('response-'.length), value]));
}

function list(request: HttpRequest, bucket: Bucket): HttpResponse {
  const prefix = new URLSearchParams(request.query).get('prefix') ?? '';
  const keys = [...bucket.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  const contents = keys.map((key) => {
    const { body, etag, modified } = bucket.objects.get(key) as StoredObject;
    return `<Contents><Key>${escapeXml(key)}</Key><LastModified>${modified.toISOString()}</LastModified>`
      + `<ETag>${escapeXml(etag)}</ETag><Size>${body.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
  });
  return textResponse(200, 'application/xml', '<?xml version="1.0" encoding="UTF-8"?>\n'
    + `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${bucket.name}</Name><Prefix>${escapeXml(prefix)}</Prefix>`
    + `<KeyCount>${keys.length}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`);
}

export function s3Error(error: AwsError, path: string): HttpResponse {
  return textResponse(error.status, 'application/xml', '<?xml version="1.0" encoding="UTF-8"?>\n'
    + `<Error><Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message><Resource>${escapeXml(path)}</Resource></Error>`);
}

function escapeXml(value: string): string {
  return value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
