import { replyTo, sentencesFor } from './replies';

/** How a reply is generated; set by `standIn` in the body of a chat. */
export interface Pace {
  /** Number of tokens. @default the length of the reply */
  readonly tokens?: number;
  /** Milliseconds between tokens. */
  readonly gapMs: number;
  /** Milliseconds of silence before the second half, as of a reasoning model. */
  readonly silenceMs: number;
  /** Milliseconds from the end of the job until the conversation is saved. */
  readonly saveMs: number;
  /** Milliseconds from the start of the job until the title is generated. It is stored after the conversation. */
  readonly titleMs: number;
  /** The model fails after this number of tokens. @default the model does not fail */
  readonly failAfter?: number;
}

const DEFAULT_PACE: Pace = { gapMs: 60, silenceMs: 0, saveMs: 300, titleMs: 0 };
const NAMES = [...Object.keys(DEFAULT_PACE), 'tokens', 'failAfter'];
const MOST_TOKENS = 100_000;

/** A prompt can specify a pace in these words, because LibreChat's page sends nothing but the prompt. */
const PACE_IN_PROMPT = /(\d+) tokens, (\d+) ms apart, (\d+) ms of silence/;

/**
 * The tokens of the reply to a prompt, one per word. They are deterministic, so that a client can verify that all arrived. The last
 * one ends a sentence.
 */
export function tokensFor(prompt: string, { tokens }: Pace): string[] {
  if (tokens === undefined) return replyTo(prompt).flatMap(wordsOf);
  const words: string[] = [];
  for (const sentence of sentencesFor(prompt)) {
    const more = wordsOf(sentence);
    if (words.length + more.length > tokens) break;
    words.push(...more);
  }
  return [...words, ...fill(tokens - words.length)];
}

/** Short sentences with this total number of words. */
function fill(count: number): string[] {
  if (count > 3) return ['More ', 'follows. ', ...fill(count - 2)];
  return [[], ['Done. '], ['That’s ', 'all. '], ['That ', 'is ', 'all. ']][count];
}

function wordsOf(sentence: string): string[] {
  return sentence.split(' ').map((word) => `${word} `);
}

/** The pace that a chat's body requests. @throws if it is invalid */
export function paceOf(body: { text?: unknown; standIn?: Record<string, unknown> }): Pace {
  const pace: Record<string, unknown> = { ...DEFAULT_PACE, ...paceInPrompt(body.text), ...body.standIn };
  for (const [name, value] of Object.entries(pace)) {
    if (!NAMES.includes(name)) throw new Error(`\`standIn\` must contain only ${NAMES.join(', ')}, got: ${name}`);
    if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > MOST_TOKENS) {
      throw new Error(`\`standIn.${name}\` must be an integer from 0 to ${MOST_TOKENS}, got: ${value}`);
    }
  }
  return pace as unknown as Pace;
}

function paceInPrompt(text: unknown): Partial<Pace> {
  const asked = typeof text === 'string' ? PACE_IN_PROMPT.exec(text) : null;
  if (!asked) return {};
  const [tokens, gapMs, silenceMs] = asked.slice(1).map(Number);
  return { tokens, gapMs, silenceMs };
}
