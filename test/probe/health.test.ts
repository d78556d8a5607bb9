import type { FaultySite } from '../../fixtures/faulty-site';
import { useFaultySite } from '../../fixtures/use-faulty-site';
import { probe, type ProbeOptions } from '../../probe';
import { type Account, ChatClient, register } from '../../probe/chat-client';
import { shortChat } from '../../probe/short-chat';

jest.setTimeout(60_000);

/** Models need some time for their first token. */
const SINGLE_TOKEN = { tokens: 1, gapMs: 500 };

describe('the check of the health', () => {
  let site: FaultySite;
  let account: Account;
  useFaultySite((opened) => { site = opened; });
  beforeAll(async () => { account = await register(site.url); });

  async function check(options: Partial<ProbeOptions> = {}) {
    const { verdicts, passed } = await probe({ url: site.url, checks: ['health'], account, pace: SINGLE_TOKEN, ...options });
    const rules = (wanted: string) => verdicts.filter(({ outcome }) => outcome === wanted);
    return {
      passed,
      failed: Object.fromEntries(rules('failed').map(({ rule, seen }) => [rule, seen])),
      skipped: rules('skipped').map(({ rule }) => rule),
    };
  }

  test.each([
    ['a single token', SINGLE_TOKEN],
    ['tokens that arrive together', { tokens: 50, gapMs: 0 }],
    ['tokens that arrive slowly', { tokens: 4, gapMs: 400 }],
  ])('passes with a model that sends %s', async (_, pace) => {
    expect(await check({ pace })).toEqual({ passed: true, failed: {}, skipped: [] });
  });

  test('deletes its conversation, and no other one', async () => {
    const client = await ChatClient.signIn(site.url, account);
    const id = await client.start('Keep this.', SINGLE_TOKEN);
    await client.awaitTitle(id);
    expect((await check()).passed).toBe(true);
    const { conversations } = (await client.get('/api/convos')).json;
    expect(conversations.map(({ conversationId }: { conversationId: string }) => conversationId)).toEqual([id]);
  });

  test('loads each script of the page once', async () => {
    await check();
    const assets = site.calls.filter((call) => call.startsWith('GET /assets/'));
    expect(assets.some((call) => call.endsWith('.js'))).toBe(true);
    expect(new Set(assets).size).toBe(assets.length);
  });

  test.each([
    ['the page', '/', { 'a user logs in': expect.stringContaining('500') }],
    ['a script', '/assets/', { 'the page and all of its scripts load': expect.stringMatching(/^\/assets\/.+: 500 application\/json, \d+ bytes$/) }],
    ['the login', '/api/auth/login', { 'a user logs in': expect.stringContaining('login returned 500') }],
    ['the POST of the chat', '/api/agents/chat', { 'a short reply arrives complete': expect.stringContaining('500') }],
    ['the stream', '/api/agents/chat/stream', {
      'a short reply arrives complete': expect.stringContaining('the stream returned 500'),
      'the page would show the short reply': expect.stringContaining('the stream starts with nothing'),
    }],
    ['the deletion', '/api/convos', { 'the conversation of the short reply is deleted': expect.stringContaining('500') }],
  ])('fails when %s fails', async (_, path, failed) => {
    site.broken.set(path, 500);
    expect(await check()).toMatchObject({ passed: false, failed });
  });

  test('fails when the model fails, and deletes the conversation', async () => {
    const pace = { tokens: 4, gapMs: 0, failAfter: 1 };
    expect(Object.keys((await check({ pace })).failed)).toContain('a short reply arrives complete');
    expect(site.calls).toContain('DELETE /api/convos');
  });

  test.each([
    ['one reply is, because the model is asked again', 1, ['passed', 'passed']],
    ['all replies are', Infinity, ['failed', 'failed']],
  ])('is about the stream: when %s complete before it is open', async (_, late, outcomes) => {
    const client = await ChatClient.signIn(site.url, account);
    const stream = client.stream.bind(client);
    let opened = 0;
    jest.spyOn(client, 'stream').mockImplementation(async function* (id, options) {
      // The title is stored after the reply.
      if (opened++ < late) await client.awaitTitle(id);
      yield* stream(id, options);
    });
    const { verdicts } = await shortChat(client, 10_000, SINGLE_TOKEN);
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(outcomes);
  });

  test('fails with a reply without a token', async () => {
    expect((await check({ pace: { tokens: 0, gapMs: 0 } })).failed).toMatchObject({ 'a short reply arrives complete': '0 of 0 characters arrived in events' });
  });
});
