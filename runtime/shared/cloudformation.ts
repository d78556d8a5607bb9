import { setTimeout as sleep } from 'node:timers/promises';
import { call, succeeded } from './call';
import { messageOf, type Log } from './log';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html */
export interface CustomResourceEvent {
  readonly RequestType: string;
  readonly ResponseURL: string;
  readonly ResourceType: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
}

/** The result of a request. `Data` contains the attributes for `Fn::GetAtt`. */
export type Outcome =
  | { readonly Status: 'SUCCESS'; readonly Data?: Readonly<Record<string, string>> }
  | { readonly Status: 'FAILED'; readonly Reason: string };

const ATTEMPTS = 5;
const TIMEOUT_MS = 5_000;

/**
 * Maximum length of a reason in bytes of JSON. CloudFormation accepts responses of up to 4096 bytes, which include the ids.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
 */
export const LONGEST_REASON = 2_500;

export function isCustomResourceEvent(event: unknown): event is CustomResourceEvent {
  const { RequestType, ResponseURL } = Object(event) as Partial<CustomResourceEvent>;
  return typeof RequestType === 'string' && typeof ResponseURL === 'string';
}

/**
 * Sends the result of a request to CloudFormation. Without a response, the stack waits for an hour.
 *
 * @returns whether CloudFormation has received the response
 */
export async function sendResponse(event: CustomResourceEvent, physicalId: string, outcome: Outcome, log: Log, retryMs = 200): Promise<boolean> {
  const body = Buffer.from(JSON.stringify({
    ...outcome,
    Reason: 'Reason' in outcome ? beginning(outcome.Reason, LONGEST_REASON) : undefined,
    PhysicalResourceId: physicalId,
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
  }));
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      // The signature of the URL does not allow a content type.
      const response = await call(event.ResponseURL, { method: 'PUT', body, headers: { 'content-length': body.length }, timeoutMs: TIMEOUT_MS });
      if (succeeded(response)) return true;
      throw new Error(`it responded with ${response.statusCode}`);
    } catch (error) {
      log.warn('cloudformation-unreachable', { attempt, message: messageOf(error) });
      await sleep(retryMs * 2 ** attempt);
    }
  }
  log.error('cloudformation-not-notified', { status: outcome.Status });
  return false;
}

/** Length of a string in bytes of JSON. */
export function bytesOf(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

/** The text, or its beginning if it has more bytes of JSON than `most`. */
export function beginning(text: string, most: number): string {
  const shortened = (begin: string): string => {
    const over = bytesOf(`${begin}…`) - most;
    // A character takes six bytes of JSON at most.
    return over > 0 && begin ? shortened(begin.slice(0, -Math.ceil(over / 6))) : `${begin}…`;
  };
  return bytesOf(text) > most ? shortened(text) : text;
}
