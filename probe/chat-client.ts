import { randomUUID } from 'node:crypto';
import { type ChatEvent, eventsOf, type Heartbeat } from './chat-events';
import { type Answer, open, read, type RequestParts, send } from './http';
import { type Pace, promptFor } from './pace';

const NO_PARENT = '00000000-0000-0000-0000-000000000000';

/** Who logs in. */
export interface Account {
  readonly email: string;
  readonly password: string;
}

/** Which model answers: the name of a custom endpoint of `librechat.yaml`, and of one of its models. */
export interface Model {
  readonly endpoint: string;
  readonly model: string;
}

/** Speaks LibreChat's API as its page does. */
export class ChatClient {
  /** A client that is logged in, as a user that it registers unless one is given. */
  public static async signIn(url: string, model: Model, account?: Account): Promise<ChatClient> {
    const client = new ChatClient(url, model, account ?? await register(url));
    await client.logIn();
    return client;
  }

  private token = '';
  private userId = '';

  private constructor(private readonly url: string, private readonly model: Model, private readonly account: Account) {}

  /** Logs in, again if need be. */
  async logIn(): Promise<void> {
    const answer = await this.send('/api/auth/login', { method: 'POST', body: this.account });
    if (answer.status !== 200 || !answer.json?.token) throw new Error(`login answered ${summary(answer)}`);
    this.token = answer.json.token;
    this.userId = answer.json.user.id ?? answer.json.user._id;
  }

  /** Starts an answer; returns its id, which is that of its stream and its conversation. */
  async start(pace: Pace): Promise<string> {
    const { endpoint } = this.model;
    const body = {
      text: promptFor(pace),
      sender: 'User',
      isCreatedByUser: true,
      messageId: randomUUID(),
      parentMessageId: NO_PARENT,
      conversationId: null,
      overrideParentMessageId: null,
      error: false,
      generation: '',
      key: 'never',
      ...this.model,
      endpointType: 'custom',
      // LibreChat passes it over; its stand-in has no model, and keeps this pace itself.
      standIn: pace,
    };
    const answer = await this.send(`/api/agents/chat/${encodeURIComponent(endpoint)}`, { method: 'POST', body });
    if (answer.status !== 200 || !answer.json?.streamId) throw new Error(`the chat's POST answered ${summary(answer)}`);
    return answer.json.streamId;
  }

  /** Opens the stream of an answer; `signal` drops it. */
  async* stream(id: string, signal: AbortSignal): AsyncGenerator<ChatEvent | Heartbeat> {
    const response = await open(`${this.url}/api/agents/chat/stream/${id}?resume=true`, { headers: this.authorization(), signal });
    if (response.statusCode !== 200) throw new Error(`the stream answered ${response.statusCode}: ${(await read(response)).subarray(0, 200).toString()}`);
    yield* eventsOf(response);
  }

  /** Uploads a file as the page's form does; returns its id. */
  async upload(name: string, type: string, content: Buffer): Promise<{ id: string; bytes: number }> {
    const form = new FormData();
    form.set('file', new File([new Uint8Array(content)], name, { type }));
    form.set('file_id', randomUUID());
    form.set('endpoint', this.model.endpoint);
    form.set('endpointType', 'custom');
    form.set('message_file', 'true');
    const encoded = new Response(form);
    const headers = { 'Content-Type': encoded.headers.get('content-type')! };
    const answer = await this.send('/api/files', { method: 'POST', headers, body: Buffer.from(await encoded.arrayBuffer()) });
    if (answer.status !== 200 || !answer.json?.file_id) throw new Error(`the upload answered ${summary(answer)}`);
    return { id: answer.json.file_id, bytes: answer.json.bytes };
  }

  /** What was uploaded. */
  async download(fileId: string): Promise<Buffer> {
    const answer = await this.send(`/api/files/download/${this.userId}/${fileId}`);
    if (answer.status !== 200) throw new Error(`the download answered ${summary(answer)}`);
    return answer.bytes;
  }

  /** Any request, as the user. */
  send(path: string, { headers, ...parts }: RequestParts = {}): Promise<Answer> {
    return send(this.url + path, { ...parts, headers: { ...this.authorization(), ...headers } });
  }

  private authorization(): Record<string, string> {
    return this.token ? { Authorization: `Bearer ${this.token}` } : {};
  }
}

async function register(url: string): Promise<Account> {
  const password = randomUUID();
  const email = `probe-${randomUUID()}@example.com`;
  const answer = await send(`${url}/api/auth/register`, {
    method: 'POST', body: { name: 'Probe', username: 'probe', email, password, confirm_password: password },
  });
  if (answer.status === 403) throw new Error('registration is not allowed: set ALLOW_REGISTRATION to true, or give an account');
  if (answer.status !== 200) throw new Error(`registration answered ${summary(answer)}`);
  return { email, password };
}

function summary({ status, text }: Answer): string {
  return `${status}: ${text.slice(0, 200)}`;
}
