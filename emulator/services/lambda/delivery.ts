import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PendingInvocation } from './pending-invocation';
import { collect, messageIn, sendAccepted, sendError } from './runtime-api-server';

/** Limit of buffered responses: 6 MB and Lambda's own envelope. */
const LARGEST_BUFFERED_RESPONSE = 6 * 1024 * 1024 + 100;

/** The delivery of one event to a runtime, which responds once. */
export class Delivery {
  /** True once the runtime has the event. */
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

  /** Receives the runtime's response; resolves when it is complete, to whether it was accepted. */
  public async receive(id: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    if (!this.acceptsResponse(id, response)) {
      request.resume();
      return false;
    }
    if (request.headers['lambda-runtime-function-response-mode'] === 'streaming') {
      await this.invocation.stream(request, this.environmentId);
      return true;
    }
    this.invocation.responded = true;
    const body = await collect(request);
    if (body.length > LARGEST_BUFFERED_RESPONSE) {
      const message = `Exceeded maximum allowed payload size (${LARGEST_BUFFERED_RESPONSE} bytes).`;
      this.invocation.fail('Function.ResponseSizeTooLarge', message);
      sendError(response, 413, 'RequestEntityTooLarge', message);
      return false;
    }
    this.invocation.buffered(body, request.headers['content-type'] ?? 'application/json', this.environmentId);
    return true;
  }

  /** Receives the runtime's error report; returns whether it was accepted. */
  public fail(id: string, errorType: string, body: Buffer, response: ServerResponse): boolean {
    if (!this.acceptsResponse(id, response)) return false;
    this.invocation.fail(errorType, messageIn(body), body);
    sendAccepted(response);
    return true;
  }

  private acceptsResponse(id: string, response: ServerResponse): boolean {
    if (id !== this.invocation.id || !this.delivered) {
      sendError(response, 400, 'InvalidRequestID', 'Invalid request ID');
    } else if (this.invocation.responded) {
      sendError(response, 403, 'InvalidStateTransition', 'the invocation has a response already');
    } else {
      return true;
    }
    return false;
  }
}
