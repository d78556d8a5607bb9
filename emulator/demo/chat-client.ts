import { randomUUID } from 'node:crypto';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { EventParser, type ServerSentEvent } from '../stand-in/client/src/event-parser';

// LibreChat refuses clients whose User-Agent is no browser's.
const USER_AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

/** An answer of the API, read whole. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly json: any;
}

/** A frame of the event stream, with the time of its arrival (as of `performance.now()`). */
export interface ReceivedEvent extends ServerSentEvent {
  readonly at: number;
  readonly json: any;
}

/** Who logs in; without one, a user of its own is registered. */
export interface Account {
  readonly email: string;
  readonly password: string;
}

interface RequestParts {
  /** Bytes as they are; anything else as JSON. */
  readonly body?: object;
  readonly type?: string;
  readonly signal?: AbortSignal;
}

/** Speaks LibreChat's API as its page does, each request on a connection of its own. */
export class ChatClient {
  /** A client that is logged in. */
  public static async signIn(url: string, account?: Account): Promise<ChatClient> {
    const client = new ChatClient(url);
    client.account = account ?? await client.register();
    await client.logIn();
    return client;
  }

  private token = '';
  private account?: Account;

  private constructor(private readonly url: string) {}

  /** Logs in, again if need be. */
  async logIn(): Promise<void> {
    const { status, json, text } = await this.send('POST', '/api/auth/login', this.account);
    if (status !== 200) throw new Error(`login answered ${status}: ${text.slice(0, 200)}`);
    this.token = json.token;
  }

  get(path: string): Promise<Answer> {
    return this.send('GET', path);
  }

  post(path: string, body: object): Promise<Answer> {
    return this.send('POST', path, body);
  }

  /** Starts an answer; `standIn` tells the stand-in its pace. Returns the stream's id. */
  async start(text: string, standIn?: object, conversationId?: string): Promise<string> {
    const { status, json, text: body } = await this.post('/api/agents/chat', { text, conversationId: conversationId ?? null, standIn });
    if (status !== 200 || !json?.streamId) throw new Error(`POST /api/agents/chat answered ${status}: ${body.slice(0, 200)}`);
    return json.streamId;
  }

  /** The events of an answer, as they arrive, until the server ends the stream; `signal` leaves it before. */
  async* events(streamId: string, { resume = false, signal }: { resume?: boolean; signal?: AbortSignal } = {}): AsyncGenerator<ReceivedEvent> {
    const response = await this.open('GET', `/api/agents/chat/stream/${streamId}${resume ? '?resume=true' : ''}`, { signal });
    if (response.statusCode !== 200) throw new Error(`the stream answered ${response.statusCode}: ${(await read(response)).slice(0, 200)}`);
    const parser = new EventParser();
    response.setEncoding('utf8');
    for await (const piece of response as AsyncIterable<string>) {
      const at = performance.now();
      for (const event of parser.push(piece)) yield { ...event, at, json: JSON.parse(event.data) };
    }
  }

  /** Sends a file as the page's form does. */
  async upload(name: string, type: string, content: Buffer): Promise<Answer> {
    const form = new FormData();
    form.set('file', new File([new Uint8Array(content)], name, { type }));
    const encoded = new Response(form);
    return this.send('POST', '/api/files', Buffer.from(await encoded.arrayBuffer()), encoded.headers.get('content-type')!);
  }

  /** Any request, read whole. */
  async send(method: string, path: string, body?: object, type?: string): Promise<Answer> {
    const response = await this.open(method, path, { body, type });
    const text = await read(response);
    const isJson = /json/.test(response.headers['content-type'] ?? '');
    return { status: response.statusCode!, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
  }

  private async register(): Promise<Account> {
    const password = randomUUID();
    const email = `visitor-${randomUUID()}@example.com`;
    const { status, text } = await this.send('POST', '/api/auth/register', { name: 'Visitor', email, password, confirm_password: password });
    if (status === 403) throw new Error('registration is not allowed here: set ALLOW_REGISTRATION to true in the stack\'s `environment`');
    if (status !== 200) throw new Error(`registration answered ${status}: ${text.slice(0, 200)}`);
    return { email, password };
  }

  private open(method: string, path: string, { body, type = 'application/json', signal }: RequestParts): Promise<IncomingMessage> {
    const target = new URL(path, this.url);
    const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
    const content = Buffer.isBuffer(body) ? body : body && Buffer.from(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      send(target, {
        method,
        agent: false,
        signal,
        headers: {
          'User-Agent': USER_AGENT,
          'Accept': '*/*',
          ...(this.token ? { Authorization: `Bearer ${this.token}` } : {}),
          ...(content ? { 'Content-Type': type, 'Content-Length': content.length } : {}),
        },
      }, resolve).on('error', reject).end(content);
    });
  }
}

async function read(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const piece of response as AsyncIterable<string>) text += piece;
  return text;
}

/** The token that an event carries, if it carries one. */
export function tokenOf({ json }: ReceivedEvent): string | undefined {
  if (json.event !== 'on_message_delta') return undefined;
  return json.data.delta.content.map(({ text }: { text: string }) => text).join('');
}

/** The text that an event begins with, if it is the one that tells what has been generated before. */
export function resumedTextOf({ json }: ReceivedEvent): string | undefined {
  if (!json.sync) return undefined;
  return json.resumeState.aggregatedContent.map(({ text }: { text: string }) => text).join('');
}
