import { streamIdOf } from './affinity';
import { ClientResponse } from './client-response';
import { isProxyEvent, type ProxyEvent } from './event';
import { failed, notReady, tooLarge, tooLate } from './own-response';
import { EventPadding } from './pad-events';
import { requestOf, type Request } from './request';
import { isEventStream, metadataOf, type ResponseMetadata } from './response';
import { TICK } from '../../src/contract/queue';
import type { Outcome, QueuedResponse, RelayQueue } from '../queue';
import { messageOf, type Log } from '../shared/log';
import { isScheduledEvent } from '../shared/scheduled-event';

export interface RelayProps {
  /** Resolves to the queue when the secrets have been read. Fails if they cannot be read. */
  readonly queue: () => Promise<RelayQueue>;
  /** `Retry-After` for clients, from the last refused start. */
  readonly retryAfterSeconds: () => number;
  readonly padEventsTo: number;
  readonly maxBodyBytes: number;
  readonly endBeforeTimeoutMs: number;
  readonly log: Log;
}

/** How a request was served, for the log. */
interface Served {
  readonly outcome?: Outcome;
  /** The outcome for the client. `broken`: the response was interrupted. `rejected`: the request exceeds a limit of the relay. */
  readonly result: Outcome['kind'] | 'broken' | 'rejected';
  /** Why the response is missing or incomplete. Never sent to clients. */
  readonly reason?: string;
}

const RETRY_AFTER_SECONDS = { broken: 10, timeout: 2, redis: 5 };

/** Lambda reports only errors with such names. */
class RelayError extends Error {
  public constructor(public readonly name: `Function.${string}`, message: string) {
    super(message);
  }
}

/** Passes requests from API Gateway to workers, and their responses back. */
export class Relay {
  private queue?: RelayQueue;

  public constructor(private readonly props: RelayProps) {}

  public async handle(event: unknown, out: LambdaResponseStream, context: LambdaContext): Promise<void> {
    if (isProxyEvent(event)) return this.handleRequest(event, out, context);
    if (isScheduledEvent(event)) return this.handleTick(out, context);
    const got = Object.keys(Object(event) as object).join(', ');
    throw new RelayError('Function.UnknownEvent', `event must be a REST proxy event (payload version 1.0) or a scheduled event, got one with: ${got}`);
  }

  private async handleRequest(event: ProxyEvent, out: LambdaResponseStream, context: LambdaContext): Promise<void> {
    const received = Date.now();
    const client = new ClientResponse(out);
    const ending = this.endingOf(context, client);
    const served = await this.serve(requestOf(event), client, ending).finally(() => clearTimeout(ending.timer));
    this.report(event, context, client, received, served);
    // The environment must not be frozen while it starts a worker.
    await this.queue?.settled();
    if (served.result === 'broken') throw new RelayError('Function.ResponseBroken', 'the response was interrupted');
  }

  private async serve(request: Request, client: ClientResponse, ending: Ending): Promise<Served> {
    const { signal } = ending;
    const { maxBodyBytes } = this.props;
    if (request.body.length > maxBodyBytes) {
      await client.respond(tooLarge(maxBodyBytes));
      return { result: 'rejected', reason: `the body must have up to ${maxBodyBytes} bytes, got: ${request.body.length}` };
    }
    const outcome = await this.submit(request, signal);
    switch (outcome.kind) {
      case 'response':
        return this.pass(outcome, request, client, ending);
      case 'unavailable': {
        const retryAfter = outcome.reason === 'refused' ? this.props.retryAfterSeconds() : RETRY_AFTER_SECONDS[outcome.reason];
        await client.respond(notReady(retryAfter));
        return { outcome, result: 'unavailable', reason: `${outcome.reason}: ${outcome.message}` };
      }
      case 'failed':
        await client.respond(failed());
        return { outcome, result: 'failed', reason: outcome.message };
      case 'aborted':
        if (!client.gone.aborted) await client.respond(tooLate());
        return { outcome, result: 'aborted', reason: messageOf(signal.reason) };
    }
  }

