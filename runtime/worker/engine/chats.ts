import { abortChat, runningGeneration, withValidToken, type Chat } from './chat';
import type { LibreChat } from './librechat';
import { log, messageOf } from '../../shared/log';

/** The chats that this worker started and that may still be generated. */
export class Chats {
  private readonly chats = new Map<string, Chat>();
  private readonly ids = new Set<string>();

  public get size(): number {
    return this.chats.size;
  }

  public started(chat: Chat): void {
    this.ids.add(chat.streamId);
    this.chats.set(chat.streamId, chat);
  }

  /** Whether a chat was started here, ended or not. */
  public isOwn(streamId: string): boolean {
    return this.ids.has(streamId);
  }

  /** The events of a chat ended in order: so it did. */
  public ended(streamId: string): void {
    this.chats.delete(streamId);
  }

  /** No reply is being generated. */
  public allEnded(): void {
    this.chats.clear();
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
