const RELEASE = /^v(\d+)\.(\d+)\.(\d+)(?:-rc(\d+))?$/;

/** A release of LibreChat after which older ones cannot read the data. */
export interface OneWayRelease {
  /** The release that users name to accept the migration. */
  readonly release: string;
  /** The first release, or release candidate, that writes such data. */
  readonly from: string;
  /** The data that older releases cannot read. */
  readonly data: string;
}

/** In the order of the releases. */
export const ONE_WAY_RELEASES: readonly OneWayRelease[] = [
  { release: 'v0.8.9', from: 'v0.8.9-rc1', data: 'the credentials and backup codes of users' },
];

export function isRelease(version: string): boolean {
  return RELEASE.test(version);
}

/** Whether a release precedes another one. Release candidates precede their release. */
export function isBefore(version: string, other: string): boolean {
  const [ours, theirs] = [version, other].map(numbersOf);
  const difference = ours.map((number, i) => number - theirs[i]).find((distance) => distance !== 0);
  return difference !== undefined && difference < 0;
}

/**
 * The newest one-way release between two others: `newer` writes its data, and `older` cannot read it.
 * Undefined if `older` can read what `newer` writes.
 */
export function oneWayBetween(older: string, newer: string): OneWayRelease | undefined {
  return ONE_WAY_RELEASES.filter(({ from }) => isBefore(older, from) && !isBefore(newer, from)).at(-1);
}

function numbersOf(version: string): number[] {
  const [, major, minor, patch, candidate = Number.MAX_SAFE_INTEGER] = RELEASE.exec(version)!;
  return [major, minor, patch, candidate].map(Number);
}
