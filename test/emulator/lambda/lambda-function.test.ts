import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LambdaFunction, type LambdaFunctionProps } from '../../../emulator/lambda/lambda-function';
import { statesOfGroup } from '../../../emulator/lambda/process-group';
import type { Sandbox } from '../../../emulator/lambda/sandbox';
import { describeWith } from '../../requires';

const RUNTIME = join(__dirname, 'runtime.cjs');
const functions: LambdaFunction[] = [];
jest.setTimeout(30_000);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lambda-test-'));
});

afterEach(async () => {
  await Promise.all(functions.splice(0).map((fn) => fn.dispose()));
  rmSync(folder, { recursive: true, force: true });
});

function make(props: Partial<LambdaFunctionProps> = {}): LambdaFunction {
  const fn = new LambdaFunction({
    name: 'test', command: [process.execPath, RUNTIME], cwd: folder, environment: {}, timeoutMs: 60_000, ...props,
  });
  functions.push(fn);
  return fn;
}

function event(what: string, more: object = {}): Buffer {
  return Buffer.from(JSON.stringify({ do: what, ...more }));
}

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`never came true: ${condition}`);
    await sleep(5);
  }
}

async function text(body: AsyncIterable<Buffer>): Promise<string> {
  let all = '';
  for await (const chunk of body) all += chunk.toString();
  return all;
}

const states = (fn: LambdaFunction) => fn.environments.map(({ state }) => state);
const frozen = (fn: LambdaFunction) => until(() => states(fn).includes('frozen'));

