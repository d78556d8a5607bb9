import { copyFileSync, createReadStream, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { instructionsIn, layoutOf, LIBRECHAT_IN_IMAGE } from './image';

/**
 * Extracts the files of archives in `ADD` instructions, with copied files beside them, so that programs find them at the same relative paths
 * as in the image. `linksOfImage` handles links in LibreChat's folder.
 *
 * @param authority the emulator's CA certificate, which is appended to certificate files
 * @returns local paths by path in the image
 */
export async function filesOfImage(context: string, folder: string, authority: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const place = (path: string) => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    files.set(path, file);
    return file;
  };
  for (const [instruction, argument] of instructionsIn(context)) {
    if (instruction !== 'ADD') continue;
    const [archive, destination] = argument.split(/\s+/).filter((word) => !word.startsWith('--'));
    for await (const entry of openArchive(join(context, archive))) {
      const path = posix.join(destination, entry.header.name);
      if (entry.header.type !== 'file' || path.startsWith(`${LIBRECHAT_IN_IMAGE}/`)) {
        entry.resume();
        continue;
      }
      const body = await buffer(entry);
      writeFileSync(place(path), path.endsWith('.pem') ? `${body.toString()}\n${authority}` : body);
    }
  }
  const folders = new Set([...files.keys()].map((path) => posix.dirname(path)));
  for (const [target, source] of layoutOf(context).copied) {
    if (folders.has(posix.dirname(target)) && statSync(join(context, source)).isFile()) copyFileSync(join(context, source), place(target));
  }
  return files;
}

/** Opens the entries of an archive, compressed or not. */
export function openArchive(file: string) {
  return createReadStream(file).pipe(/\.(tgz|gz)$/.test(file) ? createGunzip() : new PassThrough()).pipe(extract());
}
