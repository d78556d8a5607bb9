import { text } from 'node:stream/consumers';
import { ARN, type Asked, KEY, message, PERMISSION, EmulatedApi, STREAM } from './emulated-api';
import { readWhole, type Header } from '../../../../emulator/core/http';
import { LambdaFunction } from '../../../../emulator/services/lambda/lambda-function';
import type { InvokePermission } from '../../../../emulator/services/lambda/lambda-service';

jest.setTimeout(30_000);

let emulated: EmulatedApi;
beforeEach(() => { emulated = new EmulatedApi(); });
afterEach(() => emulated.cloud.dispose());

const echo = async (path: string, more: Asked) => JSON.parse(await text((await emulated.ask(path, { script: { echo: true }, ...more })).body));

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
test.each<[string, Header[]]>([['missing', []], ['wrong', [['x-api-key', 'guessed']]]])('an API key that is %s: 403, and no environment starts', async (_, headers) => {
  const response = await emulated.ask('/prod/api/x', { headers });
  expect(response.status).toBe(403);
  expect(await message(response)).toBe('Forbidden');
  expect(emulated.fn.environments).toHaveLength(0);
});

// https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
describe('permissions of the function', () => {
  test.each<[string, InvokePermission[]]>([
    ['none', []],
    ['an action that does not exist', [{ ...PERMISSION, action: 'lambda:InvokeFunctionWithResponseStreaming' }]],
    ['another principal', [{ ...PERMISSION, principal: 's3.amazonaws.com' }]],
    ['another API', [{ ...PERMISSION, sourceArn: 'arn:aws:execute-api:us-east-1:123456789012:other/*/*/*' }]],
  ])('%s: 500', async (_, given) => {
    emulated.permissions.splice(0, 1, ...given);
    expect((await emulated.ask('/prod/api/x')).status).toBe(500);
    expect(emulated.fn.environments).toHaveLength(0);
  });
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format
describe('the event', () => {
  test('contains the request, with the headers that API Gateway adds', async () => {
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

  test.each(['Content-MD5', 'Max-Forwards', 'Server', 'WWW-Authenticate'])('API Gateway (recorded): lacks the request header %s', async (name) => {
    const { headers, multiValueHeaders } = await echo('/prod/api/x', { headers: [['x-api-key', KEY], [name, 'x'], ['X-Kept', 'y']] });
    expect(headers).toMatchObject({ 'X-Kept': 'y' });
    expect(headers).not.toHaveProperty(name);
    expect(multiValueHeaders).not.toHaveProperty(name);
  });

  test('API Gateway (recorded): has the deployment of its stage', async () => {
    expect((await echo('/prod/api/x', {})).requestContext).toMatchObject({ deploymentId: 'd1', stage: 'prod' });
  });

  // AWS documents no effect on requests to an API, so only the integration evaluates it.
  test('has the method as sent, regardless of X-HTTP-Method-Override', async () => {
    const event = await echo('/prod/api/x', { method: 'POST', headers: [['x-api-key', KEY], ['X-HTTP-Method-Override', 'DELETE']], body: Buffer.from('{}') });
    expect(event).toMatchObject({ httpMethod: 'POST', headers: { 'X-HTTP-Method-Override': 'DELETE' } });
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
  test('carries binary bodies in base64', async () => {
    const bytes = Buffer.from([0, 255, 128]);
    const event = await echo('/prod/api/x', { method: 'PUT', headers: [['x-api-key', KEY], ['content-type', 'image/png']], body: bytes });
    expect(event).toMatchObject({ isBase64Encoded: true, body: bytes.toString('base64') });
  });
});

// https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway-errors.html
describe('failures', () => {
  test('the function fails or crashes before it responds: 502', async () => {
    expect((await emulated.ask('/prod/api/x', { script: { fail: true } })).status).toBe(502);
    expect((await emulated.ask('/prod/api/x', { script: { exit: true } })).status).toBe(502);
  });

  test('without free concurrency: 500, as for every rejection of Lambda', async () => {
    const none = new LambdaFunction({ name: 'g', command: ['true'], cwd: '/', environment: {}, timeoutMs: 1, reservedConcurrency: 0 });
    emulated.lambda.functions.set(ARN, { logicalId: 'G', arn: ARN, name: 'g', permissions: emulated.permissions, lambda: none });
    expect((await emulated.ask('/prod/api/x')).status).toBe(500);
  });
});

describe('API Gateway (quotas): limits of time, which pass 100 times as fast', () => {
  beforeEach(async () => {
    await emulated.cloud.dispose();
    emulated = new EmulatedApi(undefined, 100);
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html, "Integration timeout"
  test('the integration takes too long: 504', async () => {
    emulated.method('ap', 'ANY', { ...STREAM, TimeoutInMillis: 29_000 });
    const response = await emulated.ask('/prod/api/x', { script: { waitMs: 20_000 } });
    expect(response.status).toBe(504);
    expect(await message(response)).toBe('Endpoint request timed out');
  });

  // "Idle timeouts", 5 minutes for Regional endpoints: here 3 s. https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
  test('a stream that is silent for too long is interrupted', async () => {
    const { body } = await emulated.ask('/prod/api/x', { script: { chunks: ['one', 'two'], gapMs: 10_000 } });
    await expect(readWhole(body)).rejects.toThrow(/no result within/);
  });
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
describe('API Gateway (quotas): limits', () => {
  test.each([[10 * 1024 * 1024 + 1, 'of 10 MB'], [6 * 1024 * 1024, 'of Lambda, with the rest of the event']])('%d bytes are over the limit %s: 413', async (bytes) => {
    const response = await emulated.ask('/prod/api/x', { method: 'POST', body: Buffer.alloc(bytes, 'x') });
    expect(response.status).toBe(413);
    expect(emulated.fn.environments).toHaveLength(0);
  });

  test('headers over 10,240 bytes are refused', async () => {
    const headers = (length: number): Header[] => [['x-api-key', KEY], ['x-long', 'x'.repeat(length)]];
    expect((await emulated.ask('/prod/api/x', { headers: headers(10_240) })).status).toBe(400);
    expect((await emulated.ask('/prod/api/x', { headers: headers(10_000) })).status).toBe(200);
  });

  test('the query counts as well', async () => {
    const headers: Header[] = [['x-api-key', KEY], ['x-long', 'x'.repeat(5_000)]];
    expect((await emulated.ask('/prod/api/x', { headers, query: `q=${'a'.repeat(7_000)}` })).status).toBe(400);
    expect((await emulated.ask('/prod/api/x', { headers, query: `q=${'a'.repeat(4_000)}` })).status).toBe(200);
  });
});
