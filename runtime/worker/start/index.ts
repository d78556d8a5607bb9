import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { CREDENTIALS, writeCredentials } from './credentials';
import { claimData } from './data-guard';
import { makeFolders, writePrivateFile } from './folders';
import { heapOptions } from './memory';
import { freePort } from './port';
import { checkRequired, readVariables } from './variables';
import { QUEUE } from '../../../src/contract/queue';
import { ADAPTER, DEFAULT_VARIABLES, FIXED_VARIABLES, VALUE_FROM } from '../../../src/contract/variables';
import { Aws } from '../../shared/aws';
import { log } from '../../shared/log';
import type { Settings } from '../../shared/settings';
import { LibreChat } from '../engine/librechat';

/** The CA certificates of DocumentDB, next to the adapter. */
export const CA_FILE = join(__dirname, 'documentdb-ca.pem');

/** Variables of the adapter, and the address of the Runtime API. */
const NOT_FOR_LIBRECHAT = [...Object.values<string>(ADAPTER), ...Object.values<string>(QUEUE), ...CREDENTIALS, 'AWS_LAMBDA_RUNTIME_API'];

/** Reads the configuration and starts LibreChat. Resolves when it is ready. */
export async function start(environment: NodeJS.ProcessEnv, settings: Settings): Promise<LibreChat> {
  const began = performance.now();
  checkRequired(environment);
  const aws = new Aws(environment, settings);
  const record = new Aws(environment, { ...settings, awsAttempts: settings.recordAttempts, awsTimeoutMs: settings.recordTimeoutMs });
  const [variables, config] = await Promise.all([
    readVariables(environment, aws, CA_FILE),
    readConfig(environment, aws),
    // Must succeed before LibreChat starts, which might write to data that it cannot read.
    claimData(environment, record),
  ]);
  [aws, record].forEach((connections) => connections.close());
  const read = performance.now();
  const librechat = new LibreChat(await librechatEnvironment(environment, { ...config, ...variables }));
  stopOnRequest(librechat, settings);
  await librechat.ready(settings);
  const ready = performance.now();
  // `performance.now()` counts from the start of this process.
  log.info('started', { ms: { adapter: Math.round(began), values: Math.round(read - began), librechat: Math.round(ready - read), total: Math.round(ready) } });
  return librechat;
}

/** All variables of the LibreChat process. Creates the folders and files that they refer to. */
export async function librechatEnvironment(environment: NodeJS.ProcessEnv, values: Record<string, string>): Promise<Record<string, string>> {
  return {
    ...DEFAULT_VARIABLES,
    ...passedThrough(environment),
    ...heapOptions(environment),
    ...FIXED_VARIABLES,
    ...makeFolders(),
    ...writeCredentials(environment),
    ...values,
    PORT: String(await freePort()),
    METRICS_SECRET: randomBytes(32).toString('hex'),
  };
}

function passedThrough(environment: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(environment).filter(([name]) => !NOT_FOR_LIBRECHAT.includes(name) && !name.startsWith(VALUE_FROM));
  return Object.fromEntries(entries) as Record<string, string>;
}

/** LibreChat reads its configuration from a path. */
export async function readConfig(environment: NodeJS.ProcessEnv, aws: Aws): Promise<Record<string, string>> {
  const bucket = environment[ADAPTER.configBucket];
  const key = environment[ADAPTER.configKey];
  if (!bucket || !key) return {};
  try {
    return { CONFIG_PATH: writePrivateFile('librechat.yaml', await aws.getObject(bucket, key)) };
  } catch (error) {
    throw new Error(`\`${ADAPTER.configKey}\` could not be read from s3://${bucket}/${key}: ${(error as Error).message}`);
  }
}

/** Lambda sends SIGTERM only if an extension is registered, and waits for at most two seconds. */
function stopOnRequest(librechat: LibreChat, settings: Settings): void {
  process.once('SIGTERM', () => {
    log.info('stopping', {});
    void librechat.stop(settings).then(() => process.exit(0));
  });
}
