import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { ROOT, run, WORK } from './run';

/** The only file below a folder (of a language in `dist`, or any other) whose path has this ending. */
export function artefact(folder: string, ending: string | RegExp): string {
  const path = isAbsolute(folder) ? folder : join(ROOT, 'dist', folder);
  const found = readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((file) => (typeof ending === 'string' ? file.endsWith(ending) : ending.test(file)));
  if (found.length !== 1) throw new Error(`${path} must contain exactly one file that ends with ${ending}, got: ${found.join(', ') || 'none'}`);
  return join(path, found[0]);
}

/** An empty folder for the extracted package of a language. */
export function unpackedFolder(name: string): string {
  const folder = join(WORK, 'unpacked', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

export interface PackedFile {
  readonly path: string;
  readonly size: number;
}

/** The files in an npm tarball, without the prefix `package/`. */
export async function filesIn(tarball: string): Promise<PackedFile[]> {
  const listing = await run('tar', ['-tvzf', tarball]);
  return listing.trim().split('\n').map((line) => {
    const [, size, path] = /^\S+\s+\S+\s+(\d+)\s+\S+\s+\S+\s+package\/(.+)$/.exec(line)!;
    return { path, size: Number(size) };
  });
}
