import { API_GATEWAY_RESOURCES } from './api-gateway/resources';
import { BUDGETS_RESOURCES } from './budgets/resources';
import { CLOUDFRONT_RESOURCES } from './cloudfront/resources';
import { CLOUDWATCH_DELETERS, CLOUDWATCH_RESOURCES } from './cloudwatch/resources';
import { LOGS_DELETERS, LOGS_RESOURCES } from './cloudwatch-logs/resources';
import { CODEBUILD_RESOURCES } from './codebuild/resources';
import { DOCUMENTDB_RESOURCES } from './documentdb/resources';
import { ECR_RESOURCES } from './ecr/resources';
import { ELASTICACHE_RESOURCES } from './elasticache/resources';
import { EVENTBRIDGE_DELETERS, EVENTBRIDGE_RESOURCES } from './eventbridge/resources';
import { IAM_DELETERS, IAM_RESOURCES, IAM_UPDATERS } from './iam/resources';
import { LAMBDA_DELETERS, LAMBDA_RESOURCES, LAMBDA_UPDATERS } from './lambda/resources';
import { S3_RESOURCES } from './s3/resources';
import { SECRETS_MANAGER_DELETERS, SECRETS_MANAGER_RESOURCES } from './secrets-manager/resources';
import { SNS_RESOURCES } from './sns/resources';
import { SSM_DELETERS, SSM_RESOURCES } from './ssm/resources';
import { createCustomResource, deleteCustomResource, isCustomResource, updateCustomResource } from '../cloudformation/custom-resource';
import { isInert } from '../cloudformation/inert';
import type {
  ResourceDeleter, ResourceDeleters, ResourceHandler, ResourceHandlers, ResourceUpdater, ResourceUpdaters,
} from '../cloudformation/resource';

const HANDLERS: ResourceHandlers = {
  ...API_GATEWAY_RESOURCES,
  ...BUDGETS_RESOURCES,
  ...CLOUDFRONT_RESOURCES,
  ...CLOUDWATCH_RESOURCES,
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
  ...SNS_RESOURCES,
  ...SSM_RESOURCES,
};

/** The handler for resources of a type; undefined for inert and unknown types. */
export function handlerOf(type: string): ResourceHandler | undefined {
  if (isCustomResource(type) && !isInert(type)) return createCustomResource;
  return Object.hasOwn(HANDLERS, type) ? HANDLERS[type] : undefined;
}

const UPDATERS: ResourceUpdaters = { ...IAM_UPDATERS, ...LAMBDA_UPDATERS };

/** Types that are updated by running their handler again. */
const OVERWRITTEN: readonly string[] = [
  'AWS::ApiGateway::GatewayResponse', 'AWS::ApiGateway::Method', 'AWS::ApiGateway::Stage', 'AWS::CloudWatch::Alarm', 'AWS::Logs::MetricFilter',
  'AWS::S3::BucketPolicy', 'AWS::SSM::Parameter',
];

const DELETERS: ResourceDeleters = {
  ...CLOUDWATCH_DELETERS,
  ...EVENTBRIDGE_DELETERS,
  ...IAM_DELETERS,
  ...LAMBDA_DELETERS,
  ...LOGS_DELETERS,
  ...SECRETS_MANAGER_DELETERS,
  ...SSM_DELETERS,
  // Has no effect on what a stage serves.
  'AWS::ApiGateway::Deployment': () => undefined,
};

/** Updates a resource of a type in place; undefined if the emulator does not support it. */
export function updaterOf(type: string): ResourceUpdater | undefined {
  if (OVERWRITTEN.includes(type)) return (resource, _, deployment) => HANDLERS[type](resource, deployment);
  if (isInert(type)) return (_, { ref, attributes }) => ({ ref, attributes });
  if (isCustomResource(type)) return updateCustomResource;
  return Object.hasOwn(UPDATERS, type) ? UPDATERS[type] : undefined;
}

/** Deletes a resource of a type; undefined if the emulator does not support it. */
export function deleterOf(type: string): ResourceDeleter | undefined {
  if (Object.hasOwn(DELETERS, type)) return DELETERS[type];
  if (isInert(type)) return () => undefined;
  return isCustomResource(type) ? deleteCustomResource : undefined;
}
