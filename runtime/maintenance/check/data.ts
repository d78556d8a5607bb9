import { CheckFailure } from './failure';
import { ADAPTER } from '../../../src/contract/variables';
import type { Aws } from '../../shared/aws';
import { log, messageOf } from '../../shared/log';
import { newestRelease, unreadable } from '../../worker/start/data-guard';

/** Fails for a release that cannot read the data. Also in a rollback: the newer release then keeps serving, and nobody is locked out. */
export async function checkData(aws: Aws, environment: NodeJS.ProcessEnv, release: string): Promise<void> {
  const reason = release ? unreadable(release, await servedRelease(aws, environment)) : undefined;
  if (reason) throw new CheckFailure('data', reason.cause, reason.remedy);
}

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
