import { isEventStream, metadataOf } from '../../../runtime/relay/response';

const response = (statusCode: number, headers: string[]) => ({ statusCode, headers });

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

test('headers of the connection are removed', () => {
  const raw = ['Connection', 'keep-alive, X-Hop', 'Keep-Alive', 'timeout=5', 'Transfer-Encoding', 'chunked', 'X-Hop', '1', 'X-Kept', '2'];
  expect(metadataOf(response(200, raw), 'GET').headers).toEqual({ 'x-kept': '2' });
});

test('the length that LibreChat sends is kept', () => {
  expect(metadataOf(response(200, ['Content-Length', '42']), 'GET').headers).toEqual({ 'content-length': '42' });
});

test.each([['GET', 204], ['GET', 304], ['HEAD', 200]])('the response to %s with status %s has no body and length 0', (method, status) => {
  expect(metadataOf(response(status, []), method).headers).toEqual({ 'content-length': '0' });
});

test('HEAD keeps the length that GET would have', () => {
  expect(metadataOf(response(200, ['Content-Length', '42']), 'HEAD').headers).toEqual({ 'content-length': '42' });
});

test('the length of a body of unknown size is omitted', () => {
  expect(metadataOf(response(200, []), 'GET').headers).toEqual({});
});

test('fails when the headers are too long for API Gateway to find the body', () => {
  const size = 16 * 1024 - 8 - JSON.stringify({ statusCode: 200, headers: { a: '' } }).length;
  expect(() => metadataOf(response(200, ['a', 'x'.repeat(size)]), 'GET')).not.toThrow();
  expect(() => metadataOf(response(200, ['a', 'x'.repeat(size + 1)]), 'GET')).toThrow('response headers must fit 16376 bytes, got: 16377');
});

test.each([
  [true, { 'content-type': 'text/event-stream' }],
  [true, { 'content-type': 'text/event-stream; charset=utf-8', 'content-encoding': 'identity' }],
  [false, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' }],
  [false, { 'content-type': 'application/json' }],
  [false, {}],
])('is an event stream: %s, with %j', (expected, headers) => {
  expect(isEventStream({ statusCode: 200, headers: headers as Record<string, string> })).toBe(expected);
});
