import { join } from 'node:path';
import { build } from 'esbuild';
import { DETERMINISTIC } from './bundle-adapter';

/** Bundles the image builder function. The AWS SDK is part of its runtime. */
export async function bundleImageBuilder(folder: string): Promise<void> {
  await build({
    ...DETERMINISTIC,
    entryPoints: ['runtime/image-builder/index.ts'],
    outfile: join(folder, 'index.js'),
    external: ['@aws-sdk/*'],
    minify: true,
  });
}
