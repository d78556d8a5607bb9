import type * as docdb from 'aws-cdk-lib/aws-docdb';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { ApiGateway } from './api-gateway/api-gateway';
import { Backend } from './backend/backend';
import { Frontend } from './frontend/frontend';
import type { ImageBuild } from './image-build/image-build';
import { LibreChatConfig } from './librechat-config';
import { LibreChatDatabase } from './librechat-database';
import { LibreChatImage } from './librechat-image';
import { LibreChatRedis } from './librechat-redis';
import type { LibreChatServerlessProps } from './librechat-serverless-props';
import type { LambdaImage } from './private/lambda-image';
import { deploymentName, keyPrefix } from './private/names';
import { type Network, networkOf } from './private/network';
import type { Redis } from './redis/redis';

/** What LibreChat consists of. */
export interface Parts {
  /** The public URL where it is known before the distribution is. */
  readonly siteUrl?: string;
  readonly network?: Network;
  readonly database?: docdb.DatabaseCluster;
  readonly redis?: Redis;
  readonly image: LambdaImage;
  readonly imageBuild?: ImageBuild;
  readonly backend: Backend;
  readonly apiGateway: ApiGateway;
  readonly frontend: Frontend;
}

/** Makes the parts, each with what it must know of the others. */
export function createParts(scope: Construct, props: LibreChatServerlessProps): Parts {
  const database = props.database ?? LibreChatDatabase.documentDb();
  const redis = props.redis ?? LibreChatRedis.replicationGroup();
  const network = networkOf(scope, props, database._needsVpc || redis._needsVpc);
  const logRetention = props.logRetention ?? logs.RetentionDays.ONE_MONTH;
  const siteUrl = props.domainName && `https://${props.domainName}`;
  const urlParameterName = siteUrl ? undefined : `/librechat/${deploymentName(scope)}/url`;

  const databaseBinding = database._bind(scope, network, props.removalPolicy);
  const redisBinding = redis._bind(scope, network);
  const image = (props.image ?? LibreChatImage.fromRegistry())._bind(scope, {
    architecture: props.architecture ?? lambda.Architecture.ARM_64,
    removalPolicy: props.removalPolicy,
    logRetention,
  });

  const backend = new Backend(scope, 'Backend', {
    image,
    network,
    config: (props.config ?? LibreChatConfig._default())._bind(scope),
    bindings: [databaseBinding, redisBinding, ...props.services ? [props.services._bind(network?.vpc)] : []],
    environment: { ...props.environment, USE_REDIS: 'true', REDIS_KEY_PREFIX: keyPrefix(scope) },
    secrets: props.secrets ?? {},
    filesBucket: props.filesBucket,
    siteUrl,
    urlParameterName,
    removalPolicy: props.removalPolicy,
    memorySize: props.memorySize ?? 2048,
    ephemeralStorageSize: props.ephemeralStorageSize,
    reservedConcurrentExecutions: props.reservedConcurrentExecutions,
    provisionedConcurrentExecutions: props.provisionedConcurrentExecutions,
    logRetention,
  });
  const apiGateway = new ApiGateway(scope, 'ApiGateway', {
    target: backend.target,
    name: ['librechat', props.environmentName, deploymentName(scope)].filter(Boolean).join('-'),
    siteUrl,
    accountLoggingRole: props.accountLoggingRole ?? true,
    logRetention,
    throttlingRateLimit: props.throttlingRateLimit ?? 100,
    throttlingBurstLimit: props.throttlingBurstLimit ?? 200,
  });
  const frontend = new Frontend(scope, 'Frontend', {
    image,
    api: apiGateway.api,
    apiKey: apiGateway.apiKey,
    apiVersion: backend.target,
    domainName: props.domainName,
    certificate: props.certificate,
    hostedZone: props.hostedZone,
    urlParameterName,
    webAclArn: props.webAclArn,
    geoRestriction: props.geoRestriction,
    priceClass: props.priceClass,
    logRetention,
  });

  const { cluster } = databaseBinding;
  return { siteUrl, network, database: cluster, redis: redisBinding.redis, image, imageBuild: image.build, backend, apiGateway, frontend };
}
