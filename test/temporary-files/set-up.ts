import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** All temporary files of a run are in one folder: CDK leaves an assembly for each app that a test synthesizes. */
export default function setUp(): void {
  const folder = mkdtempSync(join(tmpdir(), 'tests-'));
  // Some tests run an image as another user, as Lambda does.
  chmodSync(folder, 0o755);
  process.env.TMPDIR = folder;
}
