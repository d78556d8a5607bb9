import type { ChatClient } from './chat-client';
import { finalTextOf } from './chat-events';
import type { Verdict } from './check';
import { follow, type Followed } from './follow';
import { arrivedCompletely, pageWouldShow, tokensIn } from './judge';

export const SHORT_CHAT_RULES = {
  whole: 'a short reply arrives complete',
  shown: 'the page would show the short reply',
} as const;

const PROMPT = 'Reply with the word "ready" and nothing else.';

/** A fast model may be ready before the stream is open, but not each time. */
const ATTEMPTS = 3;

/** A chat with any model, at any pace. */
export interface ShortChat {
  /** Id of the conversation. */
  readonly id: string;
  readonly verdicts: readonly Verdict[];
  readonly firstTokenMs?: number;
  readonly durationMs: number;
}

/**
 * Sends a message and reads the reply. The caller deletes the conversation.
 *
 * @param timeoutMs time without an event after which the stream has failed
 * @param standIn pace for LibreChat's stand-in, which has no model; LibreChat ignores it
 * @throws Error if LibreChat rejects the message
 */
export async function shortChat(client: ChatClient, timeoutMs: number, standIn?: object): Promise<ShortChat> {
  let conversation: string | null = null;
  for (let attempt = 1; ; attempt++) {
    const began = performance.now();
    const id: string = await client.start(PROMPT, standIn, conversation);
    const followed = await follow(client, id, timeoutMs);
    if (attempt < ATTEMPTS && endedBefore(followed)) {
      conversation = id;
      continue;
    }
    const [firstToken] = tokensIn(followed);
    return {
      id,
      verdicts: [arrivedCompletely(SHORT_CHAT_RULES.whole, followed), pageWouldShow(SHORT_CHAT_RULES.shown, followed)],
      firstTokenMs: firstToken && firstToken.at - began,
      durationMs: performance.now() - began,
    };
  }
}

/** Whether the reply was complete before its stream was open. LibreChat then sends the final event only, so that nothing can be judged. */
function endedBefore(followed: Followed): boolean {
  return tokensIn(followed).length === 0 && followed.events.some(finalTextOf);
}
