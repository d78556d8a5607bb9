import { Duration } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { ACCESS_LOG_FORMAT } from './access-log-format';
import { preflightIntegration, preflightOptions } from './preflight';
import { LONGEST_REQUEST_SECONDS } from '../contract/limits';
import { API_ROUTES } from '../contract/routes';
import { createLogGroup, type LogOptions } from '../private/log-group';
import { suppressNag } from '../private/nag';

/** Content types that API Gateway passes on in base64. With a wildcard for all types, MOCK integrations fail. */
const BINARY_MEDIA_TYPES = ['multipart/form-data', 'application/octet-stream', 'audio/*', 'image/*', 'video/*'];

export interface ApiGatewayProps {
  readonly target: IFunction;
  /** Name of the API in the console. */
  readonly name: string;
  /** The public URL, if it is known before the distribution is created. */
  readonly siteUrl?: string;
  readonly cloudWatchRole: boolean;
  readonly logs: LogOptions;
  readonly encryptionKey?: IKey;
  readonly throttlingRateLimit: number;
  readonly throttlingBurstLimit: number;
}

/** A REST API that streams the responses of a function, and requires an API key. */
export class ApiGateway extends Construct {
  public readonly api: apigateway.RestApi;
  public readonly accessLogGroup: ILogGroup;
  /** The API key that CloudFront sends as `x-api-key`. */
  public readonly apiKey: secretsmanager.ISecret;

  constructor(scope: Construct, id: string, props: ApiGatewayProps) {
    super(scope, id);

    this.accessLogGroup = createLogGroup(this, 'AccessLog', props.logs);
    this.api = new apigateway.RestApi(this, 'RestApi', {
      restApiName: props.name,
      description: 'LibreChat REST API with response streaming',
      endpointTypes: [apigateway.EndpointType.REGIONAL],
      binaryMediaTypes: BINARY_MEDIA_TYPES,
      cloudWatchRole: props.cloudWatchRole,
      deployOptions: {
        stageName: 'prod',
        accessLogDestination: new apigateway.LogGroupLogDestination(this.accessLogGroup),
        accessLogFormat: ACCESS_LOG_FORMAT,
      },
    });
    // The URL of that output responds with 403 to everybody but CloudFront.
    this.api.node.tryRemoveChild('Endpoint');
    this.addRoutes(props);
    this.addGatewayResponses();
    this.apiKey = this.createApiKey(props.encryptionKey);
    this.createUsagePlan(props);
    this.suppressNagRules();
  }

  private addRoutes({ target, siteUrl }: ApiGatewayProps): void {
    const streaming = new apigateway.LambdaIntegration(target, {
      responseTransferMode: apigateway.ResponseTransferMode.STREAM,
      timeout: Duration.seconds(LONGEST_REQUEST_SECONDS),
      scopePermissionToMethod: false,
    });
    for (const path of API_ROUTES.flatMap(({ prefix, servesPrefix }) => [...servesPrefix ? [prefix] : [], `${prefix}/{proxy+}`])) {
      const resource = this.api.root.resourceForPath(path);
      resource.addMethod('ANY', streaming, { apiKeyRequired: true });
      resource.addMethod('OPTIONS', preflightIntegration(siteUrl), { ...preflightOptions(siteUrl), apiKeyRequired: true });
    }
  }

  /**
   * The client of LibreChat repeats a message that gets this response. API Gateway's own statuses, 429 and 500, are shown as errors.
   * No relay has seen such a request, so a repetition is safe; a timeout of the integration stays a 504.
   */
  private addGatewayResponses(): void {
    for (const type of [apigateway.ResponseType.THROTTLED, apigateway.ResponseType.INTEGRATION_FAILURE]) {
      this.api.addGatewayResponse(pascalCase(type.responseType), {
        type,
        statusCode: '503',
        responseHeaders: { 'Retry-After': "'2'", 'Cache-Control': "'no-store'" },
        templates: { 'application/json': JSON.stringify({ code: 'SERVER_NOT_READY', error: 'LibreChat is busy or starting. Retry shortly.' }) },
      });
    }
  }

  private createApiKey(encryptionKey?: IKey): secretsmanager.ISecret {
    const secret = new secretsmanager.Secret(this, 'ApiKey', {
      description: 'LibreChat: API key of CloudFront',
      encryptionKey,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    suppressNag(secret, { id: 'AwsSolutions-SMG4', reason: 'CloudFront and API Gateway would have to rotate it at the same time' });
    return secret;
  }

  /** API Gateway rejects requests that bypass CloudFront, without an invocation of the function. */
  private createUsagePlan(props: ApiGatewayProps): void {
    const plan = this.api.addUsagePlan('UsagePlan', {
      description: 'LibreChat: limits for all users together',
      throttle: { rateLimit: props.throttlingRateLimit, burstLimit: props.throttlingBurstLimit },
      apiStages: [{ stage: this.api.deploymentStage }],
    });
    plan.addApiKey(this.api.addApiKey('Key', { value: this.apiKey.secretValue.unsafeUnwrap() }));
  }

  private suppressNagRules(): void {
    suppressNag(this.api, { id: 'AwsSolutions-APIG2', reason: 'LibreChat validates requests itself, and does not publish a schema' });
    suppressNag(this.api.deploymentStage,
      { id: 'AwsSolutions-APIG3', reason: 'The API requires a key that only CloudFront has, so a web ACL belongs to the distribution (`webAclArn`)' },
      { id: 'AwsSolutions-APIG6', reason: 'The access log contains all requests; execution logs would repeat them in a log group without retention' },
    );
    for (const method of this.api.methods) {
      suppressNag(method,
        { id: 'AwsSolutions-APIG4', reason: 'LibreChat authenticates its users, and API Gateway requires the API key of CloudFront' },
        { id: 'AwsSolutions-COG4', reason: 'LibreChat authenticates its users, with Cognito if it is configured' },
      );
    }
    const loggingRole = this.api.node.tryFindChild('CloudWatchRole');
    if (loggingRole) {
      suppressNag(loggingRole, {
        id: 'AwsSolutions-IAM4',
        reason: 'API Gateway requires this managed policy for its logging role',
        appliesTo: ['Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs'],
      });
    }
  }
}

function pascalCase(text: string): string {
  return text.split('_').map((word) => word[0] + word.slice(1).toLowerCase()).join('');
}
