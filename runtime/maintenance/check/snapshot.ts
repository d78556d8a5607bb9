import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CheckFailure } from './failure';
import { SNAPSHOT_PREFIX } from '../../../src/contract/maintenance';
import type { Aws } from '../../shared/aws';
import { log } from '../../shared/log';
import type { Settings } from '../../shared/settings';

const HOUR_MS = 3_600_000;

/** The function may not delete snapshots, and the next attempt within the hour takes the same name. */
const REMEDY = 'Delete it with `aws docdb delete-db-cluster-snapshot`, look at the events of the cluster for the cause, and deploy again';

/**
 * Creates a snapshot of a DocumentDB cluster, and waits for it. An attempt within the hour, or one whose snapshot is still being created, uses
 * the snapshot of the attempt before: large clusters take longer than one attempt.
 *
 * @returns its name
 */
export async function createSnapshot(aws: Aws, cluster: string, release: string, settings: Settings): Promise<string> {
  const until = performance.now() + settings.snapshotWaitMs;
  const [current, previous] = [0, HOUR_MS].map((ago) => snapshotName(cluster, release, Date.now() - ago));
  const name = await aws.snapshotStatus(previous) === 'creating' ? previous : current;
  if (await aws.snapshotStatus(name) === undefined) {
    await aws.createSnapshot(cluster, name);
    log.info('snapshot-started', { snapshot: name, cluster });
  }
  for (;;) {
    const status = await aws.snapshotStatus(name);
    if (status === 'available') break;
    // RDS may not know at once what it has just created.
    if (status !== undefined && status !== 'creating') throw new CheckFailure('data', `the snapshot ${name} of the cluster ${cluster} has the status "${status}"`, REMEDY);
    if (performance.now() + settings.snapshotPollMs > until) {
      const waited = Math.round(settings.snapshotWaitMs / 1000);
      throw new CheckFailure('data', `the snapshot ${name} of the cluster ${cluster} is still being created after ${waited} s`, 'Wait until it is available, and deploy again within the hour');
    }
    await sleep(settings.snapshotPollMs);
  }
  log.info('snapshot-created', { snapshot: name, cluster });
  return name;
}

/** Derived from the inputs, because the function is not allowed to list snapshots. */
function snapshotName(cluster: string, release: string, time: number): string {
  const hour = new Date(time).toISOString().slice(0, 13).replace(/\D/g, '');
  const id = createHash('sha256').update(cluster).digest('hex').slice(0, 8);
  return `${SNAPSHOT_PREFIX}${release.replaceAll('.', '-')}-${id}-${hour}`;
}
