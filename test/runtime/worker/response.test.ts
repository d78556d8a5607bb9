import type { IncomingMessage } from 'node:http';
import { errorResponse, metadataOf, preludeOf } from '../../../runtime/worker/response';

function response(statusCode: number, rawHeaders: string[]): IncomingMessage {
  const connection = rawHeaders.flatMap((name, i) => (i % 2 === 0 && name.toLowerCase() === 'connection' ? [rawHeaders[i + 1]] : []));
  return { statusCode, rawHeaders, headers: { connection: connection.join(', ') } } as IncomingMessage;
}

test('single headers are strings, repeated ones lists', () => {
  expect(metadataOf(response(200, ['Content-Type', 'text/plain', 'Vary', 'a', 'vary', 'b']), 'GET')).toEqual({
    statusCode: 200,
    headers: { 'content-type': 'text/plain' },
    multiValueHeaders: { vary: ['a', 'b'] },
  });
});

test('a single cookie is a list too', () => {
  expect(metadataOf(response(200, ['Set-Cookie', 'a=1; Path=/']), 'GET')).toEqual({
    statusCode: 200, headers: {}, multiValueHeaders: { 'set-cookie': ['a=1; Path=/'] },
  });
});

test('nothing about the connection goes out', () => {
  const raw = ['Connection', 'keep-alive, X-Hop', 'Keep-Alive', 'timeout=5', 'Transfer-Encoding', 'chunked', 'X-Hop', '1', 'X-Kept', '2'];
  expect(metadataOf(response(200, raw), 'GET').headers).toEqual({ 'x-kept': '2' });
});

test('the length that LibreChat gives goes out', () => {
  expect(metadataOf(response(200, ['Content-Length', '42']), 'GET').headers).toEqual({ 'content-length': '42' });
});

test.each([['GET', 204], ['GET', 304], ['HEAD', 200]])('%s with %s has no body and says so', (method, status) => {
  expect(metadataOf(response(status, []), method).headers).toEqual({ 'content-length': '0' });
});

test('HEAD keeps the length that GET would have', () => {
  expect(metadataOf(response(200, ['Content-Length', '42']), 'HEAD').headers).toEqual({ 'content-length': '42' });
});

test('the length of a body of unknown size is left out', () => {
  expect(metadataOf(response(200, []), 'GET').headers).toEqual({});
});

test('the prelude is JSON and eight NULs', () => {
  const prelude = preludeOf({ statusCode: 302, headers: { location: '/' } });
  expect(prelude.subarray(-8)).toEqual(Buffer.alloc(8));
  expect(JSON.parse(prelude.subarray(0, -8).toString())).toEqual({ statusCode: 302, headers: { location: '/' } });
});

test('fails when the headers are too long for API Gateway to find the body', () => {
  const size = 16 * 1024 - JSON.stringify({ statusCode: 200, headers: { a: '' } }).length - 8;
  expect(preludeOf({ statusCode: 200, headers: { a: 'x'.repeat(size) } })).toHaveLength(16 * 1024);
  expect(() => preludeOf({ statusCode: 200, headers: { a: 'x'.repeat(size + 1) } })).toThrow('response headers must fit 16384 bytes, got: 16385');
});

test('a response of the adapter\'s own is whole', () => {
  const bytes = errorResponse(503, 'not ready');
  const [metadata, body] = bytes.toString().split('\0'.repeat(8));
  expect(JSON.parse(body)).toEqual({ message: 'not ready' });
  expect(JSON.parse(metadata)).toMatchObject({ statusCode: 503, headers: { 'content-length': String(body.length) } });
});