describe('an environment', () => {
  test('answers one event after the other, and is frozen in between', async () => {
    const fn = make();
    expect((await fn.invoke(event('echo', { n: 1 }))).payload.toString()).toBe('{"do":"echo","n":1}');
    await frozen(fn);
    expect((await fn.invoke(event('echo', { n: 2 }))).payload.toString()).toBe('{"do":"echo","n":2}');
    expect(fn.environments).toHaveLength(1);
  });

  // "Lambda freezes the execution environment": https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
  test.each(['tick', 'child'])('that is frozen runs nothing, not even in the background: %s', async (what) => {
    const fn = make();
    const file = join(folder, 'ticks');
    await fn.invoke(event(what, { file }));
    await frozen(fn);
    await until(() => statesOfGroup(fn.environments[0].pid).every((state) => state === 'T'));
    const size = existsSync(file) ? statSync(file).size : 0;
    await sleep(200);
    expect(existsSync(file) ? statSync(file).size : 0).toBe(size);

    await fn.invoke(event('hold', { file: join(folder, 'go') }));
    await until(() => existsSync(file) && statSync(file).size > size);
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-next
  test('is held, not frozen, until the runtime asks for the next event, and gets no other one', async () => {
    const fn = make();
    const file = join(folder, 'go');
    await fn.invoke(event('hold', { file }));
    await until(() => fn.environments[0].held);
    await fn.invoke(event('echo'));
    expect(fn.environments.map(({ id }) => id)).toEqual([1, 2]);
    expect(fn.environments[0].held).toBe(true);
    writeFileSync(file, '');
    await until(() => states(fn).every((state) => state === 'frozen'));
  });

  test('tells the runtime the request id, the deadline and the ARN', async () => {
    const fn = make({ timeoutMs: 30_000 });
    const before = Date.now();
    const headers = JSON.parse((await fn.invoke(event('headers'))).payload.toString());
    expect(headers['lambda-runtime-aws-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers['lambda-runtime-invoked-function-arn']).toBe(fn.arn);
    expect(Number(headers['lambda-runtime-deadline-ms'])).toBeGreaterThanOrEqual(before + 30_000);
    expect(headers['lambda-runtime-trace-id']).toMatch(/^Root=1-/);
  });

  test('takes one answer per event, for the event that it has', async () => {
    const fn = make();
    const file = join(folder, 'statuses');
    await fn.invoke(event('answerTwice', { file }));
    await frozen(fn);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ first: 202, second: 403, unknown: 400 });
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html#understanding-concurrency
  test('that is idle is reused, the most recently used one first', async () => {
    const fn = make();
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    await Promise.all([fn.invoke(event('hold', { file: a })), fn.invoke(event('hold', { file: b }))]);
    for (const file of [b, a]) {
      const others = states(fn).filter((state) => state === 'frozen').length;
      writeFileSync(file, '');
      await until(() => states(fn).filter((state) => state === 'frozen').length > others);
    }
    const { environmentId, body } = await fn.invokeWithResponseStream(event('echo'));
    await text(body);
    const lastFrozen = fn.environments.find(({ id }) => id === environmentId);
    expect(lastFrozen).toBeDefined();
    expect(environmentId).toBe(await environmentOf(fn));
  });
});

/** The environment that gets the next event. */
async function environmentOf(fn: LambdaFunction): Promise<number> {
  await until(() => states(fn).every((state) => state === 'frozen'));
  const { environmentId, body } = await fn.invokeWithResponseStream(event('echo'));
  await text(body);
  return environmentId;
}

// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming
describe('a streamed response', () => {
  test('reaches the caller piece by piece', async () => {
    const fn = make();
    const { body, contentType, ended } = await fn.invokeWithResponseStream(event('stepwise', { folder, pieces: ['a', 'b', 'c'] }));
    expect(contentType).toBe('text/plain');
    const reader = body[Symbol.asyncIterator]();
    for (const [i, piece] of ['a', 'b', 'c'].entries()) {
      writeFileSync(join(folder, String(i)), '');
      expect((await reader.next()).value.toString()).toBe(piece);
    }
    expect((await reader.next()).done).toBe(true);
    expect(await ended).toEqual({});
  });

  test('with error trailers delivers what came and then breaks off', async () => {
    const fn = make();
    const trailers = {
      'Lambda-Runtime-Function-Error-Type': 'Runtime.ChildDied',
      'Lambda-Runtime-Function-Error-Body': Buffer.from('{"errorMessage":"gone"}').toString('base64'),
    };
    const { body, ended } = await fn.invokeWithResponseStream(event('stream', { pieces: ['one', 'two'], trailers }));
    let came = '';
    await expect((async () => {
      for await (const chunk of body) came += chunk;
    })()).rejects.toThrow('gone');
    expect(came).toBe('onetwo');
    expect(await ended).toEqual({ error: { type: 'Runtime.ChildDied', message: '{"errorMessage":"gone"}' } });
  });

  test('goes on when the caller has gone, and the environment is used again', async () => {
    const fn = make();
    const first = await fn.invokeWithResponseStream(event('stepwise', { folder, pieces: ['a', 'x'.repeat(1_000_000)] }));
    first.body.destroy();
    appendFileSync(join(folder, '0'), '');
    appendFileSync(join(folder, '1'), '');
    expect(await first.ended).toEqual({});
    await frozen(fn);
    await fn.invoke(event('echo'));
    expect(fn.environments).toHaveLength(1);
  });

  test('breaks off when the runtime dies, and the next event gets a fresh environment', async () => {
    const fn = make();
    const { body, ended } = await fn.invokeWithResponseStream(event('crashMidStream'));
    await expect(text(body)).rejects.toThrow();
    expect((await ended).error).toBeDefined();
    await until(() => states(fn)[0] === 'dead');
    await fn.invoke(event('echo'));
    expect(fn.environments).toHaveLength(2);
  });
});

describe('failures', () => {
  // https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-invokeerror
  test('the function reports an error: the caller gets it, the environment lives', async () => {
    const fn = make();
    const { payload, functionError } = await fn.invoke(event('fail', { message: 'no such chat' }));
    expect(functionError).toBe('Unhandled');
    // As the runtime reported it; the header of the report is for Lambda itself.
    expect(JSON.parse(payload.toString())).toEqual({ errorType: 'Bad', errorMessage: 'no such chat' });
    await frozen(fn);
  });

  test('the runtime crashes before it answers: Runtime.ExitError, then a fresh environment', async () => {
    const fn = make();
    await expect(fn.invokeWithResponseStream(event('crash'))).rejects.toMatchObject({ errorType: 'Runtime.ExitError' });
    await fn.invoke(event('echo'));
    expect(states(fn)[0]).toBe('dead');
    expect(fn.environments).toHaveLength(2);
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
  test('the time is over: Sandbox.Timedout, and the environment is killed', async () => {
    const fn = make({ timeoutMs: 1_000 });
    await expect(fn.invokeWithResponseStream(event('never'))).rejects.toMatchObject({
      errorType: 'Sandbox.Timedout', message: expect.stringContaining('Task timed out after 1.00 seconds'),
    });
    await until(() => states(fn)[0] === 'dead');
  });

  test('the time is over while the environment is held: it is killed all the same', async () => {
    const fn = make({ timeoutMs: 1_000 });
    await fn.invoke(event('hold', { file: join(folder, 'never') }));
    await until(() => states(fn)[0] === 'dead');
  });

  // "If Lambda can't initialize in 10 s, it retries the Init phase at the time of the first function invocation".
  // https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib: 10 s, then again within the first invocation
  test('init takes too long: it is run again within the first invocation', async () => {
    const file = join(folder, 'inits');
    const fn = make({ initTimeoutMs: 1_500, environment: { INIT: 'slow-once', INIT_FILE: file } });
    expect((await fn.invoke(event('echo'))).functionError).toBeUndefined();
    expect(readFileSync(file, 'utf8')).toBe('ii');
    expect(fn.environments).toHaveLength(1);
  });

  test.each([
    ['crash', 'Runtime.ExitError', 'exit status 3'],
    ['error', 'Runtime.NoConfig', 'MONGO_URI is missing'],
  ])('init fails twice (%s): the invocation fails with its reason', async (INIT, errorType, message) => {
    const file = join(folder, 'inits');
    const fn = make({ environment: { INIT, INIT_FILE: file } });
    await expect(fn.invokeWithResponseStream(event('echo'))).rejects.toMatchObject({ errorType, message: expect.stringContaining(message) });
    expect(readFileSync(file, 'utf8')).toBe('ii');
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
  test('no concurrency is left: 429', async () => {
    const fn = make({ reservedConcurrency: 1 });
    const file = join(folder, 'go');
    await fn.invoke(event('hold', { file }));
    await expect(fn.invokeWithResponseStream(event('echo'))).rejects.toMatchObject({ code: 'TooManyRequestsException', status: 429 });
    writeFileSync(file, '');
    await frozen(fn);
    await fn.invoke(event('echo'));
  });
});

// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
describe('limits', () => {
  test('an event of more than 6 MB is refused with 413', async () => {
    const fn = make();
    await expect(fn.invokeWithResponseStream(Buffer.alloc(6 * 1024 * 1024 + 1))).rejects.toMatchObject({ status: 413 });
    expect(fn.environments).toHaveLength(0);
  });

  test.each([[6 * 1024 * 1024, undefined], [6 * 1024 * 1024 + 101, 'Unhandled']])(
    'a buffered response of %d bytes', async (bytes, functionError) => {
      const answer = await make().invoke(event('big', { bytes }));
      expect(answer.functionError).toBe(functionError);
    });

  test('declared variables of more than 4 KB are refused', () => {
    expect(() => make({ environment: { A: 'x'.repeat(4096 - '{"A":""}'.length) } })).not.toThrow();
    expect(() => make({ environment: { A: 'x'.repeat(4097 - '{"A":""}'.length) } })).toThrow(/at most 4 KB together, got: 4097 bytes/);
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
  test('reserved variables are refused', () => {
    expect(() => make({ environment: { AWS_REGION: 'x' } })).toThrow(/must not have reserved names, got: AWS_REGION/);
  });

  test('only declared variables and the platform\'s are visible', async () => {
    process.env.OF_THIS_MACHINE = 'secret';
    const fn = make({ environment: { DECLARED: 'yes' }, emulation: { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }, memorySize: 2048 });
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

describeWith('bwrap')('the file system', () => {
  test('is read-only except for the temporary folder', async () => {
    const file = join(folder, 'file');
    const fn = make({ sandbox: 'bubblewrap' });
    const outcome = JSON.parse((await fn.invoke(event('write', { paths: [file, 'TMPDIR/file'] }))).payload.toString());
    expect(outcome).toEqual({ [file]: 'EROFS', 'TMPDIR/file': 'written' });
  });
});

describe('without a sandbox', () => inSandbox('none'));
describeWith('bwrap')('in the sandbox', () => inSandbox('bubblewrap'));

function inSandbox(sandbox: Sandbox): void {
  test('a freeze stops the children too', async () => {
    const fn = make({ sandbox });
    await fn.invoke(event('child'));
    await frozen(fn);
    const { pid } = fn.environments[0];
    await until(() => statesOfGroup(pid).every((state) => state === 'T'));
    expect(statesOfGroup(pid).length).toBeGreaterThanOrEqual(2);
    await fn.invoke(event('echo'));
  });

  // Without namespaces only an orderly exit can end them.
  test(`no environment outlives ${sandbox === 'none' ? 'the exit' : 'the killing'} of the emulator's process`, async () => {
    const script = `
      const { LambdaFunction } = require(${JSON.stringify(join(__dirname, '../../../emulator/lambda/lambda-function'))});
      const fn = new LambdaFunction({
        name: 'f', command: [process.execPath, ${JSON.stringify(RUNTIME)}], cwd: '/', environment: {}, timeoutMs: 60000,
        sandbox: ${JSON.stringify(sandbox)}, folder: ${JSON.stringify(folder)},
      });
      fn.invoke(Buffer.from('{"do":"child"}')).then(() => console.log(fn.environments[0].pid));
      process.stdin.once('data', () => process.exit());`;
    const host = spawn(process.execPath, ['--require', require.resolve('tsx/cjs'), '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [line] = await once(host.stdout, 'data') as [Buffer];
    const pid = Number(line.toString());
    expect(statesOfGroup(pid).length).toBeGreaterThanOrEqual(2);
    if (sandbox === 'none') host.stdin.write('exit');
    else host.kill('SIGKILL');
    await until(() => statesOfGroup(pid).every((state) => state === 'Z'));
  });
}

test('disposing leaves no process and no file behind', async () => {
  const fn = make();
  const file = join(folder, 'ticks');
  await fn.invoke(event('child', { file }));
  const temporary = JSON.parse((await fn.invoke(event('environment'))).payload.toString()).TMPDIR as string;
  const { pid } = fn.environments[0];
  await fn.dispose();
  // One that has ended may wait for the system to take note of it.
  expect(statesOfGroup(pid).filter((state) => state !== 'Z')).toEqual([]);
  expect(existsSync(temporary)).toBe(false);
});
