import { failures } from './at-once';
import { FaultInjection } from './faults';
import type { SoakOptions } from './options';
import { PageChat, type Outcome } from './page';
import { User } from './user';
import type { Verdict } from './verdict';
import { table } from '../../cli/table';
import { Deployment } from '../../fixtures/deployment';
import { startRedis } from '../../fixtures/runtime/redis';
import { until } from '../../fixtures/runtime/until';
import { scaledSettings } from '../../runtime/queue';

const QUICK = { tokens: 8, gapMs: 3, silenceMs: 0, saveMs: 0, titleMs: 0 };
/** Slow enough for faults in the middle of a stream. */
const SLOW = { ...QUICK, tokens: 30, gapMs: 30 };
const SLOW_EVERY = 15;
const TIMINGS = { silenceMs: 45_000, retryMs: 200 };
/** Workers live for seconds instead of minutes, so that renewals and freezes are frequent. */
const WORKER = { lingerMs: 700, titleMs: 700, renewAfterMs: 5_000, roundMs: 200, graceMs: 50, streamIdleMs: 10_000, heartbeatMs: 1_000 };
const PROGRESS_EVERY = 500;

/** Sends chats sequentially while faults are injected. */
export async function chatsWithFaults({ chats, faultSeconds, seed }: SoakOptions, print: (text: string) => void): Promise<Verdict[]> {
  // Messages and conversations, which LibreChat stores in MongoDB, must survive when the other Redis loses its data.
  const documents = await startRedis();
  const outages: string[] = [];
  const deployment = await Deployment.start({
    worker: WORKER,
    queue: scaledSettings(2),
    environment: { STAND_IN_DOCUMENTS_URI: documents.uri },
    listener: (event) => {
      if (process.env.SOAK_LOG && event.type !== 'aws') process.stderr.write(`${JSON.stringify(event)}\n`);
    },
  });
  try {
    const user = await User.register(deployment.url);
    const outcomes: Outcome[] = [];
    const began = performance.now();
    const faults = new FaultInjection(deployment, faultSeconds, seed, (name) => outages.push(name));
    for (let chat = 1; chat <= chats; chat++) {
      await user.keepSession();
      const outcome = await new PageChat(user, TIMINGS).send(`soak ${chat}`, chat % SLOW_EVERY ? QUICK : SLOW);
      outcomes.push(outcome);
      if (outcome.kind !== 'whole') print(`  chat ${chat}, after "${outages.at(-1) ?? 'no fault'}": ${outcome.kind}, ${outcome.detail}, ${Math.round(outcome.milliseconds)} ms`);
      if (chat % PROGRESS_EVERY === 0) print(`  ${chat} chats, ${((performance.now() - began) / 1000).toFixed(0)} s`);
    }
    await faults.end();
    const seconds = (performance.now() - began) / 1000;
    const { environments } = deployment.worker;
    await until(() => environments.every(({ state }) => state !== 'busy'));
    const running = (await user.get('/api/agents/chat/active')).json.activeJobIds.length;
    const counts = await user.executions();
    const twice = [...counts.values()].filter((times) => times > 1).length;
    const kinds = (kind: Outcome['kind']) => outcomes.filter((outcome) => outcome.kind === kind).length;
    const { worker } = deployment.usage();
    print(`\n${chats} sequential chats: ${kinds('whole')} whole (${outcomes.filter(({ kind, resumed }) => kind === 'whole' && resumed > 0).length} after a resumed stream), `
      + `${kinds('error')} with an error, ${kinds('lost')} lost; ${twice} executed twice; ${running} left running; ${seconds.toFixed(0)} s, ${worker.invocations} workers in ${worker.environments} environments`);
    print(table([...faults.counts].map(([name, times]) => [name, String(times)]), { right: [1], indent: 2 }));
    for (const line of failures(outcomes)) print(`  ${line}`);
    return [
      { rule: `none of ${chats} chats is lost without an error`, passed: kinds('lost') === 0 },
      { rule: 'none is executed twice', passed: twice === 0 },
      { rule: 'none is left running', passed: running === 0 },
      { rule: 'most are whole', passed: kinds('whole') > chats / 2 },
    ];
  } finally {
    await deployment.dispose();
    await documents.dispose();
  }
}
