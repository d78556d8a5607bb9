import { finalTextOf, joined } from '../chat-events';
import { type Check, verdict } from '../check';
import { follow, start } from '../follow';

const RULE = 'a silent stream is kept alive';

/** A reasoning model: without heartbeats, CloudFront or another intermediary ends the stream. */
export const silence: Check = {
  needsUser: true,
  rules: [RULE],
  async run(target) {
    const { client, pace, timeoutMs, silenceMs } = target;
    const { id } = await start(client, { tokens: 4, gapMs: pace.gapMs, silenceMs });
    const { events, heartbeats, failure } = await follow(client, id, timeoutMs + silenceMs);
    const final = events.map(finalTextOf).find((text) => text !== undefined);
    const whole = Boolean(final) && joined(events) === final;
    return [verdict(RULE, whole && heartbeats.length > 0, `${heartbeats.length} heartbeats${failure ? `, then ${failure}` : whole ? '' : ', text was lost'}`)];
  },
};
