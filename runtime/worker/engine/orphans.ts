import { setTimeout as sleep } from 'node:timers/promises';
import { abortChat, identityOf, runningGeneration, type Chat, type Generation } from './chat';
import type { LibreChat } from './librechat';
import type { RequestSource } from '../../shared/exchange';
import { log, messageOf } from '../../shared/log';
import type { Settings } from '../../shared/settings';

export interface OrphansProps {
  readonly librechat: LibreChat;
  readonly source: RequestSource;
  readonly settings: Settings;
}

/** Chats whose worker has died. LibreChat reports them as running for 20 minutes, for which their pages wait. */
export class Orphans {
  public constructor(private readonly props: OrphansProps) {}

  /** Aborts an orphaned chat on behalf of its user: LibreChat saves the partial text, and pages get a final event. */
  public async endIfOrphaned(streamId: string, requestHeaders: readonly string[], signal: AbortSignal): Promise<void> {
    const { librechat, settings } = this.props;
    const chat = { streamId, headers: identityOf(requestHeaders) };
    try {
      let orphan = await this.orphan(chat);
      for (let before: Generation | undefined; orphan && orphan.description !== before?.description;) {
        before = orphan;
        // A slow worker, or one whose lease Redis has lost, renews it within this time. A worker that generates without a lease,
        // because Redis is unreachable for it, extends the text.
        await sleep(settings.orphanMs, undefined, { signal });
        orphan = await this.orphan(chat);
      }
      if (!orphan) return;
      log.warn('orphan-aborted', { streamId });
      await abortChat(librechat, chat, orphan.createdAt);
    } catch (error) {
      if (!signal.aborted) log.warn('orphan-not-aborted', { streamId, message: messageOf(error) });
    }
  }

  private async orphan(chat: Chat): Promise<Generation | undefined> {
    const { librechat, source } = this.props;
    return await source.orphaned(chat.streamId) ? runningGeneration(librechat, chat) : undefined;
  }
}
