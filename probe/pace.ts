/** Length and pace of a reply. */
export interface Pace {
  /** Number of tokens. */
  readonly tokens: number;
  /** Milliseconds between tokens. */
  readonly gapMs: number;
  /** Milliseconds of silence before the second half, as of a reasoning model. */
  readonly silenceMs: number;
}

/** The pace for prompts that do not specify one. */
export const DEFAULT_PACE: Pace = { tokens: 20, gapMs: 100, silenceMs: 0 };

/** The maximum for prompts, so that a client cannot keep the model busy for hours. */
const MOST: Pace = { tokens: 1_000, gapMs: 5_000, silenceMs: 300_000 };

const FORM = /(\d+) tokens, (\d+) ms apart, (\d+) ms of silence/;

/** A prompt that specifies a pace. */
export function promptFor({ tokens, gapMs, silenceMs }: Pace): string {
  return `Please answer in ${tokens} tokens, ${gapMs} ms apart, ${silenceMs} ms of silence between the halves.`;
}

/** The pace in a prompt. */
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
