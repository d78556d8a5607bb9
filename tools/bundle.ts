import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { bundleAdapter, DETERMINISTIC } from './bundle-adapter';
import { bundleCanary } from './bundle-canary';
import { bundleConfigChecker } from './bundle-config-checker';
import { bundleImageBuilder } from './bundle-image-builder';
import { bundleRelayArchive } from './bundle-relay';
import { bundleStandInServer } from './bundle-stand-in';
import { replaceFolder } from './replace-folder';
import { CANARY_FOLDER } from '../src/contract/canary';
import { IMAGE_BUILDER_FOLDER } from '../src/contract/image-build';
import { RELAY_ARCHIVE } from '../src/contract/relay';

const ROOT = join(__dirname, '..');

const BROWSER: BuildOptions = {
  ...DETERMINISTIC,
  platform: 'browser',
  target: 'es2022',
  format: 'esm',
  minify: true,
};

async function bundleStandIn(folder: string) {
  await Promise.all([bundleStandInServer(folder), bundleStandInClient(join(folder, 'client/dist'))]);
}

/** Builds the client like LibreChat's: hashed file names, an index.html that references them, and static files. */
async function bundleStandInClient(dist: string) {
  const source = join(ROOT, 'stand-in/client');
  cpSync(join(source, 'public'), dist, { recursive: true });
  const { metafile } = await build({
    ...BROWSER,
    metafile: true,
    entryPoints: [join(source, 'src/main.ts')],
    entryNames: '[name].[hash]',
    outdir: join(dist, 'assets'),
  });
  const named = (extension: string) => `/assets/${basename(Object.keys(metafile.outputs).find((file) => file.endsWith(extension))!)}`;
  const index = join(dist, 'index.html');
  writeFileSync(index, readFileSync(index, 'utf8').replace('%STYLE%', named('.css')).replace('%SCRIPT%', named('.js')));
}

async function bundleLiveView(folder: string) {
  const source = join(ROOT, 'demo/live-view/page');
  cpSync(join(source, 'index.html'), join(folder, 'index.html'));
  await build({ ...BROWSER, entryPoints: [join(source, 'main.ts')], outdir: folder });
}

void Promise.all([
  replaceFolder(join(ROOT, 'assets/image'), bundleAdapter),
  replaceFolder(join(ROOT, IMAGE_BUILDER_FOLDER), bundleImageBuilder),
  replaceFolder(join(ROOT, CANARY_FOLDER), bundleCanary),
  bundleRelayArchive(join(ROOT, RELAY_ARCHIVE)),
  replaceFolder(join(ROOT, 'build/stand-in'), bundleStandIn),
  replaceFolder(join(ROOT, 'build/live-view'), bundleLiveView),
  bundleConfigChecker(),
]);
