import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Cloud } from '../../../../emulator/core/cloud';
import { EventStream } from '../../../../emulator/core/events';
import { bodyOf, type HttpRequest, type HttpResponse } from '../../../../emulator/core/http';
import { ApiEndpoint } from '../../../../emulator/services/api-gateway/api-endpoint';
import { RestApi, type Integration } from '../../../../emulator/services/api-gateway/rest-api';
import { LambdaFunction } from '../../../../emulator/services/lambda/lambda-function';
import { LambdaService, type InvokePermission } from '../../../../emulator/services/lambda/lambda-service';

export const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:f';
export const KEY = 'a-key-that-only-cloudfront-knows';
export const STREAM: Integration = {
  Type: 'AWS_PROXY',
  ResponseTransferMode: 'STREAM',
  TimeoutInMillis: 900_000,
  Uri: `arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/${ARN}/response-streaming-invocations`,
};
export const PERMISSION: InvokePermission = {
  action: 'lambda:InvokeFunction', principal: 'apigateway.amazonaws.com', sourceArn: 'arn:aws:execute-api:us-east-1:123456789012:api/*/*/*',
};

/** A request of a test. `script` determines the behavior of the function. */
export type Asked = Partial<Omit<HttpRequest, 'body'>> & { script?: object; body?: Buffer };

/** An API with a function behind `/api/{proxy+}`, which selects its script by the query. */
export class EmulatedApi {
  public readonly cloud: Cloud;
  public readonly lambda = new LambdaService();
  public readonly api: RestApi;
  public readonly permissions: InvokePermission[] = [PERMISSION];
  public readonly fn: LambdaFunction;

  /** @param timeScale divisor of the platform's time limits: with 100, a minute takes 600 ms */
  public constructor(binaryMediaTypes = ['image/*'], timeScale = 1) {
    this.cloud = new Cloud(new EventStream(), timeScale);
    const { cloud, permissions } = this;
    this.fn = new LambdaFunction({
      name: 'f',
      arn: ARN,
      command: [process.execPath, join(__dirname, 'runtime.cjs')],
      cwd: __dirname,
      environment: {},
      timeoutMs: 60_000,
      folder: cloud.folder,
    });
    cloud.onDispose(() => this.fn.dispose());
    this.lambda.functions.set(ARN, { logicalId: 'F', arn: ARN, name: 'f', permissions, lambda: this.fn });
    this.api = new RestApi('api', 'api', binaryMediaTypes);
    this.api.addResource('root', undefined, '');
    this.api.addResource('a', 'root', 'api');
    this.api.addResource('ap', 'a', '{proxy+}');
    this.api.addResource('as', 'a', 'static');
    this.api.addResource('i', 'a', '{id}');
    this.api.stages.set('prod', { variables: { color: 'blue' }, deploymentId: 'd1' });
    this.api.keys.set(`prod/${KEY}`, undefined);
    this.method('ap', 'ANY', STREAM, true);
  }

  public method(resource: string, httpMethod: string, integration: Integration, apiKeyRequired = false): void {
    this.api.resources.get(resource)!.methods.set(httpMethod, { httpMethod, apiKeyRequired, integration });
  }

  public ask(path: string, { script, headers = [['x-api-key', KEY]], body = Buffer.alloc(0), ...more }: Asked = {}): Promise<HttpResponse> {
    const query = script ? `script=${encodeURIComponent(JSON.stringify(script))}` : '';
    return new ApiEndpoint(this.cloud, this.lambda, this.api).handle({
      protocol: 'https', method: 'GET', path, query, headers, sourceIp: '130.176.0.1', body: bodyOf(body), ...more,
    });
  }
}

export const message = async (response: HttpResponse) => JSON.parse(await text(response.body)).message as string;
