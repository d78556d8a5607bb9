import { randomUUID } from 'node:crypto';
import { Duration } from 'aws-cdk-lib';
import { Secret as EcsSecret } from 'aws-cdk-lib/aws-ecs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Deployment } from '../../fixtures/deployment';
import { until } from '../../fixtures/runtime/until';
import { ChatClient, register } from '../../probe/chat-client';
import { send } from '../../probe/http';
import { LibreChatCanary } from '../../src';

jest.setTimeout(300_000);

/** A unique text. */
const marked = (what: string) => `marked-${what}-${randomUUID()}`;

const PROVIDER_KEY = marked('provider-key');
const FIELD = marked('secret-field');

let deployment: Deployment;
let log = '';
/** Values that must not be in logs and templates, by their kind. */
const secrets = new Map<string, string>([['a provider\'s key', PROVIDER_KEY], ['a field of the environment secret', FIELD]]);

beforeAll(async () => {
  deployment = await Deployment.start({
    worker: { lingerMs: 300, titleMs: 300 },
    secrets: { provider: PROVIDER_KEY, environment: JSON.stringify({ ANTHROPIC_API_KEY: FIELD }) },
    props: (stack) => ({
      secrets: { OPENAI_API_KEY: EcsSecret.fromSecretsManager(Secret.fromSecretNameV2(stack, 'Provider', 'provider')) },
      environmentSecret: Secret.fromSecretNameV2(stack, 'Environment', 'environment'),
      alarmTopic: new Topic(stack, 'Topic'),
      dashboard: true,
      canary: LibreChatCanary.chat(Duration.hours(12), { endpoint: 'Probe', model: 'probe' }),
    }),
    listener: (event) => {
      if (event.type === 'log') log += `${event.line}\n`;
    },
  });
  for (const { name, value } of deployment.emulator.services.secretsManager.all) {
    const values: unknown[] = value.startsWith('{') ? Object.entries(JSON.parse(value) as object).filter(([field]) => /password|KEY/i.test(field)).map(([, text]) => text as unknown) : [value];
    values.forEach((text) => secrets.set(`the secret ${name}`, String(text)));
  }
  await use();
  await runCanary();
  await until(() => deployment.worker.environments.every(({ state }) => state !== 'busy'));
});

afterAll(() => deployment?.dispose());

function remember(what: string, value = marked(what.replaceAll(' ', '-'))): string {
  secrets.set(what, value);
  return value;
}

/** Uses LibreChat as users do, and causes failures. */
async function use(): Promise<void> {
  const { url } = deployment;
  const account = await register(url);
  remember('a password', account.password);
  const client = await ChatClient.signIn(url, account);
  const login = await send(`${url}/api/auth/login`, { method: 'POST', body: account });
  remember('a token', login.json.token);
  (login.headers['set-cookie'] ?? []).forEach((cookie, i) => remember(`cookie ${i}`, cookie.split(';')[0].split('=').slice(1).join('=')));
  secrets.delete('cookie 1');
  const wrong = remember('a wrong password');
  await send(`${url}/api/auth/login`, { method: 'POST', body: { email: account.email, password: wrong } });
  await send(`${url}/api/config?token=${remember('a query')}`, {
    headers: { 'Cookie': `session=${remember('a cookie of others')}`, 'Authorization': `Bearer ${remember('a token that is not valid')}`, 'x-api-key': remember('a guessed key') },
  });
  await send(`${url}/api/agents/chat`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: Buffer.from(`{"text": "${remember('a broken body')}`) });
  for await (const event of client.events(await client.start(remember('a message'), { tokens: 5, gapMs: 20 }))) expect(event).toBeDefined();
  await client.upload('secret.txt', 'text/plain', Buffer.from(remember('a file')));
  // Its response is interrupted, and the reasons are logged.
  const id = await client.start(remember('a message that is lost'), { tokens: 5_000, gapMs: 20 });
  const lost = (async () => { for await (const event of client.events(id)) if (event.json.event === 'on_message_delta') kill(); })();
  await lost.catch(() => undefined);
}

function kill(): void {
  const busy = deployment.worker.environments.find(({ state }) => state === 'busy');
  if (busy) process.kill(-busy.pid, 'SIGKILL');
}

async function runCanary(): Promise<void> {
  await deployment.emulator.fire(deployment.emulator.services.eventBridge.logicalIds.find((id) => /CanarySchedule/.test(id))!);
}

test('relay, worker, LibreChat, publisher, maintenance and canary have logged', () => {
  for (const part of ['"source":"relay"', '"event":"served"', 'Server listening', '"event":"published"', '"event":"check-passed"', '"CanarySuccess":1', '"result":"broken"']) {
    expect(log).toContain(part);
  }
  expect(secrets.size).toBeGreaterThan(18);
});

test('no log has a secret, a token or a text of users', () => {
  expect([...secrets].filter(([, value]) => log.includes(value) || log.includes(encodeURIComponent(value))).map(([what]) => what)).toEqual([]);
});

test('no template has a secret', () => {
  expect([...secrets].filter(([, value]) => deployment.template.includes(value)).map(([what]) => what)).toEqual([]);
});

test('the canary leaves no conversation and no session', async () => {
  const account = deployment.emulator.services.secretsManager.all.find(({ name }) => /CanaryAccount/.test(name))!;
  const client = await ChatClient.signIn(deployment.url, JSON.parse(account.value) as { email: string; password: string });
  expect((await client.get('/api/convos')).json).toMatchObject({ conversations: [] });
});
