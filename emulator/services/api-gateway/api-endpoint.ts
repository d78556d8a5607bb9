import { randomBytes, randomUUID } from 'node:crypto';
import { withAccessLog, sinceMs, type AccessLogValues } from './access-log';
import { readBufferedResponse } from './buffered-response';
import { requestTimeOf, restApiEvent } from './event';
import { GatewayError } from './gateway-error';
import { gatewayResponse } from './gateway-response';
import { mockResponse } from './mock-integration';
import { integrationHeaders } from './request-headers';
import type { Match, RestApi } from './rest-api';
import { MalformedResponse, readStreamedResponse } from './streamed-response';
import type { Cloud } from '../../core/cloud';
import { headerValue, headerValues, readWhole, textResponse, withHeaders, type Header, type HttpRequest, type HttpResponse } from '../../core/http';
import { withTimeLimits, TimedOut, within } from '../../core/time-limits';
import type { CloudWatchService } from '../cloudwatch/cloudwatch-service';
import { arnLike } from '../iam/policy';
import { LambdaFunctionError, LambdaServiceError } from '../lambda/lambda-function';
import type { DeployedFunction, LambdaService } from '../lambda/lambda-service';

const LARGEST_BODY = 10 * 1024 * 1024;
const LARGEST_HEADERS = 10_240;
const DEFAULT_TIMEOUT_MS = 29_000;
const IDLE_LIMIT_MS = 5 * 60_000;

/** The endpoint of a Regional REST API. */
export class ApiEndpoint {
  public constructor(
    private readonly cloud: Cloud,
    private readonly lambda: LambdaService,
    private readonly api: RestApi,
    private readonly cloudWatch?: CloudWatchService,
  ) {}

  public async handle(request: HttpRequest): Promise<HttpResponse> {
    const began = performance.now();
    // Slashes before the stage are ignored. Those after it appear in the context only.
    const [, stage, ...rest] = request.path.replace(/^\/+/, '/').split('/');
    const values = this.valuesOf(request, stage, `/${stage}/${rest.join('/')}`);
    const path = `/${rest.join('/')}`.replace(/^\/+/, '/');
    const response = await this.respond(request, stage, path, values).catch((error: unknown) => {
      if (!(error instanceof GatewayError)) throw error;
      Object.assign(values, { 'error.message': error.message, 'error.messageString': JSON.stringify(error.message), 'error.responseType': error.type });
      return gatewayResponse(error, this.api.gatewayResponses, values.requestId, headerValue(request.headers, 'accept'));
    });
    this.count(response.status);
    const { accessLog } = this.api.stages.get(stage) ?? {};
    const { headers, ...others } = accessLog ? withAccessLog(response, accessLog, values, began) : response;
    return { ...others, headers: [...headers, ['x-amzn-RequestId', values.requestId], ['x-amz-apigw-id', values.extendedRequestId]] };
  }

  /** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html */
  private count(status: number): void {
    const put = (metricName: string, value: boolean) =>
      this.cloudWatch?.put({ namespace: 'AWS/ApiGateway', metricName, dimensions: { ApiName: this.api.name } }, Number(value));
    put('Count', true);
    put('4XXError', status >= 400 && status < 500);
    put('5XXError', status >= 500);
  }

  private valuesOf(request: HttpRequest, stage: string, path: string): AccessLogValues {
    const now = Date.now();
    return {
      'requestId': randomUUID(),
      'extendedRequestId': randomBytes(9).toString('base64url'),
      'requestTimeEpoch': now,
      'requestTime': requestTimeOf(now),
      'identity.sourceIp': request.sourceIp,
      'httpMethod': request.method,
      path,
      'protocol': 'HTTP/1.1',
      stage,
    };
  }

  private async respond(request: HttpRequest, stage: string, path: string, values: AccessLogValues): Promise<HttpResponse> {
    // Without a stage there is no deployment whose gateway responses could apply.
    if (!this.api.stages.has(stage)) return plain(403, 'Forbidden', [['x-amzn-ErrorType', 'ForbiddenException']]);
    const requestLine = request.method.length + request.path.length + request.query.length;
    const size = request.headers.reduce((sum, [name, value]) => sum + name.length + value.length, requestLine);
    if (size > LARGEST_HEADERS) return plain(400, 'Bad Request');
    const match = this.api.match(path, request.method);
    if (!match) throw new GatewayError('MISSING_AUTHENTICATION_TOKEN');
    values.resourcePath = match.resource.path;
    const apiKey = headerValue(request.headers, 'x-api-key');
    if (match.method.apiKeyRequired) {
      if (!this.api.keys.has(`${stage}/${apiKey}`)) throw new GatewayError('INVALID_API_KEY');
      if (this.api.keys.get(`${stage}/${apiKey}`)?.take() === false) throw new GatewayError('THROTTLED');
    }
    const { integration } = match.method;
    if (integration.Type === 'MOCK') return mockResponse(integration, request.headers, this.api.binaryMediaTypes);

    const body = await readWhole(request.body, LARGEST_BODY);
    if (!body) throw new GatewayError('REQUEST_TOO_LARGE');
    const fn = this.functionOf(match, stage);
    if (!fn?.lambda) throw new GatewayError('API_CONFIGURATION_ERROR');
    const event = Buffer.from(JSON.stringify(this.event(request, match, { path, body, values, apiKey })));
    const invoked = performance.now();
    values['integration.responseTransferMode'] = integration.ResponseTransferMode ?? 'BUFFERED';
    try {
      const response = await this.invoke(fn, match, event, headerValue(request.headers, 'accept'));
      values['integration.status'] = response.status;
      return response;
    } catch (error) {
      if (error instanceof GatewayError) values['integration.error'] = error.message;
      throw error;
    } finally {
      values['integration.timeToAllHeaders'] = values['integration.latency'] = sinceMs(invoked);
    }
  }

