import { type Check, type Target, type Verdict, verdict, verdictOf } from '../check';
import { SHORT_CHAT_RULES, shortChat } from '../short-chat';
import { loadPage } from './page';

const RULES = {
  page: 'the page and all of its scripts load',
  ...SHORT_CHAT_RULES,
  deleted: 'the conversation of the short reply is deleted',
} as const;

/** What users need, with any model: the page, and a chat. The user keeps all other conversations. */
export const health: Check = {
  needsUser: true,
  rules: Object.values(RULES),
  async run(target) {
    const page = await verdictOf(RULES.page, async () => verdict(RULES.page, true, `${await loadPage(target.url, 'all')} files`));
    return [page, ...await chatVerdicts(target)];
  },
};

async function chatVerdicts({ client, pace, timeoutMs }: Target): Promise<Verdict[]> {
  const chat = await shortChat(client, timeoutMs, pace).catch((error: Error) => error);
  if (chat instanceof Error) {
    return [
      verdict(RULES.whole, false, chat.message),
      ...[RULES.shown, RULES.deleted].map((rule) => ({ rule, outcome: 'skipped' as const, seen: 'the chat did not start' })),
    ];
  }
  const deleted = await verdictOf(RULES.deleted, async () => {
    // A generation that goes on would store the conversation again. After a failure, nobody knows when it ends.
    if (chat.verdicts.every(({ outcome }) => outcome === 'passed')) await client.awaitTitle(chat.id);
    await client.deleteConversation(chat.id);
    return verdict(RULES.deleted, true, '');
  });
  return [...chat.verdicts, deleted];
}
