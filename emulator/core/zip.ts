import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { unzipSync, zipSync, type Zippable } from 'fflate';

/** Fixed time of all entries, so that equal content results in equal bytes. */
const NO_TIME = new Date(1980, 0, 1);
const UNIX = 3;

/** Archives a folder as `cdk deploy` does: follows links, keeps file modes. */
export function zipFolder(folder: string): Buffer {
  const entries: Zippable = {};
  const add = (path: string): void => {
    for (const name of readdirSync(join(folder, path)).sort()) {
      const inner = posix.join(path, name);
      const file = join(folder, inner);
      const stat = statSync(file);
      if (stat.isDirectory()) add(inner);
      else entries[inner] = [readFileSync(file), { mtime: NO_TIME, os: UNIX, attrs: stat.mode * 0x10000 }];
    }
  };
  add('');
  return Buffer.from(zipSync(entries));
}

/** Extracts an archive into a folder, and creates the folder. */
export function unzipInto(folder: string, archive: Buffer): void {
  for (const [path, content] of Object.entries(unzipSync(archive))) {
    if (path.endsWith('/')) continue;
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}
