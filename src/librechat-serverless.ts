import { CfnOutput, Duration, Tags } from 'aws-cdk-lib';
import type * as apigateway from 'aws-cdk-lib/aws-apigateway';
import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as docdb from 'aws-cdk-lib/aws-docdb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecr from 'aws-cdk-lib/aws-ecr';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { type ILogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { aws_elasticache as elasticache } from 'aws-cdk-lib/interfaces';
import { Construct } from 'constructs';
import { ApiGateway } from './api-gateway/api-gateway';
import { Backend, type BackendProps } from './backend/backend';
import { Frontend } from './frontend/frontend';
import { LibreChatConfig } from './librechat-config';
import { LibreChatDatabase } from './librechat-database';
import { LibreChatImage } from './librechat-image';
import { LibreChatRedis } from './librechat-redis';
import { type LibreChatServerlessProps, SERVERLESS_PROPS } from './librechat-serverless-props';
import { DEFAULT_MAX_WORKERS, readEnvironment, validateDeployment, type Variants } from './librechat-serverless-rules';
import { Maintenance } from './maintenance/maintenance';
import { createOperation } from './operation/operation';
import { type BindContext, type Binding, serversOf } from './private/binding';
import type { LambdaImage } from './private/image';
import { deploymentName, redisKeyPrefix, streamingInvokeArn, urlParameterName } from './private/names';
import { createVpc, DEFAULT_SUBNETS, type Network } from './private/network';
import { requiresError } from './private/validation/errors';
import { validateRouteToLambda } from './private/validation/network';
import { validateProps } from './private/validation/props';
import type { Redis } from './redis/redis';
import { Relay } from './relay/relay';

const DEFAULT_MEMORY_MIB = 2048;

/**
 * LibreChat on AWS Lambda, behind CloudFront and API Gateway, with Redis, a MongoDB-compatible database and a bucket for files.
 *
 * All props are optional. Invalid props are rejected before any resource is created, with an error that names the prop, the rule and the value.
 *
 * @see https://www.librechat.ai
 * @example
 * new LibreChatServerless(this, 'Chat', {
 *   environment: { ALLOW_REGISTRATION: 'true' },
 *   secrets: { OPENAI_API_KEY: ecs.Secret.fromSecretsManager(openAiKey) },
 * });
 */
export class LibreChatServerless extends Construct implements ec2.IConnectable, iam.IGrantable {
  /**
   * URL of the site, an https URL without a trailing slash. Without `domainName` it is a token, whose value is known at deployment only.
   *
   * The stack has it as an output, whose name consists of the construct's id, `Url` and a hash, such as `ChatUrl0F1E2D3C`.
   */
  public readonly url: string;

  /** CloudFront distribution in front of the client and the API. */
  public readonly distribution: cloudfront.IDistribution;

  /** Bucket for the client, which is published from the image. It is emptied and deleted with the stack. */
  public readonly frontendBucket: s3.IBucket;

  /** Certificate of the distribution, specified or created. Undefined without `domainName`. */
  public readonly certificate?: acm.ICertificate;

  /** REST API between CloudFront and the relay. */
  public readonly api: apigateway.IRestApi;

  /** Function that API Gateway invokes. It passes requests to the workers and streams their responses. */
  public readonly relay: lambda.IFunction;

  /** Function that runs LibreChat. Each invocation is a worker, which serves many requests. */
  public readonly handler: lambda.IFunction;

  /** Function that checks a deployment before it serves, and runs LibreChat's scripts for operators. */
  public readonly maintenance: lambda.IFunction;

  /**
   * URI of the integration with which API Gateway invokes the relay and streams its response.
   *
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
   */
  public readonly streamingInvokeArn: string;

  /** Log group for the access log of the API, with one line per request. */
  public readonly accessLogGroup: ILogGroup;

  /** Log group of the function that runs LibreChat. */
  public readonly logGroup: ILogGroup;

  /** Log group of the relay, with one line for each request. */
  public readonly relayLogGroup: ILogGroup;

  /** Log group of `maintenance`, with the checks of deployments. */
  public readonly maintenanceLogGroup: ILogGroup;

  /** Bucket for uploaded files, specified or created. */
  public readonly filesBucket: s3.IBucket;

  /** VPC of the Lambda functions, specified or created. Undefined if both `database` and `redis` are specified by URI and `vpc` is not specified. */
  public readonly vpc?: ec2.IVpc;

  /** DocumentDB cluster. Undefined with `LibreChatDatabase.fromUri()`. */
  public readonly databaseCluster?: docdb.IDatabaseCluster;

