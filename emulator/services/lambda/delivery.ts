import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Invocation } from './invocation';
import { accept, collect, messageIn, refuse } from './runtime-api';

/** The most that a response that is not streamed may hold: 6 MB and what Lambda adds for its envelope. */
const LARGEST_BUFFERED_RESPONSE = 6 * 1024 * 1024 + 100;

/** An event in the hands of a runtime, which answers it once. */
export class Delivery {
  /** False until the runtime has asked for the event. */
  public made = false;

  public constructor(public readonly invocation: Invocation, private readonly environmentId: number) {}

  /** Gives the event to the runtime. */
  public hand(response: ServerResponse, functionArn: string): void {
    const { id, deadline, traceId, payload } = this.invocation;
    this.made = true;
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': id,
      'Lambda-Runtime-Deadline-Ms': String(deadline),
      'Lambda-Runtime-Invoked-Function-Arn': functionArn,
      'Lambda-Runtime-Trace-Id': traceId,
    }).end(payload);
  }

  /** Takes the runtime's answer; resolves when it is complete, to whether it was taken. */
  public async answer(id: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    if (!this.mayBeAnswered(id, response)) {
      request.resume();
      return false;
    }
    if (request.headers['lambda-runtime-function-response-mode'] === 'streaming') {
      await this.invocation.stream(request, this.environmentId);
      return true;
    }
    this.invocation.answered = true;
    const body = await collect(request);
    if (body.length > LARGEST_BUFFERED_RESPONSE) {
      const message = `Exceeded maximum allowed payload size (${LARGEST_BUFFERED_RESPONSE} bytes).`;
      this.invocation.fail('Function.ResponseSizeTooLarge', message);
      refuse(response, 413, 'RequestEntityTooLarge', message);
      return false;
    }
    this.invocation.buffered(body, request.headers['content-type'] ?? 'application/json', this.environmentId);
    return true;
  }

  /** Takes the runtime's report of an error; whether it was taken. */
  public fail(id: string, errorType: string, body: Buffer, response: ServerResponse): boolean {
    if (!this.mayBeAnswered(id, response)) return false;
    this.invocation.fail(errorType, messageIn(body), body);
    accept(response);
    return true;
  }

  private mayBeAnswered(id: string, response: ServerResponse): boolean {
    if (id !== this.invocation.id || !this.made) {
      refuse(response, 400, 'InvalidRequestID', 'Invalid request ID');
    } else if (this.invocation.answered) {
      refuse(response, 403, 'InvalidStateTransition', 'the event was answered before');
    } else {
      return true;
    }
    return false;
  }
}
