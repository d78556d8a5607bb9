import { event, Functions } from './functions';
import { continueTrace } from '../../../../emulator/services/lambda/trace-header';

const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:f';

let functions: Functions;
beforeEach(() => { functions = new Functions(); });
afterEach(() => functions.dispose());

function chain(length: number, arns = [ARN]): string | undefined {
  let header: string | undefined;
  for (let i = 0; i < length; i++) ({ header } = continueTrace(header, arns[i % arns.length]));
  return header;
}

// https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
describe('a chain of invocations', () => {
  test.each([[15, false], [16, true]])('after %i invocations of a function, the next one is a loop: %s', (length, isLoop) => {
    expect(continueTrace(chain(length), ARN).isLoop).toBe(isLoop);
  });

  test('counts each function on its own', () => {
    const header = chain(30, [ARN, `${ARN}2`]);
    expect(continueTrace(header, ARN).isLoop).toBe(false);
    expect(continueTrace(continueTrace(continueTrace(header, ARN).header, `${ARN}2`).header, ARN).isLoop).toBe(true);
  });

  test('keeps the root and has a new parent', () => {
    const first = continueTrace('Root=1-65b1f7c1-abcdef012345678912345678;Sampled=1', ARN).header;
    const second = continueTrace(first, ARN).header;
    expect(second).toMatch(/^Root=1-65b1f7c1-abcdef012345678912345678;Parent=[0-9a-f]{16};Sampled=1;Lineage=[0-9a-f]{8}:2$/);
    expect(/Parent=\w+/.exec(second)?.[0]).not.toBe(/Parent=\w+/.exec(first)?.[0]);
  });
});

test('Lambda stops a synchronous invocation, and drops an asynchronous one without another attempt', async () => {
  const dropped: string[] = [];
  const fn = functions.make({ arn: ARN, onDropped: (reason) => dropped.push(reason) });
  await expect(fn.invoke(event('echo'), { traceHeader: chain(16) })).rejects.toMatchObject({ code: 'RecursiveInvocationException', status: 400 });
  expect(await fn.queue.accept(event('echo'), { traceHeader: chain(16) })).toMatchObject({ functionError: 'Unhandled' });
  expect(dropped).toEqual([expect.stringMatching(/^RecursiveInvocationException: /)]);
  expect(fn.environments).toEqual([]);
});

test('the function passes the trace on to functions that it invokes', async () => {
  const fn = functions.make({ arn: ARN });
  const headers = JSON.parse((await fn.invoke(event('headers'), { traceHeader: chain(3) })).payload.toString()) as Record<string, string>;
  expect(headers['lambda-runtime-trace-id']).toMatch(/Lineage=[0-9a-f]{8}:4$/);
});

test('a function with RecursiveLoop Allow is not stopped', async () => {
  const fn = functions.make({ arn: ARN, stopsLoops: false });
  expect((await fn.invoke(event('echo'), { traceHeader: chain(20) })).functionError).toBeUndefined();
});
