import { CheckFailure } from './failure';
import { createSnapshot } from './snapshot';
import { CHECK_PROPERTIES } from '../../../src/contract/maintenance';
import { isBefore, oneWayBetween, type OneWayRelease } from '../../../src/contract/releases';
import { ADAPTER } from '../../../src/contract/variables';
import type { Aws } from '../../shared/aws';
import { log, messageOf } from '../../shared/log';
import type { Settings } from '../../shared/settings';
import { newestRelease, unreadable } from '../../worker/start/data-guard';

/** Earlier than every release that may have written data. */
const UNKNOWN = 'v0.0.0';

/** The newest release that has served, if it is known. */
export async function servedRelease(aws: Aws, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const parameter = environment[ADAPTER.releaseParameter];
  if (!parameter) return undefined;
  try {
    return newestRelease(await aws.parameterHistory(parameter));
  } catch (error) {
    log.warn('release-not-recorded', { parameter, message: messageOf(error) });
    return undefined;
  }
}

/** Fails for a release that cannot read the data. Also in a rollback: the newer release then keeps serving, and nobody is locked out. */
export function checkReadable(release: string, served: string | undefined): void {
  const reason = release ? unreadable(release, served) : undefined;
  if (reason) throw new CheckFailure('data', reason.cause, reason.remedy);
}

export interface Upgrade {
  readonly release: string;
  readonly served?: string;
  readonly hasData: boolean;
  readonly properties: Readonly<Record<string, unknown>>;
}

/**
 * Before a release after which older ones cannot read the data, fails unless users have accepted it, and creates a snapshot of a cluster that
 * the construct has created.
 *
 * @returns the snapshot's name, or an empty text
 */
export async function checkUpgrade(aws: Aws, { release, served, hasData, properties }: Upgrade, settings: Settings): Promise<string> {
  const oneWay = release && hasData ? oneWayBetween(served ?? UNKNOWN, release) : undefined;
  if (!oneWay) return '';
  const cluster = properties[CHECK_PROPERTIES.cluster];
  requireAcceptance(oneWay, { release, served, accepted: properties[CHECK_PROPERTIES.acceptedMigration], hasCluster: Boolean(cluster) });
  return cluster ? createSnapshot(aws, String(cluster), oneWay.release, settings) : '';
}

interface Acceptance {
  readonly release: string;
  readonly served?: string;
  readonly accepted: unknown;
  readonly hasCluster: boolean;
}

function requireAcceptance(oneWay: OneWayRelease, { release, served, accepted, hasCluster }: Acceptance): void {
  if (accepted !== undefined && !isBefore(String(accepted), oneWay.release)) return;
  throw new CheckFailure(
    'data',
    `the upgrade from ${served ?? 'an unknown release'} to LibreChat ${release} cannot be undone: it stores ${oneWay.data} in a form that older releases cannot read`,
    `To upgrade, specify \`acceptDataMigration: '${oneWay.release}'\`. ${hasCluster
      ? 'The deployment then creates a snapshot of the DocumentDB cluster first'
      : 'Create a backup of the database first, because the construct has not created it'}`,
  );
}
