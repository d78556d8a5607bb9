import { replyTo, sentencesFor } from './replies';

/** How a response is generated: a chat's body may say so under `standIn`. */
export interface Pace {
  /** Number of tokens; otherwise the reply is as long as what it has to say. */
  readonly tokens?: number;
  /** Milliseconds between one token and the next. */
  readonly gapMs: number;
  /** Milliseconds of silence before the second half, as of a model that thinks. */
  readonly silenceMs: number;
  /** Milliseconds from the job's end until the conversation is saved. */
  readonly saveMs: number;
  /** Milliseconds from the job's beginning until the title is generated, which is stored once the conversation is. */
  readonly titleMs: number;
  /** Where given, the model fails after so many tokens. */
  readonly failAfter?: number;
}

const DEFAULT_PACE: Pace = { gapMs: 60, silenceMs: 0, saveMs: 300, titleMs: 0 };
const NAMES = [...Object.keys(DEFAULT_PACE), 'tokens', 'failAfter'];
const MOST_TOKENS = 100_000;

/** A prompt may ask for a pace in these words, since LibreChat's page sends nothing but a prompt. */
const PACE_IN_PROMPT = /(\d+) tokens, (\d+) ms apart, (\d+) ms of silence/;

/**
 * The tokens of the response to a prompt, one for each word; the same for the same prompt, so that a reader can tell whether all came.
 * However many there are, the last one ends a sentence.
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

/** Short sentences that have so many words together. */
function fill(count: number): string[] {
  if (count > 3) return ['More ', 'follows. ', ...fill(count - 2)];
  return [[], ['Done. '], ['That’s ', 'all. '], ['That ', 'is ', 'all. ']][count];
}

function wordsOf(sentence: string): string[] {
  return sentence.split(' ').map((word) => `${word} `);
}

/** The pace that a chat's body asks for; throws when it is no pace. */
export function paceOf(body: { text?: unknown; standIn?: Record<string, unknown> }): Pace {
  const pace: Record<string, unknown> = { ...DEFAULT_PACE, ...paceInPrompt(body.text), ...body.standIn };
  for (const [name, value] of Object.entries(pace)) {
    if (!NAMES.includes(name)) throw new Error(`\`standIn\` knows no ${name}`);
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
