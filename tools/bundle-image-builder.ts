import { join } from 'node:path';
import { build } from 'esbuild';
import { DETERMINISTIC } from './bundle-adapter';

/** Makes the code of the function that has the image built. Lambda's runtime for Node brings the AWS SDK. */
export async function bundleImageBuilder(folder: string): Promise<void> {
  await build({
    ...DETERMINISTIC,
    entryPoints: ['runtime/image-builder/index.ts'],
    outfile: join(folder, 'index.js'),
    external: ['@aws-sdk/*'],
    minify: true,
  });
}
