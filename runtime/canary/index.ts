import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { run, type Run } from './canary';
import { metricLine } from './metrics';
import type { Account } from '../../probe/chat-client';
import { CANARY } from '../../src/contract/canary';
import { logOf } from '../shared/log';

/** LibreChat ends streams that are silent for longer by itself. */
const TIMEOUT_MS = 60_000;

/** Time reserved for the report, since a function that times out reports nothing. */
const REPORT_MS = 5_000;

const log = logOf('canary');

/** Runs once for each event. A failed run is not an error of the function; operators that invoke it read the result in the response. */
export async function handler(_event: unknown, context: { getRemainingTimeInMillis(): number }): Promise<Run> {
  const { [CANARY.url]: url = '', [CANARY.namespace]: namespace = '', [CANARY.account]: secret, [CANARY.endpoint]: endpoint, [CANARY.model]: model } = process.env;
  const result = await run({
    url,
    account: secret ? () => readAccount(secret) : undefined,
    model: endpoint && model ? { endpoint, model } : undefined,
    timeoutMs: TIMEOUT_MS,
    limitMs: context.getRemainingTimeInMillis() - REPORT_MS,
  });
  const { values, failure } = result;
  if (failure) log.error('canary-failed', { step: failure.step, message: failure.message });
  process.stdout.write(`${metricLine(namespace, values, Date.now())}\n`);
  return result;
}

async function readAccount(secret: string): Promise<Account> {
  const { SecretString = '{}' } = await new SecretsManagerClient().send(new GetSecretValueCommand({ SecretId: secret }));
  const { email, password } = JSON.parse(SecretString) as Account;
  return { email, password };
}
