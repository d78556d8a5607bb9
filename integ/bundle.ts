import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';

const ROOT = join(__dirname, '..');

/** A function of `probe/` as one file: the same bytes on every machine, since the lock file pins esbuild. */
export function bundled(entry: string): Code {
  const directory = join(ROOT, 'build/integ', entry);
  buildSync({
    absWorkingDir: ROOT,
    entryPoints: [join('probe', `${entry}.ts`)],
    outfile: join(directory, 'index.js'),
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    // Lambda's runtime brings it.
    external: ['@aws-sdk/*'],
    legalComments: 'none',
  });
  return Code.fromAsset(directory);
}
