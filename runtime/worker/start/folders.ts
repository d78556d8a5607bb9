import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where LibreChat writes in the image, whatever its variables say, and the folder below `/tmp` that it is a link to. */
export const LINKS: Readonly<Record<string, string>> = {
  'app/uploads': 'librechat/uploads',
  'app/client/public/images': 'librechat/images',
  'app/api/data': 'librechat/data',
};

/** Folders that variables name. */
const BY_VARIABLE: Readonly<Record<string, string>> = {
  HOME: 'librechat/home',
  LIBRECHAT_LOG_DIR: 'librechat/logs',
  npm_config_cache: 'librechat/npm',
  UV_CACHE_DIR: 'librechat/uv',
};

/** Makes the folders that LibreChat writes to, the only ones it can on Lambda, and the variables that lead there. */
export function makeFolders(): Record<string, string> {
  // LibreChat makes the first one on every upload, but not through a link whose target is missing.
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
