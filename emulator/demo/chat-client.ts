import { randomUUID } from 'node:crypto';
import type { Account } from '../../probe/chat-client';
import { type ChatEvent, eventsOf } from '../../probe/chat-events';
import { type Answer, open, read, type RequestParts, send } from '../../probe/http';

/** Speaks LibreChat's API as the stand-in's page does, each request on a connection of its own. */
export class ChatClient {
  /** A client that is logged in, as a user that it registers unless one is given. */
  public static async signIn(url: string, account?: Account): Promise<ChatClient> {
    const client = new ChatClient(url, account ?? await register(url));
    await client.logIn();
    return client;
  }

  private token = '';

  private constructor(private readonly url: string, private readonly account: Account) {}

  /** Logs in, again if need be. */
  async logIn(): Promise<void> {
    const { status, json, text } = await this.post('/api/auth/login', this.account);
    if (status !== 200) throw new Error(`login answered ${status}: ${text.slice(0, 200)}`);
    this.token = json.token;
  }

  get(path: string): Promise<Answer> {
    return this.send(path);
  }

  post(path: string, body: object): Promise<Answer> {
    return this.send(path, { method: 'POST', body });
  }

  /** Starts an answer; `standIn` tells the stand-in its pace. Returns the stream's id. */
  async start(text: string, standIn?: object, conversationId?: string): Promise<string> {
    const { status, json, text: body } = await this.post('/api/agents/chat', { text, conversationId: conversationId ?? null, standIn });
    if (status !== 200 || !json?.streamId) throw new Error(`POST /api/agents/chat answered ${status}: ${body.slice(0, 200)}`);
    return json.streamId;
  }

  /** The events of an answer, as they arrive, until the server ends the stream; `signal` leaves it before. */
  async* events(streamId: string, { resume = false, signal }: { resume?: boolean; signal?: AbortSignal } = {}): AsyncGenerator<ChatEvent> {
    const url = `${this.url}/api/agents/chat/stream/${streamId}${resume ? '?resume=true' : ''}`;
    const response = await open(url, { headers: this.authorization(), signal });
    if (response.statusCode !== 200) throw new Error(`the stream answered ${response.statusCode}: ${(await read(response)).toString().slice(0, 200)}`);
    for await (const event of eventsOf(response)) {
      if (!('heartbeat' in event)) yield event;
    }
  }

  /** Sends a file as the page's form does. */
  async upload(name: string, type: string, content: Buffer): Promise<Answer> {
    const form = new FormData();
    form.set('file', new File([new Uint8Array(content)], name, { type }));
    const encoded = new Response(form);
    const headers = { 'Content-Type': encoded.headers.get('content-type')! };
    return this.send('/api/files', { method: 'POST', headers, body: Buffer.from(await encoded.arrayBuffer()) });
  }

  private send(path: string, { headers, ...parts }: RequestParts = {}): Promise<Answer> {
    return send(this.url + path, { ...parts, headers: { ...this.authorization(), ...headers } });
  }

  private authorization(): Record<string, string> {
    return this.token ? { Authorization: `Bearer ${this.token}` } : {};
  }
}

async function register(url: string): Promise<Account> {
  const password = randomUUID();
  const email = `visitor-${randomUUID()}@example.com`;
  const body = { name: 'Visitor', email, password, confirm_password: password };
  const { status, text } = await send(`${url}/api/auth/register`, { method: 'POST', body });
  if (status === 403) throw new Error('registration is not allowed here: set ALLOW_REGISTRATION to true in the stack\'s `environment`');
  if (status !== 200) throw new Error(`registration answered ${status}: ${text.slice(0, 200)}`);
  return { email, password };
}
