import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FORGET_RELEASE } from '../../../src/contract/maintenance';
import { isBefore, isRelease, oneWayBetween } from '../../../src/contract/releases';
import { ADAPTER } from '../../../src/contract/variables';
import type { Aws } from '../../shared/aws';
import { log, messageOf } from '../../shared/log';

/** The release of LibreChat in this image, if it is known. */
export async function releaseOfImage(directory = process.cwd()): Promise<string | undefined> {
  const text = await readFile(join(directory, '../package.json'), 'utf8').catch(() => '{}');
  const { version } = JSON.parse(text) as { version?: string };
  const release = version && !version.startsWith('v') ? `v${version}` : version;
  return release !== undefined && isRelease(release) ? release : undefined;
}

/**
 * The newest release of LibreChat that has served, from the history of the parameter.
 *
 * The latest value is not enough: CloudFormation writes the initial value again when it updates the parameter, for example its tags.
 */
export function newestRelease(history: readonly string[]): string | undefined {
  const releases = history.slice(history.lastIndexOf(FORGET_RELEASE) + 1).filter(isRelease);
  return releases.reduce<string | undefined>((newest, release) => (newest && isBefore(release, newest) ? newest : release), undefined);
}

/** Reason why a release cannot read the data, and the remedy. */
export interface Unreadable {
  readonly cause: string;
  readonly remedy: string;
}

/** Undefined if a release can read data that another one has written. */
export function unreadable(release: string, writtenBy: string | undefined): Unreadable | undefined {
  const oneWay = writtenBy === undefined ? undefined : oneWayBetween(release, writtenBy);
  return oneWay && {
    cause: `LibreChat ${release} cannot read the data: ${writtenBy} has served, and from ${oneWay.from} on LibreChat stores ${oneWay.data} in another form`,
    remedy: `Deploy ${oneWay.release} or newer. To go back, restore a snapshot from before that: docs/upgrading.md has the steps`,
  };
}

/**
 * Records that this release serves, if it is the newest one. LibreChat also starts if the release cannot be recorded.
 *
 * @throws Error if this release cannot read the data
 */
export async function claimData(environment: NodeJS.ProcessEnv, aws: Aws): Promise<void> {
  const parameter = environment[ADAPTER.releaseParameter];
  const release = await releaseOfImage();
  if (!parameter || !release) return;
  let reason: Unreadable | undefined;
  try {
    const history = await aws.parameterHistory(parameter);
    const newest = newestRelease(history);
    reason = unreadable(release, newest);
    const record = newest && isBefore(release, newest) ? newest : release;
    if (!reason && history.at(-1) !== record) await aws.putParameter(parameter, record);
  } catch (error) {
    log.warn('release-not-recorded', { parameter, message: messageOf(error) });
  }
  if (reason) throw new Error(`${reason.cause}. ${reason.remedy}`);
}
