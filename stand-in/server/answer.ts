/** How an answer is generated: a chat's body may say so under `standIn`. */
export interface Pace {
  /** Number of tokens. */
  readonly tokens: number;
  /** Milliseconds between one token and the next. */
  readonly gapMs: number;
  /** Milliseconds of silence before the second half, as of a model that thinks. */
  readonly silenceMs: number;
  /** Milliseconds from the job's end until title and conversation are saved. */
  readonly saveMs: number;
  /** Where given, the model fails after so many tokens. */
  readonly failAfter?: number;
}

const DEFAULT_PACE: Pace = { tokens: 20, gapMs: 100, silenceMs: 0, saveMs: 300 };
const MOST_TOKENS = 100_000;

const WORDS = (
  'This answer was generated in the background, after the request that asked for it had been answered. Every word of it went '
  + 'through Redis to another process, and from there to you as a server-sent event. No large language model took part: a small '
  + 'stand-in speaks these lines, at the pace of one, so that the path can be watched and measured. '
).split(/(?<= )/);

/** The tokens that answer a prompt; the same for the same prompt, so that a reader can tell whether all came. */
export function tokensFor(prompt: string, { tokens }: Pace): string[] {
  const quoted = prompt.length > 60 ? `${prompt.slice(0, 57)}…` : prompt;
  const opening = `You wrote “${quoted}”. `.split(/(?<= )/);
  const endless = (index: number) => (index < opening.length ? opening[index] : WORDS[(index - opening.length) % WORDS.length]);
  return Array.from({ length: tokens }, (_, index) => endless(index));
}

/** The pace that a chat's body asks for; throws when it is no pace. */
export function paceOf(body: { standIn?: Record<string, unknown> }): Pace {
  const pace: Record<string, unknown> = { ...DEFAULT_PACE, ...body.standIn };
  for (const [name, value] of Object.entries(pace)) {
    if (!['tokens', 'gapMs', 'silenceMs', 'saveMs', 'failAfter'].includes(name)) throw new Error(`\`standIn\` knows no ${name}`);
    if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > MOST_TOKENS) {
      throw new Error(`\`standIn.${name}\` must be an integer from 0 to ${MOST_TOKENS}, got: ${value}`);
    }
  }
  return pace as unknown as Pace;
}
