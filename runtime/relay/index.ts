import { setTimeout as sleep } from 'node:timers/promises';
import { readConfiguration, type Configuration } from './configuration';
import { Relay } from './relay';
import { readSettings, type RelaySettings } from './settings';
import { WorkerStarter } from './worker-starter';
import { RELAY } from '../../src/contract/relay';
import { ADAPTER } from '../../src/contract/variables';
import { RelayQueue } from '../queue';
import { readRedis, readSecrets } from '../queue/environment';
import { Aws } from '../shared/aws';
import { logOf, messageOf } from '../shared/log';
import { References } from '../shared/references';

const log = logOf('relay');

/** Reads the configuration and connects to Redis. Resolves to the handler. Fails if a variable is missing or invalid. */
export async function start(environment: NodeJS.ProcessEnv): Promise<StreamingHandler> {
  const settings = readSettings(environment);
  const configuration = readConfiguration(environment);
  const starter = workerStarter(environment, configuration, settings);
  const open = async () => new RelayQueue({
    ...configuration,
    ...await withReferences(environment, settings, (references) => readSecrets(environment, references)),
    readRedisAgain: () => withReferences(environment, settings, (references) => readRedis(environment, references)),
    startWorker: (startId) => starter.start(startId),
    log,
    settings: settings.queue,
  });
  const queue = once(open);
  const relay = new Relay({ ...configuration, ...settings, queue, retryAfterSeconds: () => starter.retryAfterSeconds, log });

  // Init has more CPU than later invocations. If it fails, the first request tries again, and may get a 503.
  const connecting = queue().then(
    // The queue has logged the error.
    (opened) => opened.connect().catch(() => undefined),
    (error: unknown) => log.error('secrets-unreadable', { message: messageOf(error) }),
  );
  await Promise.race([connecting, sleep(settings.initMs, undefined, { ref: false })]);
  return awslambda.streamifyResponse((event, out, context) => relay.handle(event, out, context));
}

/** Memoizes the result of the work, unless it fails. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => result ??= work().catch((error: unknown) => {
    result = undefined;
    throw error;
  });
}

function workerStarter(environment: NodeJS.ProcessEnv, configuration: Configuration, settings: RelaySettings): WorkerStarter {
  const { release, workerFunction, workerQualifier } = configuration;
  const region = environment.AWS_REGION ?? '';
  return new WorkerStarter({
    release,
    functionName: workerFunction,
    qualifier: workerQualifier,
    region,
    endpoint: environment[RELAY.awsEndpoint] ?? `https://lambda.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`,
    credentials: {
      accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
      sessionToken: environment.AWS_SESSION_TOKEN,
    },
    connectMs: settings.startConnectMs,
    startMs: settings.startMs,
    log,
  });
}

/** Opens new connections for each read, since connections do not survive a freeze. */
async function withReferences<T>(environment: NodeJS.ProcessEnv, settings: RelaySettings, read: (references: References) => Promise<T>): Promise<T> {
  const { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
  // Without the SDK's endpoint variables, which a deployment may set for LibreChat.
  const aws = new Aws({
    AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, [ADAPTER.awsEndpointUrl]: environment[RELAY.awsEndpoint],
  }, settings);
  try {
    return await read(new References(aws));
  } finally {
    aws.close();
  }
}
