import { type Check, tried, verdict } from '../check';
import { send } from '../http';

const RULE = 'the API rejects requests that bypass CloudFront';

/** Requests that bypass CloudFront would also bypass its web ACL and its geographic restriction. */
export const bypass: Check = {
  needsUser: false,
  rules: [RULE],
  async run({ apiUrl }) {
    if (!apiUrl) return [{ rule: RULE, outcome: 'skipped', seen: 'no URL of the API is specified' }];
    return [await tried(RULE, async () => {
      const answers = await Promise.all([send(`${apiUrl}/api/config`), send(`${apiUrl}/api/config`, { headers: { 'x-api-key': 'guessed-0123456789abcdef' } })]);
      return verdict(RULE, answers.every(({ status }) => status === 403), `without a key ${answers[0].status}, with a guessed one ${answers[1].status}`);
    })];
  },
};
