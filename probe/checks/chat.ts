import { finalTextOf, joined, tokenOf } from '../chat-events';
import { type Check, type Measurement, verdict } from '../check';
import { type Followed, follow, type Started, start } from '../follow';
import { largest, median } from '../statistics';

const RULES = {
  whole: 'the answer arrives whole',
  pieces: 'the answer arrives in pieces',
  early: 'the POST is answered while the answer is generated',
} as const;

/** An answer from POST to the final event, on the way that it takes through a second environment. */
export const chat: Check = {
  needsUser: true,
  rules: Object.values(RULES),
  async run(target) {
    const { client, pace, patienceMs, settle, measure } = target;
    // What would have to start now would miss the answer.
    await follow(client, (await start(target, { tokens: 1, gapMs: 0, silenceMs: 0 })).id, patienceMs);
    await settle();

    const started = await start(target, { ...pace, silenceMs: 0 });
    const followed = await follow(client, started.id, patienceMs);
    const measured = measurement(started, followed);
    measure(measured);

    const { events, failure } = followed;
    const tokens = events.filter((event) => tokenOf(event));
    const arrivals = new Set(tokens.map(({ at }) => Math.round(at / 10))).size;
    const final = events.map(finalTextOf).find((text) => text !== undefined);
    const text = joined(events);
    return [
      verdict(RULES.whole, Boolean(final) && text === final,
        failure ?? `${text.length} of ${final?.length ?? 0} characters came in events`),
      verdict(RULES.pieces, tokens.length > pace.tokens / 2 && arrivals > tokens.length / 2, `${tokens.length} tokens came at ${arrivals} moments`),
      verdict(RULES.early, tokens.length > pace.tokens / 2 && measured.generationEndedMs !== undefined,
        `answered after ${ms(measured.postAnsweredMs)}, generated after ${ms(measured.generationEndedMs)}`),
    ];
  },
};

function measurement({ postedAt, answeredMs }: Started, { events }: Followed): Measurement {
  const moments = events.filter((event) => tokenOf(event)).map(({ at }) => at);
  const gaps = moments.slice(1).map((at, index) => at - moments[index]);
  const final = events.find((event) => finalTextOf(event) !== undefined);
  return {
    postAnsweredMs: answeredMs,
    firstEventMs: events.length ? events[0].at - postedAt : undefined,
    generationEndedMs: final && final.at - postedAt,
    events: events.length,
    medianGapMs: median(gaps),
    largestGapMs: largest(gaps),
  };
}

const ms = (value?: number) => (value === undefined ? 'never' : `${Math.round(value)} ms`);
