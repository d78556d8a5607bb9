import type { TimedEvent } from '../../emulator/core/events';

/** Paths without a conversation: a new chat, and the login page. */
const WITHOUT = ['/', '/c/new', '/login'];
const WITH = /^\/(?:c|api\/messages|api\/agents\/chat\/stream)\/([\w-]{8,})$/;

/** Tracks the conversation that the framed chat shows. The frame has another origin, so only its requests reveal it. */
export class ShownConversation {
  /** @param onChange receives the path of a conversation, or `/` for none */
  public constructor(private readonly onChange: (path: string) => void) {}

  public receive(event: TimedEvent): void {
    if (event.type !== 'response' || event.method !== 'GET' || event.status >= 400) return;
    const [, conversation] = WITH.exec(event.path) ?? [];
    if (conversation) this.onChange(`/c/${conversation}`);
    else if (WITHOUT.includes(event.path)) this.onChange('/');
  }
}
