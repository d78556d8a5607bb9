import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type CfnResource, Stack } from 'aws-cdk-lib';
import { Emulator } from '../../emulator/emulator';
import { ChatClient } from '../../probe/chat-client';
import { finalTextOf, resumedTextOf, tokenOf } from '../../probe/chat-events';
import { LibreChatImage, LibreChatServerless } from '../../src';
import { paceOf, tokensFor } from '../../stand-in/server/pace';

jest.setTimeout(180_000);

const assemblies: string[] = [];
let emulator: Emulator | undefined;

afterEach(async () => {
  await emulator?.dispose();
  emulator = undefined;
});
afterAll(() => assemblies.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function assemblyOf(version: string, change: (distribution: CfnResource) => void = () => undefined): string {
  const outdir = mkdtempSync(join(tmpdir(), 'update-'));
  assemblies.push(outdir);
  const app = new App({ outdir });
  const { distribution } = new LibreChatServerless(new Stack(app, 'LibreChat'), 'Chat', { image: LibreChatImage.fromDockerBuild({ version }) });
  change(distribution.node.defaultChild as CfnResource);
  app.synth();
  return outdir;
}

const statesOf = (name: string) => [...emulator!.functions].find(([id]) => id.includes(name))![1].environments.map(({ state }) => state);
const publications = () => statesOf('PublicationFunction');

describe('an upgrade of the emulated stack', () => {
  test('publishes the client of the new image from a new environment, while the page is served', async () => {
    emulator = await Emulator.start({ assembly: assemblyOf('v0.8.7'), port: 0 });
    const page = await (await fetch(emulator.url)).text();
    expect(publications()).toHaveLength(1);
    const updating = emulator.update({ assembly: assemblyOf('v0.8.8') });
    expect(await (await fetch(emulator.url)).text()).toBe(page);
    await updating;
    expect(publications()).toHaveLength(2);
    expect(publications()[0]).toBe('dead');
    expect(await (await fetch(emulator.url)).text()).toBe(page);
  });

  test('does not interrupt a chat: worker and relay finish it with the release that they began with', async () => {
    emulator = await Emulator.start({ assembly: assemblyOf('v0.8.7'), port: 0, environment: { ALLOW_REGISTRATION: 'true' } });
    const next = assemblyOf('v0.8.8');
    const client = await ChatClient.signIn(emulator.url);
    // It is generated until it is stopped, however long the update takes.
    const pace = { tokens: 100_000, gapMs: 50 };
    const id = await client.start('Hello', pace);
    let text = '';
    let final: string | undefined;
    let tokensAfterUpdate: number | undefined;
    for await (const event of client.events(id)) {
      text += resumedTextOf(event) ?? tokenOf(event) ?? '';
      final = finalTextOf(event);
      if (tokensAfterUpdate !== undefined) {
        tokensAfterUpdate += 1;
        if (tokensAfterUpdate !== 50) continue;
        expect(statesOf('BackendFunction')).toHaveLength(1);
        // A worker of the new release passes it on.
        await client.post('/api/agents/chat/abort', { conversationId: id });
      } else if (text) {
        await emulator.update({ assembly: next });
        tokensAfterUpdate = 0;
        expect(statesOf('RelayFunction')).toContain('busy');
      }
    }
    const whole = tokensFor('Hello', paceOf({ standIn: pace })).join('');
    expect([whole.startsWith(final!), final!.startsWith(text)]).toEqual([true, true]);
    expect(tokensAfterUpdate).toBeGreaterThanOrEqual(50);
  });

  test('that the emulator does not support is rejected by name and rolled back', async () => {
    emulator = await Emulator.start({ assembly: assemblyOf('v0.8.7'), port: 0 });
    const changed = assemblyOf('v0.8.7', (distribution) => distribution.addPropertyOverride('DistributionConfig.Comment', 'other'));
    await expect(emulator.update({ assembly: changed })).rejects.toThrow(/^ChatFrontendDistribution\w+ \(AWS::CloudFront::Distribution\): the emulator cannot update/);
    expect((await fetch(emulator.url)).status).toBe(200);
    expect(publications()).toHaveLength(1);
  });
});
