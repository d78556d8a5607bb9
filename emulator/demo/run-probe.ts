import { probe, type ProbeResult } from '../probe';
import type { EnvironmentWatch, WatchedRequest } from './environment-watch';
import { type Reporter, table } from './reporter';

const PATIENCE_WITHOUT_HOLD_MS = 3_000;

/** Probes a running emulator and reports; returns whether every verdict passed. */
export async function runProbe(url: string, watch: EnvironmentWatch, reporter: Reporter, hold: boolean): Promise<boolean> {
  const result = await probe(url, {
    // Without the hold it would stall, and keep its environment for as long as the stream may be silent.
    warmUp: hold,
    settle: () => watch.settled(),
    beforeStream: () => (hold ? watch.oneIsFree() : watch.settled()),
    patienceMs: hold ? undefined : PATIENCE_WITHOUT_HOLD_MS,
    onEvent: (description, milliseconds) => {
      reporter.record({ type: 'probe-event', milliseconds, description }, `${milliseconds.toFixed(1).padStart(9)} ms  ${description}`);
    },
  });
  // What is left running after a failure might be so for ever.
  if (result.passed) await watch.settled();
  const requests = watch.requestsSince(result.startedAt);
  const heldMs = watch.heldSince(result.startedAt);
  reporter.record({ type: 'probe', ...result, requests, heldMs }, summary(result, requests, heldMs));
  return result.passed;
}

function summary(result: ProbeResult, requests: WatchedRequest[], heldMs: number): string {
  const ms = (value?: number) => (value === undefined ? 'never' : `${value.toFixed(1)} ms`);
  const rows = table([
    ['POST answered after', ms(result.answeredAfter)],
    ['first event after', ms(result.firstEventAfter)],
    ['events', `${result.events}, ${result.tokens} of them with a token`],
    ['median gap', ms(result.medianGap)],
    ['environments used', environments(requests, result.streamId)],
    ['time held', ms(heldMs)],
  ]);
  const verdicts = result.verdicts.map(({ rule, passed, reason }) => `  ${passed ? '✓' : '✗'} ${rule}${reason ? `: ${reason}` : ''}`);
  return ['', rows, '', ...verdicts].join('\n');
}

/** Who did what, without the requests that only went along. */
function environments(requests: WatchedRequest[], streamId: string): string {
  const post = requests.find(({ path }) => path === '/api/agents/chat')?.environment;
  const stream = requests.find(({ path }) => path.endsWith(streamId))?.environment;
  const used = new Set([post, stream].filter((environment) => environment !== undefined));
  return `${used.size}: ${post ?? '?'} generated, ${stream ?? '?'} streamed`;
}
