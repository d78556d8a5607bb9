import { checkConfiguration } from './configuration';
import { checkData } from './data';
import { CheckFailure, inPhase, logLinkOf, reasonOf } from './failure';
import { checkStart } from './librechat';
import { checkRedis } from './redis';
import { isRollingBack } from './stack-status';
import { CHECK_ATTRIBUTES } from '../../../src/contract/maintenance';
import { ADAPTER } from '../../../src/contract/variables';
import { Aws } from '../../shared/aws';
import { log } from '../../shared/log';
import { CA_FILE, librechatEnvironment, readConfig } from '../../worker/start';
import { releaseOfImage } from '../../worker/start/data-guard';
import { checkRequired, readVariables } from '../../worker/start/variables';
import type { Request } from '../index';

/** Stands for the public URL, which is not known before the distribution is created. */
const SITE = 'https://librechat.invalid';

const REMEDIES = {
  secrets: 'Create the secret, its field or the parameter, or correct the reference to it in `secrets`, `environmentSecret`, `database` or `redis`. '
    + 'The key policy of a customer managed key must allow the function\'s role to decrypt',
  configuration: 'The object that `config` names must exist, and the policies of its bucket and key must allow the function to read it',
} as const;

/** Checks that LibreChat runs with everything that the workers of this deployment will have. */
export async function check({ environment, settings, event, signal }: Request): Promise<Record<string, string>> {
  // Nothing was created.
  if (event.RequestType === 'Delete') return {};
  const began = performance.now();
  const aws = new Aws(environment, settings);
  try {
    const release = await releaseOfImage() ?? '';
    const rollback = event.RequestType === 'Update' && await isRollingBack(new Aws(environment, { ...settings, awsAttempts: 1, awsTimeoutMs: settings.stackStatusMs }), event.StackId);
    await checkData(aws, environment, release);
    // What served before is known to run, and its data stores may be those of the failed update.
    if (!rollback) await run({ environment, settings, event, signal }, aws);
    log.info('check-passed', { release, rollback, ms: Math.round(performance.now() - began) });
    return { [CHECK_ATTRIBUTES.release]: release, [CHECK_ATTRIBUTES.snapshot]: '' };
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error;
    log.error('check-failed', { phase: error.phase, message: error.message });
    throw new Error(reasonOf(error, logLinkOf(environment)));
  } finally {
    aws.close();
  }
}

async function run({ environment, settings, signal }: Request, aws: Aws): Promise<void> {
  const withSite = environment[ADAPTER.urlParameter]
    ? { ...environment, [ADAPTER.urlParameter]: undefined, DOMAIN_CLIENT: SITE, DOMAIN_SERVER: SITE }
    : environment;
  const values = await inPhase('secrets', REMEDIES.secrets, async () => {
    checkRequired(withSite);
    return readVariables(withSite, aws, CA_FILE);
  });
  const config = await inPhase('configuration', REMEDIES.configuration, () => readConfig(environment, aws));
  checkConfiguration(config.CONFIG_PATH);
  const variables = await librechatEnvironment(withSite, { ...config, ...values });
  await checkRedis({ uri: variables.REDIS_URI, password: variables.REDIS_PASSWORD }, settings);
  await checkStart(variables, Object.values(values), settings, signal);
}
