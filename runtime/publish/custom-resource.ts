import { setTimeout as sleep } from 'node:timers/promises';
import { FRONTEND_PROPERTIES } from '../../src/contract/frontend';
import { call, succeeded } from '../call';
import { log, messageOf } from '../log';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html */
export interface CustomResourceEvent {
  readonly RequestType: string;
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
}

export type Outcome = { readonly Status: 'SUCCESS' } | { readonly Status: 'FAILED'; readonly Reason: string };

const ATTEMPTS = 5;
const RETRY_MS = 200;
const TIMEOUT_MS = 5_000;

/** CloudFormation takes no answer above 4 KB. */
const LONGEST_REASON = 1_000;

export function isCustomResourceEvent(event: unknown): event is CustomResourceEvent {
  const { RequestType, ResponseURL } = Object(event) as Partial<CustomResourceEvent>;
  return typeof RequestType === 'string' && typeof ResponseURL === 'string';
}

/** Tells CloudFormation how it went. Without an answer the stack waits for an hour. */
export async function answer(event: CustomResourceEvent, outcome: Outcome): Promise<void> {
  const body = Buffer.from(JSON.stringify({
    ...outcome,
    ...('Reason' in outcome ? { Reason: outcome.Reason.slice(0, LONGEST_REASON) } : {}),
    PhysicalResourceId: physicalId(event),
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
  }));
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      // The URL is signed for a request without a content type.
      const told = await call(event.ResponseURL, { method: 'PUT', body, headers: { 'content-length': body.length }, timeoutMs: TIMEOUT_MS });
      if (succeeded(told)) return;
      throw new Error(`it answered ${told.statusCode}`);
    } catch (error) {
      log.warn('cloudformation-unreachable', { attempt, message: messageOf(error) });
      await sleep(RETRY_MS * 2 ** attempt);
    }
  }
  log.error('cloudformation-not-told', { status: outcome.Status });
}

/** The same as long as the bucket is: a change of it would have CloudFormation delete what it replaces. */
function physicalId({ PhysicalResourceId, ResourceProperties, LogicalResourceId }: CustomResourceEvent): string {
  const bucket = Object(ResourceProperties)[FRONTEND_PROPERTIES.bucket] as unknown;
  return typeof bucket === 'string' && bucket ? bucket : PhysicalResourceId ?? LogicalResourceId;
}
