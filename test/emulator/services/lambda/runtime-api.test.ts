import { text } from 'node:stream/consumers';
import { Functions, states } from './functions';
import { ScriptedRuntime } from './scripted-runtime';
import { until } from '../../../../fixtures/runtime/until';

jest.setTimeout(30_000);

const LIMIT = 6 * 1024 * 1024 + 100;
const ERROR_TYPE = 'Lambda-Runtime-Function-Error-Type';
const ERROR_BODY = 'Lambda-Runtime-Function-Error-Body';

let functions: Functions;
let runtime: ScriptedRuntime;
beforeEach(() => {
  functions = new Functions();
  runtime = new ScriptedRuntime(functions);
});
afterEach(() => functions.dispose());

// RAPID is AWS's own implementation: https://github.com/aws/aws-lambda-runtime-interface-emulator, internal/lambda/rapi and core/directinvoke
describe('Runtime API (RAPID): trailers', () => {
  const trailers = { [ERROR_TYPE]: 'Runtime.ChildDied', [ERROR_BODY]: Buffer.from('{"errorMessage":"gone"}').toString('base64') };
  const withTrailers = (headers: Record<string, string>) => async () => {
    const invoked = runtime.invokeWithResponseStream();
    const responding = runtime.stream(await runtime.next(), (call) => {
      call.write('all');
      call.addTrailers(trailers);
      call.end();
    }, headers);
    const { body, ended } = await invoked;
    const outcome = { body: await text(body).catch((error: Error) => error.message), ended: await ended };
    return { status: (await responding).status, ...outcome };
  };

  test('that were not announced are dropped: the response is complete', async () => {
    expect(await withTrailers({})()).toEqual({ status: 202, body: 'all', ended: {} });
  });

  test('that were announced end the response with their error', async () => {
    expect(await withTrailers({ Trailer: `${ERROR_TYPE}, ${ERROR_BODY}` })()).toEqual({
      status: 202, body: '{"errorMessage":"gone"}', ended: { error: { type: 'Runtime.ChildDied', message: '{"errorMessage":"gone"}' } },
    });
  });

  test('are the error of a buffered invocation too', async () => {
    const invoked = runtime.invoke();
    await runtime.stream(await runtime.next(), (call) => {
      call.addTrailers(trailers);
      call.end('part');
    }, { Trailer: `${ERROR_TYPE}, ${ERROR_BODY}` });
    expect(await invoked).toMatchObject({ payload: Buffer.from('{"errorMessage":"gone"}'), functionError: 'Unhandled' });
  });
});

describe('Runtime API (RAPID): order of calls', () => {
  const refused = (from: string, to: string) => ({
    status: 403,
    body: `${JSON.stringify({
      errorMessage: `State transition from ${from} to ${to} failed for runtime. Error: State transition is not allowed`, errorType: 'InvalidStateTransition',
    })}\n`,
  });
  const unknownId = { status: 400, body: '{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}\n' };

  test('a second `next` before the response gets the same event again', async () => {
    const invoked = runtime.invoke();
    const id = await runtime.next();
    expect(await runtime.call('GET', 'invocation/next')).toMatchObject({ status: 200, headers: { 'lambda-runtime-aws-request-id': id }, body: '{}' });
    expect(await runtime.respond(id, 'done')).toMatchObject({ status: 202, body: '{"status":"OK"}\n' });
    expect(String((await invoked).payload)).toBe('done');
  });

  test('a response or an error after a response is refused with 403', async () => {
    void runtime.invoke();
    const id = await runtime.next();
    await runtime.respond(id, 'done');
    expect(await runtime.respond(id, 'again')).toMatchObject(refused('RuntimeResponseSentState', 'InvocationResponse'));
    expect(await runtime.fail(`invocation/${id}/error`, 'Runtime.No')).toMatchObject(refused('RuntimeResponseSentState', 'InvocationErrorResponse'));
  });

  test('a response after an error is refused with 403', async () => {
    void runtime.invoke();
    const id = await runtime.next();
    expect(await runtime.fail(`invocation/${id}/error`, 'Runtime.No')).toMatchObject({ status: 202 });
    expect(await runtime.respond(id, 'after all')).toMatchObject(refused('RuntimeResponseSentState', 'InvocationResponse'));
  });

  test('an id that is not the current one is refused with 400', async () => {
    void runtime.invoke();
    const id = await runtime.next();
    expect(await runtime.respond('another', 'x')).toMatchObject(unknownId);
    await runtime.respond(id, 'done');
    void runtime.next().catch(() => undefined);
    await until(() => states(runtime.lambda)[0] === 'frozen');
    expect(await runtime.respond(id, 'again')).toMatchObject(unknownId);
    expect(await runtime.fail(`invocation/${id}/error`, 'Runtime.No')).toMatchObject(unknownId);
  });

  test('`next` within a response is refused with 403', async () => {
    const invoked = runtime.invokeWithResponseStream();
    const id = await runtime.next();
    let end: (() => void) | undefined;
    const responding = runtime.stream(id, (call) => {
      call.write('begun');
      end = () => call.end();
    });
    const { body } = await invoked;
    expect(await runtime.call('GET', 'invocation/next')).toMatchObject(refused('InvocationResponse', 'Ready'));
    end?.();
    expect(await text(body)).toBe('begun');
    expect(await responding).toMatchObject({ status: 202 });
  });

  test.each([['GET', 'invocation/previous'], ['POST', 'invocation/next']])('%s %s is not there: 404', async (method, path) => {
    void runtime.invoke();
    expect(await runtime.call(method, path)).toMatchObject({ status: 404, body: '404 page not found\n' });
  });
});

