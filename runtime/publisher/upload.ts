import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheControlOf, contentTypeOf, goesLast, isPublished } from './files';
import type { Aws } from '../shared/aws';

const AT_ONCE = 16;

/** Uploads a built client, with the files that refer to others last. Old assets stay, since open tabs may need them. */
export async function uploadFolder(aws: Aws, folder: string, bucket: string, signal: AbortSignal): Promise<{ files: number; bytes: number }> {
  const keys = await keysOf(folder);
  if (!keys.includes('index.html')) throw new Error(`${folder} must hold index.html, got: ${keys.length} files`);
  const upload = async (key: string) => {
    const body = await readFile(join(folder, key));
    await aws.putObject(bucket, key, body, { 'content-type': contentTypeOf(key), 'cache-control': cacheControlOf(key) });
    return body.length;
  };
  const first = await sideBySide(keys.filter((key) => !goesLast(key)), upload, signal);
  const last = await sideBySide(keys.filter(goesLast), upload, signal);
  return { files: keys.length, bytes: first + last };
}

async function keysOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.map((file) => file.slice(join(folder).length + 1)).filter(isPublished).sort();
}

/** Processes the keys concurrently, and returns the sum of the results. */
async function sideBySide(keys: string[], work: (key: string) => Promise<number>, signal: AbortSignal): Promise<number> {
  const waiting = [...keys];
  let sum = 0;
  const worker = async () => {
    for (let key = waiting.shift(); key !== undefined && !signal.aborted; key = waiting.shift()) {
      const amount = await work(key);
      sum += amount;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return sum;
}
