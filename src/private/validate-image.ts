import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Token } from 'aws-cdk-lib';
import { refusal } from './requirement';

/** The first release that streams over Redis in the way the adapter relies on. */
const OLDEST: readonly number[] = [0, 8, 7];

export function validateVersion(prop: string, version: string): void {
  if (Token.isUnresolved(version)) return;
  const parts = /^v(\d+)\.(\d+)\.(\d+)(-rc\d+)?$/.exec(version);
  if (!parts) {
    throw refusal(prop, 'be a release tag such as v0.8.7, for the page and the API to stay of one version', version);
  }
  const [major, minor, patch] = parts.slice(1, 4).map(Number);
  const distance = [major - OLDEST[0], minor - OLDEST[1], patch - OLDEST[2]].find((difference) => difference !== 0) ?? (parts[4] ? -1 : 0);
  if (distance < 0) {
    throw refusal(prop, `be v${OLDEST.join('.')} or newer, since older releases stream in another way`, version);
  }
}

export function validateDigest(prop: string, digest: string | undefined): void {
  if (digest === undefined || Token.isUnresolved(digest) || /^sha256:[0-9a-f]{64}$/.test(digest)) return;
  throw refusal(prop, 'be sha256: followed by 64 hexadecimal digits', digest);
}

/** The one of the two that was given. */
export function validateEcrTag(tag: string | undefined, digest: string | undefined): string {
  validateDigest('digest', digest);
  if ((tag === undefined) === (digest === undefined)) {
    throw refusal('tag', 'be given when `digest` is not, and only then', { tag, digest });
  }
  if (tag === 'latest') {
    throw refusal('tag', 'name one image for ever, or deployments will not notice a new one', tag);
  }
  return (tag ?? digest)!;
}

export function validateDockerfile(prop: string, directory: string): void {
  if (!existsSync(join(directory, 'Dockerfile'))) throw refusal(prop, 'be a folder with a Dockerfile', directory);
}