describe('Runtime API (RAPID): a response', () => {
  test('begins with its first body byte, not with its headers', async () => {
    const invoked = runtime.invokeWithResponseStream();
    const id = await runtime.next();
    let send: ((piece: string) => void) | undefined;
    const responding = runtime.stream(id, (call) => {
      call.flushHeaders();
      send = (piece) => call.end(piece);
    });
    // Rejected as soon as the headers have arrived.
    await until(async () => (await runtime.call('GET', 'invocation/next')).status === 403);
    expect(await Promise.race([invoked, new Promise((resolve) => setImmediate(() => resolve('not begun')))])).toBe('not begun');
    send?.('x');
    expect(await text((await invoked).body)).toBe('x');
    await responding;
  });

  test('without a body is there at its end', async () => {
    const invoked = runtime.invokeWithResponseStream();
    await runtime.stream(await runtime.next(), (call) => call.end());
    expect(await text((await invoked).body)).toBe('');
  });

  test('in a mode that is not known is refused with 400, and fails', async () => {
    const invoked = runtime.invokeWithResponseStream().catch((error: unknown) => error);
    const response = await runtime.respond(await runtime.next(), 'x', { 'Lambda-Runtime-Function-Response-Mode': 'chunky' });
    expect(response).toMatchObject({ status: 400, body: '{"errorMessage":"Invalid function response mode","errorType":"InvalidFunctionResponseMode"}\n' });
    expect(await invoked).toMatchObject({ errorType: 'Runtime.InvalidResponseModeHeader' });
  });

  test.each([[LIMIT, 202, undefined], [LIMIT + 1, 413, 'Unhandled']])('of %d bytes at once: %d', async (bytes, status, functionError) => {
    const invoked = runtime.invoke();
    expect(await runtime.respond(await runtime.next(), 'x'.repeat(bytes))).toMatchObject({ status });
    expect((await invoked).functionError).toBe(functionError);
  });

  test.each([[LIMIT, 202, undefined], [LIMIT + 1, 413, 'Unhandled']])('of %d bytes that is streamed to a buffered invocation: %d', async (bytes, status, functionError) => {
    const invoked = runtime.invoke();
    const response = await runtime.stream(await runtime.next(), (call) => call.end('x'.repeat(bytes)));
    expect(response.status).toBe(status);
    const { payload, functionError: actual } = await invoked;
    expect(actual).toBe(functionError);
    if (functionError) {
      expect(response.body).toBe(`{"errorMessage":"Exceeded maximum allowed payload size (${LIMIT} bytes).","errorType":"RequestEntityTooLarge"}\n`);
      expect(JSON.parse(payload.toString())).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
    }
  });

  test('of any length is streamed to a streaming invocation', async () => {
    const invoked = runtime.invokeWithResponseStream();
    const responding = runtime.stream(await runtime.next(), (call) => call.end('x'.repeat(LIMIT + 1)));
    expect(await text((await invoked).body)).toHaveLength(LIMIT + 1);
    expect(await responding).toMatchObject({ status: 202 });
  });

  test.each([
    ['shorter than its Content-Length', 'Content-Length: 10\r\n\r\nshort'],
    ['without its last chunk', 'Transfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n'],
  ])('%s is refused with 400, and fails', async (_, rest) => {
    const invoked = runtime.invoke();
    const path = `/2018-06-01/runtime/invocation/${await runtime.next()}/response`;
    const response = await runtime.send(`POST ${path} HTTP/1.1\r\nHost: x\r\n${rest}`);
    expect(response).toMatch(/^HTTP\/1\.1 400 /);
    expect(response).toMatch(/\{"errorMessage":"HTTP request detected as truncated","errorType":"TruncatedHTTPRequest"\}\n$/);
    expect(JSON.parse((await invoked).payload.toString())).toMatchObject({ errorType: 'Runtime.TruncatedResponse' });
    void runtime.next().catch(() => undefined);
    await until(() => states(runtime.lambda)[0] === 'frozen');
  });
});

