import type { TimedEvent } from '../../emulator/core/events';
import { Deployment } from '../../fixtures/deployment';
import { until } from '../../fixtures/runtime/until';
import { ChatClient } from '../../probe/chat-client';
import { finalTextOf, joined, type ChatEvent } from '../../probe/chat-events';
import { LibreChatImage } from '../../src';
import { paceOf, tokensFor } from '../../stand-in/server/pace';

jest.setTimeout(600_000);

const CHATS = 50;
const ACCOUNT = { email: 'ada@example.com', password: 'analytical-engine' };
const PACE = { tokens: 100_000, gapMs: 200 };

let log: TimedEvent[];
let deployment: Deployment | undefined;

beforeEach(() => { log = []; });
afterEach(async () => {
  await deployment?.dispose();
  deployment = undefined;
});

const release = (version: string, props: object = {}) => ({ image: LibreChatImage.fromDockerBuild({ version }), ...props });
const status = () => [...deployment!.emulator.services.cloudFormation.stacks.values()][0];

async function start(version: string, props: object = {}): Promise<Deployment> {
  deployment = await Deployment.start({ props: release(version, props), listener: (event) => log.push(event) });
  return deployment;
}

/** Registers a user. */
async function register({ url }: Deployment): Promise<void> {
  const body = { name: 'Ada Lovelace', username: 'ada', ...ACCOUNT, confirm_password: ACCOUNT.password };
  const headers = { 'content-type': 'application/json', 'user-agent': 'Firefox/140' };
  expect((await fetch(`${url}/api/auth/register`, { method: 'POST', headers, body: JSON.stringify(body) })).status).toBe(200);
}

/** A chat as a page reads it. It is generated until it is stopped. */
class Chat {
  public static async start(client: ChatClient, index: number): Promise<Chat> {
    const prompt = `Question ${index}`;
    return new Chat(client, prompt, await client.start(prompt, PACE));
  }

  public readonly events: ChatEvent[] = [];
  /** Resolves to whether the stream has ended properly. */
  public readonly complete: Promise<boolean>;
  public over = false;

  private constructor(
    private readonly client: ChatClient, private readonly prompt: string, private readonly id: string, private readonly resume = false,
  ) {
    this.complete = this.read().catch(() => false).finally(() => { this.over = true; });
  }

  /** The same chat after a reload of the page. */
  public reloaded(): Chat {
    return new Chat(this.client, this.prompt, this.id, true);
  }

  /** Whether the text so far has arrived without gaps. */
  public isWhole(): boolean {
    const text = joined(this.events);
    return text !== '' && tokensFor(this.prompt, paceOf({ standIn: PACE })).join('').startsWith(text);
  }

  public async stop(): Promise<void> {
    expect((await this.client.post('/api/agents/chat/abort', { conversationId: this.id })).status).toBe(200);
  }

  /** Whether the stored reply equals the last event. */
  public async isSaved(): Promise<boolean> {
    const { json } = await this.client.get(`/api/messages/${this.id}`);
    const reply = (json as { text: string; isCreatedByUser: boolean }[]).find((message) => !message.isCreatedByUser);
    return reply !== undefined && reply.text === finalTextOf(this.events.at(-1)!);
  }

  private async read(): Promise<boolean> {
    for await (const event of this.client.events(this.id, { resume: this.resume })) this.events.push(event);
    return finalTextOf(this.events.at(-1)!) !== undefined;
  }
}

/** Resolves when each chat has received further tokens or has ended. */
async function moreTokens(chats: readonly Chat[]): Promise<void> {
  const before = chats.map(({ events }) => events.length);
  await until(() => chats.every(({ events, over }, index) => over || events.length > before[index] + 3));
}

