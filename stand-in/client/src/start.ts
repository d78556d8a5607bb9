import { type Generation, type Model, type Pace, postChat } from './api';
import { showStatus } from './view';

const NO_PARENT = '00000000-0000-0000-0000-000000000000';
const NOT_READY = 'SERVER_NOT_READY';
/** Time that a server may take until it is ready, and attempts for a request without a response. */
const READY_WITHIN_MS = 120_000;
const NETWORK_ATTEMPTS = 3;
const LONGEST_PAUSE_MS = 8_000;

export interface Started extends Generation {
  /** The server recognized a repeated request: the generation is running already. */
  readonly resumed: boolean;
}

interface Draft {
  readonly text: string;
  readonly conversationId?: string;
  readonly parentMessageId?: string;
  readonly pace: Pace;
}

/** Starts a reply. Repeats the request for 120 s while the server is not ready; any other error is thrown. */
export async function startReply({ text, conversationId, parentMessageId = NO_PARENT, pace }: Draft, model: Model): Promise<Started> {
  const body = {
    text,
    sender: 'User',
    isCreatedByUser: true,
    messageId: crypto.randomUUID(),
    parentMessageId,
    conversationId: conversationId ?? null,
    ...model,
    endpointType: 'custom',
    // The same for each attempt, so that a repeated request does not start a second generation.
    clientRequestId: crypto.randomUUID(),
    generationProtocolVersion: 2,
    standIn: pace,
  };
  const giveUpAt = Date.now() + READY_WITHIN_MS;
  let networkAttempts = 0;
  for (let attempt = 0; ; attempt++) {
    const backoff = Math.min(1_000 * 2 ** attempt, LONGEST_PAUSE_MS);
    let response: Response;
    try {
      response = await postChat(body, model);
    } catch (error) {
      if (++networkAttempts >= NETWORK_ATTEMPTS) throw error;
      await pause(backoff);
      continue;
    }
    const json = await jsonOf(response);
    if (response.status === 503 && json.code === NOT_READY && Date.now() < giveUpAt) {
      showStatus('The server is starting…');
      await pause(Math.min(retryAfter(response) ?? backoff, Math.max(0, giveUpAt - Date.now())));
      continue;
    }
    showStatus('');
    if (!response.ok || !json.streamId) throw new Error(json.error ?? json.message ?? `The server responded with status ${response.status}`);
    return { conversationId: json.streamId, createdAt: json.generationCreatedAt!, resumed: json.status === 'resumed' };
  }
}

interface StartJson {
  readonly streamId?: string;
  readonly generationCreatedAt?: number;
  readonly status?: string;
  readonly code?: string;
  readonly error?: string;
  readonly message?: string;
}

async function jsonOf(response: Response): Promise<StartJson> {
  try {
    return await response.json() as StartJson;
  } catch {
    return {};
  }
}

function retryAfter(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1_000, 30_000) : undefined;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
