import type { LambdaFunction } from './lambda-function';
import type { LambdaService } from './lambda-service';
import { LambdaServiceError } from './pending-invocation';
import { AwsError } from '../../core/aws-error';
import type { Cloud } from '../../core/cloud';
import { bodyOf, headerValue, type Header, type HttpRequest, type HttpResponse } from '../../core/http';
import type { IamService, Role } from '../iam/iam-service';

/** Limit of asynchronous events. */
const LARGEST_ASYNCHRONOUS_EVENT = 1024 * 1024;

/** The services that the API uses. */
interface LambdaContext {
  readonly cloud: Cloud;
  readonly iam: IamService;
  readonly lambda: LambdaService;
}

/** The function that an Invoke addresses, by name or ARN; undefined for other operations. */
export function functionOfPath(path: string): string | undefined {
  const name = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(path)?.[1];
  return name && decodeURIComponent(name);
}

/**
 * Lambda's Invoke: synchronous, or asynchronous through the function's queue.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export async function lambdaApi(context: LambdaContext, request: HttpRequest, body: Buffer, role: Role): Promise<HttpResponse> {
  const { cloud, iam } = context;
  const name = functionOfPath(request.path);
  if (name === undefined || request.method !== 'POST') {
    throw new AwsError('UnknownOperationException', 404, `the emulator does not support ${request.method} ${request.path} of Lambda`);
  }
  const arn = arnOf(cloud, name, new URLSearchParams(request.query).get('Qualifier'));
  if (!iam.allows(role, { action: 'lambda:InvokeFunction', resource: arn })) {
    throw new AwsError('AccessDeniedException', 403, `User: ${role.arn} is not authorized to perform: lambda:InvokeFunction on resource: ${arn} `
      + 'because no identity-based policy allows the lambda:InvokeFunction action');
  }
  const { lambda, unsupported } = context.lambda.functions.get(arn) ?? missing(arn);
  const type = headerValue(request.headers, 'x-amz-invocation-type') ?? 'RequestResponse';
  if (type === 'DryRun') return result(204);
  if (!lambda) throw new AwsError('ServiceException', 500, `the emulator does not run ${arn}: ${unsupported}`);
  const event = body.length ? body : Buffer.from('{}');
  requireJson(event);
  switch (type) {
    case 'RequestResponse': return invoke(lambda, event);
    case 'Event': return enqueue(lambda, event);
    default: throw new AwsError('InvalidParameterValueException', 400, `InvocationType must be RequestResponse, Event or DryRun, got: ${type}`);
  }
}

async function invoke(lambda: LambdaFunction, body: Buffer): Promise<HttpResponse> {
  try {
    const { payload, functionError } = await lambda.invoke(body);
    const error: Header[] = functionError ? [['X-Amz-Function-Error', functionError]] : [];
    return result(200, payload, [['Content-Type', 'application/json'], ['X-Amz-Executed-Version', '$LATEST'], ...error]);
  } catch (error) {
    if (error instanceof LambdaServiceError) throw new AwsError(error.code, error.status, error.message);
    throw error;
  }
}

function enqueue(lambda: LambdaFunction, body: Buffer): HttpResponse {
  if (body.length > LARGEST_ASYNCHRONOUS_EVENT) {
    throw new AwsError('RequestTooLargeException', 413,
      `Request must be smaller than ${LARGEST_ASYNCHRONOUS_EVENT} bytes for the InvokeFunction operation`);
  }
  void lambda.queue.accept(body);
  return result(202);
}

/** Of a name, of a part of an ARN (`account:function:name`) or of a whole one, each with or without a qualifier. */
function arnOf(cloud: Cloud, name: string, qualifier: string | null): string {
  const parts = name.replace(/^.*?function:/, '').split(':');
  const qualified = [parts[0], parts[1] ?? qualifier].filter((part) => part);
  return cloud.arn('lambda', `function:${qualified.join(':')}`);
}

function requireJson(body: Buffer): void {
  try {
    JSON.parse(body.toString());
  } catch (error) {
    throw new AwsError('InvalidRequestContentException', 400, `Could not parse request body into json: ${(error as Error).message}`);
  }
}

function missing(arn: string): never {
  throw new AwsError('ResourceNotFoundException', 404, `Function not found: ${arn}`);
}

function result(status: number, body: Buffer = Buffer.alloc(0), headers: Header[] = []): HttpResponse {
  return { status, headers: [...headers, ['Content-Length', String(body.length)]], body: bodyOf(body) };
}
