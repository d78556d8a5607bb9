import { type Model, read, readWithRetries } from './api';

/** Concurrent requests of LibreChat's chat page, after `/api/config` and the session. */
const REQUESTS = [
  '/api/config',
  '/api/banner',
  '/api/user/settings/favorites',
  '/api/projects?sortBy=lastConversationAt&sortDirection=desc&limit=25',
  '/api/agents/chat/active',
  '/api/convos',
  '/api/convos?pinned=true&limit=100',
  '/api/files/speech/config/get',
  '/api/files',
  '/api/search/enable',
  '/api/roles/USER',
  '/api/roles/ADMIN',
  '/api/agents?requiredPermission=1&limit=1000',
  '/api/keys?name=Stand-in',
  '/api/presets',
  '/api/tags',
  '/api/files/config',
  '/api/agents/tools/web_search/auth',
  '/api/endpoints/token-config',
  '/api/prompts/groups?limit=10',
  '/api/prompts/all',
  '/api/mcp/servers',
  '/api/permissions/mcpServer/effective/all',
];

/**
 * Sends the requests of the chat page: 28, with the two that precede them. Rejects if the user, whose request is not
 * repeated, or the model is not available; other errors only leave a gap in the page.
 */
export async function loadPage(): Promise<Model> {
  const rest = REQUESTS.map((path) => readWithRetries(path).catch((error: Error) => console.warn(`${path}: ${error.message}`)));
  const [models] = await Promise.all([
    readWithRetries<Record<string, string[]>>('/api/models'),
    readWithRetries('/api/endpoints'),
    read('/api/user'),
  ]);
  void Promise.all(rest);
  const [endpoint, [model]] = Object.entries(models)[0] ?? ['Stand-in', ['stand-in']];
  return { endpoint, model };
}

/** Requests of the page when a conversation has started or is opened. */
export function loadConversation(id: string): void {
  const paths = [`/api/share/link/${id}`, `/api/messages/${id}`, `/api/agents/tools/calls?conversationId=${id}`];
  for (const path of paths) {
    read(path).catch(() => undefined);
  }
}

const TITLE_TRIES = 4;
const TITLE_PAUSE_MS = 5_000;

/** The generated title of a new conversation; undefined if there is none. */
export async function titleOf(conversationId: string): Promise<string | undefined> {
  for (let attempt = 1; attempt <= TITLE_TRIES; attempt++) {
    try {
      return (await read<{ title: string }>(`/api/convos/gen_title/${conversationId}`)).title;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, TITLE_PAUSE_MS));
    }
  }
  return undefined;
}
