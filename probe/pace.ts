/** How an answer is to be generated. */
export interface Pace {
  /** Number of tokens. */
  readonly tokens: number;
  /** Milliseconds between one token and the next. */
  readonly gapMs: number;
  /** Milliseconds of silence before the second half, as of a model that thinks. */
  readonly silenceMs: number;
}

/** What the model does with a prompt that asks for nothing. */
export const DEFAULT_PACE: Pace = { tokens: 20, gapMs: 100, silenceMs: 0 };

/** The most that a prompt may ask for: whoever has the model's key shall not keep it busy for hours. */
const MOST: Pace = { tokens: 1_000, gapMs: 5_000, silenceMs: 300_000 };

const FORM = /(\d+) tokens, (\d+) ms apart, (\d+) ms of silence/;

/** The words by which a prompt asks the model for a pace. */
export function promptFor({ tokens, gapMs, silenceMs }: Pace): string {
  return `Please answer in ${tokens} tokens, ${gapMs} ms apart, ${silenceMs} ms of silence between the halves.`;
}

/** The pace that a prompt asks for. */
export function paceIn(prompt: string): Pace {
  const asked = FORM.exec(prompt);
  if (!asked) return DEFAULT_PACE;
  const [tokens, gapMs, silenceMs] = asked.slice(1).map(Number);
  return {
    tokens: Math.min(tokens, MOST.tokens),
    gapMs: Math.min(gapMs, MOST.gapMs),
    silenceMs: Math.min(silenceMs, MOST.silenceMs),
  };
}
