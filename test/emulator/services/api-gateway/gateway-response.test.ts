import { text } from 'node:stream/consumers';
import { EmulatedApi, KEY, STREAM } from './emulated-api';
import type { Template } from '../../../../emulator/cloudformation/template';
import { Cloud } from '../../../../emulator/core/cloud';
import { EventStream } from '../../../../emulator/core/events';
import { headerValue, type HttpResponse } from '../../../../emulator/core/http';
import { gatewayResponseOf } from '../../../../emulator/services/api-gateway/gateway-response';
import { TokenBucket } from '../../../../emulator/services/api-gateway/token-bucket';
import { LambdaServiceError } from '../../../../emulator/services/lambda/lambda-errors';
import { Services } from '../../../../emulator/services/services';
import { deploy } from '../../deploy';

let emulated: EmulatedApi;
beforeEach(() => { emulated = new EmulatedApi(); });
afterEach(() => emulated.cloud.dispose());

const NOT_READY = gatewayResponseOf({
  StatusCode: '503',
  ResponseParameters: { 'gatewayresponse.header.Retry-After': "'2'" },
  ResponseTemplates: { 'application/json': '{"code":"SERVER_NOT_READY","id":"$context.requestId","message":$context.error.messageString}' },
});

/** Makes Lambda reject every invocation. */
function throttle(): void {
  const rejected = () => Promise.reject(new LambdaServiceError('TooManyRequestsException', 429, 'Rate Exceeded.'));
  jest.spyOn(emulated.fn, 'invokeWithResponseStream').mockImplementation(rejected);
}

