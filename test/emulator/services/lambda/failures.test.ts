import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { event, frozen, Functions, states } from './functions';
import { until } from '../../../../fixtures/runtime/until';

jest.setTimeout(30_000);

let functions: Functions;
beforeEach(() => { functions = new Functions(); });
afterEach(() => functions.dispose());

describe('failures', () => {
  // https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-invokeerror
  test('the function reports an error: the caller gets it, the environment lives', async () => {
    const fn = functions.make();
    const { payload, functionError } = await fn.invoke(event('fail', { message: 'no such chat' }));
    expect(functionError).toBe('Unhandled');
    // As the runtime reported it; the header of the report is for Lambda itself.
    expect(JSON.parse(payload.toString())).toEqual({ errorType: 'Bad', errorMessage: 'no such chat' });
    await frozen(fn);
  });

  test('the runtime crashes before it responds: Runtime.ExitError, then a fresh environment', async () => {
    const fn = functions.make();
    await expect(fn.invokeWithResponseStream(event('crash'))).rejects.toMatchObject({ errorType: 'Runtime.ExitError' });
    await fn.invoke(event('echo'));
    expect(states(fn)[0]).toBe('dead');
    expect(fn.environments).toHaveLength(2);
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
  test('the time is over: Sandbox.Timedout, and the environment is killed', async () => {
    const fn = functions.make({ timeoutMs: 1_000 });
    await expect(fn.invokeWithResponseStream(event('never'))).rejects.toMatchObject({
      errorType: 'Sandbox.Timedout', message: expect.stringContaining('Task timed out after 1.00 seconds'),
    });
    await until(() => states(fn)[0] === 'dead');
  });

  test('the timeout passes while the environment is busy after its response: it is killed', async () => {
    const fn = functions.make({ timeoutMs: 1_000 });
    await fn.invoke(event('hold', { file: join(functions.folder, 'never') }));
    await until(() => states(fn)[0] === 'dead');
  });

  // "If Lambda can't initialize in 10 s, it retries the Init phase at the time of the first function invocation".
  // https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib: 10 s, then again within the first invocation
  test('init takes too long: it is run again within the first invocation', async () => {
    let inits = 0;
    // A start may be slower than the limit of the first init, so the second one is not recognized by what the first one did.
    const startEnvironment = (): Record<string, string> => (inits++ ? {} : { INIT: 'hang' });
    const fn = functions.make({ initTimeoutMs: 1_500, startEnvironment });
    expect((await fn.invoke(event('echo'))).functionError).toBeUndefined();
    expect(inits).toBe(2);
    expect(fn.environments).toHaveLength(1);
  });

  test.each([
    ['crash', 'Runtime.ExitError', 'exit status 3'],
    ['error', 'Runtime.NoConfig', 'MONGO_URI is missing'],
  ])('init fails twice (%s): the invocation fails with its reason', async (INIT, errorType, message) => {
    const file = join(functions.folder, 'inits');
    const fn = functions.make({ environment: { INIT, INIT_FILE: file } });
    await expect(fn.invokeWithResponseStream(event('echo'))).rejects.toMatchObject({ errorType, message: expect.stringContaining(message) });
    expect(readFileSync(file, 'utf8')).toBe('ii');
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
  test('without free concurrency: 429', async () => {
    const fn = functions.make({ reservedConcurrency: 1 });
    const file = join(functions.folder, 'go');
    await fn.invoke(event('hold', { file }));
    await expect(fn.invokeWithResponseStream(event('echo'))).rejects.toMatchObject({ code: 'TooManyRequestsException', status: 429 });
    writeFileSync(file, '');
    await frozen(fn);
    await fn.invoke(event('echo'));
  });
});

// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
describe('Lambda (quotas): limits', () => {
  test('an event of more than 6 MB is refused with 413', async () => {
    const fn = functions.make();
    await expect(fn.invokeWithResponseStream(Buffer.alloc(6 * 1024 * 1024 + 1))).rejects.toMatchObject({ status: 413 });
    expect(fn.environments).toHaveLength(0);
  });

  test.each([[6 * 1024 * 1024, undefined], [6 * 1024 * 1024 + 101, 'Unhandled']])(
    'a buffered response of %d bytes', async (bytes, functionError) => {
      const result = await functions.make().invoke(event('big', { bytes }));
      expect(result.functionError).toBe(functionError);
    });

  test('declared variables of more than 4 KB are refused', () => {
    expect(() => functions.make({ environment: { AA: 'x'.repeat(4096 - '{"AA":""}'.length) } })).not.toThrow();
    expect(() => functions.make({ environment: { AA: 'x'.repeat(4097 - '{"AA":""}'.length) } })).toThrow(/at most 4 KB together, got: 4097 bytes/);
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
  test('reserved variables are refused', () => {
    expect(() => functions.make({ environment: { AWS_REGION: 'x' } })).toThrow(/must not have reserved names, got: AWS_REGION/);
  });

  // Key pattern: https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html
  test.each(['_A', 'A', 'a-b', '1A'])('a variable of the name %s is refused', (name) => {
    expect(() => functions.make({ environment: { [name]: 'x' } })).toThrow(`must match [a-zA-Z]([a-zA-Z0-9_])+, got: ${name}`);
  });

  test('only declared variables and the platform\'s are visible', async () => {
    process.env.OF_THIS_MACHINE = 'secret';
    const fn = functions.make({ environment: { DECLARED: 'yes' }, emulation: { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }, memorySize: 2048 });
    const seen = JSON.parse((await fn.invoke(event('environment'))).payload.toString());
    delete process.env.OF_THIS_MACHINE;
    expect(seen).toMatchObject({
      DECLARED: 'yes',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '2048',
      AWS_SESSION_TOKEN: expect.any(String),
    });
    expect(seen).not.toHaveProperty('OF_THIS_MACHINE');
    expect(seen).not.toHaveProperty('HOME');
  });

});
