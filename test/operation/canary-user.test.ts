import { Duration } from 'aws-cdk-lib';
import { Deployment } from '../../fixtures/deployment';
import { LibreChatCanary } from '../../src';

jest.setTimeout(240_000);

const EMAIL = 'canary@librechat.invalid';
const WITH_CANARY = { canary: LibreChatCanary.login(Duration.hours(12)) };

let deployment: Deployment;
let log = '';

beforeAll(async () => {
  deployment = await Deployment.start({
    worker: { lingerMs: 300, titleMs: 300 }, listener: (event) => { if (event.type === 'log') log += `${event.line}\n`; },
  });
});

afterAll(() => deployment?.dispose());

function users(): string[] {
  const [database] = [...deployment.emulator.services.documentDb.clusters.values()];
  return [...database.databases.find('LibreChat', 'users')?.find({}) ?? []].map(({ email }) => email as string);
}

/** Runs the canary; resolves to the lines that it logs. */
async function run(): Promise<string> {
  const before = log.length;
  await deployment.emulator.fire(deployment.emulator.services.eventBridge.logicalIds.find((id) => /CanarySchedule/.test(id))!);
  return log.slice(before);
}

async function createUser(password: string): Promise<void> {
  const [, maintenance] = [...deployment.emulator.functions].find(([id]) => /MaintenanceFunction/.test(id))!;
  await maintenance.invoke(Buffer.from(JSON.stringify({ command: 'create-user', email: EMAIL, username: 'librechat-canary', password })));
}

test('a canary that is added to a deployment logs in, although its user is left from another one', async () => {
  await createUser('password-of-another-deployment');
  await deployment.update(WITH_CANARY);
  expect(users()).toEqual([EMAIL]);
  expect(await run()).toContain('"CanarySuccess":1');
});

test('its user is gone after it was removed, and created anew with it', async () => {
  await deployment.update({});
  expect(users()).toEqual([]);
  await deployment.update(WITH_CANARY);
  expect(users()).toEqual([EMAIL]);
  expect(await run()).toContain('"CanarySuccess":1');
});
