import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Cloud } from '../../../../emulator/core/cloud';
import { EventStream, type TimedEvent } from '../../../../emulator/core/events';
import type { LambdaFunction } from '../../../../emulator/services/lambda/lambda-function';
import { Services } from '../../../../emulator/services/services';
import { until } from '../../../../fixtures/runtime/until';
import { deploy } from '../../deploy';

jest.setTimeout(30_000);

const HTTP = 'application/vnd.awslambda.http-integration-response';
const NULS = '\0'.repeat(8);

let services: Services;
let log: TimedEvent[];

beforeEach(() => {
  log = [];
  const events = new EventStream();
  events.subscribe((event) => log.push(event));
  services = new Services(new Cloud(events));
});

afterEach(() => services.cloud.dispose());

/** Deploys a handler with this body, which can use `event`, `out` and `context`, and `http` for HttpResponseStream.from. */
async function deployHandler(statements: string, { options = '', properties = {} } = {}): Promise<LambdaFunction> {
  const code = `
    const { setTimeout: sleep } = require('node:timers/promises');
    const http = (out, metadata) => awslambda.HttpResponseStream.from(out, metadata);
    exports.handler = awslambda.streamifyResponse(async (event, out, context) => { ${statements} } ${options});`;
  return deployCode(code, properties);
}

async function deployCode(ZipFile: string, properties: object = {}): Promise<LambdaFunction> {
  await deploy(services, {
    Resources: {
      Role: { Type: 'AWS::IAM::Role', Properties: {} },
      F: {
        Type: 'AWS::Lambda::Function',
        Properties: { Runtime: 'nodejs24.x', Handler: 'index.handler', Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Code: { ZipFile }, Timeout: 20, ...properties },
      },
    },
  });
  return [...services.lambda.functions.values()][0].lambda!;
}

/** Reads until the end, or until the response is interrupted. */
async function textOf(body: Readable): Promise<string> {
  let text = '';
  try {
    for await (const part of body) text += part;
  } catch {
    // `ended` contains the result.
  }
  return text;
}

async function invoke(fn: LambdaFunction, event: object = {}) {
  const { body, contentType, ended } = await fn.invokeWithResponseStream(Buffer.from(JSON.stringify(event)));
  const text = await textOf(body);
  return { contentType, text, error: (await ended).error };
}

// https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html
describe('a handler that streams', () => {
  test('gets event, stream and context, and its writes reach the caller one by one', async () => {
    const fn = await deployHandler('out.write(event.first); await new Promise((go) => (globalThis.go = go)); out.end();');
    const { body, contentType } = await fn.invokeWithResponseStream(Buffer.from('{"first":"a"}'));
    expect(contentType).toBe('application/octet-stream');
    expect(String((await body[Symbol.asyncIterator]().next()).value)).toBe('a');
  });

  test('serves one event after another in one environment', async () => {
    const fn = await deployHandler('out.write(`${typeof context.getRemainingTimeInMillis()} ${event.n}`); out.end();');
    for (const n of [1, 2, 3]) {
      expect(await invoke(fn, { n })).toEqual({ contentType: 'application/octet-stream', text: `number ${n}`, error: undefined });
      await until(() => fn.environments[0].state === 'frozen');
    }
    expect(fn.environments).toHaveLength(1);
  });

  test.each([
    ['an object', 'out.write({ a: [1] });', '{"a":[1]}'],
    ['bytes', 'out.write(new Uint8Array([65, 66])); out.write(Buffer.from("C"));', 'ABC'],
    ['text in an encoding', 'out.write("QQ==", "base64");', 'A'],
  ])('writes %s', async (_, statements, text) => {
    expect(await invoke(await deployHandler(`${statements} out.end();`))).toMatchObject({ text, error: undefined });
  });

  test('sets the content type before it writes, and not after', async () => {
    const fn = await deployHandler('if (event.late) out.write("x"); out.setContentType("text/x"); out.write("y"); out.end();');
    expect(await invoke(fn)).toMatchObject({ contentType: 'text/x', text: 'y' });
    expect(await invoke(fn, { late: true })).toMatchObject({
      contentType: 'application/octet-stream', text: 'x', error: { type: 'Runtime.InvalidStreamingOperation' },
    });
  });

  test('has back-pressure at its high water mark', async () => {
    const fn = await deployHandler('await sleep(50); const more = out.write("x".repeat(30)); out.end(String(more));', { options: ', { highWaterMark: 20 }' });
    expect((await invoke(fn)).text).toBe(`${'x'.repeat(30)}false`);
  });

  test('sees the interface of the stream that AWS documents', async () => {
    const fn = await deployHandler('out.write(["closed", "errored", "flushHeaders", "destroyed", "writableNeedDrain"].map((name) => [name, name in out])); out.end();');
    expect(Object.fromEntries(JSON.parse((await invoke(fn)).text) as Array<[string, boolean]>)).toEqual({
      closed: false, errored: false, flushHeaders: false, destroyed: true, writableNeedDrain: true,
    });
  });

  test('may take three arguments', async () => {
    const fn = await deployCode('exports.handler = awslambda.streamifyResponse(async (event, out, context) => out.end("three"));');
    expect((await invoke(fn)).text).toBe('three');
  });

  test('that settles before its response has ended is waited for', async () => {
    const fn = await deployHandler('setTimeout(() => out.end("later"), 100); out.write("now ");');
    expect(await invoke(fn)).toMatchObject({ text: 'now later', error: undefined });
  });

  test('that never ends its response runs into the timeout', async () => {
    // On a busy machine, a second may pass before the function has written.
    const fn = await deployHandler('out.write("begun");', { properties: { Timeout: 5 } });
    expect(await invoke(fn)).toMatchObject({ text: 'begun', error: { type: 'Sandbox.Timedout' } });
  });

  test('that returns a value gets a warning', async () => {
    expect((await invoke(await deployHandler('out.end("x"); return 5;'))).text).toBe('x');
    await until(() => log.some((event) => event.type === 'log' && event.line === 'Streaming handlers ignore return values.'));
  });
});

