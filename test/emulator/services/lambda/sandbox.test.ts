import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { event, frozen, Functions, RUNTIME } from './functions';
import { statesOfGroup } from '../../../../emulator/services/lambda/process-group';
import type { Sandbox } from '../../../../emulator/services/lambda/sandbox';
import { until } from '../../../../fixtures/runtime/until';
import { describeWith } from '../../../requires';

jest.setTimeout(30_000);

let functions: Functions;
beforeEach(() => { functions = new Functions(); });
afterEach(() => functions.dispose());

describeWith('bwrap')('the file system', () => {
  test('is read-only except for the temporary folder', async () => {
    const file = join(functions.folder, 'file');
    const fn = functions.make({ sandbox: 'bubblewrap' });
    const outcome = JSON.parse((await fn.invoke(event('write', { paths: [file, 'TMPDIR/file'] }))).payload.toString());
    expect(outcome).toEqual({ [file]: 'EROFS', 'TMPDIR/file': 'written' });
  });
});

describe('without a sandbox', () => inSandbox('none'));
describeWith('bwrap')('in the sandbox', () => inSandbox('bubblewrap'));

function inSandbox(sandbox: Sandbox): void {
  test('a freeze stops the children too', async () => {
    const fn = functions.make({ sandbox });
    await fn.invoke(event('child'));
    await frozen(fn);
    const { pid } = fn.environments[0];
    await until(() => statesOfGroup(pid).every((state) => state === 'T'));
    expect(statesOfGroup(pid).length).toBeGreaterThanOrEqual(2);
    await fn.invoke(event('echo'));
  });

  // Without namespaces, only a graceful exit can end them.
  test(`no environment outlives ${sandbox === 'none' ? 'the exit' : 'the killing'} of the emulator's process`, async () => {
    const script = `
      const { LambdaFunction } = require(${JSON.stringify(join(__dirname, '../../../../emulator/services/lambda/lambda-function'))});
      const fn = new LambdaFunction({
        name: 'f', command: [process.execPath, ${JSON.stringify(RUNTIME)}], cwd: '/', environment: {}, timeoutMs: 60000,
        sandbox: ${JSON.stringify(sandbox)}, folder: ${JSON.stringify(functions.folder)},
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
