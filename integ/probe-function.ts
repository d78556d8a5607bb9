import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { bundled } from './bundle';
import type { LibreChatServerless } from 'cdk-librechat-serverless';

/** The probe in the stack that it looks at. It speaks HTTPS to two URLs and has no rights but to write its log. */
export class ProbeFunction extends Construct {
  public readonly functionName: string;

  constructor(scope: Construct, id: string, chat: LibreChatServerless) {
    super(scope, id);
    const handler = new lambda.Function(this, 'Function', {
      description: 'Uses LibreChat as a page and its user would',
      runtime: lambda.Runtime.NODEJS_22_X,
      architecture: lambda.Architecture.ARM_64,
      code: bundled('lambda'),
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
