import type { Reporter } from './reporter';
import { table } from '../cli/table';
import { ChatClient } from '../probe/chat-client';
import { type ChatEvent, resumedTextOf, tokenOf } from '../probe/chat-events';
import type { Verdict } from '../probe/check';
import { follow, start } from '../probe/follow';
import { arrivedIncrementally, arrivedCompletely, measure, pageWouldShow, tokensIn } from '../probe/judge';

/** Number of tokens of the reply, and the time between them. */
const PACE = { tokens: 20, gapMs: 100, silenceMs: 0 };
const WARM_UP = { tokens: 1, gapMs: 0, silenceMs: 0, saveMs: 0 };
/** Fewer tokens do not show whether the reply arrived incrementally. */
const TOO_FEW = 2;
const TIMEOUT_MS = 30_000;

/** Sends one chat through a running emulator and reports; returns whether its reply arrived complete and in pieces. */
export async function runProbe(url: string, reporter: Reporter): Promise<boolean> {
  const client = await ChatClient.signIn(url);
  const seen = (description: string, milliseconds: number) => {
    reporter.record({ type: 'probe-event', milliseconds, description }, `${milliseconds.toFixed(1).padStart(9)} ms  ${description}`);
  };

  await follow(client, (await start(client, WARM_UP)).id, TIMEOUT_MS);

  const startedAt = Date.now();
  const started = await start(client, PACE);
  seen('POST returned', started.returnedMs);
  const followed = await follow(client, started.id, TIMEOUT_MS, {
    onEvent: (event) => seen(describe(event), event.at - started.postedAt),
  });
  const verdicts = [
    arrivedCompletely('the reply arrived complete', followed),
    arrivedIncrementally('the reply arrived in pieces', followed, TOO_FEW),
    pageWouldShow('the page would show each token', followed),
  ].map(shortened);
  const passed = verdicts.every((verdict) => verdict.passed);

  const { postReturnedMs: postReturnedAfter, firstEventMs: firstEventAfter, medianGapMs: medianGap, events } = measure(started, followed);
  const result = {
    streamId: started.id,
    startedAt,
    postReturnedAfter,
    firstEventAfter,
    events,
    tokens: tokensIn(followed).length,
    medianGap,
    verdicts,
    passed,
  };
  reporter.record({ type: 'probe', ...result }, summary(result));
  return passed;
}

/** Only a failed verdict has a reason. */
function shortened({ rule, outcome, seen }: Verdict) {
  return outcome === 'passed' ? { rule, passed: true } : { rule, passed: false, reason: seen };
}

interface Result {
  readonly streamId: string;
  readonly postReturnedAfter: number;
  readonly firstEventAfter?: number;
  readonly events: number;
  readonly tokens: number;
  readonly medianGap?: number;
  readonly verdicts: readonly ReturnType<typeof shortened>[];
}

function summary({ postReturnedAfter, firstEventAfter, events, tokens, medianGap, verdicts }: Result): string {
  const ms = (value?: number) => (value === undefined ? 'never' : `${value.toFixed(1)} ms`);
  const rows = table([
    ['POST returned after', ms(postReturnedAfter)],
    ['first event after', ms(firstEventAfter)],
    ['events', `${events}, ${tokens} of them with a token`],
    ['median gap', ms(medianGap)],
  ], { indent: 2 });
  const judged = verdicts.map(({ rule, passed, reason }) => `  ${passed ? '✓' : '✗'} ${rule}${reason ? `: ${reason}` : ''}`);
  return ['', rows, '', ...judged].join('\n');
}

function describe(event: ChatEvent): string {
  const { json, name } = event;
  if (json.sync) return `sync, ${resumedTextOf(event)!.length} characters so far`;
  if (json.created) return 'created';
  if (json.final) return 'final';
  const token = tokenOf(event);
  return token === undefined ? `${name} ${json.event ?? ''}`.trim() : JSON.stringify(token);
}
