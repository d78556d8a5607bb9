import { Token } from 'aws-cdk-lib';

/** The first release that streams over Redis in the way the adapter relies on. */
export const OLDEST_RELEASE = 'v0.8.7';

/** The first release that was published under the name of its new owner. */
const FIRST_OF_LIBRECHAT_AI = 'v0.8.8';

const RELEASE = /^v(\d+)\.(\d+)\.(\d+)(?:-rc(\d+))?$/;

export function isRelease(version: string): boolean {
  return RELEASE.test(version);
}

/** Whether one release came before another; candidates come before what they are candidates for. */
export function isBefore(version: string, other: string): boolean {
  const [ours, theirs] = [version, other].map(parts);
  const difference = ours.map((part, i) => part - theirs[i]).find((distance) => distance !== 0);
  return difference !== undefined && difference < 0;
}

/** The image that LibreChat publishes of a release, without its tag. */
export function publishedImage(version: string): string {
  const owner = !Token.isUnresolved(version) && isBefore(version, FIRST_OF_LIBRECHAT_AI) ? 'danny-avila' : 'librechat-ai';
  return `ghcr.io/${owner}/librechat-api`;
}

function parts(version: string): number[] {
  const [, major, minor, patch, candidate = Number.MAX_SAFE_INTEGER] = RELEASE.exec(version)!;
  return [major, minor, patch, candidate].map(Number);
}
