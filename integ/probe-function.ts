import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { probeBundle } from './bundle';
import type { LibreChatServerless } from 'cdk-librechat-serverless';

/** The probe, deployed with the stack that it checks. It sends HTTPS requests to two URLs, and its role only allows writing logs. */
export class ProbeFunction extends Construct {
  public readonly functionName: string;

  constructor(scope: Construct, id: string, chat: LibreChatServerless) {
    super(scope, id);
    const handler = new lambda.Function(this, 'Function', {
      description: 'Checks LibreChat with the requests of its page',
      runtime: lambda.Runtime.NODEJS_22_X,
      architecture: lambda.Architecture.ARM_64,
      code: probeBundle('lambda'),
      handler: 'index.handler',
      memorySize: 512,
      timeout: Duration.minutes(5),
      environment: {
        PROBE_URL: chat.url,
        PROBE_API_URL: `https://${chat.api.restApiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}/${chat.api.deploymentStage.stageName}`,
      },
      logGroup: new LogGroup(this, 'Log', { retention: RetentionDays.ONE_DAY, removalPolicy: RemovalPolicy.DESTROY }),
    });
    this.functionName = handler.functionName;
  }
}
