import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsServer } from '../../../emulator/aws/aws-server';
import { Bucket } from '../../../emulator/aws/s3-store';
import { Cloud, type Role } from '../../../emulator/cloud';
import { EventStream } from '../../../emulator/events';

/** How a call fails: an answer with a status, a throttle, a connection that breaks, or no answer at all. */
export type Fault = 500 | 503 | 429 | 'throttle' | 'reset' | 'hang';

/** A role that may do everything. */
const ROLE: Role = {
  name: 'function',
  arn: 'arn:aws:iam::123456789012:role/function',
  statements: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  credentials: { accessKeyId: 'ASIATESTEXAMPLE', secretAccessKey: 'the/secret/access/key', sessionToken: 'the-session-token' },
};

/** The played AWS, with calls that fail as a test wants. */
export class PlayedAws {
  public readonly cloud: Cloud;
  public readonly role = ROLE;
  /** What was asked for, in order, failed calls included. */
  public readonly calls: string[] = [];
  /** The most calls that were under way together. */
  public mostAtOnce = 0;
  /** Says whether and how a call fails, told what it is and how often it came before. */
  public fault?: (call: string, times: number) => Fault | undefined;

  private atOnce = 0;
  private readonly aws: AwsServer;
  private readonly front: Server = createServer((request, response) => void this.forward(request, response));

  /** Time limits of the platform are as many times shorter. */
  public constructor(timeScale = 1) {
    this.cloud = new Cloud(new EventStream(), timeScale);
    this.aws = new AwsServer(this.cloud);
  }

  public async start(): Promise<void> {
    this.cloud.roles.set(ROLE.name, ROLE);
    await this.aws.start();
    await once(this.front.listen(0, '127.0.0.1'), 'listening');
  }

  /** What the adapter finds under AWS_ENDPOINT_URL. */
  public get url(): string {
    return `http://127.0.0.1:${(this.front.address() as AddressInfo).port}`;
  }

  public addBucket(name: string): Bucket {
    const bucket = new Bucket(name);
    this.cloud.buckets.set(name, bucket);
    return bucket;
  }

  /** A URL that takes CloudFormation's answer; its calls can fail as well. */
  public expectAnswer(): { url: string; answer: Promise<Buffer> } {
    const { url, answer } = this.aws.expectAnswer();
    return { url: url.replace(this.aws.url, this.url), answer };
  }

  public async dispose(): Promise<void> {
    this.front.closeAllConnections();
    this.front.close();
    await this.cloud.dispose();
  }

  private async forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    response.once('close', () => (this.atOnce -= 1));
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const call = nameOf(request, body);
    const fault = this.fault?.(call, this.calls.filter((other) => other === call).length);
    this.calls.push(call);
    if (fault === 'hang') return;
    if (fault === 'reset') return void request.socket.resetAndDestroy();
    if (fault === 'throttle') {
      return void response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' }).end('{"__type":"ThrottlingException","message":"Rate exceeded"}');
    }
    if (fault) return void response.writeHead(fault).end('{"__type":"InternalServerError"}');
    const onward = httpRequest(`${this.aws.url}${request.url}`, { method: request.method, headers: request.headers, agent: false });
    onward.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    // A caller that ended, as a start that failed does, needs no answer.
    onward.once('error', () => response.destroy());
    onward.end(body);
  }
}

/** Such as `GetParameter /name` or `PUT /bucket/key`. */
function nameOf({ method, url, headers }: IncomingMessage, body: Buffer): string {
  const target = headers['x-amz-target'];
  if (typeof target !== 'string') return `${method} ${url}`;
  const { Name, SecretId, projectName, repositoryName, logGroupName, id, ids } = JSON.parse(body.toString()) as Record<string, string>;
  return `${target.split('.')[1]} ${Name ?? SecretId ?? projectName ?? repositoryName ?? logGroupName ?? id ?? ids}`;
}
