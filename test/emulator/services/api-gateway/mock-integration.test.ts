import { EmulatedApi } from './emulated-api';
import { headerValue, type Header } from '../../../../emulator/core/http';
import type { Integration } from '../../../../emulator/services/api-gateway/rest-api';

jest.setTimeout(30_000);

let emulated: EmulatedApi;
beforeEach(() => { emulated = new EmulatedApi(); });
afterEach(() => emulated.cloud.dispose());

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
    emulated.method('ap', 'OPTIONS', integration);
    return emulated.ask('/prod/api/x', { method: 'OPTIONS', headers });
  };

  test('responds with the template\'s integration response, without a function', async () => {
    const response = await options(MOCK);
    expect(response.status).toBe(204);
    expect(headerValue(response.headers, 'access-control-allow-origin')).toBe('https://example.com');
    expect(emulated.fn.environments).toHaveLength(0);
  });

  test('rejects other content types with passthrough behavior NEVER: 415', async () => {
    expect((await options(MOCK, [['Content-Type', 'text/xml']])).status).toBe(415);
  });

  test('fails with 500 without a status', async () => {
    expect((await options({ ...MOCK, RequestTemplates: { 'application/json': '{}' } })).status).toBe(500);
  });

  test('fails with 500 if all bodies are binary, unless they are converted to text', async () => {
    await emulated.cloud.dispose();
    emulated = new EmulatedApi(['*/*']);
    expect((await options(MOCK)).status).toBe(500);
    expect((await options({ ...MOCK, ContentHandling: 'CONVERT_TO_TEXT' })).status).toBe(204);
  });
});
