import { ARN, bodyText, PlayedApi } from './emulated-api';
import { headerValue } from '../../../../emulator/core/http';
import type { Integration } from '../../../../emulator/services/api-gateway/rest-api';

jest.setTimeout(30_000);

const BUFFERED: Integration = { Type: 'AWS_PROXY', Uri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${ARN}/invocations` };

let played: PlayedApi;
beforeEach(() => { played = new PlayedApi(); });
afterEach(() => played.cloud.dispose());

// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format
describe('BUFFERED', () => {
  beforeEach(() => played.method('ap', 'ANY', BUFFERED));
  const buffered = (answer: object | string) => played.ask('/prod/api/x', { script: { buffered: typeof answer === 'string' ? answer : JSON.stringify(answer) } });

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
    expect((await played.ask('/prod/api/x', { script: { chunks: ['x'] } })).status).toBe(502);
  });
});
