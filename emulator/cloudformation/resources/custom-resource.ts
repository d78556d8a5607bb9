import { randomUUID } from 'node:crypto';
import { EmulatorError } from '../../errors';
import { unsupported, type Player } from '../resource';

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

export function isCustomResource(type: string): boolean {
  return type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';
}

/**
 * Asks the function behind `ServiceToken` to make the resource, and waits for what it puts to the response URL.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
 */
export const customResource: Player = async (resource, { cloud, aws, stackId }) => {
  const { logicalId, type, properties } = resource;
  const lambda = cloud.functions.get(String(properties.ServiceToken))?.lambda
    ?? unsupported(resource, `\`ServiceToken\` must be a container function of this stack, got: ${String(properties.ServiceToken)}`);
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
  const broken = lambda.invoke(Buffer.from(JSON.stringify(event)))
    .then(({ payload, functionError }): Promise<never> => functionError ? failed(payload.toString()) : new Promise(() => undefined));
  try {
    const got = JSON.parse((await Promise.race([answer, broken, late])).toString()) as Answer;
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

/** CloudFormation passes numbers and booleans as strings. */
function stringified(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stringified);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, stringified(inner)]));
  return String(value);
}
