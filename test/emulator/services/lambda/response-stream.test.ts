import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { event, frozen, Functions, states } from './functions';
import { until } from '../../../../fixtures/runtime/until';

jest.setTimeout(30_000);

let functions: Functions;
beforeEach(() => { functions = new Functions(); });
afterEach(() => functions.dispose());

// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming
describe('a streamed response', () => {
  test('reaches the caller piece by piece', async () => {
    const fn = functions.make();
    writeFileSync(join(functions.folder, '0'), '');
    const { body, contentType, ended } = await fn.invokeWithResponseStream(event('stepwise', { folder: functions.folder, pieces: ['a', 'b', 'c'] }));
    expect(contentType).toBe('text/plain');
    const reader = body[Symbol.asyncIterator]();
    for (const [i, piece] of ['a', 'b', 'c'].entries()) {
      writeFileSync(join(functions.folder, String(i)), '');
      expect((await reader.next()).value.toString()).toBe(piece);
    }
    expect((await reader.next()).done).toBe(true);
    expect(await ended).toEqual({});
  });

  test('with error trailers delivers the bytes before them and is then interrupted', async () => {
    const fn = functions.make();
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

  test('continues when the caller has disconnected, and the environment is used again', async () => {
    const fn = functions.make();
    writeFileSync(join(functions.folder, '0'), '');
    const first = await fn.invokeWithResponseStream(event('stepwise', { folder: functions.folder, pieces: ['a', 'x'.repeat(1_000_000)] }));
    first.body.destroy();
    writeFileSync(join(functions.folder, '1'), '');
    expect(await first.ended).toEqual({});
    await frozen(fn);
    await fn.invoke(event('echo'));
    expect(fn.environments).toHaveLength(1);
  });

  test('is interrupted when the runtime dies, and the next event gets a new environment', async () => {
    const fn = functions.make();
    const file = join(functions.folder, 'go');
    const { body, ended } = await fn.invokeWithResponseStream(event('crashMidStream', { file }));
    const reader = body[Symbol.asyncIterator]();
    expect((await reader.next()).value.toString()).toBe('partial');
    writeFileSync(file, '');
    await expect(reader.next()).rejects.toThrow();
    expect((await ended).error).toBeDefined();
    await until(() => states(fn)[0] === 'dead');
    await fn.invoke(event('echo'));
    expect(fn.environments).toHaveLength(2);
  });
});