  private async invoke(fn: DeployedFunction, { method }: Match, event: Buffer, accept: string | undefined): Promise<HttpResponse> {
    const { TimeoutInMillis = DEFAULT_TIMEOUT_MS, ResponseTransferMode = 'BUFFERED' } = method.integration;
    const limit = this.cloud.limit(TimeoutInMillis);
    const deadline = Date.now() + limit;
    try {
      if (ResponseTransferMode === 'BUFFERED') return await within(limit, this.invokeBuffered(fn, event, accept));
      const invoked = fn.lambda!.invokeWithResponseStream(event, { arn: fn.arn, version: fn.version });
      const { response, environmentId } = await within(limit, invoked.then(async (invocation) => ({
        response: await readStreamedResponse(invocation.body), environmentId: invocation.environmentId,
      })));
      return {
        ...response,
        body: withTimeLimits(response.body, this.cloud.limit(IDLE_LIMIT_MS), deadline),
        servedBy: { function: fn.logicalId, environment: environmentId },
      };
    } catch (error) {
      throw this.failure(error);
    }
  }

  private async invokeBuffered(fn: DeployedFunction, event: Buffer, accept: string | undefined): Promise<HttpResponse> {
    const { payload, functionError, environmentId } = await fn.lambda!.invoke(event, { arn: fn.arn, version: fn.version });
    const servedBy = environmentId === undefined ? undefined : { function: fn.logicalId, environment: environmentId };
    try {
      if (functionError) throw new MalformedResponse(payload.toString());
      return { ...readBufferedResponse(payload, this.api.binaryMediaTypes, accept), servedBy };
    } catch (error) {
      if (!(error instanceof MalformedResponse)) throw error;
      this.cloud.events.notice(`API Gateway: ${error.message}`, 'warning');
      throw new GatewayError('FUNCTION_ERROR', servedBy);
    }
  }

  /** @see https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway-errors.html */
  private failure(error: unknown): unknown {
    if (error instanceof TimedOut) return new GatewayError('INTEGRATION_TIMEOUT');
    if (error instanceof LambdaServiceError && error.status === 413) return new GatewayError('REQUEST_TOO_LARGE');
    if (!(error instanceof LambdaServiceError || error instanceof LambdaFunctionError || error instanceof MalformedResponse)) return error;
    this.cloud.events.notice(`API Gateway: ${error.message}`, 'warning');
    return new GatewayError(error instanceof LambdaFunctionError ? 'FUNCTION_ERROR' : 'INTEGRATION_FAILURE');
  }

  /** The function of an integration, if its resource policy allows this API to invoke it. */
  private functionOf({ resource, method }: Match, stage: string): DeployedFunction | undefined {
    const { Uri = '', ResponseTransferMode } = method.integration;
    const streaming = /:lambda:path\/2021-11-15\/functions\/([^/]+)\/response-streaming-invocations$/.exec(Uri);
    const buffered = /:lambda:path\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(Uri);
    const arn = (ResponseTransferMode === 'STREAM' ? streaming : buffered)?.[1];
    const fn = this.lambda.functions.get(arn ?? '');
    const source = this.cloud.arn('execute-api', `${this.api.id}/${stage}/${method.httpMethod === 'ANY' ? '*' : method.httpMethod}`
      + resource.path.replace(/\{[^}]+\}/g, '*'));
    const permitted = fn?.permissions.some(({ action, principal, sourceArn }) =>
      ['lambda:InvokeFunction', 'lambda:*'].includes(action) && principal === 'apigateway.amazonaws.com' && (!sourceArn || arnLike(sourceArn, source)));
    if (fn && permitted) return fn;
    this.cloud.events.notice(`API Gateway: ${method.httpMethod} ${resource.path} may not invoke ${arn ?? Uri}: `
      + 'the function needs a permission of lambda:InvokeFunction for apigateway.amazonaws.com', 'warning');
    return undefined;
  }

  private event(request: HttpRequest, { resource, parameters }: Match,
    { path, body, values, apiKey }: { path: string; body: Buffer; values: AccessLogValues; apiKey?: string }) {
    const { stage } = values;
    const forwarded = [...headerValues(request.headers, 'x-forwarded-for'), request.sourceIp].join(', ');
    const domainName = `${this.api.id}.execute-api.${this.cloud.region}.${this.cloud.urlSuffix}`;
    const added: Header[] = [
      ['Host', domainName], ['X-Forwarded-For', forwarded], ['X-Forwarded-Port', '443'], ['X-Forwarded-Proto', 'https'],
      ['X-Amzn-Trace-Id', `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`],
    ];
    return restApiEvent({
      httpMethod: request.method,
      resource: resource.path,
      resourceId: resource.id,
      path,
      pathWithStage: values.path,
      query: request.query,
      headers: withHeaders(integrationHeaders(request.headers), added),
      pathParameters: parameters,
      stage,
      deploymentId: this.api.stages.get(stage)?.deploymentId,
      stageVariables: this.api.stages.get(stage)?.variables,
      body,
      binaryMediaTypes: this.api.binaryMediaTypes,
      sourceIp: request.sourceIp,
      accountId: this.cloud.account,
      apiId: this.api.id,
      domainName,
      requestId: values.requestId,
      apiKey,
      time: values.requestTimeEpoch,
    });
  }
}

function plain(status: number, message: string, headers: readonly Header[] = []): HttpResponse {
  return textResponse(status, 'application/json', JSON.stringify({ message }), headers);
}
