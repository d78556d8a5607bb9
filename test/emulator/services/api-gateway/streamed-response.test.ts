import { text } from 'node:stream/consumers';
import { message, EmulatedApi } from './emulated-api';
import { headerValues, type Header } from '../../../../emulator/core/http';

jest.setTimeout(30_000);

let emulated: EmulatedApi;
beforeEach(() => { emulated = new EmulatedApi(); });
afterEach(() => emulated.cloud.dispose());

// https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
describe('a streamed response', () => {
  test('has status, headers and cookies from the metadata, and the body as it arrives', async () => {
    const metadata = {
      statusCode: 201,
      headers: { 'Content-Type': 'text/plain', 'X-Number': 1 },
      multiValueHeaders: { 'X-Two': ['a', 'b'] },
      cookies: ['a=1', 'b=2'],
    };
    const response = await emulated.ask('/prod/api/x', { script: { metadata, chunks: ['one', 'two'] } });
    expect(response.status).toBe(201);
    expect(headerValues(response.headers, 'X-Two')).toEqual(['a', 'b']);
    expect(headerValues(response.headers, 'X-Number')).toEqual(['1']);
    expect(headerValues(response.headers, 'Set-Cookie')).toEqual(['a=1', 'b=2']);
    expect(await text(response.body)).toBe('onetwo');
    expect(response.servedBy).toEqual({ function: 'F', environment: 1 });
  });

  // Recorded on AWS: test_aws_proxy_response_payload_format_validation of https://github.com/localstack/localstack
  test.each<[string, object, object, Header[]]>([
    ['both values', { 'test-multi': 'solo' }, { 'test-multi': ['multi'] }, [['test-multi', 'multi'], ['test-multi', 'solo']]],
    ['the spelling of multiValueHeaders', { 'Test-Multi': 'solo' }, { 'tesT-Multi': ['multi'] }, [['tesT-Multi', 'multi'], ['tesT-Multi', 'solo']]],
    ['one value where they are the same', { 'test-multi': 'a' }, { 'test-multi': ['a', 'b'] }, [['test-multi', 'a'], ['test-multi', 'b']]],
  ])('API Gateway (recorded): a name in both header maps has %s', async (_, headers, multiValueHeaders, expected) => {
    const response = await emulated.ask('/prod/api/x', { script: { metadata: { headers, multiValueHeaders } } });
    expect(response.headers.filter(([name]) => name.toLowerCase() === 'test-multi')).toEqual(expected);
  });

  test('may have empty metadata and an empty body', async () => {
    const response = await emulated.ask('/prod/api/x', { script: {} });
    expect(response.status).toBe(200);
    expect(await text(response.body)).toBe('');
  });

  test('may arrive byte by byte, and contain NUL bytes', async () => {
    const response = await emulated.ask('/prod/api/x', { script: { bytewise: true, metadata: { statusCode: 202 }, chunks: ['a\0\0\0\0\0\0\0\0b'] } });
    expect(response.status).toBe(202);
    expect(await text(response.body)).toBe('a\0\0\0\0\0\0\0\0b');
  });

  const NULS = '\0\0\0\0\0\0\0\0';
  test.each([
    ['no JSON', `{statusCode}${NULS}`],
    ['no object', `[]${NULS}`],
    ['no NUL bytes', '{}'],
    ['NUL bytes after the first 16 KB', `{"headers":{"a":"<16 KB>"}}${NULS}`],
    ['a status that is none', `{"statusCode":"ok"}${NULS}`],
    ['a list in headers', `{"headers":{"a":["b"]}}${NULS}`],
    ['nothing at all', ''],
  ])('API Gateway (documented): malformed metadata, %s: 500', async (_, raw) => {
    const response = await emulated.ask('/prod/api/x', { script: { raw } });
    expect(response.status).toBe(500);
    expect(await message(response)).toBe('Internal server error');
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
  test('API Gateway (documented): some headers are renamed, others are dropped', async () => {
    const renamed = ['Authorization', 'Connection', 'Content-MD5', 'Date', 'Max-Forwards', 'Server', 'User-Agent', 'WWW-Authenticate'];
    const dropped = ['Expect', 'Host', 'Proxy-Authenticate', 'TE', 'Transfer-Encoding', 'Trailer', 'Upgrade'];
    const metadata = { headers: Object.fromEntries([...renamed, ...dropped, 'X-Ok'].map((name) => [name, `value of ${name}`])) };
    const { headers } = await emulated.ask('/prod/api/x', { script: { metadata } });
    expect(headers.filter(([, value]) => value.startsWith('value of '))).toEqual([
      ...renamed.map((name) => [`x-amzn-Remapped-${name}`, `value of ${name}`]), ['X-Ok', 'value of X-Ok'],
    ]);
  });

  test('is interrupted where the function\'s response is', async () => {
    const { body } = await emulated.ask('/prod/api/x', { script: { chunks: ['one'], trailers: true } });
    let came = '';
    await expect((async () => {
      for await (const chunk of body) came += chunk;
    })()).rejects.toThrow();
    expect(came).toBe('one');
  });
});
