import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { event, frozen, Functions } from './functions';
import { UsageMeter } from '../../../../emulator/services/lambda/usage';
import { until } from '../../../../fixtures/runtime/until';

jest.setTimeout(30_000);

let functions: Functions;
beforeEach(() => { functions = new Functions(); });
afterEach(() => functions.dispose());

// https://aws.amazon.com/lambda/pricing/
describe('the usage of a function', () => {
  test('counts environments and invocations, throttled ones excluded', async () => {
    const fn = functions.make({ reservedConcurrency: 1 });
    const file = join(functions.folder, 'go');
    await fn.invoke(event('hold', { file }));
    await expect(fn.invoke(event('echo'))).rejects.toThrow('Rate Exceeded');
    writeFileSync(file, '');
    await frozen(fn);
    await fn.invoke(event('echo'));
    expect(fn.usage).toMatchObject({ environments: 1, invocations: 2 });
  });

  test('bills init and invocation until the runtime asks for the next event, and nothing while it is frozen', async () => {
    const fn = functions.make({ memorySize: 2048 });
    const file = join(functions.folder, 'go');
    const started = performance.now();
    await fn.invoke(event('hold', { file }));
    await until(() => fn.environments[0].held);
    const held = performance.now();
    await until(() => performance.now() > held + 100);
    expect(fn.usage.seconds).toBeGreaterThanOrEqual(0.1);
    writeFileSync(file, '');
    await frozen(fn);
    const most = (performance.now() - started) / 1000;
    const { seconds, gbSeconds } = fn.usage;
    expect(seconds).toBeGreaterThanOrEqual(0.1);
    expect(seconds).toBeLessThanOrEqual(most + 0.001);
    expect(gbSeconds).toBe(2 * seconds);
    await until(() => performance.now() > started + 1000 * most + 50);
    expect(fn.usage.seconds).toBe(seconds);
  });

  test('the duration of an invocation is what is billed, without the init of its environment', async () => {
    const durations: number[] = [];
    const fn = functions.make({ onProcessed: (milliseconds) => durations.push(milliseconds) });
    await fn.invoke(event('echo'));
    await frozen(fn);
    const cold = fn.usage.seconds * 1000;
    expect(durations).toHaveLength(1);
    expect(durations[0]).toBeGreaterThan(0);
    expect(durations[0]).toBeLessThan(cold);
    await fn.invoke(event('echo'));
    await frozen(fn);
    expect(Math.ceil(durations[1])).toBeCloseTo(fn.usage.seconds * 1000 - cold);
    await fn.invoke(event('crash'));
    expect(durations).toHaveLength(3);
  });

  test('bills an invocation that kills its environment', async () => {
    const fn = functions.make();
    await fn.invoke(event('crash'));
    expect(fn.usage.seconds).toBeGreaterThan(0);
  });

  test('bills provisioned concurrency for its allocation and, apart from others, for its duration', async () => {
    const fn = functions.make({ memorySize: 1024 });
    await fn.provision('1', 1);
    const { provisionedGbSeconds, provisionedDurationGbSeconds: init } = fn.usage;
    expect(init).toBeGreaterThan(0);
    await fn.invoke(event('echo'), { version: '1' });
    await frozen(fn);
    expect(fn.usage).toMatchObject({ seconds: 0, gbSeconds: 0 });
    expect(fn.usage.provisionedDurationGbSeconds).toBeGreaterThan(init);
    expect(fn.usage.provisionedGbSeconds).toBeGreaterThan(provisionedGbSeconds);
  });

  test('rounds each invocation up to 1 ms', () => {
    const meter = new UsageMeter();
    meter.bill(0.2, false);
    meter.bill(1.01, false);
    expect(meter.read(512, 'arm64')).toMatchObject({ seconds: 0.003, gbSeconds: 0.0015, architecture: 'arm64' });
  });
});

test('an invocation takes the latency before it starts an environment', async () => {
  const fn = functions.make({ latencyMs: 150 });
  const start = performance.now();
  await fn.invoke(event('echo'));
  await fn.invoke(event('echo'));
  expect(performance.now() - start).toBeGreaterThanOrEqual(2 * 149);
});
