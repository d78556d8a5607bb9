import { finalTextOf, joined, tokenOf } from '../chat-events';
import { type Check, verdict } from '../check';
import { follow, start } from '../follow';

const RULE = 'a dropped stream resumes without loss';

/** A connection that breaks in the middle of a reply, as on a train. */
export const resume: Check = {
  needsUser: true,
  rules: [RULE],
  async run(target) {
    const { client, pace, timeoutMs } = target;
    const { id } = await start(client, { ...pace, silenceMs: 0 });
    const some = Math.ceil(pace.tokens / 4);
    const before = await follow(client, id, timeoutMs, { onEvent: (_event, events) => events.filter((event) => tokenOf(event)).length >= some });
    if (before.failure) return [verdict(RULE, false, before.failure)];
    const after = await follow(client, id, timeoutMs, { resume: true });
    const final = after.events.map(finalTextOf).find((text) => text !== undefined);
    const [first, second] = [joined(before.events), joined(after.events)];
    const seen = after.failure ?? `dropped after ${first.length} characters, ${second.length} of ${final?.length ?? 0} at the end`;
    return [verdict(RULE, Boolean(final) && final!.startsWith(first) && first.length < final!.length && second === final, seen)];
  },
};
