import { text } from 'node:stream/consumers';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { message, EmulatedApi, STREAM } from './emulated-api';

jest.setTimeout(30_000);

let emulated: EmulatedApi;
beforeEach(() => { emulated = new EmulatedApi(); });
afterEach(() => emulated.cloud.dispose());

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-set-up-simple-proxy.html
describe('the resource tree', () => {
  test('prefers static parts to parameters, and those to greedy ones', () => {
    emulated.method('as', 'GET', STREAM);
    emulated.method('i', 'GET', STREAM);
    expect(emulated.api.match('/api/static', 'GET')).toMatchObject({ resource: { path: '/api/static' }, parameters: null });
    expect(emulated.api.match('/api/other', 'GET')).toMatchObject({ resource: { path: '/api/{id}' }, parameters: { id: 'other' } });
    expect(emulated.api.match('/api/a/b%20c', 'GET')).toMatchObject({ resource: { path: '/api/{proxy+}' }, parameters: { proxy: 'a/b%20c' } });
    expect(emulated.api.match('/api/static/more', 'GET')).toMatchObject({ resource: { path: '/api/{proxy+}' } });
  });

  test('prefers the specific method to ANY', () => {
    emulated.method('ap', 'OPTIONS', { Type: 'MOCK' });
    expect(emulated.api.match('/api/a/b', 'OPTIONS')?.method.integration.Type).toBe('MOCK');
    expect(emulated.api.match('/api/a/b', 'DELETE')?.method.integration.Type).toBe('AWS_PROXY');
  });

  test('passes over resources without methods', () => {
    expect(emulated.api.match('/api/static', 'GET')).toMatchObject({ resource: { path: '/api/{proxy+}' } });
  });

  test('a greedy part needs something to match', () => {
    expect(emulated.api.match('/api', 'GET')).toBeUndefined();
    expect(emulated.api.match('/api/', 'GET')).toBeUndefined();
  });

  test('a path that is not there: 403', async () => {
    const response = await emulated.ask('/prod/other');
    expect(response.status).toBe(403);
    expect(await message(response)).toBe('Missing Authentication Token');
  });

  // Recorded on AWS: tests/aws/services/apigateway/test_apigateway_lambda.snapshot.json of https://github.com/localstack/localstack
  test.each([
    ['/prod/api/x', '/api/x', 'x', '/prod/api/x'],
    ['/prod/api/x/', '/api/x/', 'x', '/prod/api/x/'],
    ['/prod/api/x//y', '/api/x//y', 'x//y', '/prod/api/x//y'],
    ['//prod/api/x', '/api/x', 'x', '/prod/api/x'],
    ['/prod//api/x', '/api/x', 'x', '/prod//api/x'],
    ['/prod/api/user/test%2Balias@gmail.com/test+alias', '/api/user/test%2Balias@gmail.com/test+alias', 'user/test%2Balias@gmail.com/test+alias',
      '/prod/api/user/test%2Balias@gmail.com/test+alias'],
  ])('API Gateway (recorded): %s is the path %s with the parameter %s', async (asked, path, proxy, inContext) => {
    const event = JSON.parse(await text((await emulated.ask(asked, { script: { echo: true } })).body)) as APIGatewayProxyEvent;
    expect([event.path, event.pathParameters, event.requestContext.path]).toEqual([path, { proxy }, inContext]);
  });

  test('a stage that is not there: 403', async () => {
    expect(await message(await emulated.ask('/dev/api/x'))).toBe('Forbidden');
  });
});
