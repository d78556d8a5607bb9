import { Deployment, type DeploymentOptions } from '../../fixtures/deployment';
import { until } from '../../fixtures/runtime/until';
import { ChatClient } from '../../probe/chat-client';

jest.setTimeout(180_000);

let deployment: Deployment;
let logs: Array<Record<string, unknown>>;

async function start(options: DeploymentOptions = {}): Promise<Deployment> {
  logs = [];
  deployment = await Deployment.start({
    ...options,
    listener: (event) => {
      if (event.type === 'log' && event.line.startsWith('{')) logs.push(JSON.parse(event.line) as Record<string, unknown>);
    },
  });
  return deployment;
}

afterEach(() => deployment.dispose());

const logged = (event: string) => logs.filter((line) => line.event === event);
const frozen = ({ environments }: Deployment['worker']) => until(() => environments.length && environments.every(({ state }) => state === 'frozen' || state === 'dead'));

async function chat(client: ChatClient, pace: object): Promise<string> {
  const id = await client.start('Hello', pace);
  let complete = false;
  for await (const { json } of client.events(id)) complete ||= json.final;
  expect(complete).toBe(true);
  return id;
}

test('after hours without a request, with every connection dead, the same environments serve the next one', async () => {
  await start({ worker: { lingerMs: 200 } });
  const client = await ChatClient.signIn(deployment.url);
  await frozen(deployment.worker);
  await frozen(deployment.relay);
  const before = deployment.usage();
  await deployment.emulator.services.elastiCache.replaceNodes();
  expect((await client.get('/api/config')).status).toBe(200);
  const { worker, relay } = deployment.usage();
  expect([worker.environments, relay.environments]).toEqual([before.worker.environments, before.relay.environments]);
  expect(worker.invocations).toBe(before.worker.invocations + 1);
});

test('while the function is inactive a request gets 503 with Retry-After, and is served once it is active again', async () => {
  await start({ worker: { lingerMs: 200 } });
  const client = await ChatClient.signIn(deployment.url);
  await frozen(deployment.worker);
  await deployment.worker.reclaimIdle();
  deployment.worker.state.deactivate();
  const first = await client.get('/api/config');
  expect(first.status).toBe(503);
  expect(first.json).toMatchObject({ code: 'SERVER_NOT_READY' });
  expect(Number(first.headers['retry-after'])).toBeGreaterThan(0);
  expect(deployment.worker.state.name).toBe('Pending');
  deployment.worker.state.activate();
  await until(async () => (await client.get('/api/config')).status === 200);
});

test('more renewals than loop detection allows hops do not interrupt steady use', async () => {
  await start({ worker: { renewAfterMs: 1_000, roundMs: 100, lingerMs: 500, titleMs: 500 } });
  const client = await ChatClient.signIn(deployment.url);
  let served = 0;
  while (logged('retiring').length < 18) {
    expect((await client.get('/api/config')).status).toBe(200);
    served += 1;
    if (served % 20 === 0) await chat(client, { tokens: 5, gapMs: 20 });
  }
  expect(logged('worker-not-started')).toEqual([]);
  expect(deployment.usage().worker.invocations).toBeGreaterThan(16);
});

test('a title that takes 8 s after a short reply is stored, also if no client waits', async () => {
  await start();
  const client = await ChatClient.signIn(deployment.url);
  const id = await chat(client, { tokens: 1, gapMs: 0, saveMs: 0, titleMs: 8_000 });
  await frozen(deployment.worker);
  expect((await client.get(`/api/convos/${id}`)).json).toMatchObject({ title: 'Hello' });
});
