import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync, transformSync } from 'esbuild';
import { median } from '../../probe/statistics';

const ROOT = join(__dirname, '../..');
/** As deep below the root as `lib/private`, so that the construct finds what the package has beside it. */
const FOLDER = join(ROOT, 'build/bench');
const RUNS = 9;

const EMPTY = `
import { App, Stack } from 'aws-cdk-lib';
const app = new App();
const stack = new Stack(app, 'Stack');
`;
const CHAT = `import { LibreChatServerless } from './construct.js';${EMPTY}new LibreChatServerless(stack, 'Chat');\n`;

/** How an app is run: TypeScript as the example's `cdk.json` says, and what a compiled app would take. */
const WAYS = {
  'TypeScript app': { extension: 'ts', command: [join(ROOT, 'node_modules/tsx/dist/cli.mjs')] },
  'compiled app': { extension: 'cjs', command: [] },
};

/**
 * How long `cdk synth` waits for an app with nothing in it, and for one with a LibreChat: whole processes, alternately, so
 * that whatever else the machine does meets both.
 */
export async function benchSynth(): Promise<Array<{ name: string; value: string }>> {
  mkdirSync(FOLDER, { recursive: true });
  compileConstruct();
  return Object.entries(WAYS).flatMap(([name, { extension, command }]) => {
    const apps = [write(`empty.${extension}`, EMPTY), write(`chat.${extension}`, CHAT)];
    const times = Array.from({ length: RUNS }, () => apps.map((app) => run([...command, app])));
    const [empty, chat] = [0, 1].map((app) => median(times.map((pair) => pair[app]))!);
    return [
      { name: `synth of a ${name}, empty`, value: `${empty.toFixed(0)} ms` },
      { name: `synth of a ${name} with a LibreChatServerless`, value: `${chat.toFixed(0)} ms` },
      { name: `${name}: what the construct adds, as a part of the empty one`, value: ((chat - empty) / empty).toFixed(2) },
    ];
  });
}

function compileConstruct(): void {
  buildSync({
    absWorkingDir: ROOT,
    entryPoints: ['src/index.ts'],
    outfile: join(FOLDER, 'construct.js'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    external: ['aws-cdk-lib', 'constructs', 'yaml'],
  });
}

function write(name: string, code: string): string {
  const file = join(FOLDER, name);
  writeFileSync(file, name.endsWith('.cjs') ? transformSync(code, { format: 'cjs' }).code : code);
  return file;
}

function run(args: string[]): number {
  const start = performance.now();
  execFileSync(process.execPath, args, { env: { ...process.env, CDK_OUTDIR: join(FOLDER, 'cdk.out') } });
  return performance.now() - start;
}
