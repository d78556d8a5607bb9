import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArguments, runCommand, UsageError } from '../cli/command';
import { table } from '../cli/table';
import { EnvironmentWatch } from '../demo/environment-watch';
import type { EnvironmentEvent } from '../emulator/core/events';
import { Emulator } from '../emulator/emulator';
import { synthesize } from '../emulator/synthesize';
import { ChatClient } from '../probe/chat-client';
import { resumedTextOf, tokenOf } from '../probe/chat-events';

const USAGE = `Sends many chats through the emulated stack, first one by one, then concurrently, and checks that every reply is complete,
that every environment is released, and that no process grows.

Usage: npx projen soak [-- <options>]

  --chats <n>     Number of chats to send one by one (default: 1000).
  --at-once <n>   Number of concurrent chats (default: 50).
  --help          Show this.
`;

const APP = join(__dirname, '../examples/typescript/app.ts');
const QUICK = { tokens: 8, gapMs: 3, saveMs: 0 };
/** Long enough that all of a crowd are answered at the same time. */
const SLOW = { tokens: 20, gapMs: 100, saveMs: 0 };
const OVERRIDES = { graceMs: 20, holdPollMs: 20 };
/** Small heaps are tidied often, so that what grows in them is no garbage. */
const SMALL_HEAP = '--max-semi-space-size=1 --max-old-space-size=64';
/** Heaps and caches grow until they have their size: what is measured as growth begins after so many chats. */
const WARM_UP_SHARE = 0.3;
const MOST_GROWTH_MB = 15;
const MOST_NEW_DESCRIPTORS = 2;

/** What one process needs. */
interface Usage {
  readonly megabytes: number;
  readonly descriptors: number;
}

interface Verdict {
  readonly rule: string;
  readonly passed: boolean;
}

interface Options {
  readonly chats: number;
  readonly atOnce: number;
}

function parseOptions(args: string[]): Options {
  const { values } = parseArguments(args, {
    options: { 'chats': { type: 'string', default: '1000' }, 'at-once': { type: 'string', default: '50' } },
  });
  return { chats: positive('chats', values.chats), atOnce: positive('at-once', values['at-once']) };
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new UsageError(`--${option} must be a whole number of at least 1, got: ${text}`);
  return value;
}

async function run({ chats, atOnce }: Options): Promise<number> {
  const made = await synthesize(APP);
  const emulator = await Emulator.start({
    assembly: made.assembly,
    port: 0,
    environment: { ALLOW_REGISTRATION: 'true', ADAPTER_TEST_OVERRIDES: JSON.stringify(OVERRIDES), NODE_OPTIONS: SMALL_HEAP },
  });
  const watch = new EnvironmentWatch(emulator.events);
  try {
    const verdicts = await soak(emulator, watch, chats, atOnce);
    for (const { rule, passed } of verdicts) print(`  ${passed ? '✓' : '✗'} ${rule}`);
    return verdicts.every(({ passed }) => passed) ? 0 : 1;
  } finally {
    watch.dispose();
    await emulator.dispose();
    made.dispose();
  }
}

async function soak(emulator: Emulator, watch: EnvironmentWatch, chats: number, atOnce: number): Promise<Verdict[]> {
  const deaths: EnvironmentEvent[] = [];
  emulator.events.subscribe((event) => {
    if (event.type === 'environment' && event.phase === 'dead') deaths.push(event);
  });
  const client = await ChatClient.signIn(emulator.url);
  const warmUp = Math.ceil(chats * WARM_UP_SHARE);
  let whole = 0;

  const oneByOne = async (number: number) => {
    for (let done = 0; done < number; done++) whole += Number(await isWhole(client, QUICK));
    await watch.settled();
  };
  const began = performance.now();
  await oneByOne(warmUp);
  const before = usages(emulator);
  await oneByOne(chats - warmUp);
  const after = usages(emulator);
  const seconds = (performance.now() - began) / 1000;
  print(`\n${chats} chats one after the other: ${whole} whole, ${seconds.toFixed(1)} s, ${count(emulator)} environments\n`);
  print(comparison(before, after));

  let wholeAtOnce = 0;
  let sent = 0;
  const together = async (number: number) => {
    const answers = await Promise.all(Array.from({ length: number }, () => isWhole(client, SLOW)));
    wholeAtOnce += answers.filter(Boolean).length;
    sent += number;
    await watch.settled();
  };
  // A ramp: what a machine of two cores cannot do is start a hundred servers in the same moment.
  for (let number = 5; number < atOnce; number *= 2) await together(number);
  const rampSeconds = (performance.now() - began) / 1000 - seconds;
  await together(atOnce);
  const crowd = usages(emulator);
  const crowdBegan = performance.now();
  await together(atOnce);
  const crowdSeconds = (performance.now() - crowdBegan) / 1000;
  const crowdAfter = usages(emulator);
  print(`\nup to ${atOnce} chats at once: ${wholeAtOnce} of ${sent} whole, ${count(emulator)} environments; `
    + `${rampSeconds.toFixed(1)} s to ramp up, ${crowdSeconds.toFixed(1)} s for the last ${atOnce}\n`);
  print(comparison(crowd, crowdAfter));

  for (const { detail } of deaths) print(`  an environment died: ${detail}`);
  const held = [...emulator.functions.values()].flatMap(({ environments }) => environments.filter(({ state }) => state === 'busy'));
  return [
    { rule: `every answer of ${chats} one after the other is whole`, passed: whole === chats },
    { rule: `every answer of ${sent} at once is whole`, passed: wholeAtOnce === sent },
    { rule: 'no environment is left held', passed: held.length === 0 },
    { rule: 'no environment died', passed: deaths.length === 0 },
    ...growthVerdicts('one after the other', before, after),
    ...growthVerdicts('at once', crowd, crowdAfter),
  ];
}