  /** Secret with user name, password and host of the DocumentDB cluster. Undefined with `LibreChatDatabase.fromUri()`. */
  public readonly databaseSecret?: secretsmanager.ISecret;

  /** Reference to the ElastiCache replication group. Undefined with `LibreChatRedis.fromUri()`. */
  public readonly redisReplicationGroup?: elasticache.IReplicationGroupRef;

  /** Address of the primary endpoint of the replication group. Undefined with `LibreChatRedis.fromUri()`. */
  public readonly redisEndpointAddress?: string;

  /** Secret with the password of the replication group. Undefined with `LibreChatRedis.fromUri()`. */
  public readonly redisAuthToken?: secretsmanager.ISecret;

  /** Connections of the replication group, to allow access from other clients. Undefined with `LibreChatRedis.fromUri()`. */
  public readonly redisConnections?: ec2.Connections;

  /**
   * Secret from which `CREDS_KEY`, `CREDS_IV`, `JWT_SECRET` and `JWT_REFRESH_SECRET` are derived. Undefined if `secrets` contains all four.
   *
   * Keys that users have stored cannot be decrypted without it, so it is retained unless `removalPolicy` is DESTROY.
   */
  public readonly rootSecret?: secretsmanager.ISecret;

  /** Secret with the API key that CloudFront sends to API Gateway as `x-api-key`. */
  public readonly apiKey: secretsmanager.ISecret;

  /** ECR repository of the container image. */
  public readonly repository: ecr.IRepository;

  /** URI of the container image, with its tag or digest. */
  public readonly imageUri: string;

  /** The principal to grant permissions to, such as those for Amazon Bedrock: the execution role of `handler`. */
  public readonly grantPrincipal: iam.IPrincipal;

  private readonly restApi: apigateway.RestApi;
  private readonly redis?: Redis;

  /**
   * Creates LibreChat with everything that is not specified as an existing resource.
   *
   * @param scope parent construct, usually the stack
   * @param id construct id; a change of the id replaces all resources
   * @param props all props are optional
   */
  constructor(scope: Construct, id: string, props: LibreChatServerlessProps = {}) {
    super(scope, id);
    validateProps('LibreChatServerlessProps', props, SERVERLESS_PROPS);
    const environment = readEnvironment(props);
    const variants: Variants = {
      image: props.image ?? LibreChatImage.fromDockerBuild(),
      config: props.config ?? LibreChatConfig._default(),
      database: props.database ?? LibreChatDatabase.documentDb(),
      redis: props.redis ?? LibreChatRedis.replicationGroup(),
    };
    validateDeployment(this, props, variants, environment, this.otherDeployments());

    const context: BindContext = {
      network: this.createNetwork(props, variants),
      removalPolicy: props.removalPolicy,
      architecture: props.architecture ?? lambda.Architecture.ARM_64,
      logs: { retention: props.logRetention ?? RetentionDays.ONE_MONTH, encryptionKey: props.encryptionKey },
      encryptionKey: props.encryptionKey,
    };
    const siteUrl = props.domainName && `https://${props.domainName}`;
    const { database, ...databaseBinding } = variants.database._bind(this, context);
    const { redis, ...redisBinding } = variants.redis._bind(this, context);
    const image = variants.image._bind(this, context);
    const config = variants.config._bind(this, context);
    const services = props.services?._bind(this, context) ?? {};

    const bindings = [databaseBinding, redisBinding, services];
    const backend = this.createBackend(props, context, { image, config, siteUrl, environment: environment.variables, bindings });
    const maintenance = this.createMaintenance(props, context, { image, backend, bindings, cluster: database?.cluster });
    const relay = this.createRelay(props, context, backend, redisBinding);
    relay.addToTick(maintenance.handler);
    const apiGateway = this.createApiGateway(props, context, relay.handler, siteUrl);
    const frontend = this.createFrontend(props, context, image, relay.handler, apiGateway);

    this.url = siteUrl ?? `https://${frontend.distribution.distributionDomainName}`;
    this.distribution = frontend.distribution;
    this.frontendBucket = frontend.bucket;
    this.certificate = frontend.certificate;
    this.restApi = apiGateway.api;
    this.api = apiGateway.api;
    this.handler = backend.handler;
    this.relay = relay.handler;
    this.streamingInvokeArn = streamingInvokeArn(relay.handler);
    this.accessLogGroup = apiGateway.accessLogGroup;
    this.maintenance = maintenance.handler;
    this.logGroup = backend.logGroup;
    this.relayLogGroup = relay.logGroup;
    this.maintenanceLogGroup = maintenance.logGroup;
    this.filesBucket = backend.filesBucket;
    this.vpc = context.network?.vpc;
    this.databaseCluster = database?.cluster;
    this.databaseSecret = database?.secret;
    this.redis = redis;
    this.redisReplicationGroup = redis?.replicationGroup;
    this.redisEndpointAddress = redis?.replicationGroup.attrPrimaryEndPointAddress;
    this.redisAuthToken = redis?.authToken;
    this.redisConnections = redis?.connections;
    this.rootSecret = backend.rootSecret;
    this.apiKey = apiGateway.apiKey;
    this.repository = image.repository;
    this.imageUri = image.uri;
    this.grantPrincipal = backend.handler.grantPrincipal;

    createOperation(this, {
      ...props,
      name: deploymentName(this),
      relay,
      worker: { handler: backend.handler, memorySize: props.memorySize ?? DEFAULT_MEMORY_MIB, architecture: context.architecture },
      deployment: { PublisherErrors: frontend.publisher, MaintenanceErrors: maintenance.handler },
      relayLogGroup: relay.logGroup,
      workerLogGroup: backend.logGroup,
      api: apiGateway.api,
      url: this.url,
      logs: context.logs,
      canary: props.canary && { interval: props.canary._interval, logsIn: props.canary._logsIn, model: props.canary._model },
      createUser: (canary, email, account) => maintenance.createUser(canary, { email, account }, serversOf(bindings)),
      redis,
      database,
    });
    this.createOutputs(props);
    this.addTags(props);
  }

