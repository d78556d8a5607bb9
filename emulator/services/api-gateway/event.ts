import type { APIGatewayEventIdentity, APIGatewayProxyEvent } from 'aws-lambda';
import { headerValue, type Header } from '../../core/http';

/** The input of a proxy integration's event. */
export interface EventInput {
  readonly httpMethod: string;
  /** The path pattern of the resource, such as `/api/{proxy+}`. */
  readonly resource: string;
  readonly resourceId?: string;
  /** Without the stage, as sent. */
  readonly path: string;
  /** With the stage, as sent. @default derived from stage and path */
  readonly pathWithStage?: string;
  /** As sent, without the question mark. */
  readonly query?: string;
  readonly headers?: readonly Header[];
  readonly pathParameters?: Readonly<Record<string, string>> | null;
  readonly stage?: string;
  readonly deploymentId?: string;
  readonly stageVariables?: Readonly<Record<string, string>> | null;
  readonly body?: Buffer;
  readonly binaryMediaTypes?: readonly string[];
  readonly sourceIp?: string;
  readonly accountId?: string;
  readonly apiId?: string;
  readonly domainName?: string;
  readonly requestId?: string;
  readonly apiKey?: string;
  /** In milliseconds since the epoch. */
  readonly time?: number;
}

/**
 * The event that a REST API sends to a function: payload format 1.0.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export function restApiEvent(input: EventInput): APIGatewayProxyEvent {
  const { headers = [], body = Buffer.alloc(0), stage = 'prod', time = 0, requestId = '00000000-0000-0000-0000-000000000000' } = input;
  const query = [...new URLSearchParams(input.query ?? '')];
  const binary = isBinary(input.binaryMediaTypes ?? [], headerValue(headers, 'content-type'));
  const domainName = input.domainName ?? 'api.execute-api.us-east-1.amazonaws.com';
  return {
    resource: input.resource,
    path: input.path,
    httpMethod: input.httpMethod,
    headers: lastOf(headers) ?? {},
    multiValueHeaders: allOf(headers) ?? {},
    queryStringParameters: lastOf(query),
    multiValueQueryStringParameters: allOf(query),
    pathParameters: input.pathParameters ?? null,
    stageVariables: input.stageVariables ?? null,
    requestContext: {
      resourceId: input.resourceId ?? 'resource',
      resourcePath: input.resource,
      httpMethod: input.httpMethod,
      extendedRequestId: requestId.slice(0, 13),
      requestTime: requestTimeOf(time),
      requestTimeEpoch: time,
      path: input.pathWithStage ?? `/${stage}${input.path}`,
      accountId: input.accountId ?? '123456789012',
      protocol: 'HTTP/1.1',
      stage,
      deploymentId: input.deploymentId,
      domainPrefix: domainName.split('.')[0],
      domainName,
      requestId,
      apiId: input.apiId ?? 'api',
      authorizer: undefined,
      identity: {
        cognitoIdentityPoolId: null,
        accountId: null,
        cognitoIdentityId: null,
        caller: null,
        sourceIp: input.sourceIp ?? '127.0.0.1',
        principalOrgId: null,
        accessKey: null,
        cognitoAuthenticationType: null,
        cognitoAuthenticationProvider: null,
        userArn: null,
        userAgent: headerValue(headers, 'user-agent') ?? null,
        user: null,
        ...(input.apiKey ? { apiKey: input.apiKey } : {}),
        // `apiKeyId` and `clientCert` are absent on AWS, despite the type.
      } as APIGatewayEventIdentity,
      // The type lacks `deploymentId`.
    } as APIGatewayProxyEvent['requestContext'],
    body: body.length ? body.toString(binary ? 'base64' : 'utf8') : null,
    isBase64Encoded: body.length > 0 && binary,
  };
}

/** A time in the format of `$context.requestTime`, such as `25/Nov/2026:10:08:40 +0000`. */
export function requestTimeOf(milliseconds: number): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) (\S+) GMT$/.exec(new Date(milliseconds).toUTCString())!;
  return `${day}/${month}/${year}:${time} +0000`;
}

/** Whether the integration receives a body of this type as bytes rather than as text. */
export function isBinary(binaryMediaTypes: readonly string[], contentType: string | undefined): boolean {
  const type = (contentType ?? 'application/json').split(';')[0].trim().toLowerCase();
  return binaryMediaTypes.some((pattern) => {
    if (pattern === '*/*') return true;
    const lower = pattern.toLowerCase();
    return lower.endsWith('/*') ? type.startsWith(lower.slice(0, -1)) : type === lower;
  });
}

function lastOf(pairs: readonly Header[]): Record<string, string> | null {
  return pairs.length ? Object.fromEntries(merged(pairs).map(([name, values]) => [name, values[values.length - 1]])) : null;
}

function allOf(pairs: readonly Header[]): Record<string, string[]> | null {
  return pairs.length ? Object.fromEntries(merged(pairs)) : null;
}

function merged(pairs: readonly Header[]): [string, string[]][] {
  const result = new Map<string, string[]>();
  for (const [name, value] of pairs) result.set(name, [...result.get(name) ?? [], value]);
  return [...result];
}
