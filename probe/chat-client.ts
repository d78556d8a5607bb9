import { randomUUID } from 'node:crypto';
import { type ChatEvent, eventsOf, type Heartbeat } from './chat-events';
import { type CompleteResponse, open, read, type RequestParts, send } from './http';

const PROTOCOL = { 'X-LibreChat-Generation-Protocol': '2' };
const NO_PARENT = '00000000-0000-0000-0000-000000000000';

/** A user of LibreChat. */
export interface Account {
  readonly email: string;
  readonly password: string;
}

/** Endpoints that are not defined in `librechat.yaml`. */
const BUILT_IN = ['openAI', 'azureOpenAI', 'google', 'anthropic', 'bedrock'];

/** A model: a built-in endpoint, or the name of a custom one in `librechat.yaml`, and the name of the model. */
export interface Model {
  readonly endpoint: string;
  readonly model: string;
}

/** The model in the configuration of integration tests and emulator tests; the stand-in accepts any. */
export const PROBE_MODEL: Model = { endpoint: 'Probe', model: 'probe' };

/** An uploaded file. */
export interface Upload {
  readonly file_id: string;
  readonly filename: string;
  readonly bytes: number;
  /** Key in the bucket, from the stand-in only. */
  readonly key?: string;
}

/** Options for opening a stream. */
export interface StreamOptions {
  /** Start with missed events. @default false */
  readonly resume?: boolean;
  readonly signal?: AbortSignal;
}

/** Sends requests to LibreChat's API as its page does, each on a separate connection. */
export class ChatClient {
  /** Logs in, by default as a new user. Without a model, only LibreChat's stand-in replies. */
  public static async signIn(url: string, account?: Account, model?: Model): Promise<ChatClient> {
    const client = new ChatClient(url, account ?? await register(url), model);
    await client.logIn();
    return client;
  }

  private token = '';
  /** Cookies of the session, without their attributes. */
  private cookies = '';
  /** Time of creation of the last generation of each stream, which the page sends when it opens the stream. */
  private readonly generations = new Map<string, number>();
  private userId = '';

  private constructor(private readonly url: string, private readonly account: Account, private readonly model?: Model) {}

  /** Logs in, or renews the session. */
  async logIn(): Promise<void> {
    const response = await this.post('/api/auth/login', this.account);
    // The rest of the body may contain a token for the second factor.
    if (response.status !== 200 || !response.json?.token) throw new Error(`login returned ${response.status}: ${response.json?.message ?? 'without a token'}`);
    this.token = response.json.token;
    this.cookies = (response.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).join('; ');
    this.userId = response.json.user.id ?? response.json.user._id;
  }

  /** Logs out. */
  async logOut(): Promise<void> {
    const response = await this.send('/api/auth/logout', { method: 'POST', headers: { Cookie: this.cookies }, body: {} });
    if (response.status !== 200) throw new Error(`logout returned ${summary(response)}`);
  }

  /**
   * Waits for the title of a conversation, as the page does; the conversation is stored then. If titles are disabled, LibreChat responds
   * after some seconds.
   */
  async awaitTitle(id: string): Promise<void> {
    await this.get(`/api/convos/gen_title/${id}`);
  }

  /** Deletes one conversation of the user. */
  async deleteConversation(id: string): Promise<void> {
    const response = await this.send('/api/convos', { method: 'DELETE', body: { arg: { conversationId: id, source: 'button' } } });
    if (response.status !== 201) throw new Error(`the deletion of the conversation returned ${summary(response)}`);
  }

  /** Deletes all conversations of the user. */
  async deleteConversations(): Promise<void> {
    const response = await this.send('/api/convos/all', { method: 'DELETE' });
    if (response.status !== 201) throw new Error(`the deletion of the conversations returned ${summary(response)}`);
  }

  /**
   * Starts a reply; returns its id, which is also that of its stream and its conversation.
   *
   * @param standIn pace for LibreChat's stand-in, which has no model; LibreChat ignores it
   */
  async start(text: string, standIn?: object, conversationId: string | null = null): Promise<string> {
    const path = this.model ? `/api/agents/chat/${encodeURIComponent(this.model.endpoint)}` : '/api/agents/chat';
    const body = { text, ...partsFor(this.model ?? PROBE_MODEL), ...(conversationId ? { conversationId } : {}), ...(standIn ? { standIn } : {}) };
    const response = await this.send(path, { method: 'POST', headers: PROTOCOL, body });
    if (response.status !== 200 || !response.json?.streamId) throw new Error(`the POST of the chat returned ${summary(response)}`);
    if (response.json.generationCreatedAt) this.generations.set(response.json.streamId, response.json.generationCreatedAt);
    return response.json.streamId;
  }