  /** Connections of relay and workers, to allow access to other servers. Fails without a VPC. */
  public get connections(): ec2.Connections {
    if (!this.vpc) throw requiresError('connections', '`vpc`');
    return new ec2.Connections({ securityGroups: [this.handler, this.relay].flatMap(({ connections }) => connections.securityGroups) });
  }

  /**
   * Number of failed invocations of the relay: crashes and streams that were interrupted, but not error responses of LibreChat. Sum over 5
   * minutes by default.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
   */
  public metricErrors(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.relay.metricErrors(options);
  }

  /**
   * Duration of the relay's invocations, one for each request, including the generation of responses. Average over 5 minutes by default.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
   */
  public metricDuration(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.relay.metricDuration(options);
  }

  /**
   * Number of throttled invocations of the relay. Sum over 5 minutes by default.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
   */
  public metricThrottles(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.relay.metricThrottles(options);
  }

  /**
   * Number of API responses with status 500 or higher. Sum over 5 minutes by default.
   *
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
   */
  public metricApiServerErrors(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.restApi.metricServerError(options);
  }

  /**
   * Time from a request to the end of its response, which includes the whole stream. Average over 5 minutes by default.
   *
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
   */
  public metricApiLatency(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.restApi.metricLatency(options);
  }

  /**
   * Percentage of the memory of Redis that is in use. Average over 5 minutes by default. Fails with `LibreChatRedis.fromUri()`.
   *
   * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html
   */
  public metricRedisMemory(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    if (!this.redis) throw requiresError('metricRedisMemory', '`LibreChatRedis.replicationGroup()`');
    return this.redis.metric('DatabaseMemoryUsagePercentage', options);
  }

  /**
   * Number of connections to Redis, five for each worker and one for each request. Average over 5 minutes by default. Fails with
   * `LibreChatRedis.fromUri()`.
   *
   * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html
   */
  public metricRedisConnections(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    if (!this.redis) throw requiresError('metricRedisConnections', '`LibreChatRedis.replicationGroup()`');
    return this.redis.metric('CurrConnections', options);
  }

  private otherDeployments(): LibreChatServerless[] {
    return this.node.root.node.findAll()
      .filter((construct): construct is LibreChatServerless => construct instanceof LibreChatServerless && construct !== this);
  }

  private createNetwork(
    { vpc, vpcSubnets = DEFAULT_SUBNETS, removalPolicy }: LibreChatServerlessProps, { database, redis }: Variants,
  ): Network | undefined {
    if (!vpc && !database._needsVpc && !redis._needsVpc) return undefined;
    return { vpc: vpc ?? createVpc(this, removalPolicy), vpcSubnets };
  }

