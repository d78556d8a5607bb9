import type { ChatClient } from './chat-client';
import type { Pace } from './pace';

/** What became of one rule. */
export interface Verdict {
  /** What must be so. */
  readonly rule: string;
  /** `skipped` where nothing was tried. */
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** What was seen. */
  readonly seen: string;
}

/** What was measured of one answer, in milliseconds from sending the POST where nothing else is said. */
export interface Measurement {
  readonly postAnsweredMs: number;
  readonly firstEventMs?: number;
  readonly generationEndedMs?: number;
  readonly events: number;
  readonly medianGapMs?: number;
  readonly largestGapMs?: number;
}

/** What the checks work with. */
export interface Target {
  /** Where LibreChat is opened, without a slash at its end. */
  readonly url: string;
  /** The API's own URL, if it is known. */
  readonly apiUrl?: string;
  /** A client that is logged in. */
  readonly client: ChatClient;
  readonly pace: Pace;
  readonly silenceMs: number;
  readonly patienceMs: number;
  readonly measure: (measurement: Measurement) => void;
}

/** A check needs no user, or one that is logged in. */
export type Check =
  | { readonly rules: readonly string[]; readonly needsUser: false; readonly run: (target: Omit<Target, 'client'>) => Promise<Verdict[]> }
  | { readonly rules: readonly string[]; readonly needsUser: true; readonly run: (target: Target) => Promise<Verdict[]> };

export function verdict(rule: string, passed: boolean, seen: string): Verdict {
  return { rule, outcome: passed ? 'passed' : 'failed', seen };
}

/** Tries a rule; one whose trial throws has failed. */
export async function tried(rule: string, attempt: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await attempt();
  } catch (error) {
    return verdict(rule, false, (error as Error).message);
  }
}
