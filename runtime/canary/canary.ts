import { setTimeout as sleep } from 'node:timers/promises';
import type { Values } from './metrics';
import { type Account, ChatClient, type Model } from '../../probe/chat-client';
import { loadPage } from '../../probe/checks/page';
import { shortChat } from '../../probe/short-chat';
import { messageOf } from '../shared/log';

export interface CanaryProps {
  readonly url: string;
  /** Reads the credentials of the user. Undefined if the canary does not log in. */
  readonly account?: () => Promise<Account>;
  readonly model?: Model;
  /** Time without an event after which a stream counts as failed. */
  readonly timeoutMs: number;
  /** Maximum duration of a run. */
  readonly limitMs: number;
}

/** The result of a run. */
export interface Run {
  readonly values: Values;
  /** The step that failed, and why. */
  readonly failure?: { readonly step: string; readonly message: string };
}

/** Loads the page, logs in and chats, as configured, and deletes the conversation. Never rejects. */
export async function run({ url, account, model, timeoutMs, limitMs }: CanaryProps): Promise<Run> {
  const values: Values = {};
  let step = 'page';
  let client: ChatClient | undefined;
  const steps = async () => {
    values.page = await timed(() => loadPage(url, 'first'));
    if (!account) return;
    step = 'login';
    const user = await account();
    values.login = await timed(async () => { client = await ChatClient.signIn(url, user, model); });
    step = 'chat';
    if (model) Object.assign(values, await chat(client!, timeoutMs));
    step = 'logout';
    await client!.logOut();
  };
  try {
    await Promise.race([steps(), late(limitMs)]);
    return { values: { success: 1, ...values } };
  } catch (error) {
    return { values: { success: 0, ...values }, failure: { step, message: messageOf(error) } };
  }
}

async function chat(client: ChatClient, timeoutMs: number): Promise<Values> {
  const { id, verdicts, firstTokenMs, durationMs } = await shortChat(client, timeoutMs);
  try {
    const failed = verdicts.find(({ outcome }) => outcome !== 'passed');
    if (failed) throw new Error(`${failed.rule}: ${failed.seen}`);
    await client.awaitTitle(id);
    return { firstToken: firstTokenMs, chat: durationMs };
  } finally {
    // Includes those of earlier runs that failed before this step.
    await client.deleteConversations();
  }
}

async function late(ms: number): Promise<never> {
  await sleep(ms, undefined, { ref: false });
  throw new Error(`the run is not complete after ${Math.round(ms / 1000)} s`);
}

async function timed(action: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await action();
  return performance.now() - began;
}
