import { type Check, verdictOf, verdict } from '../check';
import { send } from '../http';

const RULE = 'the API rejects requests that bypass CloudFront';

/** Requests that bypass CloudFront would also bypass its web ACL and its geographic restriction. */
export const bypass: Check = {
  needsUser: false,
  rules: [RULE],
  async run({ apiUrl }) {
    if (!apiUrl) return [{ rule: RULE, outcome: 'skipped', seen: 'no URL of the API is specified' }];
    return [await verdictOf(RULE, async () => {
      const responses = await Promise.all([send(`${apiUrl}/api/config`), send(`${apiUrl}/api/config`, { headers: { 'x-api-key': 'guessed-0123456789abcdef' } })]);
      return verdict(RULE, responses.every(({ status }) => status === 403), `without a key ${responses[0].status}, with a wrong key ${responses[1].status}`);
    })];
  },
};
