import { join } from 'node:path';
import { build } from 'esbuild';
import { DETERMINISTIC } from './bundle-adapter';

/** Makes the code of the relay's function: one module, so that the runtime waits for its connection to Redis. */
export async function bundleRelay(folder: string): Promise<void> {
  await build({
    ...DETERMINISTIC,
    stdin: { contents: "import { start } from './runtime/relay'; export const handler = await start(process.env);", resolveDir: join(__dirname, '..') },
    outfile: join(folder, 'index.mjs'),
    target: 'node24',
    format: 'esm',
    minify: true,
    // For what is CommonJS in it.
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
  });
}
