import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { event, frozen, Functions, states, text } from './functions';
import type { LambdaFunction } from '../../../../emulator/services/lambda/lambda-function';
import { statesOfGroup } from '../../../../emulator/services/lambda/process-group';
import { until } from '../../../../fixtures/runtime/until';

jest.setTimeout(30_000);

let functions: Functions;
beforeEach(() => { functions = new Functions(); });
afterEach(() => functions.dispose());

describe('an environment', () => {
  test('processes one event at a time, and is frozen in between', async () => {
    const fn = functions.make();
    expect((await fn.invoke(event('echo', { n: 1 }))).payload.toString()).toBe('{"do":"echo","n":1}');
    await frozen(fn);
    expect((await fn.invoke(event('echo', { n: 2 }))).payload.toString()).toBe('{"do":"echo","n":2}');
    expect(fn.environments).toHaveLength(1);
  });

  // "Lambda freezes the execution environment": https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
  test.each(['tick', 'child'])('that is frozen does not run, not even in the background: %s', async (what) => {
    const fn = functions.make();
    const file = join(functions.folder, 'ticks');
    await fn.invoke(event(what, { file }));
    await frozen(fn);
    await until(() => statesOfGroup(fn.environments[0].pid).every((state) => state === 'T'));
    const size = existsSync(file) ? statSync(file).size : 0;
    await sleep(200);
    expect(existsSync(file) ? statSync(file).size : 0).toBe(size);

    await fn.invoke(event('hold', { file: join(functions.folder, 'go') }));
    await until(() => existsSync(file) && statSync(file).size > size);
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-next
  test('is busy, not frozen, until the runtime asks for the next event, and gets no other one', async () => {
    const fn = functions.make();
    const file = join(functions.folder, 'go');
    await fn.invoke(event('hold', { file }));
    await until(() => fn.environments[0].held);
    await fn.invoke(event('echo'));
    expect(fn.environments.map(({ id }) => id)).toEqual([1, 2]);
    expect(fn.environments[0].held).toBe(true);
    writeFileSync(file, '');
    await until(() => states(fn).every((state) => state === 'frozen'));
  });

  test('passes the request id, the deadline and the ARN to the runtime', async () => {
    const fn = functions.make({ timeoutMs: 30_000 });
    const before = Date.now();
    const headers = JSON.parse((await fn.invoke(event('headers'))).payload.toString());
    expect(headers['lambda-runtime-aws-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers['lambda-runtime-invoked-function-arn']).toBe(fn.arn);
    expect(Number(headers['lambda-runtime-deadline-ms'])).toBeGreaterThanOrEqual(before + 30_000);
    expect(headers['lambda-runtime-trace-id']).toMatch(/^Root=1-/);
  });

  test('accepts one response per event, for its current event', async () => {
    const fn = functions.make();
    const file = join(functions.folder, 'statuses');
    await fn.invoke(event('respondTwice', { file }));
    await frozen(fn);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ first: 202, second: 403, unknown: 400 });
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html#understanding-concurrency
  test('that is idle is reused, the most recently used one first', async () => {
    const fn = functions.make();
    const [a, b] = [join(functions.folder, 'a'), join(functions.folder, 'b')];
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

test('disposing leaves no process and no file behind', async () => {
  const fn = functions.make();
  const file = join(functions.folder, 'ticks');
  await fn.invoke(event('child', { file }));
  const temporary = JSON.parse((await fn.invoke(event('environment'))).payload.toString()).TMPDIR as string;
  const { pid } = fn.environments[0];
  await fn.dispose();
  // The system may report the end of a process late.
  expect(statesOfGroup(pid).filter((state) => state !== 'Z')).toEqual([]);
  expect(existsSync(temporary)).toBe(false);
});
