import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { event, frozen, Functions, states } from './functions';
import { AccountConcurrency } from '../../../../emulator/services/lambda/account-concurrency';
import type { LambdaFunction } from '../../../../emulator/services/lambda/lambda-function';
import { until } from '../../../../fixtures/runtime/until';

jest.setTimeout(30_000);

let functions: Functions;
beforeEach(() => { functions = new Functions(); });
afterEach(() => functions.dispose());

/** Starts an invocation that runs until the returned function is called. */
async function occupy(fn: LambdaFunction, name: string): Promise<() => void> {
  const file = join(functions.folder, name);
  await fn.invoke(event('hold', { file }));
  return () => writeFileSync(file, '');
}

const throttled = (Reason: string) => ({ code: 'TooManyRequestsException', status: 429, fields: { Reason, Type: 'User' } });

// https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
describe('the concurrency of the account', () => {
  test('is shared by all functions', async () => {
    const account = new AccountConcurrency(2);
    const [one, two] = [functions.make({ account }), functions.make({ account })];
    await occupy(one, 'a');
    const release = await occupy(two, 'b');
    await expect(one.invoke(event('echo'))).rejects.toMatchObject(throttled('ConcurrentInvocationLimitExceeded'));
    release();
    await frozen(two);
    expect((await one.invoke(event('echo'))).functionError).toBeUndefined();
  });

  test('is reported with each invocation that begins', async () => {
    const concurrency: number[] = [];
    const fn = functions.make({ onStarted: (running) => concurrency.push(running) });
    await occupy(fn, 'a');
    const release = await occupy(fn, 'b');
    release();
    await until(() => states(fn).includes('frozen'));
    await fn.invoke(event('echo'));
    expect(concurrency).toEqual([1, 2, 2]);
  });

  test('does not count frozen environments, and is needed to thaw one', async () => {
    const account = new AccountConcurrency(1);
    const [one, two] = [functions.make({ account }), functions.make({ account })];
    await one.invoke(event('echo'));
    await frozen(one);
    await occupy(two, 'a');
    await expect(one.invoke(event('echo'))).rejects.toMatchObject(throttled('ConcurrentInvocationLimitExceeded'));
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
  test('is reserved for a function: it has that much, and the others have the rest', async () => {
    const account = new AccountConcurrency(2);
    const reserved = functions.make({ account, reservedConcurrency: 1 });
    const other = functions.make({ account });
    await occupy(other, 'a');
    await expect(other.invoke(event('echo'))).rejects.toMatchObject(throttled('ConcurrentInvocationLimitExceeded'));
    await occupy(reserved, 'b');
    await expect(reserved.invoke(event('echo'))).rejects.toMatchObject(throttled('ReservedFunctionConcurrentInvocationLimitExceeded'));
  });

  test.each([[1000, 900, true], [1000, 901, false], [10, 1, false], [10, 0, true]])('with a quota of %i, %i can be reserved: %s', (quota, amount, can) => {
    expect(new AccountConcurrency(quota).refusalOfReservation(amount) === undefined).toBe(can);
  });
});

// https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
describe('provisioned concurrency', () => {
  test('has environments initialized before the first invocation, which uses them', async () => {
    const fn = functions.make();
    expect(await fn.provision('1', 2)).toBe(true);
    expect(states(fn)).toEqual(['frozen', 'frozen']);
    const { payload } = await fn.invoke(event('environment'), { version: '1' });
    expect(JSON.parse(payload.toString())).toMatchObject({
      AWS_LAMBDA_INITIALIZATION_TYPE: 'provisioned-concurrency', AWS_LAMBDA_FUNCTION_VERSION: '1',
    });
    expect(fn.environments).toHaveLength(2);
  });

  test('belongs to its version: $LATEST starts another environment', async () => {
    const fn = functions.make();
    await fn.provision('1', 1);
    const { payload } = await fn.invoke(event('environment'));
    expect(JSON.parse(payload.toString())).toMatchObject({ AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand', AWS_LAMBDA_FUNCTION_VERSION: '$LATEST' });
  });

  test('counts against the account also while it is unused, and spills over', async () => {
    const account = new AccountConcurrency(2);
    const fn = functions.make({ account });
    await fn.provision('1', 1);
    const inUse = async (name: string) => fn.invoke(event('hold', { file: join(functions.folder, name) }), { version: '1' });
    await inUse('a');
    await inUse('b');
    expect(fn.environments.map(({ provisioned }) => provisioned)).toEqual([true, false]);
    await expect(inUse('c')).rejects.toMatchObject(throttled('ConcurrentInvocationLimitExceeded'));
  });

  test('replaces an environment that died', async () => {
    const fn = functions.make();
    await fn.provision('1', 1);
    await fn.invoke(event('crash'), { version: '1' });
    await until(() => states(fn).join() === 'dead,frozen');
  });

  test('fails when the init fails', async () => {
    const fn = functions.make({ environment: { INIT: 'crash', INIT_FILE: join(functions.folder, 'inits') } });
    expect(await fn.provision('1', 1)).toBe(false);
  });
});