describe('an upgrade from v0.8.7 to v0.8.8', () => {
  test(`with ${CHATS} chats running interrupts none: they continue, can be resumed, and are saved`, async () => {
    const { url } = await start('v0.8.7');
    const clients = await Promise.all(Array.from({ length: 5 }, () => ChatClient.signIn(url)));
    const chats = await Promise.all(Array.from({ length: CHATS }, (_, index) => Chat.start(clients[index % clients.length], index)));
    await moreTokens(chats);
    await deployment!.update(release('v0.8.8'));
    await moreTokens(chats);
    expect(chats.filter(({ over }) => over)).toHaveLength(0);

    const reloaded = chats.slice(0, 10).map((chat) => chat.reloaded());
    await moreTokens(reloaded);
    expect([...chats, ...reloaded].filter((chat) => !chat.isWhole())).toHaveLength(0);

    await Promise.all(chats.map((chat) => chat.stop()));
    expect((await Promise.all([...chats, ...reloaded].map(({ complete }) => complete))).filter((complete) => !complete)).toHaveLength(0);
    await until(async () => (await Promise.all(chats.map((chat) => chat.isSaved()))).every(Boolean));
    expect(await (await ChatClient.signIn(url)).start('Hello')).toEqual(expect.any(String));
  });

  test('can be undone: users of before and of after log in', async () => {
    const { url } = await start('v0.8.7');
    await register(deployment!);
    await deployment!.update(release('v0.8.8'));
    await ChatClient.signIn(url, ACCOUNT);
    await deployment!.update(release('v0.8.7'));
    await ChatClient.signIn(url, ACCOUNT);
    expect(status()).toBe('UPDATE_COMPLETE');
  });
});

describe('v0.8.9, which writes data that v0.8.8 cannot read', () => {
  const snapshots = () => [...deployment!.emulator.services.documentDb.snapshots.keys()];

  /** Makes a snapshot available as soon as it is requested, and not after the usual minute. */
  const completeSnapshot = async () => {
    await until(() => snapshots().length > 0);
    const { snapshots: all } = deployment!.emulator.services.documentDb;
    all.forEach((snapshot, id) => all.set(id, { ...snapshot, createdAt: snapshot.createdAt - 60_000 }));
  };

  test('is refused until the migration is accepted, then has a snapshot of before, and no way back', async () => {
    const { url } = await start('v0.8.8');
    await register(deployment!);
    await ChatClient.signIn(url, ACCOUNT);

    await expect(deployment!.update(release('v0.8.9'))).rejects.toThrow(/phase "data"[^]*acceptDataMigration[^]*v0\.8\.9/);
    expect([status(), snapshots()]).toEqual(['UPDATE_ROLLBACK_COMPLETE', []]);
    await ChatClient.signIn(url, ACCOUNT);

    await Promise.all([deployment!.update(release('v0.8.9', { acceptDataMigration: 'v0.8.9' })), completeSnapshot()]);
    expect(snapshots()).toEqual([expect.stringMatching(/^librechat-before-/)]);
    const steps = () => log.flatMap((event) => (event.type === 'log' && /snapshot-started|snapshot-created|database-prepared|Server listening/.exec(event.line)) || [])
      .map(String);
    const last = () => steps().slice(steps().indexOf('snapshot-started'));
    await until(() => steps().includes('snapshot-started') && last().length >= 4);
    expect(last().slice(0, 4)).toEqual(['snapshot-started', 'snapshot-created', 'database-prepared', 'Server listening']);
    await ChatClient.signIn(url, ACCOUNT);

    await expect(deployment!.update(release('v0.8.8'))).rejects.toThrow(
      /phase "data"[^]*LibreChat v0\.8\.8 cannot read the data: v0\.8\.9 has served[^]*What to do: Deploy v0\.8\.9 or newer/);
    expect(status()).toBe('UPDATE_ROLLBACK_COMPLETE');
    await ChatClient.signIn(url, ACCOUNT);
    expect(snapshots()).toHaveLength(1);
  });

  test('prevents workers of v0.8.8 from starting, if no check has rejected the deployment', async () => {
    const { url } = await start('v0.8.9', { deploymentCheck: false });
    await ChatClient.signIn(url);
    await deployment!.update(release('v0.8.8', { deploymentCheck: false }));
    const response = await fetch(`${url}/api/config`, { headers: { 'user-agent': 'Firefox/140' } });
    expect(response.status).toBe(503);
    const reason = /start-failed.*LibreChat v0\.8\.8 cannot read the data: v0\.8\.9 has served.*Deploy v0\.8\.9 or newer/;
    await until(() => log.some((event) => event.type === 'log' && reason.test(event.line)));
  });
});