  /** The events and heartbeats of a reply's stream, until the server ends it or `signal` aborts it. */
  async* stream(id: string, { resume = false, signal }: StreamOptions = {}): AsyncGenerator<ChatEvent | Heartbeat> {
    const createdAt = this.generations.get(id);
    const query = new URLSearchParams({
      ...(resume ? { resume: 'true' } : {}),
      ...(createdAt === undefined ? {} : { generationCreatedAt: String(createdAt) }),
      generationProtocolVersion: '2',
    });
    const headers = { ...this.authorization(), ...PROTOCOL, Accept: 'text/event-stream' };
    const { status, body } = await open(`${this.url}/api/agents/chat/stream/${id}?${query.toString()}`, { headers, signal });
    if (status !== 200) throw new Error(`the stream returned ${status}: ${(await read(body)).subarray(0, 200).toString()}`);
    yield* eventsOf(body);
  }

  /** The stream without heartbeats. */
  async* events(id: string, options?: StreamOptions): AsyncGenerator<ChatEvent> {
    for await (const event of this.stream(id, options)) {
      if (!('heartbeat' in event)) yield event;
    }
  }

  /** Uploads a file as the page's form does. */
  async upload(name: string, type: string, content: Buffer): Promise<Upload> {
    const form = new FormData();
    form.set('file', new File([new Uint8Array(content)], name, { type }));
    form.set('file_id', randomUUID());
    if (this.model) {
      form.set('endpoint', this.model.endpoint);
      form.set('endpointType', 'custom');
    }
    form.set('message_file', 'true');
    const encoded = new Response(form);
    const headers = { 'Content-Type': encoded.headers.get('content-type')! };
    const response = await this.send('/api/files', { method: 'POST', headers, body: Buffer.from(await encoded.arrayBuffer()) });
    if (response.status !== 200 || !response.json?.file_id) throw new Error(`the upload returned ${summary(response)}`);
    return response.json;
  }

  /** Downloads an uploaded file. */
  async download(fileId: string): Promise<Buffer> {
    const response = await this.send(`/api/files/download/${this.userId}/${fileId}`);
    if (response.status !== 200) throw new Error(`the download returned ${summary(response)}`);
    return response.bytes;
  }

  get(path: string): Promise<CompleteResponse> {
    return this.send(path);
  }

  post(path: string, body: object): Promise<CompleteResponse> {
    return this.send(path, { method: 'POST', body });
  }

  /** Sends any request as the user. */
  send(path: string, { headers, ...parts }: RequestParts = {}): Promise<CompleteResponse> {
    return send(this.url + path, { ...parts, headers: { ...this.authorization(), ...headers } });
  }

  private authorization(): Record<string, string> {
    return this.token ? { Authorization: `Bearer ${this.token}` } : {};
  }
}

/** Fields that the page adds to a message for a custom endpoint. */
function partsFor(model: Model): object {
  return {
    sender: 'User',
    isCreatedByUser: true,
    messageId: randomUUID(),
    parentMessageId: NO_PARENT,
    overrideParentMessageId: null,
    error: false,
    generation: '',
    key: 'never',
    ...model,
    ...(BUILT_IN.includes(model.endpoint) ? {} : { endpointType: 'custom' }),
    clientRequestId: randomUUID(),
    generationProtocolVersion: 2,
  };
}

/** Registers a user with a random address. */
export async function register(url: string): Promise<Account> {
  const password = randomUUID();
  const email = `probe-${randomUUID()}@example.com`;
  const response = await send(`${url}/api/auth/register`, {
    method: 'POST', body: { name: 'Probe', username: 'probe', email, password, confirm_password: password },
  });
  if (response.status === 403) throw new Error('registration is not allowed: set ALLOW_REGISTRATION to true in the stack\'s `environment`, or specify an account');
  if (response.status !== 200) throw new Error(`registration returned ${summary(response)}`);
  return { email, password };
}

function summary({ status, text }: CompleteResponse): string {
  return `${status}: ${text.slice(0, 200)}`;
}
