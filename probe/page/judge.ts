import type { State } from './recorder';
import { verdict, type Verdict } from '../check';
import { largest } from '../statistics';

/** A response as a page showed it. */
export interface Shown {
  /** When it was asked for, or when the page that shows it was opened. */
  readonly since: number;
  readonly states: readonly State[];
  readonly tokens: number;
  readonly gapMs: number;
  /** How many words may be there before they appear one by one: those that were generated before the page could show any. */
  readonly mayBeginWith: number;
  /** Set where the page was opened in mid-response: it may show what was saved, and then jump to what was generated. */
  readonly catchesUp?: boolean;
}

/** What was measured of it. */
export interface ShownMeasurement {
  readonly firstWordMs?: number;
  readonly firstWords: number;
  /** How often words were added. */
  readonly steps: number;
  readonly largestStepWords: number;
  readonly largestGapMs?: number;
}

/** Of the words that can appear one by one, so many must: a busy browser draws several at once now and then. */
const SINGLE = 1 / 2;
/** No more than this part of them may appear at once. */
const AT_ONCE = 1 / 4;
/** What was saved, what the snapshot has, and what was waiting to be drawn. */
const CATCH_UP_STATES = 2;

/**
 * Whether the words of a response appeared one after another, judged by their order and number rather than by the clock: a
 * busy machine is slow at everything, but shows what came in pieces in pieces.
 */
export function appearsWordByWord(rule: string, shown: Shown): Verdict {
  const { states, tokens, gapMs, mayBeginWith, catchesUp = false } = shown;
  const measured = measureShown(shown);
  const { firstWordMs, firstWords, steps, largestStepWords, largestGapMs } = measured;
  const last = states.at(-1)?.words ?? [];
  const remaining = tokens - firstWords;
  const problems = [
    ...(last.length === tokens ? [] : [`the page shows ${last.length} of ${tokens} words in the end`]),
    ...(states.every(({ words }) => isBeginning(catchesUp ? undoubled(words) : words, last)) ? [] : ['words were missing or out of order until the end']),
    ...(firstWords <= mayBeginWith ? [] : [`${firstWords} words appeared at once in the beginning`]),
    ...(steps >= remaining * SINGLE && remaining > 0 ? [] : [`the other ${remaining} words appeared in ${steps} steps`]),
    ...(largestStepWords <= Math.max(3, remaining * AT_ONCE) ? [] : [`${largestStepWords} words appeared at once`]),
  ];
  const numbers = firstWordMs === undefined ? 'no word' : `first word after ${Math.round(firstWordMs)} ms, ${firstWords} + ${remaining} words in `
    + `${steps} steps, largest ${largestStepWords} words, largest gap ${((largestGapMs ?? 0) / gapMs).toFixed(1)} token intervals`;
  return verdict(rule, problems.length === 0, [...problems, numbers].join('; '));
}

export function measureShown({ since, states, catchesUp, mayBeginWith }: Shown): ShownMeasurement {
  const all = states.filter(({ words }) => words.length > 0);
  const catchingUp = catchesUp ? all.slice(1, 1 + CATCH_UP_STATES).filter(({ words }) => words.length <= mayBeginWith).length : 0;
  const visible = all.slice(catchingUp);
  const steps = visible.slice(1).map((state, index) => ({
    words: state.words.length - visible[index].words.length, ms: state.at - visible[index].at,
  })).filter(({ words }) => words > 0);
  return {
    firstWordMs: all.length ? all[0].at - since : undefined,
    firstWords: visible[0]?.words.length ?? 0,
    steps: steps.length,
    largestStepWords: largest(steps.map(({ words }) => words)) ?? 0,
    largestGapMs: largest(steps.map(({ ms }) => ms)),
  };
}

/** LibreChat's snapshot and its subscription overlap: at the join a word may come twice, until the final frame. */
export function undoubled(words: readonly string[]): string[] {
  return words.filter((word, index) => word !== words[index - 1]);
}

function isBeginning(words: readonly string[], whole: readonly string[]): boolean {
  return words.every((word, index) => word === whole[index]);
}
