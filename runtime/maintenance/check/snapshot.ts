import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CheckFailure } from './failure';
import { SNAPSHOT_PREFIX } from '../../../src/contract/maintenance';
import type { Aws } from '../../shared/aws';
import { log } from '../../shared/log';
import type { Settings } from '../../shared/settings';

/** Snapshots that are created within the same period have the same name. */
const PERIOD_MS = 900_000;

/** An older one lacks too much of what users have written since. */
const LONGEST_AGE_MS = 900_000;

/** Periods in which earlier attempts may have begun a snapshot that is still being created. */
const PERIODS = 12;

/** The function may not delete snapshots. */
const REMEDY = 'Look at the events of the cluster for the cause, delete the snapshot with `aws docdb delete-db-cluster-snapshot`, and deploy again';

/**
 * Creates a snapshot of a DocumentDB cluster, and waits for it. One of an earlier attempt is used if it is still being created, because large
 * clusters take longer than one attempt, or if it is recent, because Lambda may deliver a request twice.
 *
 * @returns its name
 */
export async function createSnapshot(aws: Aws, cluster: string, release: string, settings: Settings): Promise<string> {
  const until = performance.now() + settings.snapshotWaitMs;
  const now = Date.now();
  const names = Array.from({ length: PERIODS }, (_, ago) => snapshotName(cluster, release, now - ago * PERIOD_MS));
  const name = await findUsable(aws, names, now) ?? names[0];
  if (await aws.snapshot(name) === undefined) {
    await aws.createSnapshot(cluster, name);
    log.info('snapshot-started', { snapshot: name, cluster });
  }
  for (;;) {
    const status = (await aws.snapshot(name))?.status;
    if (status === 'available') break;
    // RDS may not know at once what it has just created.
    if (status !== undefined && status !== 'creating') throw new CheckFailure('data', `the snapshot ${name} of the cluster ${cluster} has the status "${status}"`, REMEDY);
    if (performance.now() + settings.snapshotPollMs > until) {
      const waited = Math.round(settings.snapshotWaitMs / 1000);
      throw new CheckFailure('data', `the snapshot ${name} of the cluster ${cluster} is still being created after ${waited} s`,
        'Deploy again before it is available, so that the deployment waits for this snapshot. Otherwise, it creates another one');
    }
    await sleep(settings.snapshotPollMs);
  }
  log.info('snapshot-created', { snapshot: name, cluster });
  return name;
}

/** The newest snapshot that is being created or recent. */
async function findUsable(aws: Aws, names: readonly string[], now: number): Promise<string | undefined> {
  for (const name of names) {
    const { status, createdAt = 0 } = await aws.snapshot(name) ?? {};
    if (status === 'creating' || (status === 'available' && now - createdAt <= LONGEST_AGE_MS)) return name;
  }
  return undefined;
}

/** Derived from the inputs, because the function is not allowed to list snapshots. */
function snapshotName(cluster: string, release: string, time: number): string {
  const period = new Date(time - time % PERIOD_MS).toISOString().slice(0, 16).replace(/\D/g, '');
  const id = createHash('sha256').update(cluster).digest('hex').slice(0, 8);
  return `${SNAPSHOT_PREFIX}${release.replaceAll('.', '-')}-${id}-${period}`;
}
