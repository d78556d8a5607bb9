import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleAdapter, DETERMINISTIC } from '../../../tools/bundle-adapter';

/** What is run: the adapter as it is shipped, and what is in LibreChat's place. */
export interface Artifacts {
  /** The Docker build context. */
  readonly image: string;
  readonly adapter: string;
  /** LibreChat's working directory. */
  readonly api: string;
  dispose(): void;
}

export async function buildArtifacts(buildApp = buildFixture): Promise<Artifacts> {
  const folder = mkdtempSync(join(tmpdir(), 'adapter-test-'));
  const image = join(folder, 'image');
  const api = join(folder, 'app/api');
  await Promise.all([bundleAdapter(image), buildApp(join(folder, 'app'))]);
  return { image, adapter: join(image, 'adapter.js'), api, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A server whose routes do what a test asks for, laid out as LibreChat is. */
async function buildFixture(app: string): Promise<void> {
  await build({ ...DETERMINISTIC, entryPoints: ['test/runtime/fixtures/app.ts'], outfile: join(app, 'api/server/index.js') });
}

/** The LibreChat stand-in. */
export async function buildStandIn(app: string): Promise<void> {
  await build({ ...DETERMINISTIC, entryPoints: ['emulator/stand-in/server/index.ts'], outfile: join(app, 'api/server/index.js') });
  cpSync('emulator/stand-in/client/public', join(app, 'client/dist'), { recursive: true });
}
