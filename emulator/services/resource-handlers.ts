import { API_GATEWAY_RESOURCES } from './api-gateway/resources';
import { CLOUDFRONT_RESOURCES } from './cloudfront/resources';
import { LOGS_RESOURCES } from './cloudwatch-logs/resources';
import { CODEBUILD_RESOURCES } from './codebuild/resources';
import { DOCUMENTDB_RESOURCES } from './documentdb/resources';
import { ECR_RESOURCES } from './ecr/resources';
import { ELASTICACHE_RESOURCES } from './elasticache/resources';
import { EVENTBRIDGE_RESOURCES } from './eventbridge/resources';
import { IAM_RESOURCES } from './iam/resources';
import { LAMBDA_RESOURCES } from './lambda/resources';
import { S3_RESOURCES } from './s3/resources';
import { SECRETS_MANAGER_RESOURCES } from './secrets-manager/resources';
import { SSM_RESOURCES } from './ssm/resources';
import { customResource, isCustomResource } from '../cloudformation/custom-resource';
import { isInert } from '../cloudformation/inert';
import type { ResourceHandler, ResourceHandlers } from '../cloudformation/resource';

const HANDLERS: ResourceHandlers = {
  ...API_GATEWAY_RESOURCES,
  ...CLOUDFRONT_RESOURCES,
  ...CODEBUILD_RESOURCES,
  ...DOCUMENTDB_RESOURCES,
  ...ECR_RESOURCES,
  ...ELASTICACHE_RESOURCES,
  ...EVENTBRIDGE_RESOURCES,
  ...IAM_RESOURCES,
  ...LAMBDA_RESOURCES,
  ...LOGS_RESOURCES,
  ...S3_RESOURCES,
  ...SECRETS_MANAGER_RESOURCES,
  ...SSM_RESOURCES,
};

/** The handler for resources of a type; undefined for inert and unknown types. */
export function handlerOf(type: string): ResourceHandler | undefined {
  if (isCustomResource(type) && !isInert(type)) return customResource;
  return Object.hasOwn(HANDLERS, type) ? HANDLERS[type] : undefined;
}
