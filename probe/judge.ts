import { type ChatEvent, finalTextOf, joined, tokenOf } from './chat-events';
import { type Measurement, verdict, type Verdict } from './check';
import type { Followed, Started } from './follow';
import { shownTexts } from './shown';
import { largest, median } from './statistics';

/** The events with a part of the reply. */
export function tokensIn({ events }: Followed): ChatEvent[] {
  return events.filter((event) => tokenOf(event));
}

/** Whether the events contain the complete text, which the last one repeats. */
export function arrivedCompletely(rule: string, { events, failure }: Followed): Verdict {
  const final = events.map(finalTextOf).find((text) => text !== undefined);
  const text = joined(events);
  return verdict(rule, Boolean(final) && text === final, failure ?? `${text.length} of ${final?.length ?? 0} characters arrived in events`);
}

/** Whether more than `enough` tokens arrived incrementally. A stack that buffers the response, or freezes the generation, delivers them together. */
export function arrivedIncrementally(rule: string, followed: Followed, enough: number): Verdict {
  const tokens = tokensIn(followed);
  const arrivals = new Set(tokens.map(({ at }) => Math.round(at / 10))).size;
  return verdict(rule, tokens.length > enough && arrivals > tokens.length / 2, `${tokens.length} tokens arrived at ${arrivals} moments`);
}

/** Whether LibreChat's page would show each token when it arrives, in the stream of a new message. */
export function pageWouldShow(rule: string, followed: Followed): Verdict {
  const texts = shownTexts(followed.events);
  const final = texts.at(-1) ?? '';
  const beforeEnd = followed.events.some((event) => finalTextOf(event) !== undefined) ? texts.at(-2) ?? '' : final;
  const inOrder = texts.every((text) => final.startsWith(text));
  const { json = {}, name = 'nothing' } = followed.events[0] ?? {};
  const first = ['created', 'sync', 'final'].find((kind) => json[kind]) ?? json.event ?? name;
  return verdict(rule, final !== '' && inOrder && beforeEnd === final,
    `the stream starts with ${first}, the page would show ${beforeEnd.length} of ${final.length} characters before the end${inOrder ? '' : ', and replace some'}`);
}

/** Times of the events. */
export function measure({ postedAt, returnedMs }: Started, followed: Followed): Measurement {
  const { events } = followed;
  const moments = tokensIn(followed).map(({ at }) => at);
  const gaps = moments.slice(1).map((at, index) => at - moments[index]);
  const final = events.find((event) => finalTextOf(event) !== undefined);
  return {
    postReturnedMs: returnedMs,
    firstEventMs: events.length ? events[0].at - postedAt : undefined,
    generationEndedMs: final && final.at - postedAt,
    events: events.length,
    medianGapMs: median(gaps),
    largestGapMs: largest(gaps),
  };
}
