import { type Check, verdict } from '../check';
import { follow, start } from '../follow';
import { arrivedInPieces, arrivedWhole, measure, pageWouldShow, tokensIn } from '../judge';

const RULES = {
  whole: 'the answer arrives whole',
  pieces: 'the answer arrives in pieces',
  shown: 'the page would show it',
  early: 'the POST is answered while the answer is generated',
} as const;

/** An answer from POST to the final event, on the way that it takes through a second environment. */
export const chat: Check = {
  needsUser: true,
  rules: Object.values(RULES),
  async run(target) {
    const { client, pace, patienceMs, settle } = target;
    // What would have to start now would miss the answer.
    await follow(client, (await start(target, { tokens: 1, gapMs: 0, silenceMs: 0 })).id, patienceMs);
    await settle();

    const started = await start(target, { ...pace, silenceMs: 0 });
    const followed = await follow(client, started.id, patienceMs);
    const measured = measure(started, followed);
    target.measure(measured);

    const enough = pace.tokens / 2;
    const { postAnsweredMs, generationEndedMs } = measured;
    return [
      arrivedWhole(RULES.whole, followed),
      arrivedInPieces(RULES.pieces, followed, enough),
      pageWouldShow(RULES.shown, followed),
      verdict(RULES.early, tokensIn(followed).length > enough && generationEndedMs !== undefined,
        `answered after ${ms(postAnsweredMs)}, generated after ${ms(generationEndedMs)}`),
    ];
  },
};

const ms = (value?: number) => (value === undefined ? 'never' : `${Math.round(value)} ms`);
