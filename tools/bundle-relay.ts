import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { DETERMINISTIC } from './bundle-adapter';
import { zipFolder } from '../emulator/core/zip';

/** Bundles the relay function: one ES module, so that the runtime awaits its connection to Redis. */
export async function bundleRelay(folder: string): Promise<void> {
  await build({
    ...DETERMINISTIC,
    stdin: { contents: "import { start } from './runtime/relay'; export const handler = await start(process.env);", resolveDir: join(__dirname, '..') },
    outfile: join(folder, 'index.mjs'),
    target: 'node24',
    format: 'esm',
    minify: true,
    // For CommonJS dependencies.
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
  });
}

/** Bundles the relay as an archive with the same bytes on every machine. */
export async function bundleRelayArchive(file: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'relay-'));
  try {
    await bundleRelay(folder);
    chmodSync(join(folder, 'index.mjs'), 0o644);
    writeFileSync(file, zipFolder(folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