// The first write sends them: https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/blob/main/src/HttpResponseStream.js
describe('HTTP metadata', () => {
  const METADATA = { statusCode: 201, headers: { a: 'b' }, cookies: ['c=1'] };
  const from = `out = http(out, ${JSON.stringify(METADATA)});`;
  const prelude = `${JSON.stringify(METADATA)}${NULS}`;

  test('precedes the body and a delimiter of eight NULs', async () => {
    expect(await invoke(await deployHandler(`${from} out.write("body"); out.end();`))).toEqual({ contentType: HTTP, text: `${prelude}body`, error: undefined });
  });

  test('is sent by an empty write too', async () => {
    expect((await invoke(await deployHandler(`${from} out.write(""); out.end();`))).text).toBe(prelude);
  });

  test.each([['end()', 'out.end();', ''], ['end(chunk)', 'out.end("body");', 'body']])('is lost without a write: %s', async (_, statement, text) => {
    expect(await invoke(await deployHandler(`${from} ${statement}`))).toEqual({ contentType: HTTP, text, error: undefined });
  });
});

describe('an error', () => {
  test.each([
    ['before the first write', 'throw new RangeError("early");', '', { type: 'RangeError', message: 'early' }],
    ['after it', 'out.write("x"); await sleep(20); throw new RangeError("late");', 'x', { type: 'RangeError', message: 'late' }],
    ['that is text', 'out.write("x"); throw "just text";', 'x', { type: 'string', message: 'just text' }],
  ])('%s is in the trailers, and the environment is used again', async (_, statements, text, { type, message }) => {
    const fn = await deployHandler(`if (event.ok) return out.end("ok"); ${statements}`);
    const first = await invoke(fn);
    expect(first).toMatchObject({ text, error: { type } });
    expect(JSON.parse(first.error!.message)).toMatchObject({ errorType: type, errorMessage: message, trace: expect.any(Array) });
    await until(() => fn.environments[0].state === 'frozen');
    const report = new RegExp(`^Invoke Error .*${message}`);
    await until(() => log.some((event) => event.type === 'log' && event.stream === 'stderr' && report.test(event.line)));
    expect((await invoke(fn, { ok: true })).text).toBe('ok');
    expect(fn.environments).toHaveLength(1);
  });

  test('after the end changes nothing', async () => {
    expect(await invoke(await deployHandler('out.end("x"); await sleep(20); throw new Error("too late");'))).toMatchObject({ text: 'x', error: undefined });
  });

  test('is a handler that returns no promise', async () => {
    const fn = await deployCode('exports.handler = awslambda.streamifyResponse((event, out) => { out.write("x"); });');
    const { text, error } = await invoke(fn);
    expect(text).toBe('x');
    expect(JSON.parse(error!.message)).toMatchObject({ errorMessage: 'Streaming does not support non-async handlers.' });
  });

  test('is a handler that is marked as streaming otherwise', async () => {
    const fn = await deployCode('exports.handler = Object.assign(async () => 1, { [Symbol.for("aws.lambda.runtime.handler.streaming")]: "request" });');
    await expect(fn.invokeWithResponseStream(Buffer.from('{}'))).rejects.toMatchObject({ errorType: 'Runtime.MalformedStreamingHandler' });
  });

  test('is an exit in mid-stream', async () => {
    const fn = await deployHandler('out.write("x"); while (!require("fs").existsSync(event.go)) await sleep(5); process.exit(3);');
    const go = join(services.cloud.folder, 'go');
    const { body, ended } = await fn.invokeWithResponseStream(Buffer.from(JSON.stringify({ go })));
    const reader = body[Symbol.asyncIterator]();
    expect(String((await reader.next()).value)).toBe('x');
    writeFileSync(go, '');
    await expect(reader.next()).rejects.toThrow();
    expect(await ended).toMatchObject({ error: { type: expect.stringMatching(/^Runtime\./) } });
  });
});