async function bodyOf(response: HttpResponse): Promise<Record<string, unknown>> {
  return JSON.parse(await text(response.body)) as Record<string, unknown>;
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
describe('a gateway response', () => {
  test('replaces status, headers and body of the errors of its type', async () => {
    emulated.api.gatewayResponses.set('INTEGRATION_FAILURE', NOT_READY);
    throttle();
    const response = await emulated.ask('/prod/api/x');
    expect(response.status).toBe(503);
    expect(headerValue(response.headers, 'retry-after')).toBe('2');
    expect(headerValue(response.headers, 'content-type')).toBe('application/json');
    expect(await bodyOf(response)).toEqual({
      code: 'SERVER_NOT_READY', id: headerValue(response.headers, 'x-amzn-requestid'), message: 'Internal server error',
    });
  });

  test('without one, a throttle of Lambda is 500', async () => {
    throttle();
    const response = await emulated.ask('/prod/api/x');
    expect([response.status, await bodyOf(response)]).toEqual([500, { message: 'Internal server error' }]);
  });

  test.each<[string, () => Promise<HttpResponse>, string, number]>([
    ['INTEGRATION_TIMEOUT', () => {
      emulated.method('ap', 'ANY', { ...STREAM, TimeoutInMillis: 50 });
      return emulated.ask('/prod/api/x', { script: { waitMs: 20_000 } });
    }, 'DEFAULT_5XX', 504],
    ['INVALID_API_KEY', () => emulated.ask('/prod/api/x', { headers: [] }), 'DEFAULT_4XX', 403],
    ['MISSING_AUTHENTICATION_TOKEN', () => emulated.ask('/prod/other'), 'DEFAULT_4XX', 403],
    ['REQUEST_TOO_LARGE', () => emulated.ask('/prod/api/x', { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1) }), 'DEFAULT_4XX', 413],
    ['API_CONFIGURATION_ERROR', () => {
      emulated.permissions.splice(0);
      return emulated.ask('/prod/api/x');
    }, 'DEFAULT_5XX', 500],
  ])('applies to %s, by its own type or by the default one', async (type, ask, group, status) => {
    expect((await ask()).status).toBe(status);
    emulated.api.gatewayResponses.set(group, { ...NOT_READY, statusCode: undefined });
    const grouped = await ask();
    expect([grouped.status, (await bodyOf(grouped)).code]).toEqual([status, 'SERVER_NOT_READY']);
    emulated.api.gatewayResponses.set(type, gatewayResponseOf({ StatusCode: '418' }));
    expect((await ask()).status).toBe(418);
  });

  test('of INTEGRATION_FAILURE does not apply to errors of the function, one of DEFAULT_5XX does', async () => {
    emulated.api.gatewayResponses.set('INTEGRATION_FAILURE', NOT_READY);
    expect((await emulated.ask('/prod/api/x', { script: { fail: true } })).status).toBe(502);
    emulated.api.gatewayResponses.set('DEFAULT_5XX', NOT_READY);
    expect((await emulated.ask('/prod/api/x', { script: { fail: true } })).status).toBe(503);
  });

  test('has the content type that the client accepts, if there is a template for it', async () => {
    emulated.api.gatewayResponses.set('INTEGRATION_FAILURE', gatewayResponseOf({ ResponseTemplates: { 'text/plain': 'later' } }));
    throttle();
    const headers = [['x-api-key', KEY], ['Accept', 'text/plain;q=0.9, */*']] as const;
    const response = await emulated.ask('/prod/api/x', { headers });
    expect([headerValue(response.headers, 'content-type'), await text(response.body)]).toEqual(['text/plain', 'later']);
    expect(headerValue((await emulated.ask('/prod/api/x')).headers, 'content-type')).toBe('application/json');
  });
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
describe('throttling by a usage plan', () => {
  test('allows a burst, and as many requests a second as its rate', () => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(0);
    const bucket = new TokenBucket(10, 2, 1);
    expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([true, true, false]);
    now.mockReturnValue(100);
    expect([bucket.take(), bucket.take()]).toEqual([true, false]);
    now.mockReturnValue(10_000);
    expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([true, true, false]);
    now.mockRestore();
  });

  test('is 429, before the function', async () => {
    emulated.api.keys.set(`prod/${KEY}`, new TokenBucket(0.001, 1, 1));
    expect((await emulated.ask('/prod/api/x', { script: {} })).status).toBe(200);
    const invocations = emulated.fn.usage.invocations;
    const response = await emulated.ask('/prod/api/x', { script: {} });
    expect([response.status, await bodyOf(response)]).toEqual([429, { message: 'Too Many Requests' }]);
    expect(emulated.fn.usage.invocations).toBe(invocations);
  });
});

describe('the resources of a template', () => {
  const REST_API = { Type: 'AWS::ApiGateway::RestApi', Properties: { EndpointConfiguration: { Types: ['REGIONAL'] } } };
  const deployResponse = async (properties: object) => {
    const services = new Services(new Cloud(new EventStream()));
    const template: Template = {
      Resources: {
        Api: REST_API,
        Response: { Type: 'AWS::ApiGateway::GatewayResponse', Properties: { RestApiId: { Ref: 'Api' }, ResponseType: 'THROTTLED', ...properties } },
      },
    };
    try {
      await deploy(services, template);
      return [...services.apiGateway.apis.values()][0].gatewayResponses;
    } finally {
      await services.cloud.dispose();
    }
  };

  test('hold gateway responses', async () => {
    const responses = await deployResponse({ StatusCode: '503', ResponseParameters: { 'gatewayresponse.header.Retry-After': "'1'" } });
    expect(responses.get('THROTTLED')).toEqual({ statusCode: 503, headers: [['Retry-After', '1']], templates: {} });
  });

  test.each([
    ['a mapping of the request', { ResponseParameters: { 'gatewayresponse.header.X': 'method.request.header.X' } }, /^Response .*must be headers with values in single quotes/],
    ['a template with directives', { ResponseTemplates: { 'application/json': '#set($x = 1)' } }, /^Response .*must use the variables/],
  ])('fail with %s', async (_, properties, message) => {
    await expect(deployResponse(properties)).rejects.toThrow(message);
  });
});

