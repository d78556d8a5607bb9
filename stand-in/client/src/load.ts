import { type Model, read, readPatiently } from './api';

/** What LibreChat's chat page asks for, all at once, besides `/api/config` and the session that come before. */
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
 * Loads what the chat page is made of: with the two requests before, 28. Rejects where the user is not to be had, which is not
 * asked for twice, or no model; whatever else is missing leaves a gap in the page, no more.
 */
export async function loadPage(): Promise<Model> {
  const rest = REQUESTS.map((path) => readPatiently(path).catch((error: Error) => console.warn(`${path}: ${error.message}`)));
  const [models] = await Promise.all([
    readPatiently<Record<string, string[]>>('/api/models'),
    readPatiently('/api/endpoints'),
    read('/api/user'),
  ]);
  void Promise.all(rest);
  const [endpoint, [model]] = Object.entries(models)[0] ?? ['Stand-in', ['stand-in']];
  return { endpoint, model };
}

/** What the page asks for once a conversation has begun, or is opened. */
export function loadConversation(id: string): void {
  const paths = [`/api/share/link/${id}`, `/api/messages/${id}`, `/api/agents/tools/calls?conversationId=${id}`];
  for (const path of paths) {
    read(path).catch(() => undefined);
  }
}

const TITLE_TRIES = 4;
const TITLE_PAUSE_MS = 5_000;

/** The title that is generated for a new conversation; undefined when none comes. */
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
