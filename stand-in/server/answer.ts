/** How a response is generated: a chat's body may say so under `standIn`. */
export interface Pace {
  /** Number of tokens. */
  readonly tokens: number;
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

const DEFAULT_PACE: Pace = { tokens: 20, gapMs: 100, silenceMs: 0, saveMs: 300, titleMs: 0 };
const NAMES = [...Object.keys(DEFAULT_PACE), 'failAfter'];
const MOST_TOKENS = 100_000;

/** A prompt may ask for a pace in these words, since LibreChat's page sends nothing but a prompt. */
const PACE_IN_PROMPT = /(\d+) tokens, (\d+) ms apart, (\d+) ms of silence/;

const WORDS = (
  'This response was generated in the background, after the request that asked for it had been answered. Every word of it went '
  + 'through Redis to another process, and from there to you as a server-sent event. No large language model took part: a small '
  + 'stand-in speaks these lines, at the pace of one, so that the path can be watched and measured. '
).split(/(?<= )/);

/** The tokens of the response to a prompt; the same for the same prompt, so that a reader can tell whether all came. */
export function tokensFor(prompt: string, { tokens }: Pace): string[] {
  const quoted = prompt.length > 60 ? `${prompt.slice(0, 57)}…` : prompt;
  const opening = `You wrote “${quoted}”. `.split(/(?<= )/);
  const endless = (index: number) => (index < opening.length ? opening[index] : WORDS[(index - opening.length) % WORDS.length]);
  return Array.from({ length: tokens }, (_, index) => endless(index));
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
