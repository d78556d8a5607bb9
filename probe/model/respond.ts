import { setTimeout as sleep } from 'node:timers/promises';
import { type Pace, paceIn } from '../pace';

/** A request to the model, as in OpenAI's API. */
interface Request {
  readonly model?: string;
  readonly stream?: boolean;
  readonly messages?: readonly { readonly role: string; readonly content: string | readonly { readonly text?: string }[] }[];
}

/** The model's reply: JSON, or an event stream with the pace in the prompt. */
export interface ModelResponse {
  readonly status: number;
  readonly type: string;
  readonly body: AsyncIterable<string>;
}

const MODEL = 'probe';

/**
 * Responds to a request to an OpenAI-compatible endpoint. The API key is required.
 *
 * @param left aborted when the client has disconnected
 */
export function respond(
  method: string, path: string, authorization: string | undefined, body: string, key: string, left?: AbortSignal,
): ModelResponse {
  if (authorization !== `Bearer ${key}`) return json(401, { error: { message: 'invalid API key', type: 'invalid_request_error' } });
  if (method === 'GET' && path === '/v1/models') return json(200, { object: 'list', data: [{ id: MODEL, object: 'model', owned_by: MODEL }] });
  if (method !== 'POST' || path !== '/v1/chat/completions') return json(404, { error: { message: `${method} ${path} does not exist` } });
  let request: Request;
  try {
    request = JSON.parse(body) as Request;
  } catch {
    return json(400, { error: { message: 'the body must be JSON' } });
  }
  const pace = paceIn(promptOf(request));
  if (!request.stream) return json(200, { ...frame('chat.completion'), choices: [whole(wordsOf(pace).join(''))], usage: usage(pace) });
  return { status: 200, type: 'text/event-stream', body: streamOf(pace, left) };
}

/** The words of the reply. They are unique, so that a lost one is detected. */
export function wordsOf({ tokens }: Pick<Pace, 'tokens'>): string[] {
  return Array.from({ length: tokens }, (_, index) => `word-${index + 1} `);
}

async function* streamOf(pace: Pace, signal?: AbortSignal): AsyncGenerator<string> {
  const chunk = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({ ...frame('chat.completion.chunk'), choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  yield chunk({ role: 'assistant', content: '' });
  for (const [index, word] of wordsOf(pace).entries()) {
    await sleep(pace.gapMs + (index === Math.floor(pace.tokens / 2) ? pace.silenceMs : 0), undefined, { signal });
    yield chunk({ content: word });
  }
  yield chunk({}, 'stop');
  yield `data: ${JSON.stringify({ ...frame('chat.completion.chunk'), choices: [], usage: usage(pace) })}\n\n`;
  yield 'data: [DONE]\n\n';
}

const frame = (object: string) => ({ id: 'chatcmpl-probe', object, created: 0, model: MODEL });
const whole = (content: string) => ({ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' });
const usage = ({ tokens }: Pace) => ({ prompt_tokens: 1, completion_tokens: tokens, total_tokens: tokens + 1 });

/** The user's last message. */
function promptOf({ messages = [] }: Request): string {
  const content = messages.filter(({ role }) => role === 'user').at(-1)?.content ?? '';
  return typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join('');
}

function json(status: number, value: object): ModelResponse {
  const text = JSON.stringify(value);
  return { status, type: 'application/json', body: (async function* () { yield text; })() };
}
