import type { State } from './recorder';
import { verdict, type Verdict } from '../check';
import { largest } from '../statistics';

/** A reply as shown by the page. */
export interface Shown {
  /** Time of the request, or of opening the page that shows it. */
  readonly since: number;
  readonly states: readonly State[];
  readonly tokens: number;
  readonly gapMs: number;
  /** Maximum number of words at once at the beginning: those that were generated before the page could show any. */
  readonly initialWords: number;
  /** Whether the page was opened during the reply: it may first show the saved text, and then catch up. */
  readonly catchesUp?: boolean;
}

/** Measurements of a shown reply. */
export interface ShownMeasurement {
  readonly firstWordMs?: number;
  readonly firstWords: number;
  /** Number of times that words were added. */
  readonly steps: number;
  readonly largestStepWords: number;
  readonly largestGapMs?: number;
}

/** Minimum share of words that must appear individually: a busy browser sometimes draws several at once. */
const SINGLE = 1 / 2;
/** Maximum share of words that may appear at once. */
const AT_ONCE = 1 / 4;
/** The saved text, the snapshot, and words that were waiting to be drawn. */
const CATCH_UP_STATES = 2;

/**
 * Whether the words of a reply appeared one after another. Based on order and number rather than time: a
 * busy machine is slow, but still shows incremental data incrementally.
 */
export function appearsWordByWord(rule: string, shown: Shown): Verdict {
  const { states, tokens, gapMs, initialWords, catchesUp = false } = shown;
  const measured = measureShown(shown);
  const { firstWordMs, firstWords, steps, largestStepWords, largestGapMs } = measured;
  const last = states.at(-1)?.words ?? [];
  const remaining = tokens - firstWords;
  const problems = [
    ...(last.length === tokens ? [] : [`the page shows ${last.length} of ${tokens} words at the end`]),
    ...(states.every(({ words }) => isBeginning(catchesUp ? withoutRepetitions(words) : words, last)) ? [] : ['words were missing or out of order until the end']),
    ...(firstWords <= initialWords ? [] : [`${firstWords} words appeared at once at the beginning`]),
    ...(steps >= remaining * SINGLE && remaining > 0 ? [] : [`the other ${remaining} words appeared in ${steps} steps`]),
    ...(largestStepWords <= Math.max(3, remaining * AT_ONCE) ? [] : [`${largestStepWords} words appeared at once`]),
  ];
  const numbers = firstWordMs === undefined ? 'no word' : `first word after ${Math.round(firstWordMs)} ms, ${firstWords} + ${remaining} words in `
    + `${steps} steps, largest ${largestStepWords} words, largest gap ${((largestGapMs ?? 0) / gapMs).toFixed(1)} token intervals`;
  return verdict(rule, problems.length === 0, [...problems, numbers].join('; '));
}

export function measureShown({ since, states, catchesUp, initialWords }: Shown): ShownMeasurement {
  const all = states.filter(({ words }) => words.length > 0);
  const catchingUp = catchesUp ? all.slice(1, 1 + CATCH_UP_STATES).filter(({ words }) => words.length <= initialWords).length : 0;
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

/** Words without a repetition: LibreChat's snapshot and its subscription overlap by up to one word, until the final frame. */
export function withoutRepetitions(words: readonly string[]): string[] {
  return words.filter((word, index) => word !== words[index - 1]);
}

function isBeginning(words: readonly string[], whole: readonly string[]): boolean {
  return words.every((word, index) => word === whole[index]);
}
