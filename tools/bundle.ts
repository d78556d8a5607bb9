import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';

const ROOT = join(__dirname, '..');
const IMAGE = join(ROOT, 'assets/image');
const STAND_IN = join(ROOT, 'build/stand-in');

/** Nothing of this machine may reach a bundle: CDK names the image after a hash of its bytes. */
const DETERMINISTIC: BuildOptions = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  legalComments: 'none',
  logLevel: 'warning',
};

async function bundleAdapter() {
  rmSync(IMAGE, { recursive: true, force: true });
  cpSync(join(ROOT, 'runtime/image'), IMAGE, { recursive: true });
  await build({ ...DETERMINISTIC, entryPoints: ['runtime/index.ts'], outfile: join(IMAGE, 'adapter.js'), minify: true });
}

async function bundleStandIn() {
  rmSync(STAND_IN, { recursive: true, force: true });
  await build({
    ...DETERMINISTIC,
    entryPoints: ['emulator/stand-in/server/index.ts'],
    outfile: join(STAND_IN, 'api/server/index.js'),
  });
  cpSync(join(ROOT, 'emulator/stand-in/client'), join(STAND_IN, 'client/dist'), { recursive: true });
}

void Promise.all([bundleAdapter(), bundleStandIn()]);
