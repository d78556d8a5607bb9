import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PendingInvocation } from './pending-invocation';
import { messageIn, sendAccepted, sendError } from './runtime-api-server';
import { endOf, TRUNCATED } from './streamed-body';
import { readWhole } from '../../core/http';

/** Limit of buffered responses: 6 MB and Lambda's overhead. */
const LARGEST_BUFFERED_RESPONSE = 6 * 1024 * 1024 + 100;

/** The delivery of one event to a runtime, and its response. */
export class Delivery {
  /** Whether the runtime has received the event. */
  public delivered = false;

  public constructor(public readonly invocation: PendingInvocation, private readonly environmentId: number) {}

  /** Sends the event to the runtime. */
  public send(response: ServerResponse): void {
    const { id, deadline, props: { traceId, payload, functionArn } } = this.invocation;
    this.delivered = true;
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': id,
      'Lambda-Runtime-Deadline-Ms': String(deadline),
      'Lambda-Runtime-Invoked-Function-Arn': functionArn,
      'Lambda-Runtime-Trace-Id': traceId,
    }).end(payload);
  }

  /** Receives the runtime's response. Resolves when it is complete: to true, or to false if the runtime must respond again. */
  public async receive(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const mode = request.headers['lambda-runtime-function-response-mode'] ?? '';
    if (mode === 'streaming' && !this.invocation.props.buffered) {
      const end = await this.invocation.stream(request, this.environmentId);
      if (end === TRUNCATED) refuseTruncated(response);
      else sendAccepted(response);
      return true;
    }
    if (mode === '' || mode === 'streaming') {
      await this.collect(request, response);
      return true;
    }
    request.resume();
    this.invocation.fail('Runtime.InvalidResponseModeHeader', '', Buffer.alloc(0));
    sendError(response, 400, 'InvalidFunctionResponseMode', 'Invalid function response mode');
    return false;
  }

  /** Receives the runtime's error report. */
  public fail(errorType: string, body: Buffer, response: ServerResponse): void {
    this.invocation.fail(errorType, messageIn(body), body);
    sendAccepted(response);
  }

  private async collect(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readWhole(request, LARGEST_BUFFERED_RESPONSE).catch(() => 'truncated' as const);
    if (body === 'truncated') {
      this.invocation.fail(TRUNCATED.error!.type, TRUNCATED.error!.message);
      return refuseTruncated(response);
    }
    if (!body) {
      const message = `Exceeded maximum allowed payload size (${LARGEST_BUFFERED_RESPONSE} bytes).`;
      request.resume();
      this.invocation.fail('Function.ResponseSizeTooLarge', message);
      return sendError(response, 413, 'RequestEntityTooLarge', message);
    }
    const { error } = endOf(request);
    if (error) this.invocation.fail(error.type, messageIn(Buffer.from(error.message)), Buffer.from(error.message));
    else await this.invocation.buffered(body, request.headers['content-type'] ?? 'application/json', this.environmentId);
    sendAccepted(response);
  }
}

function refuseTruncated(response: ServerResponse): void {
  sendError(response, 400, 'TruncatedHTTPRequest', 'HTTP request detected as truncated');
}
