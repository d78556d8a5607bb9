import { randomUUID } from 'node:crypto';
import { unsupported, type Player, type Resource } from './resource';
import type { Cloud } from '../core/cloud';
import { EmulatorError } from '../core/errors';
import type { LambdaFunction } from '../services/lambda/lambda-function';

interface Answer {
  readonly Status?: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId?: string;
  readonly RequestId?: string;
  readonly LogicalResourceId?: string;
  readonly StackId?: string;
  readonly Data?: Record<string, unknown>;
}

/** An hour, unless the resource says otherwise. */
const SERVICE_TIMEOUT_SECONDS = 3600;

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html */
const LARGEST_ANSWER = 4096;

export function isCustomResource(type: string): boolean {
  return type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';
}

/**
 * Leaves an event for the function behind `ServiceToken` to make the resource, and waits for what is put to the response URL, by whichever
 * invocation. CloudFormation would wait for its time to be over even where nobody is left to answer; here it fails at once then.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
 */
export const customResource: Player = async (resource, { cloud, aws, stackId }) => {
  const { logicalId, type, properties } = resource;
  const lambda = providerOf(resource, cloud);
  const failed = (reason: string): never => {
    throw new EmulatorError('CUSTOM_RESOURCE_FAILED', `${logicalId} (${type}): ${reason}`);
  };
  const RequestId = randomUUID();
  const { url, answer } = aws.expectAnswer();
  const { ServiceTimeout, ...rest } = properties;
  const event = {
    RequestType: 'Create',
    ResponseURL: url,
    StackId: stackId,
    RequestId,
    ResourceType: type,
    LogicalResourceId: logicalId,
    ResourceProperties: stringified(rest),
  };
  const limit = cloud.limit(Number(ServiceTimeout ?? SERVICE_TIMEOUT_SECONDS) * 1000);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new EmulatorError('CUSTOM_RESOURCE_FAILED', `${logicalId} (${type}): no answer came in time`)), limit);
  });
  const broken = lambda.queue.accept(Buffer.from(JSON.stringify(event))).then(async ({ payload, functionError }): Promise<never> => {
    if (!functionError) return new Promise(() => undefined);
    await allQuiet(cloud);
    return failed(payload.toString());
  });
  try {
    const body = await Promise.race([answer, broken, late]);
    if (body.length > LARGEST_ANSWER) failed(`the answer must have at most ${LARGEST_ANSWER} bytes, got: ${body.length}`);
    const got = JSON.parse(body.toString()) as Answer;
    if (got.Status !== 'SUCCESS') failed(got.Reason ?? 'no reason given');
    if (got.RequestId !== RequestId || got.LogicalResourceId !== logicalId || got.StackId !== stackId) {
      failed('the answer must repeat StackId, RequestId and LogicalResourceId');
    }
    if (!got.PhysicalResourceId) failed('the answer must have a PhysicalResourceId');
    return { ref: String(got.PhysicalResourceId), attributes: got.Data ?? {} };
  } finally {
    clearTimeout(timer);
    broken.catch(() => undefined);
  }
};

function providerOf(resource: Resource, cloud: Cloud): LambdaFunction {
  const arn = String(resource.properties.ServiceToken);
  const found = cloud.functions.get(arn);
  const reason = found?.unplayed ? `: ${found.unplayed}` : '';
  return found?.lambda ?? unsupported(resource, `\`ServiceToken\` must be a container or Node.js function of this stack, got: ${arn}${reason}`);
}

/** Resolves when no function is left at work on an event that might make it answer in place of the one that failed. */
async function allQuiet({ functions }: Cloud): Promise<void> {
  const busy = () => [...functions.values()].find(({ lambda }) => lambda?.queue.busy);
  for (let next = busy(); next; next = busy()) await next.lambda?.queue.drained();
}

/** CloudFormation passes numbers and booleans as strings. */
function stringified(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stringified);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, stringified(inner)]));
  return String(value);
}
