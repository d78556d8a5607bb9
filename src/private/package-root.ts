import { join } from 'node:path';

/** A path below the package's root: this file is two folders deep both in `src` and, compiled, in `lib`. */
export function inPackage(...path: string[]): string {
  return join(__dirname, '..', '..', ...path);
}
