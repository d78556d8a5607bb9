import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Replaces a folder while other processes may read it: creates a copy beside it, moves each file that differs into place, and then
 * removes obsolete files. Equal files are not touched.
 */
export async function replaceFolder(folder: string, make: (folder: string) => Promise<void>): Promise<void> {
  const made = `${folder}.${process.pid}`;
  try {
    mkdirSync(made, { recursive: true });
    await make(made);
    const files = filesBelow(made);
    for (const file of files) {
      if (isSame(join(made, file), join(folder, file))) continue;
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      renameSync(join(made, file), join(folder, file));
    }
    for (const file of filesBelow(folder)) {
      if (!files.includes(file)) rmSync(join(folder, file));
    }
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

function filesBelow(folder: string, path = ''): string[] {
  return readdirSync(join(folder, path), { withFileTypes: true }).flatMap((entry) => {
    const below = join(path, entry.name);
    return entry.isDirectory() ? filesBelow(folder, below) : [below];
  });
}

function isSame(a: string, b: string): boolean {
  return existsSync(b) && readFileSync(a).equals(readFileSync(b));
}
