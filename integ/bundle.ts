import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';

const ROOT = join(__dirname, '..');

/** Bundles a function of `probe/` into one file. The lock file pins esbuild, so the bytes are the same on every machine. */
export function probeBundle(entry: string): Code {
  const directory = join(ROOT, 'build/integ', entry);
  buildSync({
    absWorkingDir: ROOT,
    entryPoints: [join('probe', `${entry}.ts`)],
    outfile: join(directory, 'index.js'),
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    // Part of Lambda's runtime.
    external: ['@aws-sdk/*'],
    legalComments: 'none',
  });
  return Code.fromAsset(directory);
}