  private async submit({ head, body }: Request, signal: AbortSignal): Promise<Outcome> {
    try {
      this.queue = await this.props.queue();
      return await this.queue.submit(head, body, { streamId: streamIdOf({ head, body }), signal });
    } catch (error) {
      return { kind: 'unavailable', id: '', reason: 'redis', message: messageOf(error), times: { queued: Date.now() } };
    }
  }

  private async pass(outcome: QueuedResponse, request: Request, client: ClientResponse, { signal, end }: Ending): Promise<Served> {
    let metadata: ResponseMetadata;
    try {
      metadata = metadataOf(outcome.head, request.head.method);
    } catch (error) {
      end('the response cannot be forwarded');
      await drained(outcome);
      await client.respond(failed());
      return { outcome, result: 'failed', reason: messageOf(error) };
    }
    const padding = this.props.padEventsTo && isEventStream(metadata) ? new EventPadding(this.props.padEventsTo) : undefined;
    if (padding) delete metadata.headers['content-length'];
    await client.begin(metadata);
    try {
      for await (const chunk of outcome.body) {
        await client.write(padding ? padding.apply(chunk) : chunk, signal);
        if (signal.aborted) throw signal.reason;
      }
      await client.end();
      return { outcome, result: 'response' };
    } catch (error) {
      return { outcome, result: client.gone.aborted ? 'aborted' : 'broken', reason: messageOf(signal.aborted ? signal.reason : error) };
    }
  }

  /** Handled as a request, so that it starts a worker if none runs. */
  private async handleTick(out: LambdaResponseStream, context: LambdaContext): Promise<void> {
    const client = new ClientResponse(out);
    const ending = this.endingOf(context, client);
    const head = { ...TICK, headers: ['Host', 'localhost'], bodyLength: 0 };
    const outcome = await this.submit({ head, body: Buffer.alloc(0) }, ending.signal);
    let statusCode: number | undefined;
    if (outcome.kind === 'response') {
      statusCode = outcome.head.statusCode;
      await drained(outcome);
    }
    clearTimeout(ending.timer);
    this.props.log.info('tick', { requestId: context.awsRequestId, outcome: outcome.kind, statusCode });
    await this.queue?.settled();
    // Failures are not thrown, because Lambda would repeat the event. The next event follows soon enough.
    out.write(JSON.stringify({ outcome: outcome.kind, statusCode }));
    await client.end();
  }

  /** Aborts the request when the client disconnects, and before the function times out. */
  private endingOf(context: LambdaContext, client: ClientResponse): Ending {
    const controller = new AbortController();
    const end = (reason: string) => controller.abort(new RelayError('Function.Ended', reason));
    client.gone.addEventListener('abort', () => end('the client has disconnected'));
    const leftMs = context.getRemainingTimeInMillis() - this.props.endBeforeTimeoutMs;
    return { signal: controller.signal, end, timer: setTimeout(() => end('the time of the function ran out'), leftMs) };
  }

  private report(event: ProxyEvent, context: LambdaContext, client: ClientResponse, received: number, { outcome, result, reason }: Served): void {
    const since = (time?: number) => (time === undefined ? undefined : time - received);
    const fields = {
      requestId: context.awsRequestId,
      apiRequestId: event.requestContext.requestId,
      method: event.httpMethod,
      // Without the query, which contains secrets in links that are sent by email.
      path: event.path,
      statusCode: client.statusCode,
      result,
      worker: outcome && 'worker' in outcome ? outcome.worker : undefined,
      queueId: outcome?.id || undefined,
      queuedMs: since(outcome?.times.queued),
      claimedMs: since(outcome?.times.claimed),
      firstByteMs: since(outcome?.times.firstByte),
      endMs: since(Date.now()),
      reason,
    };
    this.props.log[reason === undefined ? 'info' : 'warn']('request', fields);
  }
}

interface Ending {
  readonly signal: AbortSignal;
  readonly end: (reason: string) => void;
  readonly timer: NodeJS.Timeout;
}

/** Reads the body to its end, which the queue requires before the next request. */
async function drained({ body }: QueuedResponse): Promise<void> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    while (!(await chunks.next()).done);
  } catch {
    // The request was executed, and the response is discarded.
  }
}
