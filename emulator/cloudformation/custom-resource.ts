import { randomUUID } from 'node:crypto';
import {
  unsupported, type Deployment, type EmulatedResource, type ResourceDefinition, type ResourceDeleter, type ResourceHandler, type ResourceUpdater,
} from './resource';
import { EmulatorError } from '../core/errors';
import type { LambdaFunction } from '../services/lambda/lambda-function';
import type { LambdaService } from '../services/lambda/lambda-service';

/** Body that the function sends to the response URL. */
interface CustomResourceResponse {
  readonly Status?: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId?: string;
  readonly RequestId?: string;
  readonly LogicalResourceId?: string;
  readonly StackId?: string;
  readonly Data?: Record<string, unknown>;
}

/** The function of a custom resource failed. */
export class CustomResourceError extends EmulatorError {
  /** @param physicalId of the response, if there is one */
  public constructor(message: string, public readonly physicalId?: string) {
    super('CUSTOM_RESOURCE_FAILED', message);
  }
}

/** Default of `ServiceTimeout`: one hour. */
const SERVICE_TIMEOUT_SECONDS = 3600;

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html */
const LARGEST_RESPONSE = 4096;

export function isCustomResource(type: string): boolean {
  return type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';
}

export const createCustomResource: ResourceHandler = (resource, deployment) => request(resource, deployment, { RequestType: 'Create' });

export const updateCustomResource: ResourceUpdater = (resource, existing, deployment) => request(resource, deployment, {
  RequestType: 'Update', PhysicalResourceId: existing.ref, OldResourceProperties: stringified(existing.properties),
});

export const deleteCustomResource: ResourceDeleter = async (existing, deployment) => {
  await request(existing, deployment, { RequestType: 'Delete', PhysicalResourceId: existing.ref });
};

/**
 * Invokes the function of `ServiceToken` asynchronously and waits for a response at the response URL, from any invocation.
 * CloudFormation waits for its timeout even after every attempt has failed; the emulator then fails immediately.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
 */
async function request(resource: ResourceDefinition, deployment: Deployment, what: Record<string, unknown>): Promise<EmulatedResource> {
  const { logicalId, type, properties } = resource;
  const { cloud, services, aws, stackId } = deployment;
  const lambda = providerOf(resource, services.lambda);
  const failed = (reason: string, physicalId?: string): never => {
    throw new CustomResourceError(`${logicalId} (${type}): ${reason}`, physicalId);
  };
  const RequestId = randomUUID();
  const { url, response } = aws.expectResponse();
  const { ServiceTimeout, ...rest } = properties;
  const event = {
    ...what,
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
    timer = setTimeout(() => reject(new CustomResourceError(`${logicalId} (${type}): no response came in time`)), limit);
  });
  const broken = lambda.queue.accept(Buffer.from(JSON.stringify(event))).then(async ({ payload, functionError }): Promise<never> => {
    if (!functionError) return new Promise(() => undefined);
    // Another asynchronous invocation may still respond.
    await services.lambda.idle();
    return failed(payload.toString());
  });
  try {
    const body = await Promise.race([response, broken, late]);
    if (body.length > LARGEST_RESPONSE) failed(`the response must have at most ${LARGEST_RESPONSE} bytes, got: ${body.length}`);
    const got = JSON.parse(body.toString()) as CustomResourceResponse;
    if (got.Status !== 'SUCCESS') failed(got.Reason ?? 'no reason given', got.PhysicalResourceId);
    if (got.RequestId !== RequestId || got.LogicalResourceId !== logicalId || got.StackId !== stackId) {
      failed('the response must repeat StackId, RequestId and LogicalResourceId');
    }
    if (!got.PhysicalResourceId) failed('the response must have a PhysicalResourceId');
    return { ref: String(got.PhysicalResourceId), attributes: got.Data ?? {} };
  } finally {
    clearTimeout(timer);
    broken.catch(() => undefined);
  }
}

function providerOf(resource: ResourceDefinition, lambda: LambdaService): LambdaFunction {
  const arn = String(resource.properties.ServiceToken);
  const found = lambda.functions.get(arn);
  const reason = found?.unsupported ? `: ${found.unsupported}` : '';
  return found?.lambda ?? unsupported(resource, `\`ServiceToken\` must be a container or Node.js function of this stack, got: ${arn}${reason}`);
}

/** CloudFormation passes numbers and booleans as strings. */
function stringified(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stringified);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, stringified(inner)]));
  return String(value);
}
