import { EVENT_STREAM_TYPE, failedInvocationEvents, invocationEvents } from './event-stream';
import { LambdaFunctionError, LambdaServiceError } from './lambda-errors';
import type { InvokeOptions, LambdaFunction } from './lambda-function';
import type { LambdaService } from './lambda-service';
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

/** An operation, with the function's name or ARN. */
export interface LambdaAction {
  readonly name: 'Invoke' | 'InvokeWithResponseStream';
  readonly functionName: string;
}

/** The operation of a request; undefined if the emulator does not support it. */
export function lambdaActionOf({ method, path }: HttpRequest): LambdaAction | undefined {
  const [, buffered] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(path) ?? [];
  const [, streamed] = /^\/2021-11-15\/functions\/([^/]+)\/response-streaming-invocations$/.exec(path) ?? [];
  if (method !== 'POST' || (buffered ?? streamed) === undefined) return undefined;
  return { name: buffered === undefined ? 'InvokeWithResponseStream' : 'Invoke', functionName: decodeURIComponent(buffered ?? streamed) };
}

/**
 * Lambda's Invoke (synchronous, or asynchronous through the function's queue) and InvokeWithResponseStream.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html
 */
export async function lambdaApi(context: LambdaContext, request: HttpRequest, body: Buffer, role: Role): Promise<HttpResponse> {
  const { cloud, iam } = context;
  const action = lambdaActionOf(request);
  if (!action) throw new AwsError('UnknownOperationException', 404, `the emulator does not support ${request.method} ${request.path} of Lambda`);
  const arn = arnOf(cloud, action.functionName, new URLSearchParams(request.query).get('Qualifier'));
  if (!iam.allows(role, { action: 'lambda:InvokeFunction', resource: arn })) {
    throw new AwsError('AccessDeniedException', 403, `User: ${role.arn} is not authorized to perform: lambda:InvokeFunction on resource: ${arn} `
      + 'because no identity-based policy allows the lambda:InvokeFunction action');
  }
  const { lambda, unsupported, version } = context.lambda.functions.get(arn) ?? missing(arn);
  const type = headerValue(request.headers, 'x-amz-invocation-type') ?? 'RequestResponse';
  if (type === 'DryRun') return result(204);
  if (!lambda) throw new AwsError('ServiceException', 500, `the emulator does not run ${arn}: ${unsupported}`);
  const event = body.length ? body : Buffer.from('{}');
  requireJson(event);
  const options = { arn, version, traceHeader: headerValue(request.headers, 'x-amzn-trace-id') };
  if (action.name === 'InvokeWithResponseStream') return accepted(() => stream(lambda, event, options));
  switch (type) {
    case 'RequestResponse': return accepted(() => invoke(lambda, event, options));
    case 'Event': return enqueue(lambda, event, options);
    default: throw new AwsError('InvalidParameterValueException', 400, `InvocationType must be RequestResponse, Event or DryRun, got: ${type}`);
  }
}

/** The response, or an API error if Lambda rejects the invocation. */
async function accepted(respond: () => Promise<HttpResponse>): Promise<HttpResponse> {
  try {
    return await respond();
  } catch (error) {
    if (error instanceof LambdaServiceError) throw new AwsError(error.code, error.status, error.message, error.fields);
    throw error;
  }
}

async function invoke(lambda: LambdaFunction, event: Buffer, options: InvokeOptions): Promise<HttpResponse> {
  const { payload, functionError } = await lambda.invoke(event, options);
  const error: Header[] = functionError ? [['X-Amz-Function-Error', functionError]] : [];
  return result(200, payload, [['Content-Type', 'application/json'], executed(options), ...error]);
}

/** The function continues when the client disconnects. */
async function stream(lambda: LambdaFunction, event: Buffer, options: InvokeOptions): Promise<HttpResponse> {
  const headers: Header[] = [['Content-Type', EVENT_STREAM_TYPE], executed(options)];
  try {
    return { status: 200, headers, body: invocationEvents(await lambda.invokeWithResponseStream(event, options)) };
  } catch (error) {
    if (error instanceof LambdaFunctionError) return { status: 200, headers, body: failedInvocationEvents(error) };
    throw error;
  }
}

function enqueue(lambda: LambdaFunction, event: Buffer, options: InvokeOptions): HttpResponse {
  if (event.length > LARGEST_ASYNCHRONOUS_EVENT) {
    throw new AwsError('RequestTooLargeException', 413,
      `Request must be smaller than ${LARGEST_ASYNCHRONOUS_EVENT} bytes for the InvokeFunction operation`);
  }
  void lambda.queue.accept(event, options);
  return result(202);
}

function executed({ version = '$LATEST' }: InvokeOptions): Header {
  return ['X-Amz-Executed-Version', version];
}

/** The ARN for a name, a partial ARN (`account:function:name`) or a full ARN, each with or without a qualifier. */
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
