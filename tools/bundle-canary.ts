import { join } from 'node:path';
import { build } from 'esbuild';
import { DETERMINISTIC } from './bundle-adapter';

/** Bundles the canary function. The AWS SDK is part of its runtime. */
export async function bundleCanary(folder: string): Promise<void> {
  await build({
    ...DETERMINISTIC, entryPoints: ['runtime/canary/index.ts'], outfile: join(folder, 'index.js'), target: 'node24', external: ['@aws-sdk/*'], minify: true,
  });
}
