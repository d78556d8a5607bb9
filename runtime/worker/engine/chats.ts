import { abortChat, runningGeneration, withValidToken, type Chat } from './chat';
import type { LibreChat } from './librechat';
import { log, messageOf } from '../../shared/log';

/** The chats that this worker started and that may still be generated. */
export class Chats {
  private readonly chats = new Map<string, Chat>();
  private readonly ids = new Set<string>();
  /** Start times of the chats whose first token has not been sent. */
  private readonly waiting = new Map<string, number>();

  public get size(): number {
    return this.chats.size;
  }

  /** @param began time at which the message arrived */
  public started(chat: Chat, began: number): void {
    this.waiting.set(chat.streamId, began);
    this.ids.add(chat.streamId);
    this.chats.set(chat.streamId, chat);
  }

  /** Whether this worker started the chat, which may have ended. */
  public isOwn(streamId: string): boolean {
    return this.ids.has(streamId);
  }

  /** Start time of a chat. Undefined if the first token has been sent. */
  public withoutToken(streamId: string): number | undefined {
    return this.waiting.get(streamId);
  }

  /** Records that the first token of a chat was sent. False if it was sent before, over another connection. */
  public tokenSent(streamId: string): boolean {
    return this.waiting.delete(streamId);
  }

  /** Records that a chat has ended, since its event stream ended properly. */
  public ended(streamId: string): void {
    this.chats.delete(streamId);
    this.waiting.delete(streamId);
  }

  /** Records that no reply is being generated. */
  public allEnded(): void {
    this.chats.clear();
    this.waiting.clear();
  }

  /** Whether LibreChat generates one of the chats. True if the status cannot be read. */
  public async anyRunning(librechat: LibreChat): Promise<boolean> {
    const running = await Promise.all([...this.chats.values()].map(async ({ streamId, headers }) => {
      const generation = runningGeneration(librechat, { streamId, headers: withValidToken(headers, librechat) });
      return generation.then(Boolean, () => true);
    }));
    return running.includes(true);
  }

  /** Aborts the remaining chats on behalf of their users, so that LibreChat saves the partial texts. */
  public async abort(librechat: LibreChat): Promise<void> {
    await Promise.all([...this.chats.values()].map(async (chat) => {
      this.chats.delete(chat.streamId);
      await abortChat(librechat, chat).catch((error: unknown) => log.error('abort-failed', { message: messageOf(error) }));
    }));
  }
}
