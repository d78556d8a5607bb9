import { proxyEvent, type EventOptions } from '../../../fixtures/runtime/events';
import { requestOf } from '../../../runtime/relay/request';

const request = (path: string, options?: EventOptions) => {
  const { head, body } = requestOf(proxyEvent(path, options));
  return { ...head, body };
};

/** Header lines in lower case, in the order in which they are sent. */
function lines(options: EventOptions): string[] {
  const { headers } = request('/api', options);
  return Array.from({ length: headers.length / 2 }, (_, i) => `${headers[2 * i].toLowerCase()}: ${headers[2 * i + 1]}`);
}

describe('path', () => {
  test.each([
    ['/api/a%20b', '/api/a%20b'],
    ['/api/a%2Fb', '/api/a%2Fb'],
    ['/api/%zz', '/api/%zz'],
    ['/api//double', '/api//double'],
    ['/api/über', '/api/%C3%BCber'],
    ['/api/a b', '/api/a%20b'],
    ['/api/a?b#c', '/api/a%3Fb%23c'],
    ['/api/(x)!$&\'*+,;=:@~[]', '/api/(x)!$&\'*+,;=:@~[]'],
    ['/api/\u{1F600}', '/api/%F0%9F%98%80'],
    ['/api/\ud800', '/api/%EF%BF%BD'],
  ])('%s is forwarded as %s', (path, expected) => {
    expect(request(path).path).toBe(expected);
  });
});

describe('query', () => {
  const path = (multiValueQueryStringParameters: Record<string, string[]>) => request('/api', { multiValueQueryStringParameters }).path;

  test('keeps repeated values in order', () => {
    expect(path({ a: ['1', '2'], b: ['3'] })).toBe('/api?a=1&a=2&b=3');
  });

  test('encodes values that API Gateway has decoded', () => {
    expect(path({ 'a[b]': ['c d', 'e+f', 'g&h=i', 'ü'] })).toBe('/api?a%5Bb%5D=c%20d&a%5Bb%5D=e%2Bf&a%5Bb%5D=g%26h%3Di&a%5Bb%5D=%C3%BC');
  });

  test('keeps an empty value', () => {
    expect(path({ flag: [''] })).toBe('/api?flag=');
  });

  test('falls back to the single values', () => {
    expect(request('/api', { queryStringParameters: { a: '1' } }).path).toBe('/api?a=1');
  });
});

test('a stream request is not changed: the page decides whether it resumes', () => {
  expect(request('/api/agents/chat/stream/abc').path).toBe('/api/agents/chat/stream/abc');
});

describe('headers', () => {
  test('keep repeated values apart', () => {
    expect(lines({ multiValueHeaders: { 'X-Many': ['a', 'b, c'] } })).toEqual(expect.arrayContaining(['x-many: a', 'x-many: b, c']));
  });

  test.each([
    'Connection', 'Keep-Alive', 'Proxy-Authenticate', 'Proxy-Authorization', 'Proxy-Connection', 'TE', 'Trailer', 'Transfer-Encoding', 'Upgrade',
    'X-Tenant-Id', 'x-TENANT-id', 'X-Api-Key', 'Expect', 'Content-Length',
  ])('%s is not forwarded', (name) => {
    expect(lines({ multiValueHeaders: { [name]: ['evil'] } }).join()).not.toContain('evil');
  });

  test('named by Connection are not forwarded', () => {
    const sent = lines({ multiValueHeaders: { 'Connection': ['close, X-Hop'], 'x-hop': ['1'], 'x-other': ['2'] } });
    expect(sent).toContain('x-other: 2');
    expect(sent.join()).not.toContain('x-hop');
  });

  test('a host is there even when the event has none', () => {
    expect(lines({})).toContain('host: localhost');
    expect(lines({ multiValueHeaders: { Host: ['abc.execute-api'] } }).filter((line) => line.startsWith('host:'))).toEqual(['host: abc.execute-api']);
  });

  test('beyond Latin-1 go out as UTF-8', () => {
    expect(lines({ multiValueHeaders: { 'X-Name': ['日本'] } })).toContain(`x-name: ${Buffer.from('日本').toString('latin1')}`);
  });

  test('a forged protocol is not forwarded', () => {
    const sent = lines({ multiValueHeaders: { 'X-Forwarded-Proto': ['http'] } });
    expect(sent.filter((line) => line.startsWith('x-forwarded-proto'))).toEqual(['x-forwarded-proto: https']);
  });
});

describe('body', () => {
  test('text is sent as UTF-8, with its length in bytes', () => {
    const { body, headers } = request('/api', { method: 'POST', body: '{"ü":1}' });
    expect(body.toString()).toBe('{"ü":1}');
    expect(headers[headers.indexOf('Content-Length') + 1]).toBe('8');
    expect(request('/api', { method: 'POST', body: '{"ü":1}' }).bodyLength).toBe(8);
  });

  test('base64 is decoded', () => {
    expect([...request('/api', { method: 'POST', body: 'AP+A', isBase64Encoded: true }).body]).toEqual([0, 255, 128]);
  });

  test.each([['POST', true], ['PUT', true], ['PATCH', true], ['GET', false], ['HEAD', false], ['DELETE', false], ['OPTIONS', false]])(
    'an empty one of %s: length given: %s', (method, given) => {
      expect(request('/api', { method }).headers.includes('Content-Length')).toBe(given);
    });
});
