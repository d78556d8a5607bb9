import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { event, frozen, Functions, RUNTIME, states, text } from './functions';
import type { LambdaFunction, LambdaFunctionProps } from '../../../../emulator/services/lambda/lambda-function';
import { until } from '../../../../fixtures/runtime/until';

let functions: Functions;
beforeEach(() => { functions = new Functions(); });
afterEach(() => functions.dispose());

const release = (RELEASE: string, more: Partial<LambdaFunctionProps> = {}): LambdaFunctionProps => ({
  name: 'test', command: [process.execPath, RUNTIME], cwd: functions.folder, environment: { RELEASE }, timeoutMs: 60_000, ...more,
});
const releaseOf = async (fn: LambdaFunction, version?: string) =>
  (JSON.parse((await fn.invoke(event('environment'), { version })).payload.toString()) as { RELEASE: string }).RELEASE;

describe('an update of a function', () => {
  test('the next invocation runs it, in another environment', async () => {
    const fn = functions.make(release('old'));
    expect(await releaseOf(fn)).toBe('old');
    await frozen(fn);
    fn.update(release('new'));
    expect(await releaseOf(fn)).toBe('new');
    await until(() => states(fn).join() === 'dead,frozen');
  });

  test('does not interrupt an invocation, whose environment then serves no other', async () => {
    const fn = functions.make(release('old'));
    writeFileSync(join(functions.folder, '0'), '');
    const { body } = await fn.invokeWithResponseStream(event('stepwise', { pieces: ['a', 'b'], folder: functions.folder }));
    fn.update(release('new'));
    expect(await releaseOf(fn)).toBe('new');
    writeFileSync(join(functions.folder, '1'), '');
    expect(await text(body)).toBe('ab');
    await until(() => states(fn).join() === 'dead,frozen');
    expect(await releaseOf(fn)).toBe('new');
  });

  test('leaves published versions as they are, until they are deleted', async () => {
    const fn = functions.make(release('old'));
    expect(fn.publish()).toBe('1');
    fn.update(release('new'));
    expect(fn.publish()).toBe('2');
    expect(await Promise.all([releaseOf(fn, '1'), releaseOf(fn, '2'), releaseOf(fn)])).toEqual(['old', 'new', 'new']);
    await until(() => states(fn).every((state) => state === 'frozen'));
    fn.unpublish('1');
    await until(() => states(fn).filter((state) => state === 'dead').length === 1);
  });

  test('prepares its code once', async () => {
    const prepared: string[] = [];
    const fn = functions.make(release('old', { prepare: () => prepared.push('old') }));
    await Promise.all([releaseOf(fn), releaseOf(fn)]);
    fn.update(release('new', { prepare: () => prepared.push('new') }));
    await releaseOf(fn);
    expect(prepared).toEqual(['old', 'new']);
  });

  test('rejects variables that Lambda does not accept, without changes', async () => {
    const fn = functions.make(release('old'));
    expect(() => fn.update(release('new', { environment: { AWS_REGION: 'x' } }))).toThrow('AWS_REGION');
    expect(await releaseOf(fn)).toBe('old');
  });
});
