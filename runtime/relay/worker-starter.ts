import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { sign } from 'aws4';
import { firstMessage } from './event-stream';
import type { StartEvent } from '../../src/contract/queue';
import type { Started } from '../queue';
import { messageOf, type Log } from '../shared/log';

export interface WorkerStarterProps {
  readonly release: string;
  readonly functionName: string;
  readonly qualifier?: string;
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };
  readonly connectMs: number;
  readonly startMs: number;
  readonly log: Log;
}

type Kind = 'throttled' | 'inactive' | 'failed';

class StartRefused extends Error {
  public constructor(public readonly kind: Kind, message: string) {
    super(message);
  }
}

/** Number of characters of a reason in a log line. */
const REASON_LENGTH = 500;

/** Values of `Retry-After` in seconds. LibreChat's page waits for at most 30. */
const RETRY_AFTER: Record<Kind, number> = { throttled: 2, inactive: 15, failed: 10 };

const INACTIVE = /^(ResourceNotReady|CodeArtifactUserPending|CodeArtifactUserDeleted)/;

/**
 * Starts workers: synchronous invocations whose response is streamed. The worker responds with a byte when it has the
 * event. Then the relay closes the connection, and the worker continues to run.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html
 */
export class WorkerStarter {
  /** Of the last start that was refused. */
  public retryAfterSeconds = RETRY_AFTER.failed;

  public constructor(private readonly props: WorkerStarterProps) {}

  public async start(startId: string): Promise<Started> {
    const began = performance.now();
    const { log, release } = this.props;
    try {
      await this.invoke({ startWorker: startId, release });
      log.info('worker-started', { startId, ms: Math.round(performance.now() - began) });
      return 'started';
    } catch (error) {
      const kind = error instanceof StartRefused ? error.kind : 'failed';
      const message = messageOf(error).slice(0, REASON_LENGTH);
      this.retryAfterSeconds = RETRY_AFTER[kind];
      log[kind === 'failed' ? 'error' : 'warn']('worker-not-started', { startId, kind, message, ms: Math.round(performance.now() - began) });
      return { refused: message };
    }
  }

  private async invoke(event: StartEvent): Promise<void> {
    const { startMs } = this.props;
    const call = this.call(JSON.stringify(event));
    const late = setTimeout(() => call.destroy(new Error(`the worker did not respond within ${startMs} ms`)), startMs);
    // Also after the response, because the relay itself destroys the connection then.
    call.on('error', () => undefined);
    try {
      const response = await responseTo(call);
      if (response.statusCode !== 200) throw await refusalOf(response);
      await firstByteOf(response);
    } finally {
      clearTimeout(late);
      call.destroy();
    }
  }

  private call(body: string): ClientRequest {
    const { functionName, qualifier, region, endpoint, credentials, connectMs } = this.props;
    const { host, protocol } = new URL(endpoint);
    const query = qualifier ? `?Qualifier=${encodeURIComponent(qualifier)}` : '';
    const { path, method, headers } = sign({
      service: 'lambda',
      region,
      host,
      method: 'POST',
      path: `/2021-11-15/functions/${encodeURIComponent(functionName)}/response-streaming-invocations${query}`,
      headers: { 'Content-Type': 'application/json' },
      body,
    }, credentials);
    // No keep-alive: a connection may have died while the environment was frozen.
    const call = (protocol === 'https:' ? httpsRequest : httpRequest)(new URL(path!, endpoint), { method, headers: headers as Record<string, string>, agent: false });
    const connecting = setTimeout(() => call.destroy(new Error(`no connection to ${host} within ${connectMs} ms`)), connectMs);
    call.once('socket', (socket) => socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(connecting)));
    call.once('close', () => clearTimeout(connecting));
    call.end(body);
    return call;
  }
}

function responseTo(call: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => call.once('response', resolve).once('error', reject));
}

/** The error for a start that Lambda rejects, so that no worker has the event. */
async function refusalOf(response: IncomingMessage): Promise<StartRefused> {
  const type = String(response.headers['x-amzn-errortype'] ?? '').split(':')[0];
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  const message = `Lambda responded with ${response.statusCode} ${type}: ${Buffer.concat(parts).toString()}`;
  if (response.statusCode === 429) return new StartRefused('throttled', message);
  return new StartRefused(INACTIVE.test(type) ? 'inactive' : 'failed', message);
}

/** Resolves with the first byte of the worker. Fails if the invocation ends without one. */
async function firstByteOf(response: IncomingMessage): Promise<void> {
  let bytes = Buffer.alloc(0);
  for await (const part of response) {
    bytes = Buffer.concat([bytes, part as Buffer]);
    const message = firstMessage(bytes);
    if (message?.type === 'PayloadChunk') return;
    if (message) throw new StartRefused('failed', `the worker did not start: ${message.type} ${message.payload.toString()}`);
  }
  throw new StartRefused('failed', 'the worker did not start: its response is empty');
}
