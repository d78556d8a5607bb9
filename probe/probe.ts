import { type Account, ChatClient, type Model, PROBE_MODEL } from './chat-client';
import { type Measurement, type Target, verdict, type Verdict } from './check';
import { CHECK_NAMES, CHECKS, type CheckName } from './checks';
import type { Pace } from './pace';

const SIGN_IN = 'a user logs in';

/** Long enough to see pieces, whatever is in between. */
const PACE = { tokens: 40, gapMs: 250 };

export interface ProbeOptions {
  /** Where LibreChat is opened. */
  readonly url: string;
  /** The API's own URL with its stage, which must not answer. @default that is not tried */
  readonly apiUrl?: string;
  /** Who logs in. @default a user that the probe registers */
  readonly account?: Account;
  /** Which model answers. @default the one that the probe brings, as the integration tests configure it */
  readonly model?: Model;
  /** What is checked. @default everything */
  readonly checks?: readonly CheckName[];
  /** How the answers are generated. @default 40 tokens, 250 ms apart */
  readonly pace?: Pick<Pace, 'tokens' | 'gapMs'>;
  /** How long the model thinks. @default 40 s */
  readonly silenceMs?: number;
  /** Gives up after so long without an event. @default 30 s */
  readonly patienceMs?: number;
}

/** What the probe found. */
export interface Report {
  readonly url: string;
  readonly passed: boolean;
  readonly verdicts: readonly Verdict[];
  /** Of the chat, if there was one. */
  readonly measurement?: Measurement;
}

/**
 * Does what a page and its user do with a deployment, wherever it is, and judges what comes back.
 *
 * Nothing throws: what cannot be done is a verdict.
 */
export async function probe(options: ProbeOptions): Promise<Report> {
  const { checks = CHECK_NAMES } = options;
  const url = options.url.replace(/\/+$/, '');
  let measurement: Measurement | undefined;
  const target = {
    url,
    apiUrl: options.apiUrl?.replace(/\/+$/, ''),
    pace: { ...PACE, ...options.pace, silenceMs: 0 },
    silenceMs: options.silenceMs ?? 40_000,
    patienceMs: options.patienceMs ?? 30_000,
    measure: (measured: Measurement) => { measurement = measured; },
  };

  const verdicts: Verdict[] = [];
  let client: ChatClient | undefined;
  if (checks.some((name) => CHECKS[name].needsUser)) {
    try {
      client = await ChatClient.signIn(url, options.account, options.model ?? PROBE_MODEL);
      verdicts.push(verdict(SIGN_IN, true, ''));
    } catch (error) {
      verdicts.push(verdict(SIGN_IN, false, (error as Error).message));
    }
  }
  for (const name of checks) verdicts.push(...await judge(name, target, client));
  return { url, passed: verdicts.every(({ outcome }) => outcome !== 'failed'), verdicts, measurement };
}

async function judge(name: CheckName, target: Omit<Target, 'client'>, client?: ChatClient): Promise<Verdict[]> {
  const check = CHECKS[name];
  try {
    if (!check.needsUser) return await check.run(target);
    if (client) return await check.run({ ...target, client });
    return check.rules.map((rule) => ({ rule, outcome: 'skipped', seen: 'nobody is logged in' }));
  } catch (error) {
    return check.rules.map((rule) => verdict(rule, false, (error as Error).message));
  }
}
