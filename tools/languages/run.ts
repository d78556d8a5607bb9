import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const ROOT = join(__dirname, '../..');

/**
 * Kept between runs, with downloads and compiled files. Hidden, because jsii-docgen reads every assembly below the project that it
 * finds, and would take an older copy of this package for this package.
 */
export const WORK = join(ROOT, 'build/.languages');

interface RunOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
}

/** Runs a command; its error includes the output. */
export async function run(command: string, args: string[], { cwd = ROOT, env }: RunOptions = {}): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, args, {
      cwd,
      env: { ...environment(), ...env },
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${lastLines(stdout)}\n${lastLines(stderr)}`, { cause: error });
  }
}

export async function isInstalled(command: string, ...args: string[]): Promise<boolean> {
  return run(command, args).then(() => true, () => false);
}

/** The environment without variables of npm and tsx, which started this command. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|TSX_|NODE_OPTIONS$)/.test(name));
  return { ...Object.fromEntries(kept), JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: 'true' };
}

function lastLines(text = ''): string {
  return text.trimEnd().split('\n').slice(-40).map((line) => line.slice(0, 300)).join('\n');
}
