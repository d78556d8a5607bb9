import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync, transformSync } from 'esbuild';
import { median } from '../../probe/statistics';

const ROOT = join(__dirname, '../..');
/** Same depth below the root as `lib/private`, because the construct finds files of the package by relative paths. */
const FOLDER = join(ROOT, 'build/bench');
const RUNS = 9;

const EMPTY = `
import { App, Stack } from 'aws-cdk-lib';
const app = new App();
const stack = new Stack(app, 'Stack');
`;
const CHAT = `import { LibreChatServerless } from './construct.js';${EMPTY}new LibreChatServerless(stack, 'Chat');\n`;

/** Commands for an app: TypeScript as in `cdk.json` of the example, and compiled JavaScript. */
const WAYS = {
  'TypeScript app': { extension: 'ts', command: [join(ROOT, 'node_modules/tsx/dist/cli.mjs')] },
  'compiled app': { extension: 'cjs', command: [] },
};

/**
 * Duration of `cdk synth` for an app with an empty stack, and for one with the construct. The processes run alternately, so
 * that other load on the machine affects both.
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
      { name: `${name}: additional time for the construct, as a fraction of the empty one`, value: ((chat - empty) / empty).toFixed(2) },
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
