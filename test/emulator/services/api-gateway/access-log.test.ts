import { text } from 'node:stream/consumers';
import { EmulatedApi } from './emulated-api';
import { readWhole, type HttpResponse } from '../../../../emulator/core/http';
import { ACCESS_LOG_FORMAT } from '../../../../src/api-gateway/access-log-format';

jest.setTimeout(30_000);

let emulated: EmulatedApi;
let lines: string[];
beforeEach(() => {
  emulated = new EmulatedApi();
  lines = [];
});
afterEach(() => emulated.cloud.dispose());

function logAs(format: string): void {
  emulated.api.stages.set('prod', { variables: null, accessLog: { format, write: (line) => lines.push(line) } });
}

const parsed = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
const read = async (response: Promise<HttpResponse>) => text((await response).body).catch(() => 'interrupted');

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
describe('an access log', () => {
  test('has a line for each request, at its end', async () => {
    logAs(ACCESS_LOG_FORMAT.toString());
    const response = await emulated.ask('/prod/api/x', { script: { chunks: ['one', 'two'] } });
    expect(lines).toEqual([]);
    expect(await text(response.body)).toBe('onetwo');
    expect(parsed()).toEqual([expect.objectContaining({
      requestId: response.headers.find(([name]) => name === 'x-amzn-RequestId')?.[1],
      ip: '130.176.0.1',
      method: 'GET',
      path: '/prod/api/x',
      status: '200',
      responseLength: '6',
      responseLatency: expect.stringMatching(/^\d+$/),
      errorMessage: '-',
      integrationStatus: '200',
      integrationError: '-',
      responseTransferMode: 'STREAM',
      timeToAllHeaders: expect.stringMatching(/^\d+$/),
      timeToFirstContent: expect.stringMatching(/^\d+$/),
    })]);
  });

  test.each([
    ['/prod/other', {}, '403', 'Missing Authentication Token'],
    ['/prod/api/x', { headers: [] }, '403', 'Forbidden'],
    ['/prod/api/x', { script: { fail: true } }, '502', 'Internal server error'],
  ])('of %s with %j contains the error, as JSON in the format of the construct', async (path, asked, status, errorMessage) => {
    logAs(ACCESS_LOG_FORMAT.toString());
    await read(emulated.ask(path, asked));
    expect(parsed()).toMatchObject([{ status, errorMessage }]);
  });

  test('API Gateway (documented): `$context.error.messageString` includes quotes', async () => {
    logAs('{"id":"$context.requestId","error":"$context.error.messageString"}');
    await read(emulated.ask('/prod/other'));
    await read(emulated.ask('/prod/api/x', { script: {} }));
    expect(lines[0]).toMatch(/"error":""Missing Authentication Token""\}$/);
    expect(() => JSON.parse(lines[0]) as unknown).toThrow();
    expect(JSON.parse(lines[1])).toMatchObject({ error: '-' });
  });

  test('has `-` for values that do not apply or are unknown', async () => {
    logAs('$context.requestId $context.error.message $context.authorizer.claims.sub $context.integration.latency');
    await read(emulated.ask('/prod/other'));
    expect(lines[0]).toMatch(/^\S{36} Missing Authentication Token - -$/);
  });

  test('contains the sent bytes of a response that the client cancels', async () => {
    logAs(ACCESS_LOG_FORMAT.toString());
    const { body } = await emulated.ask('/prod/api/x', { script: { chunks: ['one', 'two'], gapMs: 60_000 } });
    await body[Symbol.asyncIterator]().next();
    body.destroy();
    await new Promise((resolve) => body.once('close', resolve));
    expect(parsed()).toMatchObject([{ responseLength: '3' }]);
  });

  test('has a line for an interrupted response', async () => {
    logAs(ACCESS_LOG_FORMAT.toString());
    const { body } = await emulated.ask('/prod/api/x', { script: { chunks: ['one'], trailers: true } });
    await expect(readWhole(body)).rejects.toThrow();
    expect(parsed()).toMatchObject([{ status: '200', responseLength: '3' }]);
  });
});
