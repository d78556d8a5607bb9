import { abortChat, runningGeneration, withValidToken, type Chat } from './chat';
import type { LibreChat } from './librechat';
import { log, messageOf } from '../../shared/log';

/** The chats that this worker started and that may still be generated. */
export class Chats {
  private readonly chats = new Map<string, Chat>();
  private readonly ids = new Set<string>();
  /** When the chats began whose first token has not gone out. */
  private readonly waiting = new Map<string, number>();

  public get size(): number {
    return this.chats.size;
  }

  /** @param began when its message arrived */
  public started(chat: Chat, began: number): void {
    this.waiting.set(chat.streamId, began);
    this.ids.add(chat.streamId);
    this.chats.set(chat.streamId, chat);
  }

  /** Whether a chat was started here, ended or not. */
  public isOwn(streamId: string): boolean {
    return this.ids.has(streamId);
  }

  /** When a chat began whose first token has not gone out. */
  public withoutToken(streamId: string): number | undefined {
    return this.waiting.get(streamId);
  }

  /** The first token of a chat went out; false where one went out before, over another connection. */
  public tokenSent(streamId: string): boolean {
    return this.waiting.delete(streamId);
  }

  /** The events of a chat ended in order: so it did. */
  public ended(streamId: string): void {
    this.chats.delete(streamId);
    this.waiting.delete(streamId);
  }

  /** No reply is being generated. */
  public allEnded(): void {
    this.chats.clear();
    this.waiting.clear();
  }

  /** Whether LibreChat generates one of them, or does not tell. */
  public async anyRunning(librechat: LibreChat): Promise<boolean> {
    const running = await Promise.all([...this.chats.values()].map(async ({ streamId, headers }) => {
      const generation = runningGeneration(librechat, { streamId, headers: withValidToken(headers, librechat) });
      return generation.then(Boolean, () => true);
    }));
    return running.includes(true);
  }

  /** Ends all that are left as their users would, so that LibreChat saves the partial texts. */
  public async abort(librechat: LibreChat): Promise<void> {
    await Promise.all([...this.chats.values()].map(async (chat) => {
      this.chats.delete(chat.streamId);
      await abortChat(librechat, chat).catch((error: unknown) => log.error('abort-failed', { message: messageOf(error) }));
    }));
  }
}
