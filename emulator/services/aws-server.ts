import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { cloudFormationApi } from './cloudformation/cloudformation-api';
import { logsApi } from './cloudwatch-logs/logs-api';
import { codeBuildApi } from './codebuild/codebuild-api';
import { rdsApi } from './documentdb/rds-api';
import { ecrApi } from './ecr/ecr-api';
import type { Role } from './iam/iam-service';
import { lambdaActionOf, lambdaApi } from './lambda/lambda-api';
import { addressOf, s3Api, s3Error } from './s3/s3-api';
import { secretsManagerApi } from './secrets-manager/secrets-manager-api';
import type { Services } from './services';
import { ssmApi } from './ssm/ssm-api';
import { AwsError } from '../core/aws-error';
import { fromNode, headerValue, textResponse, type HttpRequest, type HttpResponse } from '../core/http';
import type { Authorize, JsonApi } from '../core/json-api';
import { queryError, queryResponse, type QueryApi } from '../core/query-api';
import { signatureOf, verify, type Signature } from '../core/signature';
import { writeResponse } from '../core/write-response';

/** Request fields that identify the resource of a call. */
const NAMING = ['Name', 'SecretId', 'Names', 'projectName', 'id', 'ids', 'repositoryName', 'logGroupName'];

const METHODS: Record<string, string> = { GET: 'Get', HEAD: 'Head', PUT: 'Put', DELETE: 'Delete' };

/** The path of CloudFormation's response URLs. */
const RESPONSES = '/cloudformation-custom-resource-response/';

/** The AWS endpoints on one port; the scope of a request's signature identifies the service. */
export class AwsServer {
  public url = '';
  private readonly server = createServer((request, response) => void this.respond(fromNode(request, 'http'), response));
  private readonly expected = new Map<string, (body: Buffer) => void>();
  private readonly jsonApis: Readonly<Record<string, JsonApi>>;
  private readonly queryApis: Readonly<Record<string, QueryApi>>;

  public constructor(private readonly services: Services) {
    const { cloud } = services;
    this.jsonApis = {
      ssm: ssmApi(services.ssm),
      secretsmanager: secretsManagerApi(services.secretsManager, cloud),
      codebuild: codeBuildApi(services.codeBuild, cloud),
      ecr: ecrApi(services.ecr, cloud),
      logs: logsApi(services.logs, cloud),
    };
    this.queryApis = { cloudformation: cloudFormationApi(services.cloudFormation), rds: rdsApi(services.documentDb, cloud) };
  }

  public async start(): Promise<void> {
    // A frozen environment keeps its connections.
    this.server.keepAliveTimeout = 0;
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    this.services.cloud.onDispose(() => {
      this.server.close();
      this.server.closeAllConnections();
    });
  }

  /** A presigned response URL for a custom resource, and the body that will be sent to it. */
  public expectResponse(): { url: string; response: Promise<Buffer> } {
    const path = `${RESPONSES}${randomUUID()}`;
    return { url: `${this.url}${path}`, response: new Promise((resolve) => this.expected.set(path, resolve)) };
  }

  private async respond(request: HttpRequest, response: ServerResponse): Promise<void> {
    try {
      await writeResponse(await this.handle(request, await buffer(request.body)), response, request.method);
    } catch {
      response.destroy();
    }
  }

  private async handle(request: HttpRequest, body: Buffer): Promise<HttpResponse> {
    const receive = this.expected.get(request.path);
    if (receive && request.method === 'PUT') {
      receive(body);
      return textResponse(200, 'application/xml', '');
    }
    const signature = signatureOf(request);
    const service = signature?.service ?? 's3';
    const action = service in this.queryApis ? new URLSearchParams(body.toString()).get('Action') ?? '' : actionOf(request, service);
    let response: HttpResponse;
    let detail: string | undefined;
    try {
      const role = this.authenticate(request, body, signature);
      response = await this.dispatch(service, action, request, body, role);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      detail = `${error.code}: ${error.message}`;
      response = service === 's3' ? s3Error(error, request.path) : service in this.queryApis ? queryError(error) : jsonError(error);
    }
    this.services.cloud.events.emit({ type: 'aws', service, action, resource: resourceOf(request, service, body), status: response.status, detail });
    return { ...response, headers: [...response.headers, [service === 's3' ? 'x-amz-request-id' : 'x-amzn-RequestId', randomUUID()]] };
  }

