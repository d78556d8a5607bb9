import type { ChatClient } from './chat-client';
import type { Pace } from './pace';

/** Result of one rule. */
export interface Verdict {
  /** The requirement. */
  readonly rule: string;
  /** `skipped` if the rule was not checked. */
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** The observation. */
  readonly seen: string;
}

/** Times of one reply, in milliseconds since the POST was sent. */
export interface Measurement {
  readonly postReturnedMs: number;
  readonly firstEventMs?: number;
  readonly generationEndedMs?: number;
  readonly events: number;
  readonly medianGapMs?: number;
  readonly largestGapMs?: number;
}

/** Parameters of the checks. */
export interface Target {
  /** URL of the site, without a trailing slash. */
  readonly url: string;
  /** URL of the API, if it is known. */
  readonly apiUrl?: string;
  /** A logged-in client. */
  readonly client: ChatClient;
  readonly pace: Pace;
  readonly silenceMs: number;
  readonly timeoutMs: number;
  readonly measure: (measurement: Measurement) => void;
}

/** A check, with or without a logged-in user. */
export type Check =
  | { readonly rules: readonly string[]; readonly needsUser: false; readonly run: (target: Omit<Target, 'client'>) => Promise<Verdict[]> }
  | { readonly rules: readonly string[]; readonly needsUser: true; readonly run: (target: Target) => Promise<Verdict[]> };

export function verdict(rule: string, passed: boolean, seen: string): Verdict {
  return { rule, outcome: passed ? 'passed' : 'failed', seen };
}

/** Runs a check of a rule; an exception is a failure. */
export async function verdictOf(rule: string, attempt: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await attempt();
  } catch (error) {
    return verdict(rule, false, (error as Error).message);
  }
}
