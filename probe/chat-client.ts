import { randomUUID } from 'node:crypto';
import { type ChatEvent, eventsOf, type Heartbeat } from './chat-events';
import { type Answer, open, read, type RequestParts, send } from './http';

const PROTOCOL = { 'X-LibreChat-Generation-Protocol': '2' };
const NO_PARENT = '00000000-0000-0000-0000-000000000000';

/** A user of LibreChat. */
export interface Account {
  readonly email: string;
  readonly password: string;
}

/** Endpoints that `librechat.yaml` need not define. */
const BUILT_IN = ['openAI', 'azureOpenAI', 'google', 'anthropic', 'bedrock'];

/** A model: a built-in endpoint or the name of a custom one in `librechat.yaml`, and one of its models. */
export interface Model {
  readonly endpoint: string;
  readonly model: string;
}

/** The model that the integration tests and the emulator's tests configure; the stand-in takes any. */
export const PROBE_MODEL: Model = { endpoint: 'Probe', model: 'probe' };

/** An uploaded file. */
export interface Upload {
  readonly file_id: string;
  readonly filename: string;
  readonly bytes: number;
  /** Where the stand-in has put it in its bucket. */
  readonly key?: string;
}

/** Options for opening a stream. */
export interface StreamOptions {
  /** Begin with the events that were missed. @default false */
  readonly resume?: boolean;
  readonly signal?: AbortSignal;
}

/** Sends requests to LibreChat's API as its page does, each on a separate connection. */
export class ChatClient {
  /** A client that is logged in, as a user that it registers unless one is given; only LibreChat's stand-in answers without a model. */
  public static async signIn(url: string, account?: Account, model?: Model): Promise<ChatClient> {
    const client = new ChatClient(url, account ?? await register(url), model);
    await client.logIn();
    return client;
  }

  private token = '';
  /** Cookies of the session, without their attributes. */
  private cookies = '';
  /** When the last generation of each stream was created: the page names it when it opens the stream. */
  private readonly generations = new Map<string, number>();
  private userId = '';

  private constructor(private readonly url: string, private readonly account: Account, private readonly model?: Model) {}

  /** Logs in, again if need be. */
  async logIn(): Promise<void> {
    const answer = await this.post('/api/auth/login', this.account);
    // Without the rest of the body: it may hold a token for the second factor.
    if (answer.status !== 200 || !answer.json?.token) throw new Error(`login returned ${answer.status}: ${answer.json?.message ?? 'without a token'}`);
    this.token = answer.json.token;
    this.cookies = (answer.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).join('; ');
    this.userId = answer.json.user.id ?? answer.json.user._id;
  }

  /** Ends the session. */
  async logOut(): Promise<void> {
    const answer = await this.send('/api/auth/logout', { method: 'POST', headers: { Cookie: this.cookies }, body: {} });
    if (answer.status !== 200) throw new Error(`logout returned ${summary(answer)}`);
  }

  /** Waits for the title of a conversation, as the page does; the conversation is stored then. Without titles, LibreChat says so after some seconds. */
  async awaitTitle(id: string): Promise<void> {
    await this.get(`/api/convos/gen_title/${id}`);
  }

  /** Deletes all conversations of the user. */
  async deleteConversations(): Promise<void> {
    const answer = await this.send('/api/convos/all', { method: 'DELETE' });
    if (answer.status !== 201) throw new Error(`the deletion of the conversations returned ${summary(answer)}`);
  }

  /**
   * Starts an answer; returns its id, which is that of its stream and its conversation.
   *
   * @param standIn the pace of LibreChat's stand-in, which has no model; LibreChat passes it over
   */
  async start(text: string, standIn?: object, conversationId: string | null = null): Promise<string> {
    const path = this.model ? `/api/agents/chat/${encodeURIComponent(this.model.endpoint)}` : '/api/agents/chat';
    const body = { text, ...partsFor(this.model ?? PROBE_MODEL), ...(conversationId ? { conversationId } : {}), ...(standIn ? { standIn } : {}) };
    const answer = await this.send(path, { method: 'POST', headers: PROTOCOL, body });
    if (answer.status !== 200 || !answer.json?.streamId) throw new Error(`the POST of the chat returned ${summary(answer)}`);
    if (answer.json.generationCreatedAt) this.generations.set(answer.json.streamId, answer.json.generationCreatedAt);
    return answer.json.streamId;
  }

  /** What comes over the stream of an answer until the server ends it; `signal` drops it before. */
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

  /** The stream without its signs of life. */
  async* events(id: string, options?: StreamOptions): AsyncGenerator<ChatEvent> {
    for await (const event of this.stream(id, options)) {
      if (!('heartbeat' in event)) yield event;
    }
  }

  /** Uploads a file as the page's form does; returns what is known of it then. */
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
    const answer = await this.send('/api/files', { method: 'POST', headers, body: Buffer.from(await encoded.arrayBuffer()) });
    if (answer.status !== 200 || !answer.json?.file_id) throw new Error(`the upload answered ${summary(answer)}`);
    return answer.json;
  }

  /** What was uploaded. */
  async download(fileId: string): Promise<Buffer> {
    const answer = await this.send(`/api/files/download/${this.userId}/${fileId}`);
    if (answer.status !== 200) throw new Error(`the download answered ${summary(answer)}`);
    return answer.bytes;
  }

  get(path: string): Promise<Answer> {
    return this.send(path);
  }

  post(path: string, body: object): Promise<Answer> {
    return this.send(path, { method: 'POST', body });
  }

  /** Any request, as the user. */
  send(path: string, { headers, ...parts }: RequestParts = {}): Promise<Answer> {
    return send(this.url + path, { ...parts, headers: { ...this.authorization(), ...headers } });
  }

  private authorization(): Record<string, string> {
    return this.token ? { Authorization: `Bearer ${this.token}` } : {};
  }
}

/** What the page adds to a message that the model of a custom endpoint shall answer. */
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

/** Registers a user of a random address. */
export async function register(url: string): Promise<Account> {
  const password = randomUUID();
  const email = `probe-${randomUUID()}@example.com`;
  const answer = await send(`${url}/api/auth/register`, {
    method: 'POST', body: { name: 'Probe', username: 'probe', email, password, confirm_password: password },
  });
  if (answer.status === 403) throw new Error('registration is not allowed: set ALLOW_REGISTRATION to true in the stack\'s `environment`, or give an account');
  if (answer.status !== 200) throw new Error(`registration returned ${summary(answer)}`);
  return { email, password };
}

function summary({ status, text }: Answer): string {
  return `${status}: ${text.slice(0, 200)}`;
}
