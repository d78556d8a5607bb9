import { restApiEvent, type EventInput } from '../../../../emulator/services/api-gateway/event';

const input = (more: Partial<EventInput> = {}): EventInput => ({ httpMethod: 'GET', resource: '/api/{proxy+}', path: '/api/x', ...more });

// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html, "Input format"
describe('the event of payload format 1.0', () => {
  test('has null for missing fields', () => {
    expect(restApiEvent(input())).toMatchObject({
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      stageVariables: null,
      body: null,
      isBase64Encoded: false,
    });
  });

  test('keeps the last of repeated headers and all of them', () => {
    const { headers, multiValueHeaders } = restApiEvent(input({ headers: [['Accept', 'a'], ['X', '1'], ['X', '2']] }));
    expect(headers).toEqual({ Accept: 'a', X: '2' });
    expect(multiValueHeaders).toEqual({ Accept: ['a'], X: ['1', '2'] });
  });

  test('API Gateway (recorded): has the decoded query, with the last of repeated parameters and all of them', () => {
    const event = restApiEvent(input({ query: 'a=1&a=2&b=%C3%A4%20+x&c' }));
    expect(event.queryStringParameters).toEqual({ a: '2', b: 'ä  x', c: '' });
    expect(event.multiValueQueryStringParameters).toEqual({ a: ['1', '2'], b: ['ä  x'], c: [''] });
  });

  test('has the path without the stage, and with it in the context', () => {
    const { path, resource, requestContext } = restApiEvent(input({ stage: 'prod' }));
    expect({ path, resource, inContext: requestContext.path, resourcePath: requestContext.resourcePath, stage: requestContext.stage })
      .toEqual({ path: '/api/x', resource: '/api/{proxy+}', inContext: '/prod/api/x', resourcePath: '/api/{proxy+}', stage: 'prod' });
  });

  test('API Gateway (recorded): has the deployment, and the time as in access logs', () => {
    const time = Date.UTC(2026, 10, 5, 10, 8, 40, 123);
    expect(restApiEvent(input({ time, deploymentId: 'a1b2c3' })).requestContext).toMatchObject({
      deploymentId: 'a1b2c3', requestTime: '05/Nov/2026:10:08:40 +0000', requestTimeEpoch: time,
    });
  });

  test.each([
    ['application/json', ['image/*'], '{"ä":1}', false],
    ['image/png', ['image/*'], Buffer.from('{"ä":1}').toString('base64'), true],
    ['Multipart/Form-Data; boundary=x', ['multipart/form-data'], Buffer.from('{"ä":1}').toString('base64'), true],
    [undefined, ['image/*'], '{"ä":1}', false],
    ['application/json', ['*/*'], Buffer.from('{"ä":1}').toString('base64'), true],
  ])('a body of type %s with binary media types %j', (type, binaryMediaTypes, body, isBase64Encoded) => {
    const headers = type === undefined ? [] : [['Content-Type', type] as const];
    expect(restApiEvent(input({ headers, binaryMediaTypes, body: Buffer.from('{"ä":1}') }))).toMatchObject({ body, isBase64Encoded });
  });
});
