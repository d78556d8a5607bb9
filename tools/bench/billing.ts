import { join } from 'node:path';
import { Emulator } from '../../emulator/emulator';
import { synthesize } from '../../emulator/synthesize';
import { ChatClient } from '../../probe/chat-client';

const APP = join(__dirname, '../../examples/typescript/app.ts');
const RESPONSE = { tokens: 200, gapMs: 100 };
const SHORT = { tokens: 10, gapMs: 50 };
const AT_ONCE = 20;

/** GB-seconds of one response of 20 s, in warm environments. */
export interface Billed {
  readonly alone: number;
  /** For each of `AT_ONCE` concurrent responses. */
  readonly eachAtOnce: number;
}

/** Billed duration of responses of 20 s, with the default timings. */
export async function benchBilling(): Promise<Billed> {
  const synthesized = await synthesize(APP);
  const emulator = await Emulator.start({ assembly: synthesized.assembly, port: 0, environment: { ALLOW_REGISTRATION: 'true' } });
  try {
    const client = await ChatClient.signIn(emulator.url);
    return { alone: await billed(emulator, client, 1), eachAtOnce: await billed(emulator, client, AT_ONCE) };
  } finally {
    await emulator.dispose();
    synthesized.dispose();
  }
}

async function billed(emulator: Emulator, client: ChatClient, number: number): Promise<number> {
  const concurrentUsers = (pace: object) => Promise.all(Array.from({ length: number }, () => chat(client, pace)));
  const total = () => emulator.usage().reduce((sum, { gbSeconds }) => sum + gbSeconds, 0);
  await concurrentUsers(SHORT);
  await allFrozen(emulator);
  const before = total();
  await concurrentUsers(RESPONSE);
  await allFrozen(emulator);
  return (total() - before) / number;
}

/** Sends a message as the page does, with the requests that follow a complete reply. */
async function chat(client: ChatClient, pace: object): Promise<void> {
  const id = await client.start('Hello', pace);
  let complete = false;
  for await (const { json } of client.events(id)) complete ||= json.final;
  if (!complete) throw new Error('the stream ended without a final event');
  await Promise.all([`/api/messages/${id}`, `/api/agents/chat/status/${id}`].map((path) => client.get(path)));
}

async function allFrozen({ functions }: Emulator): Promise<void> {
  const busy = () => [...functions.values()].some(({ environments }) => environments.some(({ state }) => state !== 'frozen' && state !== 'dead'));
  while (busy()) await new Promise((resolve) => setTimeout(resolve, 20));
}
