import type { TimedEvent } from '../../emulator/core/events';
import { MongoServer } from '../../emulator/services/documentdb/server';
import { Deployment } from '../../fixtures/deployment';
import { until } from '../../fixtures/runtime/until';
import { certificate, DOMAIN } from '../../fixtures/variants';
import { ChatClient } from '../../probe/chat-client';
import { LibreChatImage } from '../../src';

jest.setTimeout(300_000);

const WORKERS = 12;

let log: TimedEvent[];
let deployment: Deployment | undefined;
let mongo: MongoServer | undefined;

beforeEach(() => { log = []; });
afterEach(async () => {
  await deployment?.dispose();
  await mongo?.dispose();
  deployment = mongo = undefined;
});

/** Deploys with workers that are initialized at once, on a DocumentDB that builds one index of a collection at a time. */
async function deploy(deploymentCheck: boolean, { version = 'v0.8.8', mongoUri }: { version?: string; mongoUri?: string } = {}): Promise<void> {
  deployment = await Deployment.start({
    mongoUri,
    props: (stack) => ({
      image: LibreChatImage.fromDockerBuild({ version }),
      deploymentCheck,
      maxWorkers: WORKERS,
      provisionedConcurrentExecutions: WORKERS,
      // Otherwise, the URL is not known before the workers are initialized.
      domainName: DOMAIN,
      certificate: certificate(stack),
    }),
    // Twelve starts share the cores of one machine.
    timeScale: 0.1,
    worker: { askForEventsAfterMs: 90_000 },
    listener: (event) => log.push(event),
  });
}

/** The lines of workers in which LibreChat reports an error. */
function errors(): string[] {
  return log.flatMap((event) => event.type === 'log' && /BackendFunction/.test(event.function) && /"level":"error"/.test(event.line) ? [event.line] : []);
}

const ready = () => log.filter((event) => event.type === 'log' && /BackendFunction/.test(event.function) && event.line.includes('Server readiness checks passing'));

function database(): MongoServer {
  const [cluster] = deployment!.emulator.services.documentDb.clusters.values();
  return cluster;
}

/** The number of indexes in collections that have many. */
const indexes = () => Object.fromEntries(['users', 'conversations', 'messages', 'files']
  .map((name) => [name, database().databases.find('LibreChat', name)?.indexes.length]));

test.each([
  ['v0.8.7', { users: 16, conversations: 12, messages: 9, files: 11 }],
  ['v0.8.8', { users: 16, conversations: 15, messages: 11, files: 11 }],
])('twelve cold workers of %s start without an error once the check has built all indexes', async (version, built) => {
  await deploy(true, { version });
  await until(() => ready().length >= WORKERS);
  expect(indexes()).toEqual(built);
  expect(errors()).toEqual([]);
  expect(database().builds.refused).toBe(0);
  await ChatClient.signIn(deployment!.url);
});

test('without the check they build at once: DocumentDB refuses, LibreChat reports it, and all of them serve', async () => {
  const { builds, uri } = mongo = await MongoServer.start({ dialect: 'documentdb' });
  // The first build lasts until another worker begins the same one.
  builds.pace = () => until(() => builds.refused > 0);
  await deploy(false, { mongoUri: uri });
  await until(() => ready().length >= WORKERS);
  await until(() => errors().some((line) => /Index build failed for .*Existing index build in progress on the same collection/.test(line)));
  await ChatClient.signIn(deployment!.url);
});
