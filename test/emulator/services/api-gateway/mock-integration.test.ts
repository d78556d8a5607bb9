import { PlayedApi } from './emulated-api';
import { headerValue, type Header } from '../../../../emulator/core/http';
import type { Integration } from '../../../../emulator/services/api-gateway/rest-api';

jest.setTimeout(30_000);

let played: PlayedApi;
beforeEach(() => { played = new PlayedApi(); });
afterEach(() => played.cloud.dispose());

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
    played.method('ap', 'OPTIONS', integration);
    return played.ask('/prod/api/x', { method: 'OPTIONS', headers });
  };

  test('answers with the template\'s integration response, and asks no function', async () => {
    const response = await options(MOCK);
    expect(response.status).toBe(204);
    expect(headerValue(response.headers, 'access-control-allow-origin')).toBe('https://example.com');
    expect(played.fn.environments).toHaveLength(0);
  });

  test('refuses other content types where nothing may pass through: 415', async () => {
    expect((await options(MOCK, [['Content-Type', 'text/xml']])).status).toBe(415);
  });

  test('fails with 500 without a status', async () => {
    expect((await options({ ...MOCK, RequestTemplates: { 'application/json': '{}' } })).status).toBe(500);
  });

  test('fails with 500 where all bodies are binary, unless they are converted to text', async () => {
    await played.cloud.dispose();
    played = new PlayedApi(['*/*']);
    expect((await options(MOCK)).status).toBe(500);
    expect((await options({ ...MOCK, ContentHandling: 'CONVERT_TO_TEXT' })).status).toBe(204);
  });
});