  private createBackend(
    props: LibreChatServerlessProps,
    { network, removalPolicy, logs, encryptionKey }: BindContext,
    parts: Pick<BackendProps, 'image' | 'config' | 'siteUrl' | 'environment' | 'bindings'>,
  ): Backend {
    return new Backend(this, 'Backend', {
      ...parts,
      network,
      removalPolicy,
      logs,
      encryptionKey,
      urlParameterName: parts.siteUrl ? undefined : urlParameterName(this),
      environment: {
        // Otherwise, every worker creates them when it starts.
        ...props.deploymentCheck !== false && { MONGO_AUTO_INDEX: 'false', MONGO_AUTO_CREATE: 'false' },
        ...parts.environment,
        USE_REDIS: 'true',
        REDIS_KEY_PREFIX: redisKeyPrefix(this),
        SCHEDULES_DISABLED: String(!props.schedules),
      },
      secrets: props.secrets ?? {},
      environmentSecret: props.environmentSecret,
      filesBucket: props.filesBucket,
      memorySize: props.memorySize ?? DEFAULT_MEMORY_MIB,
      ephemeralStorageSize: props.ephemeralStorageSize,
      queuePrefix: redisKeyPrefix(this),
      maxConcurrentRequests: props.maxConcurrentRequests ?? 50,
      provisionedConcurrentExecutions: props.provisionedConcurrentExecutions,
    });
  }

  /** A release that does not start does not replace the function that serves. */
  private createMaintenance(
    { memorySize = DEFAULT_MEMORY_MIB, ephemeralStorageSize, deploymentCheck = true, acceptDataMigration }: LibreChatServerlessProps,
    { network, logs }: BindContext,
    { image, backend, bindings, cluster }: { image: LambdaImage; backend: Backend; bindings: Binding[]; cluster?: docdb.IDatabaseCluster },
  ): Maintenance {
    const maintenance = new Maintenance(this, 'Maintenance', {
      image,
      network,
      cluster,
      logs,
      memorySize,
      ephemeralStorageSize,
      variables: backend.variables,
      inputs: backend.inputs,
      securityGroups: network && backend.handler.connections.securityGroups,
    });
    if (deploymentCheck) {
      backend.handler.node.addDependency(maintenance.createCheck({ servers: serversOf(bindings), acceptDataMigration }));
    }
    return maintenance;
  }

  private createRelay(props: LibreChatServerlessProps, { network, logs }: BindContext, backend: Backend, redis: Binding): Relay {
    if (network) validateRouteToLambda(this, network);
    return new Relay(this, 'Relay', {
      network,
      bindings: [redis, backend.queue],
      worker: backend.target,
      maxWorkers: props.maxWorkers ?? DEFAULT_MAX_WORKERS,
      tick: props.schedules ? Duration.minutes(1) : Duration.days(1),
      logs,
    });
  }

  private createApiGateway(
    props: LibreChatServerlessProps, { logs, encryptionKey }: BindContext, target: lambda.IFunction, siteUrl?: string,
  ): ApiGateway {
    return new ApiGateway(this, 'ApiGateway', {
      target,
      siteUrl,
      logs,
      encryptionKey,
      name: ['librechat', props.environmentName, deploymentName(this)].filter(Boolean).join('-'),
      cloudWatchRole: props.cloudWatchRole ?? true,
      throttlingRateLimit: props.throttlingRateLimit ?? 100,
      throttlingBurstLimit: props.throttlingBurstLimit ?? 200,
    });
  }

  private createFrontend(
    props: LibreChatServerlessProps, { logs }: BindContext, image: LambdaImage, apiVersion: lambda.IFunction, { api, apiKey }: ApiGateway,
  ): Frontend {
    return new Frontend(this, 'Frontend', {
      image,
      api,
      apiKey,
      apiVersion,
      logs,
      urlParameterName: props.domainName ? undefined : urlParameterName(this),
      domainName: props.domainName,
      certificate: props.certificate,
      hostedZone: props.hostedZone,
      webAclArn: props.webAclArn,
      geoRestriction: props.geoRestriction,
      priceClass: props.priceClass,
    });
  }

  private createOutputs({ domainName, hostedZone }: LibreChatServerlessProps): void {
    new CfnOutput(this, 'Url', { description: 'URL of LibreChat', value: this.url });
    new CfnOutput(this, 'MaintenanceFunctionName', { description: 'Function that runs LibreChat\'s scripts for operators', value: this.maintenance.functionName });
    if (domainName && !hostedZone) {
      new CfnOutput(this, 'DnsRecord', {
        description: 'DNS record to create for LibreChat (an ALIAS record for a zone apex)',
        value: `${domainName} CNAME ${this.distribution.distributionDomainName}`,
      });
    }
  }

  private addTags({ environmentName, tags }: LibreChatServerlessProps): void {
    if (environmentName) Tags.of(this).add('Environment', environmentName);
    for (const [key, value] of Object.entries(tags ?? {})) Tags.of(this).add(key, value);
  }
}
