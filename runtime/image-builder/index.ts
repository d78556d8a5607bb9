import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { ECRClient } from '@aws-sdk/client-ecr';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { ImageBuilder, type LambdaContext } from './image-builder';

/** A hanging call must leave enough time for the response to CloudFormation. */
const CONFIGURATION = { maxAttempts: 4, requestHandler: { connectionTimeout: 3_000, requestTimeout: 5_000, throwOnRequestTimeout: true } };

const builder = new ImageBuilder({
  codeBuild: new CodeBuildClient(CONFIGURATION),
  ecr: new ECRClient(CONFIGURATION),
  lambda: new LambdaClient(CONFIGURATION),
  logs: new CloudWatchLogsClient(CONFIGURATION),
});

/** Handler of the function. */
export const handler = (event: unknown, context: LambdaContext): Promise<void> => builder.handle(event, context);
