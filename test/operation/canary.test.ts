import { Duration, type Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { WatchedDeployment } from './kit';
import { LibreChatCanary, type LibreChatServerlessProps } from '../../src';

jest.setTimeout(240_000);

const EMAIL = 'canary@librechat.invalid';
const INTERVAL = Duration.hours(12);
const ALARM = 'CanaryFailed';

let watched: WatchedDeployment;
let log = '';

beforeAll(async () => {
  watched = await WatchedDeployment.start({
    worker: { lingerMs: 300, titleMs: 300 }, listener: (event) => { if (event.type === 'log') log += `${event.line}\n`; },
  });
});

afterAll(() => watched?.deployment.dispose());

const update = (props: LibreChatServerlessProps) => watched.deployment.update((stack: Stack) => ({ alarmTopic: new Topic(stack, 'Topic'), ...props }));
const addCanary = () => update({ canary: LibreChatCanary.login(INTERVAL) });
const database = () => [...watched.deployment.emulator.services.documentDb.clusters.values()][0];

function users(): string[] {
  return [...database().databases.find('LibreChat', 'users')?.find({}) ?? []].map(({ email }) => email as string);
}

/** Runs the canary; resolves to the lines that it logs. */
async function run(): Promise<string> {
  const { emulator } = watched.deployment;
  const before = log.length;
  await emulator.fire(emulator.services.eventBridge.logicalIds.find((id) => /CanarySchedule/.test(id))!);
  return log.slice(before);
}

/** Invokes the canary as an operator does; resolves to its response. */
async function invoke(): Promise<unknown> {
  const [, canary] = [...watched.deployment.emulator.functions].find(([id]) => /CanaryFunction/.test(id))!;
  return JSON.parse((await canary.invoke(Buffer.from('{}'))).payload.toString());
}

async function createUser(password: string): Promise<void> {
  const [, maintenance] = [...watched.deployment.emulator.functions].find(([id]) => /MaintenanceFunction/.test(id))!;
  await maintenance.invoke(Buffer.from(JSON.stringify({ command: 'create-user', email: EMAIL, username: 'librechat-canary', password })));
}

test('a canary that is added to a deployment logs in, although its user remains from another one', async () => {
  await createUser('password-of-another-deployment');
  await addCanary();
  expect(users()).toEqual([EMAIL]);
  expect(watched.state(ALARM)).toBe('INSUFFICIENT_DATA');
  expect(await run()).toContain('"CanarySuccess":1');
  expect(await invoke()).toEqual({ values: { success: 1, page: expect.any(Number), login: expect.any(Number) } });
});

test('its alarm is silent until the first run, fires for failed runs, and has no data after two intervals without runs', async () => {
  const afterIntervals = (count: number) => Date.now() + count * INTERVAL.toMilliseconds();
  expect([0.9, 1.9, 2].map((count) => watched.state(ALARM, afterIntervals(count)))).toEqual(['OK', 'OK', 'INSUFFICIENT_DATA']);

  database().available = false;
  database().disconnectAll();
  expect(await run()).toMatch(/canary-failed.*"step":"login"[^]*"CanarySuccess":0/);
  expect(await watched.firing()).toContain(ALARM);
  expect(await invoke()).toMatchObject({ values: { success: 0 }, failure: { step: 'login' } });
  database().available = true;
});

test('its user is deleted with it, and created again with it', async () => {
  await update({});
  expect(users()).toEqual([]);
  await addCanary();
  expect(users()).toEqual([EMAIL]);
  expect(await run()).toContain('"CanarySuccess":1');
});
