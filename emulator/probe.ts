import type { Account } from '../probe/chat-client';
import { type ChatEvent, finalTextOf, joined, resumedTextOf, tokenOf } from '../probe/chat-events';
import { median } from '../probe/statistics';
import { ChatClient } from './demo/chat-client';

/** How many tokens the probe asks a stand-in for, and how far apart. Other LibreChats take their own. */
const PACE = { tokens: 20, gapMs: 100 };
const WARM_UP = { tokens: 1, gapMs: 0, saveMs: 0 };
const PATIENCE_MS = 30_000;

export interface ProbeOptions {
  /** Who logs in. @default a user that the probe registers */
  readonly account?: Account;
  /** Gives up after so long without an event. @default 30 s */
  readonly patienceMs?: number;
  /** Send a whole chat first. Without it, only what makes two environments start. @default true */
  readonly warmUp?: boolean;
  /** Waits until what the warm-up has left behind is done. */
  readonly settle?: () => Promise<void>;
  /** Waits, between the POST and the stream, until an environment is free to take it. */
  readonly beforeStream?: () => Promise<void>;
  /** Called with each event as it arrives, and the milliseconds since the POST was sent. */
  readonly onEvent?: (description: string, milliseconds: number) => void;
}

/** One verdict of a probe: what must be so, and whether it was. */
export interface Verdict {
  readonly rule: string;
  readonly passed: boolean;
  /** What was seen, where it failed. */
  readonly reason?: string;
}

export interface ProbeResult {
  readonly streamId: string;
  /** When the POST was sent, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** Milliseconds from sending the POST to the end of its response. */
  readonly answeredAfter: number;
  /** Milliseconds from sending the POST to the first event. */
  readonly firstEventAfter?: number;
  readonly events: number;
  readonly tokens: number;
  readonly medianGap?: number;
  readonly verdicts: Verdict[];
  readonly passed: boolean;
}

/**
 * Sends a chat to a deployment, wherever it is, and follows its answer on a second connection: the way from the browser
 * to the generating environment and back, judged by what comes out of it.
 */
export async function probe(url: string, options: ProbeOptions = {}): Promise<ProbeResult> {
  const { account, warmUp = true, settle, beforeStream, onEvent = () => undefined, patienceMs = PATIENCE_MS } = options;
  const client = await ChatClient.signIn(url, account);
  if (warmUp) await follow(client, (await start(client, 'Warm up', WARM_UP)).streamId, patienceMs);
  else await Promise.all([client.logIn(), client.logIn()]);
  await settle?.();

  const startedAt = Date.now();
  const { streamId, posted, answeredAfter } = await start(client, 'Are you there?', PACE);
  onEvent('POST answered', answeredAfter);
  await beforeStream?.();

  const { events, failure } = await follow(client, streamId, patienceMs, (event) => onEvent(describe(event), event.at - posted));
  const tokens = events.filter((event) => tokenOf(event) !== undefined);
  const verdicts = [wholeVerdict(events, failure), piecesVerdict(tokens)];
  return {
    streamId,
    startedAt,
    answeredAfter,
    firstEventAfter: events.length ? events[0].at - posted : undefined,
    events: events.length,
    tokens: tokens.length,
    medianGap: median(tokens.slice(1).map(({ at }, index) => at - tokens[index].at)),
    verdicts,
    passed: verdicts.every(({ passed }) => passed),
  };
}

/**
 * Starts an answer. A page sends other requests beside it: here one that takes longer, on another environment. So the stream
 * finds that one free, and not the one that generates, which it would keep awake even where nothing holds it.
 */
async function start(client: ChatClient, text: string, pace: object) {
  const posted = performance.now();
  const answer = client.start(text, pace).then((streamId) => ({ streamId, posted, answeredAfter: performance.now() - posted }));
  const [started] = await Promise.all([answer, client.logIn()]);
  return started;
}

/** The events until the stream ends, breaks off or falls silent for too long. */
async function follow(client: ChatClient, streamId: string, patienceMs: number, onEvent?: (event: ChatEvent) => void) {
  const events: ChatEvent[] = [];
  const silence = new AbortController();
  const giveUp = () => silence.abort();
  let timer = setTimeout(giveUp, patienceMs);
  try {
    for await (const event of client.events(streamId, { resume: true, signal: silence.signal })) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, patienceMs);
      events.push(event);
      onEvent?.(event);
    }
    return { events };
  } catch (error) {
    return { events, failure: silence.signal.aborted ? `no event for ${patienceMs / 1000} s` : (error as Error).message };
  } finally {
    clearTimeout(timer);
  }
}

function wholeVerdict(events: ChatEvent[], failure?: string): Verdict {
  const rule = 'the answer arrived whole';
  const final = events.find(({ json }) => json.final);
  if (!final) return { rule, passed: false, reason: failure ?? 'the stream ended without a final event' };
  const text = joined(events);
  const expected = finalTextOf(final)!;
  if (text === expected && text) return { rule, passed: true };
  return { rule, passed: false, reason: `${text.length} of ${expected.length} characters came in events` };
}

/** A stack that buffers, or freezes the generation, brings all tokens at once. */
function piecesVerdict(tokens: ChatEvent[]): Verdict {
  const rule = 'the answer arrived in pieces';
  const arrivals = new Set(tokens.map(({ at }) => Math.round(at / 10)));
  if (arrivals.size > tokens.length / 2 && tokens.length > 2) return { rule, passed: true };
  return { rule, passed: false, reason: `${tokens.length} tokens came at ${arrivals.size} moments` };
}

function describe(event: ChatEvent): string {
  const { json, name } = event;
  if (json.sync) return `sync, ${resumedTextOf(event)!.length} characters so far`;
  if (json.created) return 'created';
  if (json.final) return 'final';
  const token = tokenOf(event);
  return token === undefined ? `${name} ${json.event ?? ''}`.trim() : JSON.stringify(token);
}
