import { type Check, verdict } from '../check';
import { follow, start } from '../follow';
import { arrivedIncrementally, arrivedCompletely, measure, pageWouldShow, tokensIn } from '../judge';

const RULES = {
  whole: 'the reply arrives complete',
  pieces: 'the reply arrives in pieces',
  shown: 'the page would show each token',
  early: 'the POST returns before the reply is complete',
} as const;

/** A chat, from the POST to the final event. */
export const chat: Check = {
  needsUser: true,
  rules: Object.values(RULES),
  async run(target) {
    const { client, pace, timeoutMs } = target;
    // Excludes a cold start from the measurement.
    await follow(client, (await start(client, { tokens: 1, gapMs: 0, silenceMs: 0 })).id, timeoutMs);

    const started = await start(client, { ...pace, silenceMs: 0 });
    const followed = await follow(client, started.id, timeoutMs);
    const measured = measure(started, followed);
    target.measure(measured);

    const enough = pace.tokens / 2;
    const { postReturnedMs, generationEndedMs } = measured;
    return [
      arrivedCompletely(RULES.whole, followed),
      arrivedIncrementally(RULES.pieces, followed, enough),
      pageWouldShow(RULES.shown, followed),
      verdict(RULES.early, tokensIn(followed).length > enough && generationEndedMs !== undefined,
        `returned after ${ms(postReturnedMs)}, reply complete after ${ms(generationEndedMs)}`),
    ];
  },
};

const ms = (value?: number) => (value === undefined ? 'never' : `${Math.round(value)} ms`);
