import type { SoakOptions } from './options';
import { PageChat, type Outcome } from './page';
import { User } from './user';
import type { Verdict } from './verdict';
import { Deployment } from '../../fixtures/deployment';
import { until } from '../../fixtures/runtime/until';
import { percentile } from '../../probe/statistics';
import type { Pace } from '../../stand-in/server/pace';

const PACE = { tokens: 60, gapMs: 100, silenceMs: 0, saveMs: 300, titleMs: 0 };
/** Starts the relays first: this machine's cores cannot start a hundred processes while latency is measured. */
const WARM_UP = { ...PACE, tokens: 10 };
const TIMINGS = { silenceMs: 30_000, retryMs: 1_000 };
const MOST_WORKERS = 3;
const MOST_GAP_MS = 130;

/** Sends increasing numbers of concurrent chats, with the default timings. */
export async function chatsAtOnce({ atOnce }: SoakOptions, print: (text: string) => void): Promise<Verdict[]> {
  const deployment = await Deployment.start();
  try {
    const user = await User.register(deployment.url);
    const verdicts: Verdict[] = [];
    for (const number of atOnce) verdicts.push(...await sendConcurrently(deployment, user, number, print));
    return verdicts;
  } finally {
    await deployment.dispose();
  }
}

async function sendConcurrently(deployment: Deployment, user: User, number: number, print: (text: string) => void): Promise<Verdict[]> {
  await user.keepSession();
  const all = (name: string, pace: Pace) => Promise.all(Array.from({ length: number }, (_, chat) => new PageChat(user, TIMINGS).send(`${name} ${number} ${chat}`, pace)));
  await all('warm-up', WARM_UP);
  const before = deployment.usage();
  const outcomes = await all('crowd', PACE);
  const busy = deployment.worker.environments.filter(({ state }) => state === 'busy').length;
  const { environments } = deployment.worker;
  await until(() => environments.every(({ state }) => state !== 'busy'));
  const { worker, relay } = deployment.usage();
  const gaps = outcomes.flatMap((outcome) => outcome.gaps);
  const p95 = percentile(gaps, 0.95) ?? Infinity;
  const whole = outcomes.filter(({ kind }) => kind === 'whole').length;
  const running = (await user.get('/api/agents/chat/active')).json.activeJobIds.length;
  const gbSeconds = worker.gbSeconds - before.worker.gbSeconds + relay.gbSeconds - before.relay.gbSeconds;
  print(`\n${number} concurrent chats, ${PACE.tokens} tokens at ${PACE.gapMs} ms: ${whole} whole; ${busy} workers running at the end, `
    + `${worker.invocations - before.worker.invocations} started for it, ${relay.environments - before.relay.environments} relays started`);
  print(`  gaps: median ${shown(percentile(gaps, 0.5))}, p95 ${shown(p95)}, p99 ${shown(percentile(gaps, 0.99))}; `
    + `a chat took ${shown(percentile(outcomes.map(({ milliseconds }) => milliseconds), 0.5))} (median); ${(gbSeconds / number).toFixed(1)} GB-s each`);
  for (const line of failures(outcomes)) print(`  ${line}`);
  return [
    { rule: `every reply of ${number} concurrent chats is complete`, passed: whole === number },
    { rule: `at most ${MOST_WORKERS} workers for ${number} concurrent chats`, passed: busy <= Math.max(MOST_WORKERS, Math.ceil(number / 50)) },
    { rule: `p95 of the gaps of ${number} concurrent chats is at most ${MOST_GAP_MS} ms`, passed: p95 <= MOST_GAP_MS },
    { rule: `none of ${number} concurrent chats is left running`, passed: running === 0 },
  ];
}

/** Outcomes of incomplete chats, with the number of each. */
export function failures(outcomes: readonly Outcome[]): string[] {
  const counts = new Map<string, number>();
  for (const { kind, detail } of outcomes) {
    if (kind !== 'whole') counts.set(`${kind}: ${detail}`, (counts.get(`${kind}: ${detail}`) ?? 0) + 1);
  }
  return [...counts].map(([what, count]) => `${count} × ${what}`);
}

function shown(ms?: number): string {
  return ms === undefined ? 'none' : `${ms.toFixed(1)} ms`;
}
