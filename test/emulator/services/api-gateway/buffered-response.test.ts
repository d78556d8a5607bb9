import { text } from 'node:stream/consumers';
import { ARN, EmulatedApi } from './emulated-api';
import { headerValue } from '../../../../emulator/core/http';
import type { Integration } from '../../../../emulator/services/api-gateway/rest-api';

jest.setTimeout(30_000);

const BUFFERED: Integration = { Type: 'AWS_PROXY', Uri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${ARN}/invocations` };

let emulated: EmulatedApi;
beforeEach(() => { emulated = new EmulatedApi(); });
afterEach(() => emulated.cloud.dispose());

// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format
describe('BUFFERED', () => {
  beforeEach(() => emulated.method('ap', 'ANY', BUFFERED));
  const buffered = (result: object | string) => emulated.ask('/prod/api/x', { script: { buffered: typeof result === 'string' ? result : JSON.stringify(result) } });

  test('takes the JSON of a proxy integration', async () => {
    const response = await buffered({ statusCode: 201, headers: { 'x-a': 'b' }, body: 'text' });
    expect(response.status).toBe(201);
    expect(headerValue(response.headers, 'x-a')).toBe('b');
    expect(headerValue(response.headers, 'content-type')).toBe('application/json');
    expect(await text(response.body)).toBe('text');
  });

  test.each(['no JSON', '{"body":"x"}'])('and nothing else: %s is 502', async (result) => {
    expect((await buffered(result)).status).toBe(502);
  });

  test('a streamed response is 502', async () => {
    expect((await emulated.ask('/prod/api/x', { script: { chunks: ['x'] } })).status).toBe(502);
  });
});