/** One chat; true if its events make up the answer that the final one has. */
async function isWhole(client: ChatClient, pace: object): Promise<boolean> {
  let text = '';
  let final: string | undefined;
  try {
    for await (const event of client.events(await client.start('Hello', pace))) {
      text += resumedTextOf(event) ?? tokenOf(event) ?? '';
      if (event.json.final) final = event.json.responseMessage.text;
    }
  } catch (error) {
    print(`  ${(error as Error).message}`);
  }
  return final !== undefined && final !== '' && text === final;
}

/** What each process of each environment needs now, by its command. */
function usages(emulator: Emulator): Map<number, Usage & { name: string }> {
  const groups = new Set([...emulator.functions.values()].flatMap(({ environments }) => environments.map(({ pid }) => pid)));
  const found = new Map<number, Usage & { name: string }>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
      if (!groups.has(Number(stat[2]))) continue;
      const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${entry}/status`, 'utf8'))?.[1];
      if (resident === undefined) continue;
      const name = /adapter\.js/.test(readFileSync(`/proc/${entry}/cmdline`, 'utf8')) ? 'adapter' : 'LibreChat';
      found.set(Number(entry), { name, megabytes: Number(resident) / 1024, descriptors: readdirSync(`/proc/${entry}/fd`).length });
    } catch {
      // The process ended between one look and the next.
    }
  }
  return found;
}

type Usages = ReturnType<typeof usages>;

const KINDS = ['adapter', 'LibreChat'];

/** The most that a process of the kind needs: environments take turns, so that each one's own growth tells of its luck. */
function most(all: Usages, kind: string, key: keyof Usage): number {
  return Math.max(0, ...[...all.values()].filter(({ name }) => name === kind).map((usage) => usage[key]));
}

function comparison(before: Usages, after: Usages): string {
  return table(KINDS.map((kind) => {
    const [memory, descriptors] = (['megabytes', 'descriptors'] as const).map((key) => {
      return `${most(before, kind, key).toFixed(0)} → ${most(after, kind, key).toFixed(0)}`;
    });
    return [kind, `${memory} MB, ${descriptors} descriptors at most`];
  }), { indent: 2 });
}

function growthVerdicts(how: string, before: Usages, after: Usages): Verdict[] {
  return KINDS.flatMap((kind) => [
    {
      rule: `no ${kind} grew by more than ${MOST_GROWTH_MB} MB (${how})`,
      passed: before.size > 0 && most(after, kind, 'megabytes') - most(before, kind, 'megabytes') <= MOST_GROWTH_MB,
    },
    {
      rule: `no ${kind} has more than ${MOST_NEW_DESCRIPTORS} descriptors more (${how})`,
      passed: before.size > 0 && most(after, kind, 'descriptors') - most(before, kind, 'descriptors') <= MOST_NEW_DESCRIPTORS,
    },
  ]);
}

function count(emulator: Emulator): number {
  return [...emulator.functions.values()].reduce((sum, { environments }) => sum + environments.filter(({ state }) => state !== 'dead').length, 0);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

void runCommand({ usage: USAGE, read: parseOptions, run });
