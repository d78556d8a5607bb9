import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { certificatesArchive } from './certificates-archive';
import { linksTar } from './links-tar';

const ROOT = join(__dirname, '..');

/** A bundle must not depend on the machine: CDK tags the image with a hash of its bytes. */
export const DETERMINISTIC: BuildOptions = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  legalComments: 'none',
  logLevel: 'warning',
};

/** Creates the adapter's Docker build context. */
export async function bundleAdapter(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(ROOT, 'runtime/image'), folder, { recursive: true });
  writeFileSync(join(folder, 'documentdb-ca.tgz'), await certificatesArchive('documentdb-ca.pem'));
  writeFileSync(join(folder, 'links.tar'), await linksTar());
  await build({ ...DETERMINISTIC, entryPoints: ['runtime/main.ts'], outfile: join(folder, 'adapter.js'), minify: true });
}
