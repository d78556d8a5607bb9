import type { TimedEvent } from '../../emulator/core/events';

/** Documents without a conversation: a new chat, and the login page. */
const WITHOUT = ['/', '/c/new', '/login'];
const WITH = /^\/(?:c|api\/messages|api\/agents\/chat\/stream)\/([\w-]{8,})$/;

/** Follows which conversation the framed chat shows. The frame is of another origin, so that only its requests tell. */
export class ShownConversation {
  /** @param onChange gets the path of a conversation, or `/` for none */
  public constructor(private readonly onChange: (path: string) => void) {}

  public receive(event: TimedEvent): void {
    if (event.type !== 'response' || event.method !== 'GET' || event.status >= 400) return;
    const [, conversation] = WITH.exec(event.path) ?? [];
    if (conversation) this.onChange(`/c/${conversation}`);
    else if (WITHOUT.includes(event.path)) this.onChange('/');
  }
}
