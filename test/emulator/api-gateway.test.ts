import { join } from 'node:path';
import { ApiGateway } from '../../emulator/api-gateway/api-gateway';
import { RestApi, type Integration } from '../../emulator/api-gateway/rest-api';
import { Cloud, type InvokePermission } from '../../emulator/cloud';
import { EventStream } from '../../emulator/events';
import { bodyOf, headerValue, headerValues, readWhole, type Header, type HttpRequest, type HttpResponse } from '../../emulator/http';
import { LambdaFunction } from '../../emulator/lambda/lambda-function';

jest.setTimeout(30_000);

const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:f';
const KEY = 'a-key-that-only-cloudfront-knows';
const STREAM: Integration = {
  Type: 'AWS_PROXY',
  ResponseTransferMode: 'STREAM',
  TimeoutInMillis: 900_000,
  Uri: `arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/${ARN}/response-streaming-invocations`,
};
const BUFFERED: Integration = { Type: 'AWS_PROXY', Uri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${ARN}/invocations` };
const PERMISSION: InvokePermission = {
  action: 'lambda:InvokeFunction', principal: 'apigateway.amazonaws.com', sourceArn: 'arn:aws:execute-api:us-east-1:123456789012:api/*/*/*',
};

let cloud: Cloud;
let api: RestApi;
let gateway: ApiGateway;
let permissions: InvokePermission[];
let fn: LambdaFunction;

beforeEach(() => {
  // A minute of the platform lasts 600 ms.
  cloud = new Cloud(new EventStream(), 100);
  permissions = [PERMISSION];
  fn = new LambdaFunction({
    name: 'f',
    arn: ARN,
    command: [process.execPath, join(__dirname, 'api-runtime.cjs')],
    cwd: __dirname,
    environment: {},
    timeoutMs: 60_000,
    folder: cloud.folder,
  });
  cloud.onDispose(() => fn.dispose());
  cloud.functions.set(ARN, { logicalId: 'F', arn: ARN, name: 'f', permissions, lambda: fn });
  api = new RestApi('api', 'api', ['image/*']);
  api.addResource('root', undefined, '');
  api.addResource('a', 'root', 'api');
  api.addResource('ap', 'a', '{proxy+}');
  api.addResource('as', 'a', 'static');
  api.addResource('i', 'a', '{id}');
  api.stages.set('prod', { variables: { color: 'blue' } });
  api.keys.add(`prod/${KEY}`);
  method('ap', 'ANY', STREAM, true);
  gateway = new ApiGateway(cloud, api);
});

afterEach(() => cloud.dispose());

function method(resource: string, httpMethod: string, integration: Integration, apiKeyRequired = false): void {
  api.resources.get(resource)!.methods.set(httpMethod, { httpMethod, apiKeyRequired, integration });
}

function ask(path: string, { script, headers = [['x-api-key', KEY]], body = Buffer.alloc(0), ...more }: Partial<Omit<HttpRequest, 'body'>> & {
  script?: object; body?: Buffer;
} = {}): Promise<HttpResponse> {
  const query = script ? `script=${encodeURIComponent(JSON.stringify(script))}` : '';
  return gateway.handle({
    protocol: 'https', method: 'GET', path, query, headers, sourceIp: '130.176.0.1', body: bodyOf(body), ...more,
  });
}

const bodyText = async ({ body }: HttpResponse) => String(await readWhole(body));
const message = async (response: HttpResponse) => JSON.parse(await bodyText(response)).message;
const echo = async (path: string, more: Parameters<typeof ask>[1] = {}) =>
  JSON.parse(await bodyText(await ask(path, { script: { echo: true }, ...more })));

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-set-up-simple-proxy.html
describe('the resource tree', () => {
  test('prefers static parts to parameters, and those to greedy ones', () => {
    method('as', 'GET', STREAM);
    method('i', 'GET', STREAM);
    expect(api.match('/api/static', 'GET')).toMatchObject({ resource: { path: '/api/static' }, parameters: null });
    expect(api.match('/api/other', 'GET')).toMatchObject({ resource: { path: '/api/{id}' }, parameters: { id: 'other' } });
    expect(api.match('/api/a/b%20c', 'GET')).toMatchObject({ resource: { path: '/api/{proxy+}' }, parameters: { proxy: 'a/b c' } });
    expect(api.match('/api/static/more', 'GET')).toMatchObject({ resource: { path: '/api/{proxy+}' } });
  });

  test('prefers a method of its own to ANY', () => {
    method('ap', 'OPTIONS', { Type: 'MOCK' });
    expect(api.match('/api/a/b', 'OPTIONS')?.method.integration.Type).toBe('MOCK');
    expect(api.match('/api/a/b', 'DELETE')?.method.integration.Type).toBe('AWS_PROXY');
  });

  test('passes over resources without methods', () => {
    expect(api.match('/api/static', 'GET')).toMatchObject({ resource: { path: '/api/{proxy+}' } });
  });

  test('a greedy part needs something to match', () => {
    expect(api.match('/api', 'GET')).toBeUndefined();
    expect(api.match('/api/', 'GET')).toBeUndefined();
  });

  test('a path that is not there: 403', async () => {
    const response = await ask('/prod/other');
    expect(response.status).toBe(403);
    expect(await message(response)).toBe('Missing Authentication Token');
  });

  test('a stage that is not there: 403', async () => {
    expect(await message(await ask('/dev/api/x'))).toBe('Forbidden');
  });
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
test.each<[string, Header[]]>([['missing', []], ['wrong', [['x-api-key', 'guessed']]]])('an API key that is %s: 403, and no environment starts', async (_, headers) => {
  const response = await ask('/prod/api/x', { headers });
  expect(response.status).toBe(403);
  expect(await message(response)).toBe('Forbidden');
  expect(fn.environments).toHaveLength(0);
});

// https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
describe('permissions of the function', () => {
  test.each<[string, InvokePermission[]]>([
    ['none', []],
    ['an action that does not exist', [{ ...PERMISSION, action: 'lambda:InvokeFunctionWithResponseStreaming' }]],
    ['another principal', [{ ...PERMISSION, principal: 's3.amazonaws.com' }]],
    ['another API', [{ ...PERMISSION, sourceArn: 'arn:aws:execute-api:us-east-1:123456789012:other/*/*/*' }]],
  ])('%s: 500', async (_, given) => {
    permissions.splice(0, 1, ...given);
    expect((await ask('/prod/api/x')).status).toBe(500);
    expect(fn.environments).toHaveLength(0);
  });
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format
describe('the event', () => {
  test('is what came in, with what API Gateway adds', async () => {
    const event = await echo('/prod/api/a/b', {
      method: 'POST', headers: [['X-Api-Key', KEY], ['X-Forwarded-For', '192.0.2.1'], ['Host', 'h'], ['TE', 'x']], body: Buffer.from('text'),
    });
    expect(event).toMatchObject({
      httpMethod: 'POST',
      resource: '/api/{proxy+}',
      path: '/api/a/b',
      pathParameters: { proxy: 'a/b' },
      stageVariables: { color: 'blue' },
      body: 'text',
      headers: {
        'X-Api-Key': KEY,
        'X-Forwarded-For': '192.0.2.1, 130.176.0.1',
        'X-Forwarded-Proto': 'https',
        'X-Forwarded-Port': '443',
        'Host': 'api.execute-api.us-east-1.amazonaws.com',
        'X-Amzn-Trace-Id': expect.stringMatching(/^Root=1-/),
      },
      requestContext: { path: '/prod/api/a/b', identity: { sourceIp: '130.176.0.1', apiKey: KEY } },
    });
    expect(event.headers).not.toHaveProperty('TE');
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
  test('carries binary bodies in base64', async () => {
    const bytes = Buffer.from([0, 255, 128]);
    const event = await echo('/prod/api/x', { method: 'PUT', headers: [['x-api-key', KEY], ['content-type', 'image/png']], body: bytes });
    expect(event).toMatchObject({ isBase64Encoded: true, body: bytes.toString('base64') });
  });
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
describe('a streamed response', () => {
  test('has status, headers and cookies from the metadata, and the body as it comes', async () => {
    const metadata = {
      statusCode: 201,
      headers: { 'Content-Type': 'text/plain', 'X-Both': 'single', 'X-Number': 1 },
      multiValueHeaders: { 'x-both': ['a', 'b'] },
      cookies: ['a=1', 'b=2'],
    };
    const response = await ask('/prod/api/x', { script: { metadata, chunks: ['one', 'two'] } });
    expect(response.status).toBe(201);
    expect(headerValues(response.headers, 'X-Both')).toEqual(['a', 'b']);
    expect(headerValues(response.headers, 'X-Number')).toEqual(['1']);
    expect(headerValues(response.headers, 'Set-Cookie')).toEqual(['a=1', 'b=2']);
    expect(await bodyText(response)).toBe('onetwo');
    expect(response.answeredBy).toEqual({ function: 'F', environment: 1 });
  });

  test('may have empty metadata and an empty body', async () => {
    const response = await ask('/prod/api/x', { script: {} });
    expect(response.status).toBe(200);
    expect(await bodyText(response)).toBe('');
  });

  test('may come byte by byte, and hold NUL bytes of its own', async () => {
    const response = await ask('/prod/api/x', { script: { bytewise: true, metadata: { statusCode: 202 }, chunks: ['a\0\0\0\0\0\0\0\0b'] } });
    expect(response.status).toBe(202);
    expect(await bodyText(response)).toBe('a\0\0\0\0\0\0\0\0b');
  });

  const NULS = '\0\0\0\0\0\0\0\0';
  test.each([
    ['no JSON', `{statusCode}${NULS}`],
    ['no object', `[]${NULS}`],
    ['no NUL bytes', '{}'],
    ['NUL bytes after the first 16 KB', `${JSON.stringify({ headers: { a: 'x'.repeat(16 * 1024) } })}${NULS}`],
    ['a status that is none', `{"statusCode":"ok"}${NULS}`],
    ['a list in headers', `{"headers":{"a":["b"]}}${NULS}`],
    ['nothing at all', ''],
  ])('with malformed metadata, %s: 500', async (_, raw) => {
    const response = await ask('/prod/api/x', { script: { raw } });
    expect(response.status).toBe(500);
    expect(await message(response)).toBe('Internal server error');
  });

  // api-gateway-known-issues.html
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
  test('loses and renames some headers', async () => {
    const metadata = { headers: { 'Date': 'd', 'Server': 's', 'WWW-Authenticate': 'w', 'Upgrade': 'u', 'Transfer-Encoding': 'chunked', 'X-Ok': 'x' } };
    const { headers } = await ask('/prod/api/x', { script: { metadata } });
    expect(headerValue(headers, 'x-amzn-remapped-date')).toBe('d');
    expect(headerValue(headers, 'x-amzn-remapped-server')).toBe('s');
    expect(headerValue(headers, 'x-amzn-remapped-www-authenticate')).toBe('w');
    expect(headerValue(headers, 'x-ok')).toBe('x');
    for (const name of ['date', 'server', 'upgrade', 'transfer-encoding']) expect(headerValue(headers, name)).toBeUndefined();
  });

  test('breaks off where the function breaks off', async () => {
    const { body } = await ask('/prod/api/x', { script: { chunks: ['one'], trailers: true } });
    let came = '';
    await expect((async () => {
      for await (const chunk of body) came += chunk;
    })()).rejects.toThrow();
    expect(came).toBe('one');
  });
});

// https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway-errors.html
describe('failures', () => {
  test('the function fails or crashes before it answers: 502', async () => {
    expect((await ask('/prod/api/x', { script: { fail: true } })).status).toBe(502);
    expect((await ask('/prod/api/x', { script: { exit: true } })).status).toBe(502);
  });

  test('no concurrency is left: 500, as for everything that Lambda refuses', async () => {
    const none = new LambdaFunction({ name: 'g', command: ['true'], cwd: '/', environment: {}, timeoutMs: 1, reservedConcurrency: 0 });
    cloud.functions.set(ARN, { logicalId: 'G', arn: ARN, name: 'g', permissions, lambda: none });
    expect((await ask('/prod/api/x')).status).toBe(500);
  });

  test('the integration takes too long: 504', async () => {
    method('ap', 'ANY', { ...STREAM, TimeoutInMillis: 29_000 });
    const response = await ask('/prod/api/x', { script: { waitMs: 20_000 } });
    expect(response.status).toBe(504);
    expect(await message(response)).toBe('Endpoint request timed out');
  });

  // "Idle timeout of 5 minutes for Regional": here 3 s.
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html, "idle timeouts": 5 minutes for Regional endpoints
  test('a stream that is silent for too long is broken off', async () => {
    const { body } = await ask('/prod/api/x', { script: { chunks: ['one', 'two'], gapMs: 10_000 } });
    await expect(readWhole(body)).rejects.toThrow(/nothing came/);
  });
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
describe('limits', () => {
  test.each([[10 * 1024 * 1024 + 1, 'of 10 MB'], [6 * 1024 * 1024, 'of Lambda, with the rest of the event']])('%d bytes are over the limit %s: 413', async (bytes) => {
    const response = await ask('/prod/api/x', { method: 'POST', body: Buffer.alloc(bytes, 'x') });
    expect(response.status).toBe(413);
    expect(fn.environments).toHaveLength(0);
  });

  test('headers over 10,240 bytes are refused', async () => {
    const headers = (length: number): Header[] => [['x-api-key', KEY], ['x-long', 'x'.repeat(length)]];
    expect((await ask('/prod/api/x', { headers: headers(10_240) })).status).toBe(400);
    expect((await ask('/prod/api/x', { headers: headers(10_000) })).status).toBe(200);
  });
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format
describe('BUFFERED', () => {
  beforeEach(() => method('ap', 'ANY', BUFFERED));
  const buffered = (answer: object | string) => ask('/prod/api/x', { script: { buffered: typeof answer === 'string' ? answer : JSON.stringify(answer) } });

  test('takes the JSON of a proxy integration', async () => {
    const response = await buffered({ statusCode: 201, headers: { 'x-a': 'b' }, body: 'text' });
    expect(response.status).toBe(201);
    expect(headerValue(response.headers, 'x-a')).toBe('b');
    expect(headerValue(response.headers, 'content-type')).toBe('application/json');
    expect(await bodyText(response)).toBe('text');
  });

  test.each(['no JSON', '{"body":"x"}'])('and nothing else: %s is 502', async (answer) => {
    expect((await buffered(answer)).status).toBe(502);
  });

  test('a streamed answer is 502', async () => {
    expect((await ask('/prod/api/x', { script: { chunks: ['x'] } })).status).toBe(502);
  });
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
describe('MOCK', () => {
  const MOCK: Integration = {
    Type: 'MOCK',
    PassthroughBehavior: 'NEVER',
    RequestTemplates: { 'application/json': '{"statusCode": 204}' },
    IntegrationResponses: [{
      StatusCode: '204', ResponseParameters: { 'method.response.header.Access-Control-Allow-Origin': "'https://example.com'" },
    }],
  };
  const options = (integration: Integration, headers: Header[] = []) => {
    method('ap', 'OPTIONS', integration);
    return ask('/prod/api/x', { method: 'OPTIONS', headers });
  };

  test('answers with the template\'s integration response, and asks no function', async () => {
    const response = await options(MOCK);
    expect(response.status).toBe(204);
    expect(headerValue(response.headers, 'access-control-allow-origin')).toBe('https://example.com');
    expect(fn.environments).toHaveLength(0);
  });

  test('refuses other content types where nothing may pass through: 415', async () => {
    expect((await options(MOCK, [['Content-Type', 'text/xml']])).status).toBe(415);
  });

  test('fails with 500 without a status', async () => {
    expect((await options({ ...MOCK, RequestTemplates: { 'application/json': '{}' } })).status).toBe(500);
  });

  test('fails with 500 where all bodies are binary, unless they are converted to text', async () => {
    gateway = new ApiGateway(cloud, Object.assign(new RestApi('api', 'api', ['*/*']), { resources: api.resources, stages: api.stages, keys: api.keys }));
    expect((await options(MOCK)).status).toBe(500);
    expect((await options({ ...MOCK, ContentHandling: 'CONVERT_TO_TEXT' })).status).toBe(204);
  });
});