// fatalerror.GetValidRuntimeOrFunctionErrorType
describe('Runtime API (RAPID): error types', () => {
  const TYPES = [
    ['Runtime.Broken', 'Runtime.Broken'],
    ['Function.NoSuchChat', 'Function.NoSuchChat'],
    ['TypeError', 'Runtime.Unknown'],
    ['Worker.UnknownEvent', 'Runtime.Unknown'],
    ['Runtime.X', 'Runtime.Unknown'],
    ['Runtime.lower', 'Runtime.Unknown'],
    ['Function.lower', 'Function.Unknown'],
    ['', 'Runtime.Unknown'],
  ];

  test.each(TYPES)('an error of type "%s" is of type %s', async (type, errorType) => {
    const invoked = runtime.invokeWithResponseStream().catch((error: unknown) => error);
    await runtime.fail(`invocation/${await runtime.next()}/error`, type);
    expect(await invoked).toMatchObject({ errorType });
  });

  test.each(TYPES.slice(0, 3))('so is one of the init: "%s" is %s', async (type, errorType) => {
    const invoked = runtime.invokeWithResponseStream().catch((error: unknown) => error);
    await runtime.fail('init/error', type);
    runtime.exit(1);
    await until(() => runtime.lines.filter((line) => line === 'bye').length === 2);
    // The second init ended without a report.
    expect(await invoked).toMatchObject({ errorType: 'Runtime.ExitError' });
    expect(runtime.lines).toContainEqual(expect.stringContaining(`Status: error Error Type: ${errorType}`));
  });
});

describe('Runtime API (RAPID): an exit', () => {
  test.each([
    ['with a status', 3, 'Runtime exited with error: exit status 3'],
    ['without one', 0, 'Runtime exited without providing a reason'],
  ])('%s within an event is Runtime.ExitError', async (_, status, message) => {
    const invoked = runtime.invoke();
    const id = await runtime.next();
    runtime.exit(status);
    const report = { errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${id} Error: ${message}` };
    expect(JSON.parse((await invoked).payload.toString())).toEqual(report);
    await until(() => runtime.lines.includes('Runtime.ExitError'));
    expect(runtime.lines).toContain(report.errorMessage);
  });

  test('by a signal is named as Go names the signal', async () => {
    const invoked = runtime.invoke();
    await runtime.next();
    process.kill(runtime.lambda.environments[0].pid, 'SIGKILL');
    expect((await invoked).payload.toString()).toContain('Runtime exited with error: signal: killed');
  });

  test('in mid-stream is Runtime.TruncatedResponse', async () => {
    const invoked = runtime.invokeWithResponseStream();
    const responding = runtime.stream(await runtime.next(), (call) => call.write('part')).catch(() => undefined);
    const { body, ended } = await invoked;
    runtime.exit(1);
    expect(await ended).toMatchObject({ error: { type: 'Runtime.TruncatedResponse' } });
    await expect(text(body)).rejects.toThrow();
    await responding;
  });

  test('of an idle runtime fails the next event, and the one after it gets a new environment', async () => {
    void runtime.invoke();
    await runtime.respond(await runtime.next(), 'done');
    void runtime.next().catch(() => undefined);
    await until(() => states(runtime.lambda)[0] === 'frozen');
    process.kill(-runtime.lambda.environments[0].pid, 'SIGKILL');
    const { payload } = await runtime.invoke();
    expect(JSON.parse(payload.toString())).toMatchObject({ errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('signal: killed') });
    void runtime.invoke();
    await until(() => runtime.lambda.environments.length === 2);
  });
});

describe('Runtime API (RAPID): after `init/error`', () => {
  test('the runtime continues until it exits, and may not request events', async () => {
    void runtime.invoke();
    expect(await runtime.fail('init/error', 'Runtime.NoConfig')).toMatchObject({ status: 202 });
    expect(await runtime.fail('init/error', 'Runtime.NoConfig')).toMatchObject({ status: 403, body: expect.stringContaining('from InitError to InitError') });
    expect(await runtime.call('GET', 'invocation/next')).toMatchObject({ status: 403, body: expect.stringContaining('from InitError to Ready') });
    expect(runtime.lines).toEqual([]);
    runtime.exit(1);
    await until(() => runtime.lines.includes('bye'));
  });

  test('it is refused once the runtime has asked for an event', async () => {
    void runtime.invoke();
    await runtime.next();
    expect(await runtime.fail('init/error', 'Runtime.NoConfig')).toMatchObject({ status: 403, body: expect.stringContaining('from Running to InitError') });
  });
});

test('Runtime API (RAPID): variables that begin with an underscore are not passed on, except for a few', async () => {
  const fn = functions.make({ emulation: { _HANDLER: 'index.handler', _OF_THE_IMAGE: 'x', OF_THE_IMAGE: 'y' } });
  const seen = JSON.parse((await fn.invoke(Buffer.from('{"do":"environment"}'))).payload.toString()) as Record<string, string>;
  expect(seen).toMatchObject({ _HANDLER: 'index.handler', OF_THE_IMAGE: 'y' });
  expect(seen).not.toHaveProperty('_OF_THE_IMAGE');
});
