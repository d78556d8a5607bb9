import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LambdaFunction, type LambdaFunctionProps } from '../../../../emulator/services/lambda/lambda-function';
import { until } from '../../../../fixtures/runtime/until';

export const RUNTIME = join(__dirname, 'runtime.cjs');

/** The functions of one test, and a folder that they can write to. `dispose()` removes everything. */
export class Functions {
  public readonly folder = mkdtempSync(join(tmpdir(), 'lambda-test-'));
  private readonly made: LambdaFunction[] = [];

  public make(props: Partial<LambdaFunctionProps> = {}): LambdaFunction {
    const fn = new LambdaFunction({
      name: 'test', command: [process.execPath, RUNTIME], cwd: this.folder, environment: {}, timeoutMs: 60_000, ...props,
    });
    this.made.push(fn);
    return fn;
  }

  public async dispose(): Promise<void> {
    await Promise.all(this.made.map((fn) => fn.dispose()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The behavior of the runtime. */
export function event(what: string, more: object = {}): Buffer {
  return Buffer.from(JSON.stringify({ do: what, ...more }));
}

export async function text(body: AsyncIterable<Buffer>): Promise<string> {
  let all = '';
  for await (const chunk of body) all += chunk.toString();
  return all;
}

export const states = (fn: LambdaFunction) => fn.environments.map(({ state }) => state);
export const frozen = (fn: LambdaFunction) => until(() => states(fn).includes('frozen'));
