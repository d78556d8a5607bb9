import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folders in the image that LibreChat writes to independently of variables, and the targets of their links below `/tmp`. */
export const LINKS: Readonly<Record<string, string>> = {
  'app/uploads': 'librechat/uploads',
  'app/client/public/images': 'librechat/images',
  'app/api/data': 'librechat/data',
};

/** Folders that are set by variables. */
const BY_VARIABLE: Readonly<Record<string, string>> = {
  HOME: 'librechat/home',
  LIBRECHAT_LOG_DIR: 'librechat/logs',
  npm_config_cache: 'librechat/npm',
  UV_CACHE_DIR: 'librechat/uv',
};

/** Creates the folders that LibreChat writes to, below the only writable one on Lambda. Returns the variables for them. */
export function makeFolders(): Record<string, string> {
  // LibreChat creates the first one on every upload, which fails if the target of the link is missing.
  for (const folder of ['librechat/uploads/temp', ...Object.values(LINKS), ...Object.values(BY_VARIABLE)]) {
    mkdirSync(join(tmpdir(), folder), { recursive: true });
  }
  return Object.fromEntries(Object.entries(BY_VARIABLE).map(([name, folder]) => [name, join(tmpdir(), folder)]));
}

/** Writes a file that only this user can read. */
export function writePrivateFile(name: string, content: string | Buffer): string {
  const path = join(tmpdir(), name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}
