/** A message as the API gives it. */
export interface ApiMessage {
  readonly messageId: string;
  readonly text: string;
  readonly isCreatedByUser: boolean;
  readonly unfinished?: boolean;
  readonly error?: boolean;
}

/** What the server may be told of the answer's pace. */
export type Pace = Partial<Record<'tokens' | 'gapMs' | 'silenceMs', number>>;

const ACCOUNT = 'stand-in-account';

let token = '';

/** Logs in as a user of this browser's own, registered on the first visit: the demo asks nobody for a name. */
export async function logIn(): Promise<void> {
  const stored = localStorage.getItem(ACCOUNT);
  const account = stored ? JSON.parse(stored) as { email: string; password: string } : newAccount();
  if (stored && await tryLogIn(account)) return;
  const { email, password } = account;
  const registered = await post('/api/auth/register', { name: 'Visitor', email, password, confirm_password: password });
  if (!registered.ok) throw new Error(`Registration: ${(await registered.json() as { message: string }).message}`);
  localStorage.setItem(ACCOUNT, JSON.stringify(account));
  if (!await tryLogIn(account)) throw new Error('Login failed');
}

/** Starts an answer and returns its conversation. */
export async function startAnswer(text: string, conversationId: string | undefined, pace: Pace): Promise<string> {
  const response = await post('/api/agents/chat', { text, conversationId: conversationId ?? null, standIn: pace });
  const body = await response.json() as { conversationId: string; error?: string };
  if (!response.ok) throw new Error(body.error ?? `The server answered ${response.status}`);
  return body.conversationId;
}

export async function abortAnswer(conversationId: string): Promise<void> {
  await post('/api/agents/chat/abort', { conversationId });
}

export async function messagesOf(conversationId: string): Promise<ApiMessage[]> {
  return await (await get(`/api/messages/${conversationId}`)).json() as ApiMessage[];
}

export async function isAnswering(conversationId: string): Promise<boolean> {
  return (await (await get(`/api/agents/chat/status/${conversationId}`)).json() as { active: boolean }).active;
}

/** The open event stream of a conversation, or undefined where nothing streams any more. */
export async function openStream(conversationId: string): Promise<Response | undefined> {
  const response = await get(`/api/agents/chat/stream/${conversationId}?resume=true`);
  if (response.ok) return response;
  if (response.status === 404) return undefined;
  throw new Error(`The stream answered ${response.status}`);
}

async function tryLogIn(account: { email: string; password: string }): Promise<boolean> {
  const response = await post('/api/auth/login', account);
  if (response.ok) token = (await response.json() as { token: string }).token;
  else if (response.status >= 500) throw new Error(`The server answered ${response.status}`);
  return response.ok;
}

function newAccount() {
  const password = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join('');
  return { email: `visitor-${password.slice(0, 8)}@example.com`, password: `${password}-visitor` };
}

function get(path: string): Promise<Response> {
  return withNewToken(() => fetch(path, { headers: { Authorization: `Bearer ${token}` } }));
}

function post(path: string, body: object): Promise<Response> {
  const headers = () => ({ 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) });
  return withNewToken(() => fetch(path, { method: 'POST', headers: headers(), body: JSON.stringify(body) }));
}

/** A token lives 15 minutes; the cookie gives another. */
async function withNewToken(request: () => Promise<Response>): Promise<Response> {
  const response = await request();
  if (response.status !== 401 || !token) return response;
  const renewed = await fetch('/api/auth/refresh', { method: 'POST' });
  if (!renewed.ok || !renewed.headers.get('content-type')?.includes('json')) return response;
  token = (await renewed.json() as { token: string }).token;
  return request();
}
