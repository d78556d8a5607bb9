import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmulatorError } from './core/errors';

const ROOT = join(__dirname, '..');

/** A cloud assembly in a temporary folder. */
export interface Synthesized {
  readonly assembly: string;
  dispose(): void;
}

/**
 * Synthesizes a TypeScript CDK app in a separate process, as the CDK CLI does.
 *
 * @throws EmulatorError with the app's output if it fails
 */
export async function synthesize(app: string, context: Readonly<Record<string, unknown>> = {}): Promise<Synthesized> {
  const assembly = mkdtempSync(join(tmpdir(), 'emulator-assembly-'));
  const dispose = () => rmSync(assembly, { recursive: true, force: true });
  const tsx = require.resolve('tsx/cli');
  const child = spawn(process.execPath, [tsx, '--tsconfig', join(ROOT, 'tsconfig.dev.json'), app], {
    env: { ...process.env, CDK_OUTDIR: assembly, CDK_CONTEXT_JSON: JSON.stringify(context) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (chunk) => (said += chunk));
  child.stderr.on('data', (chunk) => (said += chunk));
  const [status] = await once(child, 'close') as [number | null];
  if (status === 0) return { assembly, dispose };
  dispose();
  throw new EmulatorError('SYNTHESIS_FAILED', `${app} ended with status ${status}:\n${said.trim()}`);
}
