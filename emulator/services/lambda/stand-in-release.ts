import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const STAND_IN = 'librechat-stand-in';

interface Manifest {
  readonly name?: string;
  readonly version?: string;
}

/**
 * LibreChat's folder for the release in the base image's tag. If the folder is the stand-in, this is a copy with that version in its
 * `package.json`. A real LibreChat is used as it is.
 *
 * @param folder folder for copies
 */
export function releaseOf(librechat: string, base: string | undefined, folder: string): string {
  const version = /:(v\d+\.\d+\.\d+(?:-rc\d+)?)(?:@|$)/.exec(base ?? '')?.[1];
  const manifest = manifestOf(librechat);
  if (!version || manifest.name !== STAND_IN || manifest.version === version) return librechat;
  const copy = join(folder, STAND_IN, version);
  if (existsSync(copy)) return copy;
  cpSync(librechat, copy, { recursive: true });
  for (const part of ['', 'api']) writeFileSync(join(copy, part, 'package.json'), JSON.stringify({ ...manifestOf(join(copy, part)), version }));
  return copy;
}

function manifestOf(folder: string): Manifest {
  const file = join(folder, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) as Manifest : {};
}
