import { readConfiguration, readRedis, readSecrets } from './configuration';
import { Relay } from './relay';
import { readSettings } from './settings';
import { WorkerStarter } from './worker-starter';
import { RELAY } from '../../src/contract/relay';
import { RelayQueue } from '../queue';
import { Aws } from '../shared/aws';
import { logOf, messageOf } from '../shared/log';
import { References } from '../shared/references';

const log = logOf('relay');
const { env } = process;
const settings = readSettings(env);
const configuration = readConfiguration(env);
const region = env.AWS_REGION ?? '';

const starter = new WorkerStarter({
  functionName: configuration.workerFunction,
  qualifier: configuration.workerQualifier,
  region,
  endpoint: env[RELAY.awsEndpoint] ?? `https://lambda.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`,
  credentials: {
    accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '',
    sessionToken: env.AWS_SESSION_TOKEN,
  },
  connectMs: settings.startConnectMs,
  startMs: settings.startMs,
  log,
});

/** Reads references anew, over connections of its own: those of before a freeze are dead. */
async function read<T>(work: (references: References) => Promise<T>): Promise<T> {
  const aws = new Aws({ ...credentialsOf(env), AWS_ENDPOINT_URL: env[RELAY.awsEndpoint] }, settings);
  try {
    return await work(new References(aws));
  } finally {
    aws.close();
  }
}

/** Not the SDK's endpoints, which a deployment may set for LibreChat. */
function credentialsOf({ AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN };
}

let opening: Promise<RelayQueue> | undefined;

/** Opens the queue once; a failure is tried again by the next request. */
function queue(): Promise<RelayQueue> {
  opening ??= open().catch((error: unknown) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

async function open(): Promise<RelayQueue> {
  const secrets = await read((references) => readSecrets(env, references));
  return new RelayQueue({
    ...configuration,
    ...secrets,
    readRedisAgain: () => read((references) => readRedis(env, references)),
    startWorker: (startId) => starter.start(startId),
    log,
    settings: settings.queue,
  });
}

const relay = new Relay({
  queue,
  retryAfterSeconds: () => starter.retryAfterSeconds,
  padEventsTo: configuration.padEventsTo,
  maxBodyBytes: settings.maxBodyBytes,
  endBeforeTimeoutMs: settings.endBeforeTimeoutMs,
  log,
});

// Init has more CPU than the function. What fails here is tried again by the first request, which gets a 503 if it must.
await queue().then((opened) => opened.connect()).catch((error: unknown) => log.error('not-connected', { message: messageOf(error) }));

export const handler = awslambda.streamifyResponse((event, out, context) => relay.handle(event, out, context));
