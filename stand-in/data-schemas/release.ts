import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** In the image, this file is in `node_modules/@librechat/data-schemas`. */
const APP = join(__dirname, '../../..');

/** The release in the image, such as v0.8.8. */
export function release(): string {
  return (JSON.parse(readFileSync(join(APP, 'package.json'), 'utf8')) as { version: string }).version;
}

/** Whether the image's release is this version or newer. Release candidates count as their release. */
export function isAtLeast(version: string): boolean {
  const [ours, theirs] = [release(), version].map((text) => /\d+\.\d+\.\d+/.exec(text)![0].split('.').map(Number));
  const difference = ours.map((number, position) => number - theirs[position]).find((distance) => distance !== 0);
  return (difference ?? 0) >= 0;
}
