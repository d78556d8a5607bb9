import { once } from 'node:events';
import { checkConfiguration } from './configuration';
import { checkReadable, checkUpgrade, servedRelease } from './data';
import { Database } from './database';
import { CheckFailure, inPhase, logLinkOf, reasonOf, type Phase } from './failure';
import { checkStart } from './librechat';
import { redact } from '../redact';
import { checkRedis } from './redis';
import { isRollingBack } from './stack-status';
import { CHECK_ATTRIBUTES } from '../../../src/contract/maintenance';
import { isBefore } from '../../../src/contract/releases';
import { Aws } from '../../shared/aws';
import { log } from '../../shared/log';
import { CA_FILE, librechatEnvironment, readConfig } from '../../worker/start';
import { releaseOfImage } from '../../worker/start/data-guard';
import { checkRequired, readVariables } from '../../worker/start/variables';
import type { Request } from '../index';
import { withSite } from '../site';

/** Time reserved for reporting to CloudFormation which phase timed out. */
const REPORT_MS = 20_000;

const REMEDIES = {
  secrets: 'Create the secret, its field or the parameter, or correct the reference to it in `secrets`, `environmentSecret`, `database` or `redis`. '
    + 'The key policy of a customer managed key must allow the function\'s role to decrypt',
  data: 'Before such an upgrade, the function creates a snapshot of the cluster: the cluster must be available, and a VPC without a NAT gateway needs the interface '
    + 'endpoint of RDS',
  configuration: 'The object that `config` names must exist, and the policies of its bucket and key must allow the function to read it',
} as const;

/** Checks that LibreChat runs with the image, configuration and data stores of the workers, and prepares the database. */
export async function check(request: Request): Promise<Record<string, string>> {
  const { environment, settings, event } = request;
  // The resource owns nothing that could be deleted.
  if (event.RequestType === 'Delete') return {};
  const aws = new Aws(environment, settings);
  const checking = new Check(request, aws);
  try {
    return await checking.run();
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error;
    const { phase, remedy } = error;
    // Before lines are shortened, which would hide a part of a secret only.
    const [message, ...output] = [error.message, ...error.output].map((text) => redact(text, checking.secrets));
    log.error('check-failed', { phase, message });
    throw new Error(reasonOf({ phase, message, remedy, output }, logLinkOf(environment)));
  } finally {
    aws.close();
  }
}

class Check {
  /** Secret values, which are redacted in reports. */
  public secrets: readonly string[] = [];
  private readonly began = performance.now();
  private readonly signal: AbortSignal;
  private phase: Phase = 'secrets';

  public constructor(private readonly request: Request, private readonly aws: Aws) {
    this.signal = AbortSignal.any([request.signal, AbortSignal.timeout(Math.max(0, request.deadline - REPORT_MS - Date.now()))]);
  }

  public async run(): Promise<Record<string, string>> {
    const { environment } = this.request;
    const release = await releaseOfImage() ?? '';
    const served = await servedRelease(this.aws, environment);
    checkReadable(release, served);
    const rollback = await this.isRollback();
    // The previous release is known to run, and the data stores may be those of the failed update.
    const snapshot = rollback ? '' : await Promise.race([this.checkAll(release, served), this.late()]);
    log.info('check-passed', { release, rollback, ms: Math.round(performance.now() - this.began) });
    return { [CHECK_ATTRIBUTES.release]: release, [CHECK_ATTRIBUTES.snapshot]: snapshot };
  }

  private async late(): Promise<never> {
    await once(this.signal, 'abort');
    const cause = `the time of the function was up after ${Math.round((performance.now() - this.began) / 1000)} s`;
    throw new CheckFailure(this.phase, cause, 'Deploy again: snapshots and indexes that are being created are used then');
  }

  private async isRollback(): Promise<boolean> {
    const { environment, settings, event } = this.request;
    if (event.RequestType !== 'Update') return false;
    const aws = new Aws(environment, { ...settings, awsAttempts: settings.stackStatusAttempts, awsTimeoutMs: settings.stackStatusMs });
    try {
      return await isRollingBack(aws, event.StackId);
    } finally {
      aws.close();
    }
  }

  private async checkAll(release: string, served: string | undefined): Promise<string> {
    const { settings } = this.request;
    const variables = await this.readVariables();
    this.phase = 'database';
    const snapshot = await this.checkDatabase(variables, release, served);
    this.phase = 'redis';
    await checkRedis({ uri: variables.REDIS_URI, password: variables.REDIS_PASSWORD }, settings);
    this.phase = 'start';
    await checkStart(variables, settings, this.signal);
    return snapshot;
  }

  /** The variables of a worker's LibreChat. */
  private async readVariables(): Promise<Record<string, string>> {
    const { environment } = this.request;
    const known = withSite(environment);
    const values = await inPhase('secrets', REMEDIES.secrets, async () => {
      checkRequired(known);
      return readVariables(known, this.aws, CA_FILE);
    });
    this.secrets = Object.values(values);
    const config = await inPhase('configuration', REMEDIES.configuration, () => readConfig(environment, this.aws));
    checkConfiguration(config.CONFIG_PATH);
    return librechatEnvironment(known, { ...config, ...values });
  }

  private async checkDatabase(variables: Record<string, string>, release: string, served: string | undefined): Promise<string> {
    const { settings, event } = this.request;
    const database = new Database(variables, settings);
    this.signal.addEventListener('abort', () => database.close());
    try {
      const { hasData } = await database.connect();
      const snapshot = await inPhase('data', REMEDIES.data, () => checkUpgrade(this.aws, { release, served, hasData, properties: event.ResourceProperties }, settings));
      const isUpgrade = !served || !release || isBefore(served, release);
      const { collections, dropped } = await database.prepare(hasData && isUpgrade);
      log.info('database-prepared', { collections, dropped: dropped.length, ms: Math.round(performance.now() - this.began) });
      return snapshot;
    } finally {
      database.close();
    }
  }
}
