/** A message as the API returns it. */
export interface ApiMessage {
  readonly messageId: string;
  readonly text: string;
  readonly isCreatedByUser: boolean;
  readonly unfinished?: boolean;
  readonly error?: boolean;
}

/** The pace that a message can request. */
export type Pace = Partial<Record<'tokens' | 'gapMs' | 'silenceMs', number>>;

/** A generation. Its time of creation distinguishes it from earlier ones of the conversation. */
export interface Generation {
  readonly conversationId: string;
  readonly createdAt: number;
}

export interface Status {
  readonly active: boolean;
  readonly createdAt?: number;
}

/** The model that replies. */
export interface Model {
  readonly endpoint: string;
  readonly model: string;
}

const PROTOCOL = { 'X-LibreChat-Generation-Protocol': '2' };

let token = '';

/** Whether this browser's cookie belongs to a user. The request is not repeated: after an error, the user is logged out. */
export async function renewSession(): Promise<boolean> {
  try {
    const response = await fetch('/api/auth/refresh', { method: 'POST' });
    token = response.ok && isJson(response) ? (await response.json() as { token: string }).token : '';
  } catch {
    token = '';
  }
  return token !== '';
}

export async function logIn(account: { email: string; password: string }): Promise<void> {
  const response = await send('POST', '/api/auth/login', account);
  if (!response.ok) throw new Error(await reasonOf(response));
  token = (await response.json() as { token: string }).token;
}

export async function register(account: { name: string; email: string; password: string }): Promise<void> {
  const response = await send('POST', '/api/auth/register', { ...account, confirm_password: account.password });
  if (!response.ok) throw new Error(await reasonOf(response));
}

/** The API's response as JSON. @throws for any status except 2xx */
export async function read<T>(path: string): Promise<T> {
  const response = await request('GET', path);
  if (!response.ok) throw new Error(await reasonOf(response));
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

const PAUSES_MS = [1_000, 2_000, 4_000];

/** As `read`, with three more attempts after an error. */
export async function readWithRetries<T>(path: string): Promise<T> {
  for (const pause of PAUSES_MS) {
    try {
      return await read<T>(path);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return read<T>(path);
}

export const messagesOf = (conversationId: string) => readWithRetries<ApiMessage[]>(`/api/messages/${conversationId}`);
export const statusOf = (conversationId: string) => read<Status>(`/api/agents/chat/status/${conversationId}?generationProtocolVersion=2`);

/** One attempt to start a reply. */
export function postChat(body: object, { endpoint }: Model): Promise<Response> {
  return request('POST', `/api/agents/chat/${encodeURIComponent(endpoint)}`, body);
}

export async function abort({ conversationId, createdAt }: Generation): Promise<void> {
  await request('POST', '/api/agents/chat/abort', { conversationId, generationCreatedAt: createdAt, generationProtocolVersion: 2 });
}

/** Opens the event stream of a generation. `resume` requests a snapshot first; the stream of a new message is opened without. */
export function openStream({ conversationId, createdAt }: Generation, resume: boolean): Promise<Response> {
  const query = new URLSearchParams({
    ...(resume ? { resume: 'true' } : {}), generationCreatedAt: String(createdAt), generationProtocolVersion: '2',
  });
  return request('GET', `/api/agents/chat/stream/${conversationId}?${query}`);
}

/** A token is valid for 15 minutes; the cookie renews it. */
async function request(method: string, path: string, body?: object): Promise<Response> {
  const response = await send(method, path, body);
  if (response.status !== 401 || !token || !await renewSession()) return response;
  return send(method, path, body);
}

function send(method: string, path: string, body?: object): Promise<Response> {
  const headers = { ...(path.startsWith('/api/agents/chat') ? PROTOCOL : {}), ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  if (!body) return fetch(path, { method, headers });
  return fetch(path, { method, headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
}

async function reasonOf(response: Response): Promise<string> {
  const body = isJson(response) ? await response.json() as { message?: string; error?: string } : {};
  return body.message ?? body.error ?? `The server responded with status ${response.status}`;
}

const isJson = (response: Response) => response.headers.get('content-type')?.includes('json') ?? false;
