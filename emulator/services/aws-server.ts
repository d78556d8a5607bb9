import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsError } from '../core/aws-error';
import type { Cloud, Role } from '../core/cloud';
import { fromNode, headerValue, readWhole, text, type HttpRequest, type HttpResponse } from '../core/http';
import type { JsonService } from '../core/json-service';
import { writeResponse } from '../core/write-response';
import { codeBuild } from './codebuild/codebuild-api';
import { ecr } from './ecr/ecr-api';
import { functionOfPath, lambdaApi } from './lambda/lambda-api';
import { cloudWatchLogs } from './logs/logs-api';
import { addressOf, s3, s3Error } from './s3/s3-api';
import { secretsManager } from './secrets-manager/secrets-manager-api';
import { signatureOf, verify, type Signature } from '../core/signature';
import { ssm } from './ssm/ssm-api';

const JSON_SERVICES: Record<string, JsonService> = { ssm, secretsmanager: secretsManager, codebuild: codeBuild, ecr, logs: cloudWatchLogs };

/** Fields of requests that say what a request is about. */
const NAMING = ['Name', 'SecretId', 'Names', 'projectName', 'id', 'ids', 'repositoryName', 'logGroupName'];

const METHODS: Record<string, string> = { GET: 'Get', HEAD: 'Head', PUT: 'Put', DELETE: 'Delete' };

/** Where the answers to CloudFormation's requests are taken. */
const ANSWERS = '/cloudformation-custom-resource-response/';

/** The played services on one port; the scope of its signature tells which one a request is for. */
export class AwsServer {
  public url = '';
  private readonly server = createServer((request, response) => void this.answer(fromNode(request, 'http'), response));
  private readonly answers = new Map<string, (body: Buffer) => void>();

  public constructor(private readonly cloud: Cloud) {}

  public async start(): Promise<void> {
    // A frozen environment keeps its connections.
    this.server.keepAliveTimeout = 0;
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    this.cloud.onDispose(() => {
      this.server.close();
      this.server.closeAllConnections();
    });
  }

  /** A URL that takes one PUT, as presigned as CloudFormation's, and what is put there. */
  public expectAnswer(): { url: string; answer: Promise<Buffer> } {
    const path = `${ANSWERS}${randomUUID()}`;
    return { url: `${this.url}${path}`, answer: new Promise((resolve) => this.answers.set(path, resolve)) };
  }

  private async answer(request: HttpRequest, response: ServerResponse): Promise<void> {
    try {
      const body = await readWhole(request.body) ?? Buffer.alloc(0);
      await writeResponse(await this.handle(request, body), response, request.method);
    } catch {
      response.destroy();
    }
  }

  private async handle(request: HttpRequest, body: Buffer): Promise<HttpResponse> {
    const take = this.answers.get(request.path);
    if (take && request.method === 'PUT') {
      take(body);
      return text(200, 'application/xml', '');
    }
    const signature = signatureOf(request);
    const service = signature?.service ?? 's3';
    const action = actionOf(request, service);
    let response: HttpResponse;
    let detail: string | undefined;
    try {
      const role = this.authenticate(request, body, signature);
      response = await this.dispatch(service, action, request, body, role);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      detail = `${error.code}: ${error.message}`;
      response = service === 's3' ? s3Error(error, request.path) : jsonError(error);
    }
    this.cloud.events.emit({ type: 'aws', service, action, resource: resourceOf(request, service, body), status: response.status, detail });
    return { ...response, headers: [...response.headers, [service === 's3' ? 'x-amz-request-id' : 'x-amzn-RequestId', randomUUID()]] };
  }

  private authenticate(request: HttpRequest, body: Buffer, signature: Signature | undefined): Role {
    if (!signature) throw new AwsError('AccessDenied', 403, 'Access Denied: the request is not signed');
    const role = [...this.cloud.roles.values()].find(({ credentials }) => credentials.accessKeyId === signature.accessKeyId);
    if (!role) {
      const code = signature.service === 's3' ? 'InvalidAccessKeyId' : 'UnrecognizedClientException';
      throw new AwsError(code, signature.service === 's3' ? 403 : 400, 'The security token included in the request is invalid.');
    }
    verify(request, body, signature, role.credentials);
    return role;
  }

  private dispatch(service: string, action: string, request: HttpRequest, body: Buffer, role: Role): HttpResponse | Promise<HttpResponse> {
    switch (service) {
      case 's3': return s3(this.cloud, request, body, addressOf(request.path), (question) => this.cloud.roleMay(role, question));
      case 'lambda': return lambdaApi(this.cloud, request, body, role);
      default: return this.json(service, action, body, role);
    }
  }

  private json(service: string, action: string, body: Buffer, role: Role): HttpResponse {
    const known = JSON_SERVICES[service]?.actions[action];
    if (!known) throw new AwsError('UnknownOperationException', 400, `the emulator does not play ${service} ${action}`);
    const answer = known(JSON.parse(body.toString() || '{}') as Record<string, unknown>, {
      cloud: this.cloud,
      authorize: (name, resource) => {
        if (this.cloud.roleMay(role, { action: name, resource })) return;
        throw new AwsError('AccessDeniedException', 400,
          `User: ${role.arn} is not authorized to perform: ${name} on resource: ${resource} because no identity-based policy allows it`);
      },
    });
    return text(200, 'application/x-amz-json-1.1', JSON.stringify(answer));
  }
}

function actionOf(request: HttpRequest, service: string): string {
  if (service === 'lambda') return 'Invoke';
  return headerValue(request.headers, 'x-amz-target')?.split('.')[1] ?? `${METHODS[request.method] ?? request.method}Object`;
}

function jsonError(error: AwsError): HttpResponse {
  const body = JSON.stringify({ __type: error.code, message: error.message, Message: error.message });
  return text(error.status, 'application/x-amz-json-1.1', body, [['x-amzn-ErrorType', error.code]]);
}

function resourceOf(request: HttpRequest, service: string, body: Buffer): string {
  if (service === 's3') return request.path;
  if (service === 'lambda') return functionOfPath(request.path) ?? request.path;
  try {
    const input = JSON.parse(body.toString()) as Record<string, unknown>;
    return String(NAMING.map((name) => input[name]).find((value) => value !== undefined) ?? '');
  } catch {
    return '';
  }
}