  private authenticate(request: HttpRequest, body: Buffer, signature: Signature | undefined): Role {
    if (!signature) throw new AwsError('AccessDenied', 403, 'Access Denied: the request is not signed');
    const role = this.services.iam.findByAccessKey(signature.accessKeyId);
    if (!role) {
      const code = signature.service === 's3' ? 'InvalidAccessKeyId' : 'UnrecognizedClientException';
      throw new AwsError(code, signature.service === 's3' ? 403 : 400, 'The security token included in the request is invalid.');
    }
    this.checkRegion(request, body, signature);
    verify(request, body, signature, role.credentials);
    return role;
  }

  /** One endpoint serves all regions. Calls for secrets in another region are signed for that region, which the secret's ARN contains. */
  private checkRegion(request: HttpRequest, body: Buffer, { service, region }: Signature): void {
    const expected = this.services.cloud.region;
    if (region === expected || resourceOf(request, service, body).startsWith(`arn:${this.services.cloud.partition}:${service}:${region}:`)) return;
    if (service === 's3') {
      throw new AwsError('AuthorizationHeaderMalformed', 400,
        `The authorization header is malformed; the region '${region}' is wrong; expecting '${expected}'`);
    }
    throw new AwsError('InvalidSignatureException', 403, `Credential should be scoped to a valid region, not '${region}'. `);
  }

  private dispatch(service: string, action: string, request: HttpRequest, body: Buffer, role: Role): HttpResponse | Promise<HttpResponse> {
    const { iam, s3 } = this.services;
    switch (service) {
      case 's3': return s3Api(s3, request, body, addressOf(request.path), (access) => iam.allows(role, access));
      case 'lambda': return lambdaApi(this.services, request, body, role);
      default: return service in this.queryApis ? this.query(service, action, body, role) : this.json(service, action, body, role);
    }
  }

  private json(service: string, action: string, body: Buffer, role: Role): HttpResponse {
    const run = this.jsonApis[service]?.[action];
    if (!run) throw new AwsError('UnknownOperationException', 400, `the emulator does not support ${service} ${action}`);
    const result = run(JSON.parse(body.toString() || '{}') as Record<string, unknown>, this.authorizer(role, 'AccessDeniedException', 400));
    return textResponse(200, 'application/x-amz-json-1.1', JSON.stringify(result));
  }

  private query(service: string, action: string, body: Buffer, role: Role): HttpResponse {
    const run = this.queryApis[service][action];
    if (!run) throw new AwsError('InvalidAction', 400, `the emulator does not support ${service} ${action}`);
    return queryResponse(action, run(Object.fromEntries(new URLSearchParams(body.toString())), this.authorizer(role, 'AccessDenied', 403)));
  }

  private authorizer(role: Role, code: string, status: number): Authorize {
    return (action, resource) => {
      if (this.services.iam.allows(role, { action, resource })) return;
      throw new AwsError(code, status,
        `User: ${role.arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows it`);
    };
  }
}

function actionOf(request: HttpRequest, service: string): string {
  if (service === 'lambda') return lambdaActionOf(request)?.name ?? request.path;
  return headerValue(request.headers, 'x-amz-target')?.split('.')[1] ?? `${METHODS[request.method] ?? request.method}Object`;
}

function jsonError(error: AwsError): HttpResponse {
  const body = JSON.stringify({ __type: error.code, message: error.message, Message: error.message, ...error.fields });
  return textResponse(error.status, 'application/x-amz-json-1.1', body, [['x-amzn-ErrorType', error.code]]);
}

function resourceOf(request: HttpRequest, service: string, body: Buffer): string {
  if (service === 's3') return request.path;
  if (service === 'lambda') return lambdaActionOf(request)?.functionName ?? request.path;
  try {
    const input = JSON.parse(body.toString()) as Record<string, unknown>;
    return String(NAMING.map((name) => input[name]).find((value) => value !== undefined) ?? '');
  } catch {
    return '';
  }
}
