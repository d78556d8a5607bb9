import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { ACCESS_LOG_FORMAT } from './access-log-format';
import { preflightIntegration, preflightOptions } from './preflight';
import { LONGEST_REQUEST_SECONDS } from '../contract/limits';
import { accept } from '../private/nag';

/** `/images` itself is no route of LibreChat's; the other two may be asked for without anything below. */
const ROUTES = ['/api', '/api/{proxy+}', '/oauth', '/oauth/{proxy+}', '/images/{proxy+}'];

/** What arrives as bytes. With a wildcard for everything, the MOCK integrations fail. */
const BINARY_MEDIA_TYPES = ['multipart/form-data', 'application/octet-stream', 'audio/*', 'image/*', 'video/*'];

export interface ApiGatewayProps {
  readonly target: IFunction;
  /** Name of the API in the console. */
  readonly name: string;
  /** The site's origin, where it is known before the API is. */
  readonly siteUrl?: string;
  readonly accountLoggingRole: boolean;
  readonly logRetention: logs.RetentionDays;
  readonly throttlingRateLimit: number;
  readonly throttlingBurstLimit: number;
}

/** A REST API that streams whatever the function answers, to callers that know the key. */
export class ApiGateway extends Construct {
  public readonly api: apigateway.RestApi;
  public readonly accessLogGroup: logs.ILogGroup;
  public readonly usagePlan: apigateway.IUsagePlan;
  /** What CloudFront sends as `x-api-key`. */
  public readonly apiKey: secretsmanager.ISecret;

  constructor(scope: Construct, id: string, props: ApiGatewayProps) {
    super(scope, id);

    this.accessLogGroup = new logs.LogGroup(this, 'AccessLog', { retention: props.logRetention, removalPolicy: RemovalPolicy.DESTROY });
    this.api = new apigateway.RestApi(this, 'RestApi', {
      restApiName: props.name,
      description: 'LibreChat REST API with response streaming',
      endpointTypes: [apigateway.EndpointType.REGIONAL],
      binaryMediaTypes: BINARY_MEDIA_TYPES,
      cloudWatchRole: props.accountLoggingRole,
      deployOptions: {
        stageName: 'prod',
        accessLogDestination: new apigateway.LogGroupLogDestination(this.accessLogGroup),
        accessLogFormat: ACCESS_LOG_FORMAT,
      },
    });
    // CDK's output would offer an address that answers 403 to everybody but CloudFront.
    this.api.node.tryRemoveChild('Endpoint');
    this.addRoutes(props);
    this.apiKey = this.createKey();
    this.usagePlan = this.requireKey(props);
    this.acceptFindings();
  }

  private addRoutes({ target, siteUrl }: ApiGatewayProps): void {
    const streaming = new apigateway.LambdaIntegration(target, {
      responseTransferMode: apigateway.ResponseTransferMode.STREAM,
      timeout: Duration.seconds(LONGEST_REQUEST_SECONDS),
      scopePermissionToMethod: false,
    });
    for (const route of ROUTES) {
      const resource = this.api.root.resourceForPath(route);
      resource.addMethod('ANY', streaming, { apiKeyRequired: true });
      resource.addMethod('OPTIONS', preflightIntegration(siteUrl), { ...preflightOptions(siteUrl), apiKeyRequired: true });
    }
  }

  private createKey(): secretsmanager.ISecret {
    const secret = new secretsmanager.Secret(this, 'ApiKey', {
      description: 'LibreChat: the key that only CloudFront sends',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    accept(secret, { id: 'AwsSolutions-SMG4', reason: 'CloudFront and API Gateway would have to change it at one moment' });
    return secret;
  }

  /** So that nobody goes round CloudFront: API Gateway refuses who has no key, without asking the function. */
  private requireKey(props: ApiGatewayProps): apigateway.IUsagePlan {
    const plan = this.api.addUsagePlan('UsagePlan', {
      description: 'LibreChat: all users together',
      throttle: { rateLimit: props.throttlingRateLimit, burstLimit: props.throttlingBurstLimit },
      apiStages: [{ stage: this.api.deploymentStage }],
    });
    plan.addApiKey(this.api.addApiKey('Key', { value: this.apiKey.secretValue.unsafeUnwrap() }));
    return plan;
  }

  private acceptFindings(): void {
    accept(this.api, { id: 'AwsSolutions-APIG2', reason: 'LibreChat validates its own requests, of which it publishes no schema' });
    accept(this.api.deploymentStage,
      { id: 'AwsSolutions-APIG3', reason: 'Callers must know the key, so that web ACLs belong on CloudFront (`webAclArn`)' },
      { id: 'AwsSolutions-APIG6', reason: 'The access log tells of each request; execution logs would double it, in a group without retention' },
    );
    for (const method of this.api.methods) {
      accept(method,
        { id: 'AwsSolutions-APIG4', reason: 'LibreChat authorizes its own users; API Gateway lets in CloudFront alone, by the key' },
        { id: 'AwsSolutions-COG4', reason: 'LibreChat authorizes its own users, be they in Cognito or not' },
      );
    }
    const loggingRole = this.api.node.tryFindChild('CloudWatchRole');
    if (loggingRole) {
      accept(loggingRole, { id: 'AwsSolutions-IAM4', reason: 'API Gateway accepts no narrower policy for the role by which it writes logs' });
    }
  }
}
