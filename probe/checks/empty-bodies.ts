import { type Check, type Target, verdictOf, verdict } from '../check';
import { follow, start } from '../follow';
import type { CompleteResponse } from '../http';

/** Streaming integrations have been observed to delay empty bodies by 20 s and more; a running LibreChat responds within milliseconds. */
const PROMPTLY_MS = 5_000;

const RULES = {
  noContent: '204 arrives within 5 s',
  found: '302 arrives within 5 s',
  notModified: '304 arrives within 5 s',
  head: 'a response to HEAD arrives within 5 s',
} as const;

/** Responses without a body, which streaming integrations are slow to end. */
export const emptyBodies: Check = {
  needsUser: true,
  rules: Object.values(RULES),
  async run(target) {
    const { client } = target;
    const config = '/api/config';
    const verdicts = [];
    verdicts.push(await prompt(RULES.noContent, 204, async () => client.send(await ownMessage(target), { method: 'DELETE' })));
    verdicts.push(await prompt(RULES.found, 302, () => client.send('/oauth/error')));
    verdicts.push(await prompt(RULES.notModified, 304, async () => {
      const { etag } = (await client.send(config)).headers;
      if (!etag) throw new Error(`${config} came without an ETag`);
      return client.send(config, { headers: { 'If-None-Match': etag } });
    }));
    verdicts.push(await prompt(RULES.head, 200, () => client.send(config, { method: 'HEAD' })));
    return verdicts;
  },
};

/** A second attempt, because the first one may have waited for a cold start. */
function prompt(rule: string, status: number, attempt: () => Promise<CompleteResponse>) {
  return verdictOf(rule, async () => {
    let response = await attempt();
    if (response.milliseconds > PROMPTLY_MS) response = await attempt();
    const { milliseconds, bytes } = response;
    const right = response.status === status && milliseconds <= PROMPTLY_MS && bytes.length === (status === 302 ? bytes.length : 0);
    return verdict(rule, right, `${response.status} after ${Math.round(milliseconds)} ms`);
  });
}

/** Creates a message that may be deleted, and returns its path. */
async function ownMessage({ client, pace, timeoutMs }: Target): Promise<string> {
  const { id } = await start(client, { ...pace, tokens: 1, silenceMs: 0 });
  const { events, failure } = await follow(client, id, timeoutMs);
  const message = events.find(({ json }) => json.final)?.json.responseMessage?.messageId;
  if (!message) throw new Error(failure ?? 'the reply has no message id');
  return `/api/messages/${id}/${message}`;
}
